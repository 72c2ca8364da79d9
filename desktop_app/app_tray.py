"""The tray beside the window: who is shown, who is hidden, and how the app is left."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QTimer

from desktop_app.app_notices import Notices
from desktop_app.app_remote import bring_to_front
from desktop_app.core.state import AppState
from desktop_app.core.wishes import SettingsChanged
from desktop_app.ports import Dispatch
from desktop_app.ui.close_question import CloseQuestion
from desktop_app.ui.main_window import MainWindow
from desktop_app.ui.tray import Tray

TRAY_AFTER_MS = 300
"""The tray icon comes after the window: finding a tray asks other programs."""

TRAY_PATIENCE_MS = 10_000
"""At login the tray may come after us; nobody waits longer for a way in."""


class WindowAndTray:
    """Passes snapshots to both, and never lets the user lose both.

    Args:
        window: The main window.
        dispatch: Takes the user's wishes.
        leave: Ends the app.
        tray: The tray icon, unless it is the real one.
        tell: Shows a notice while the window is away; None: beside the icon.
    """

    def __init__(
        self,
        window: MainWindow,
        dispatch: Dispatch,
        leave: Callable[[], None],
        tray: Tray | None = None,
        tell: Callable[[str, str], None] | None = None,
    ) -> None:
        self._window, self._dispatch, self._leave = window, dispatch, leave
        self._state = AppState()
        self._question: CloseQuestion | None = None
        self.tray = tray or Tray(dispatch)
        self._notices = Notices(tell or (lambda title, text: self.tray.tell(title, text)))
        self.tray.show_asked.connect(self.show_window)
        self.tray.settings_asked.connect(self._open_settings)
        self.tray.quit_asked.connect(leave)
        self.tray.lost.connect(self._tray_lost)
        window.close_requested.connect(self.close_asked)

    def begin(self, *, hidden: bool) -> None:
        """Show the window; if ``hidden``, only where no tray comes in time."""
        if hidden:
            self.tray.start()
            self.tray.watch(hidden=True)
            # Lambdas: of bound methods Qt for Python keeps no reference here.
            QTimer.singleShot(TRAY_PATIENCE_MS, self._window, lambda: self._show_unless_in_tray())
        else:
            self._window.show()
            QTimer.singleShot(TRAY_AFTER_MS, self._window, lambda: self.tray.start())

    def _show_unless_in_tray(self) -> None:
        if not self.tray.present and not self._window.isVisible():
            self.show_window()

    def show_state(self, state: AppState) -> None:
        """Take the newest snapshot."""
        self._state = state
        self._window.show_state(state)
        self.tray.show_state(state)
        self._notices.show_state(state, hidden=not self._window.isVisible())

    def show_window(self) -> None:
        """Show the window, above all others."""
        bring_to_front(self._window)
        self.tray.watch(hidden=False)

    def close_asked(self) -> None:
        """The user closes the window: hide it only where there is a way back."""
        wanted = self._state.settings.on_close
        if not self.tray.present or wanted == "quit":
            self._leave()
        elif wanted == "hide":
            self._hide()
        else:
            self._ask()

    def _hide(self) -> None:
        self._window.hide()
        self.tray.watch(hidden=True)

    def _ask(self) -> None:
        if self._question is None:
            self._question = CloseQuestion(self._window)
            self._question.answered.connect(self._answered)
        self._question.show()
        self._question.raise_()

    def _answered(self, word: str) -> None:
        self._dispatch(SettingsChanged(replace(self._state.settings, on_close=word)))
        if word == "quit":
            self._leave()
        else:
            self._hide()

    def _open_settings(self) -> None:
        self.show_window()
        self._window.open_settings()

    def _tray_lost(self) -> None:
        if not self._window.isVisible():
            self.show_window()
