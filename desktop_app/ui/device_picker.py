"""Choosing a microphone or a speaker by name."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QWidget

from desktop_app.core.sound import Device
from desktop_app.ui.controls import Choice


class DevicePicker(Choice):
    """A list of devices with the system's default first.

    A stored device that is not there now stays chosen and is shown as missing, for it will be
    used again as soon as it is back.
    """

    picked = Signal(str)
    """The user chose the device of this name; empty: the system's default."""
    opened = Signal()
    """The list is about to be shown, so that it can be brought up to date."""

    def __init__(self, words: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._words = words
        self._devices: tuple[Device, ...] = ()
        self._name = ""
        self.activated.connect(self._pick)
        self._fill()

    def show_devices(self, devices: Sequence[Device]) -> None:
        """Offer ``devices``.  Idempotent."""
        if tuple(devices) != self._devices:
            self._devices = tuple(devices)
            self._fill()

    def show_name(self, name: str) -> None:
        """Show ``name`` as the chosen one.  Idempotent."""
        if name != self._name:
            self._name = name
            self._fill()

    @property
    def name(self) -> str:
        """The device that is chosen."""
        return self._name

    def brief(self) -> str:
        """Return the name of the default device without the words around it: room is scarce."""
        now = next((d.label for d in self._devices if d.default), "")
        return "" if self._name or not now else self.tr("Default: {0}").format(now)

    def showPopup(self) -> None:
        """Ask for a fresh list, then show what is known."""
        self.opened.emit()
        super().showPopup()

    def choose(self) -> None:
        """Let the user choose now."""
        self.setFocus(Qt.FocusReason.OtherFocusReason)
        self.showPopup()

    def _pick(self, number: int) -> None:
        name = str(self.itemData(number))
        shown = self._name
        # The picker shows what the settings say; whether the wish is granted is not its business.
        with QSignalBlocker(self):
            self.setCurrentIndex(self.findData(shown))
        if name != shown:
            self.picked.emit(name)

    def _fill(self) -> None:
        now = next((d.label for d in self._devices if d.default), "")
        first = self.tr("System default (now: {0})") if now else self.tr("System default")
        entries = [(first.format(now), "")]
        entries += [(device.label, device.name) for device in self._devices]
        if self._name and all(device.name != self._name for device in self._devices):
            missing = self.tr("{0} (not connected)") if self._devices else "{0}"
            entries.append((missing.format(self._name), self._name))
        with QSignalBlocker(self):
            self.clear()
            for label, name in entries:
                self.addItem(label, name)
            self.setCurrentIndex(self.findData(self._name))
        self.setAccessibleName(self._words)
        self.setAccessibleDescription(self.currentText())
        self.setToolTip(f"{self._words}: {self.currentText()}")
