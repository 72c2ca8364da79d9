"""The talk button above all windows: there while the settings want it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from desktop_app.app_front import Remembered
from desktop_app.core.state import AppState
from desktop_app.core.wishes import SettingsChanged
from desktop_app.ports import Dispatch
from desktop_app.ui.talk_window import TalkWindow


class TalkOnTop:
    """Makes the button when it is wanted for the first time.

    Args:
        dispatch: Takes the user's wishes.
        show_window: Shows the main window.
        place: Keeps where the button was.
    """

    def __init__(
        self, dispatch: Dispatch, show_window: Callable[[], None], place: Remembered
    ) -> None:
        self._dispatch, self._show_window, self._place = dispatch, show_window, place
        self._state = AppState()
        self.window: TalkWindow | None = None

    def show_state(self, state: AppState) -> None:
        """Follow the newest snapshot."""
        self._state = state
        wanted = state.settings.talk_window
        if wanted and self.window is None:
            self.window = self._make()
        if self.window is not None:
            self.window.show_state(state)
            if self.window.isVisible() is not wanted:
                self.window.setVisible(wanted)

    def close(self) -> None:
        """Go away."""
        if self.window is not None:
            self.window.hide()

    def _make(self) -> TalkWindow:
        window = TalkWindow(self._dispatch, self._place.read())
        window.moved_to.connect(self._place.write)
        window.show_asked.connect(self._show_window)
        window.hide_asked.connect(self._unwanted)
        return window

    def _unwanted(self) -> None:
        self._dispatch(SettingsChanged(replace(self._state.settings, talk_window=False)))
