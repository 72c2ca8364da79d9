"""The door of the running Parley: what may be asked there, and who holds it."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable

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
UNKNOWN = "This version of Parley does not know that command."
NO_WINDOW = "The Parley that runs has no window: it talks in a terminal."

FIRST_PATIENCE_S = 3.0
"""How long the first instance may take to start listening."""

log = logging.getLogger(__name__)


class RunsAlready(Exception):  # noqa: N818 - nothing is wrong
    """Another Parley of this user runs, and has been asked to show its window."""


def enter(places: Places) -> Door | None:
    """Become the one instance and return its door; None where no door can be held.

    Raises:
        RunsAlready: There is one, with a window.
    """
    door = door_of(places, os.environ)
    end = time.monotonic() + FIRST_PATIENCE_S
    try:
        while not door.claim():
            told = _shown(door)
            if told == NO_WINDOW:
                log.info("commands go to the Parley that talks in a terminal")
                return None
            if told == "":
                raise RunsAlready
            if time.monotonic() > end:
                log.warning("another Parley runs, but does not answer")
                raise RunsAlready
            time.sleep(0.05)  # It has just begun, or ends this moment.
    except OSError as error:
        log.warning("other programs can't reach this Parley: %s", error)
        return None
    return door


def open_without_window(places: Places, dispatch: Dispatch) -> Callable[[], None]:
    """Let commands in, unless another Parley takes them already; returns the way to stop."""

    def act(word: str) -> str:
        if word not in WISHES:
            return NO_WINDOW if word == SHOW else UNKNOWN
        dispatch(WISHES[word]())
        return ""

    door = door_of(places, os.environ)
    try:
        if not door.claim():
            log.info("commands go to the Parley that runs already")
            return lambda: None
        door.listen(act)
    except OSError as error:
        log.warning("other programs can't reach this Parley: %s", error)
    return door.close


def _shown(door: Door) -> str | None:
    """Ask the other one to show its window; returns what is wrong, None if nobody answers."""
    try:
        return door.knock(SHOW)
    except OSError:
        return None
