"""Keys that work in every program: taken as the settings say, turned into wishes."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from desktop_app.core.key_names import Chord, chords
from desktop_app.core.problems import Action, Kind, Problem
from desktop_app.core.settings import Settings
from desktop_app.core.talk_key import TAP_MS
from desktop_app.core.wishes import (
    InterruptAsked,
    KeyPressed,
    KeyReleased,
    MuteToggled,
    ProblemFound,
    ProblemSolved,
)
from desktop_app.ports import Dispatch, HotkeyReport, Hotkeys

SETTINGS = {
    "talk": "talk_key",
    "mute": "mute_key",
    "interrupt": "interrupt_key",
    "show": "show_key",
}
Keys = dict[str, tuple[Chord, ...]]
Heard = Callable[[str, bool], None]
Outcome = TypeVar("Outcome")

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Trial:
    """Somebody who tries the keys out."""

    heard: Heard
    done: Callable[[HotkeyReport], None]


class GlobalKeys:
    """Keeps the taken keys as the settings have them.  Used on the window's loop.

    Args:
        hotkeys: The way to the keys of this desktop.
        dispatch: Takes the user's wishes, on any thread.
        show: Shows the window, on any thread.
    """

    def __init__(self, hotkeys: Hotkeys, dispatch: Dispatch, show: Callable[[], None]) -> None:
        self._hotkeys, self._dispatch, self._show = hotkeys, dispatch, show
        self._wanted: Keys = {}
        self._followed: Keys = {}
        self._trial: Trial | None = None
        self._report = HotkeyReport("No key is set.")
        self._down_s = 0.0
        self._closing = False
        self._task: asyncio.Task[None] | None = None

    def follow(self, settings: Settings) -> None:
        """Take the keys that ``settings`` name, unless they are taken already.  Idempotent."""
        self._followed = keys_of(settings)
        if self._trial is None:
            self._want(self._followed)

    def try_out(
        self, settings: Settings, heard: Heard, done: Callable[[HotkeyReport], None]
    ) -> None:
        """Take the keys of ``settings`` and only report them, until `stop_trying`.

        Args:
            settings: Whose keys.
            heard: Takes each action and whether its key went down; on any thread.
            done: Takes what came of asking for the keys.
        """
        self._trial = Trial(heard, done)
        if not self._want(keys_of(settings)):
            done(self._report)

    def stop_trying(self) -> None:
        """Let the keys do again what they are for.  Idempotent."""
        if self._trial is not None:
            self._trial = None
            self._want(self._followed)

    async def aclose(self) -> None:
        """Give all keys back."""
        self._closing = True
        await self._run(self._hotkeys.close)
        if self._task is not None:
            await self._task
            await self._run(self._hotkeys.close)  # They may have come meanwhile.

    def _want(self, keys: Keys) -> bool:
        """Take ``keys``; False if they are taken."""
        if keys == self._wanted:
            return False
        self._wanted = keys
        if self._task is None or self._task.done():
            loop = asyncio.get_running_loop()
            self._task = loop.create_task(self._bind(), name="hotkeys")
        return True

    async def _bind(self) -> None:
        taken: Keys | None = None
        while taken != self._wanted and not self._closing:
            taken = self._wanted
            bind = partial(self._hotkeys.bind, taken, self._pressed, self._released)
            self._report = await self._run(bind)
            self._tell(self._report)

    async def _run(self, call: Callable[[], Outcome]) -> Outcome:
        return call() if self._hotkeys.in_window_thread else await asyncio.to_thread(call)

    def _tell(self, report: HotkeyReport) -> None:
        log.info("keys: %s %s %s", report.text, report.ready, report.refused)
        if self._trial is not None:
            self._trial.done(report)
        elif report.refused:
            self._dispatch(ProblemFound(problem_of(report)))
        else:
            self._dispatch(ProblemSolved(Kind.NO_HOTKEY))

    def _pressed(self, action: str) -> None:
        trial = self._trial
        if trial is not None:
            trial.heard(action, True)
            return
        match action:
            case "talk":
                self._down_s = time.monotonic()
                self._dispatch(KeyPressed())
            case "mute":
                self._dispatch(MuteToggled())
            case "interrupt":
                self._dispatch(InterruptAsked())
            case _:
                self._show()

    def _released(self, action: str) -> None:
        trial = self._trial
        if trial is not None:
            trial.heard(action, False)
        elif action == "talk":
            # A busy computer may hear of both at once; a hold is no tap for that.
            held_ms = (time.monotonic() - self._down_s) * 1000
            self._dispatch(KeyReleased(held=held_ms >= TAP_MS))


def keys_of(settings: Settings) -> Keys:
    """Return the keys by action; what is no key is left out (the settings dialog says so)."""
    found: Keys = {}
    for action, name in SETTINGS.items():
        try:
            found[action] = chords(getattr(settings, name))
        except ValueError as fault:
            log.warning("%s: %s", name, fault)
            found[action] = ()
    return {action: keys for action, keys in found.items() if keys}


def problem_of(report: HotkeyReport) -> Problem:
    """Return what to tell the user about keys that could not be had."""
    if report.ready:
        title, hint = "A key can't be used", " ".join(report.refused)
    elif len(report.refused) == 1 and report.refused[0].endswith("."):
        title, hint = "The key can't be used", report.refused[0]
    else:
        title, hint = "Your keys don't work in other programs", report.text
    return Problem(Kind.NO_HOTKEY, title, hint, Action.OPEN_SETTINGS)
