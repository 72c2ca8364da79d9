"""What others of this user may ask of the running app: shortcuts, scripts, a second start."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QWidget

from desktop_app.adapters.instance import Door, door_of
from desktop_app.adapters.places import Places
from desktop_app.core.wishes import (
    InterruptAsked,
    KeyPressed,
    KeyReleased,
    MuteToggled,
    TalkToggled,
    Wish,
)
from desktop_app.ports import Dispatch

SHOW = "show"
WISHES: dict[str, Callable[[], Wish]] = {
    "ptt down": KeyPressed,
    "ptt up": KeyReleased,
    "ptt toggle": TalkToggled,
    "mute": MuteToggled,
    "interrupt": InterruptAsked,
}

TRIED = {"ptt down": (True,), "ptt up": (False,), "ptt toggle": (True, False)}
"""The same when keys are only tried out: what went down, what came up."""

FIRST_PATIENCE_S = 3.0
"""How long the first instance may take to start listening."""

log = logging.getLogger(__name__)


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
            return "This version of Parley does not know that command."
        return ""


class RunsAlready(Exception):  # noqa: N818 - nothing is wrong
    """Another Parley of this user runs, and has been asked to show its window."""


def enter(places: Places) -> Door | None:
    """Become the one instance and return its door; None where no door can be held.

    Raises:
        RunsAlready: There is one.
    """
    door = door_of(places, os.environ)
    end = time.monotonic() + FIRST_PATIENCE_S
    try:
        while not door.claim():
            if _shown(door):
                raise RunsAlready
            if time.monotonic() > end:
                log.warning("another Parley runs, but does not answer")
                raise RunsAlready
            time.sleep(0.05)  # It has just begun, or ends this moment.
    except OSError as error:
        log.warning("other programs can't reach this Parley: %s", error)
        return None
    return door


def _shown(door: Door) -> bool:
    try:
        return not door.knock(SHOW)
    except OSError:
        return False


def bring_to_front(window: QWidget) -> None:
    """Show ``window`` above all others, as far as the desktop lets us."""
    window.setWindowState(window.windowState() & ~Qt.WindowState.WindowMinimized)
    window.show()
    window.raise_()
    window.activateWindow()
