"""A field for keys that work in every program: press one to set it, or type its name."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QCoreApplication, QEvent, QObject, QSignalBlocker, Signal
from PySide6.QtGui import QHideEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QPushButton, QWidget

from desktop_app.core.key_names import Chord, chord
from desktop_app.ui.key_events import button_chord, chord_of, lone_modifier


class KeyField(QWidget):
    """The names of the keys, and a button that takes the next one that is pressed."""

    changed = Signal()
    recording = Signal(bool)
    """Waits for a key, or does no longer: nobody else may take it meanwhile."""

    def __init__(self, label: str) -> None:
        super().__init__()
        self.line = QLineEdit()
        self.line.setPlaceholderText(self.tr("None"))
        self.line.textChanged.connect(lambda: self.changed.emit())
        self.button = QPushButton()
        self.button.setCheckable(True)
        self.button.setAutoDefault(False)
        self.button.setAccessibleName(self.tr("Record: {0}").format(label))
        self.button.toggled.connect(self._toggled)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(self.line, 1)
        layout.addWidget(self.button)
        self._say()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take the next key or mouse button, whatever it would do elsewhere."""
        match event:
            case QKeyEvent() if event.type() is QEvent.Type.ShortcutOverride:
                event.accept()
                return True
            case QKeyEvent() if event.type() is QEvent.Type.KeyPress:
                self._key(event)
                return True
            case QKeyEvent():
                if (right := lone_modifier(event)) is not None:
                    self._take(right)
                return True
            case QMouseEvent() if event.type() is QEvent.Type.MouseButtonPress:
                found = button_chord(event.button(), event.modifiers())
                if found is not None:
                    self._take(found)
                return found is not None
            case _ if event.type() is QEvent.Type.ApplicationDeactivate:
                self.button.setChecked(False)
        return False

    def hideEvent(self, event: QHideEvent) -> None:
        """Wait no longer."""
        super().hideEvent(event)
        self.button.setChecked(False)

    def _key(self, event: QKeyEvent) -> None:
        found = chord_of(event)
        if found == Chord("Escape"):
            self.button.setChecked(False)
        elif found is not None:
            self._take(found)

    def _take(self, found: Chord) -> None:
        try:
            chord(str(found))
        except ValueError as fault:
            self.button.setToolTip(str(fault))
            self.button.setText(self.tr("Add Ctrl or Alt…"))
            return
        known = [part.strip() for part in self.line.text().split(",") if part.strip()]
        self.button.setChecked(False)
        if str(found) not in known:
            self.line.setText(", ".join([*known, str(found)]))

    def _toggled(self, on: bool) -> None:
        app = QCoreApplication.instance()
        assert app is not None
        if on:
            app.installEventFilter(self)
        else:
            app.removeEventFilter(self)
        self._say()
        self.recording.emit(on)

    def _say(self) -> None:
        on = self.button.isChecked()
        self.button.setText(self.tr("Press a key…") if on else self.tr("Record"))
        self.button.setToolTip(
            self.tr("Esc stops.") if on else self.tr("Adds the key that you press next.")
        )


class KeyEditor:
    """Edits the keys of one action."""

    def __init__(self, label: str, changed: Callable[[], None]) -> None:
        self.widget = self.field = KeyField(label)
        self.focus = self.field.line
        self.field.changed.connect(changed)

    def value(self) -> str:
        """Return the names as typed."""
        return self.field.line.text().strip()

    def show_value(self, value: str) -> None:
        """Show ``value`` from its beginning."""
        with QSignalBlocker(self.field.line):
            self.field.line.setText(value)
            self.field.line.setCursorPosition(0)
