"""What others of this user may ask of the running app: shortcuts, scripts, a second start."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QWidget

from desktop_app.app_door import SHOW, UNKNOWN, WISHES
from desktop_app.ports import Dispatch

TRIED = {"ptt down": (True,), "ptt up": (False,), "ptt toggle": (True, False)}
"""The same when keys are only tried out: what went down, what came up."""


class Remote(QObject):
    """Turns messages into wishes; showing the window is left to the window's own thread."""

    _show_asked = Signal()

    def __init__(self, dispatch: Dispatch, show: Callable[[], None]) -> None:
        super().__init__()
        self._dispatch = dispatch
        self._diverted: Callable[[str, bool], None] | None = None
        self._show_asked.connect(show, Qt.ConnectionType.QueuedConnection)

    def show(self) -> None:
        """Show the window; from any thread."""
        self._show_asked.emit()

    def divert(self, heard: Callable[[str, bool], None] | None) -> None:
        """Only report the talk key to ``heard``, on the door's thread; None: do as it says."""
        self._diverted = heard

    def act(self, word: str) -> str:
        """Do what ``word`` says; on the door's thread.  Returns what is wrong with it."""
        heard = self._diverted
        if heard is not None and word in TRIED:
            for down in TRIED[word]:
                heard("talk", down)
        elif word == SHOW:
            self.show()
        elif word in WISHES:
            self._dispatch(WISHES[word]())
        else:
            return UNKNOWN
        return ""


def bring_to_front(window: QWidget) -> None:
    """Show ``window`` above all others, as far as the desktop lets us."""
    window.setWindowState(window.windowState() & ~Qt.WindowState.WindowMinimized)
    window.show()
    window.raise_()
    window.activateWindow()
