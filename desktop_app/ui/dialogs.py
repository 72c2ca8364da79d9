"""The windows beside the main one.  Each is made when it is first asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from desktop_app.core.problems import Kind
from desktop_app.core.sound import DeviceList
from desktop_app.core.state import AppState
from desktop_app.core.wishes import ConnectAsked, ProblemSolved
from desktop_app.ports import Dispatch
from desktop_app.ui.services import Services

if TYPE_CHECKING:  # Loaded when they are opened: the window is painted before.
    from desktop_app.ui.download_dialog import DownloadDialog
    from desktop_app.ui.settings_dialog import SettingsDialog
    from desktop_app.ui.sound_check_dialog import SoundCheckDialog


class Dialogs(QObject):
    """Makes the dialogs of ``window``, and tells them what it is told."""

    key_found = Signal(str, bool)
    """The server at this address has a key, or has none."""
    microphone_asked = Signal()
    """The user wants to choose another microphone."""

    def __init__(self, dispatch: Dispatch, services: Services, window: QWidget) -> None:
        super().__init__(window)
        self._dispatch, self._services, self._window = dispatch, services, window
        self._state = AppState()
        self._settings: SettingsDialog | None = None
        self._download: DownloadDialog | None = None
        self._check: SoundCheckDialog | None = None

    def show_state(self, state: AppState) -> None:
        """Pass ``state`` on.  Idempotent."""
        self._state = state
        for dialog in (self._settings, self._check):
            if dialog is not None:
                dialog.show_state(state)

    def show_devices(self, devices: DeviceList) -> None:
        """Pass ``devices`` on.  Idempotent."""
        if self._settings is not None:
            self._settings.show_devices(devices)

    def settings(self, page: str = "", *, set_key: bool = False) -> SettingsDialog:
        """Open the settings on ``page``, ready to type a key if ``set_key``."""
        if self._settings is None:
            from desktop_app.ui.settings_dialog import SettingsDialog

            self._settings = SettingsDialog(self._dispatch, self._services, self._window)
            self._settings.key.found.connect(self.key_found)
            self._settings.check_asked.connect(self.sound_check)
        dialog = self._settings
        if not dialog.isVisible():
            dialog.edit(self._state)
        if page:
            dialog.show_page(page)
        dialog.open()
        if set_key:
            dialog.ask_for_key()
        return dialog

    def download(self) -> DownloadDialog:
        """Offer to fetch what the engine on this computer lacks."""
        if self._download is None:
            from desktop_app.ui.download_dialog import DownloadDialog

            self._download = DownloadDialog(self._services, self._window)
            self._download.ready.connect(lambda: self._dispatch(ProblemSolved(Kind.NO_ENGINE)))
            self._download.talk_asked.connect(lambda: self._dispatch(ConnectAsked()))
        self._download.offer()
        return self._download

    def sound_check(self) -> SoundCheckDialog:
        """Offer to check the sound."""
        if self._check is None:
            from desktop_app.ui.sound_check_dialog import SoundCheckDialog

            self._check = SoundCheckDialog(self._dispatch, self._services, self._window)
            self._check.show_state(self._state)
            self._check.microphone_asked.connect(self.microphone_asked)
        self._check.offer()
        return self._check
