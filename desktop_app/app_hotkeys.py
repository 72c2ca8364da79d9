"""Keys that work in every program: taken as the settings say, turned into wishes."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from desktop_app.core.key_names import Chord, chords
from desktop_app.core.problems import Action, Kind, Problem
from desktop_app.core.settings import Settings
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

log = logging.getLogger(__name__)


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
        self._closing = False
        self._task: asyncio.Task[None] | None = None

    def follow(self, settings: Settings) -> None:
        """Take the keys that ``settings`` name, unless they are taken already.  Idempotent."""
        wanted = keys_of(settings)
        if wanted == self._wanted:
            return
        self._wanted = wanted
        if self._task is None or self._task.done():
            loop = asyncio.get_running_loop()
            self._task = loop.create_task(self._bind(), name="hotkeys")

    async def aclose(self) -> None:
        """Give all keys back."""
        self._closing = True
        await asyncio.to_thread(self._hotkeys.close)
        if self._task is not None:
            await self._task
            await asyncio.to_thread(self._hotkeys.close)  # They may have come meanwhile.

    async def _bind(self) -> None:
        taken: Keys | None = None
        while taken != self._wanted and not self._closing:
            taken = self._wanted
            report = await asyncio.to_thread(
                self._hotkeys.bind, taken, self._pressed, self._released
            )
            self._tell(report)

    def _tell(self, report: HotkeyReport) -> None:
        log.info("keys: %s %s %s", report.text, report.ready, report.refused)
        if report.refused:
            self._dispatch(ProblemFound(problem_of(report)))
        else:
            self._dispatch(ProblemSolved(Kind.NO_HOTKEY))

    def _pressed(self, action: str) -> None:
        match action:
            case "talk":
                self._dispatch(KeyPressed())
            case "mute":
                self._dispatch(MuteToggled())
            case "interrupt":
                self._dispatch(InterruptAsked())
            case _:
                self._show()

    def _released(self, action: str) -> None:
        if action == "talk":
            self._dispatch(KeyReleased())


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
