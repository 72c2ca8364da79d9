"""Keeps the desk on disk and rings what is due, whether or not anybody is talking."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TypeVar

from desktop_app.offline.skills.clock import Clock, SystemClock
from desktop_app.offline.skills.desk import Deed, Desk, Timer, done, ring_due, ring_text
from desktop_app.offline.skills.desk_store import DeskStore, NotSavedError

_log = logging.getLogger(__name__)

FILE_NAME = "skills.json"
RING_AGAIN = timedelta(seconds=20)
RINGS = 6
"""How often something rings that nobody answers: for two minutes."""

LOOK_AGAIN_S = 15.0
"""Longest sleep: a computer that wakes, a clock that is set, and what another engine was told are
noticed by then."""

AFTER_YOU = timedelta(seconds=3)
"""How long an engine that nobody talks with leaves a ring to the others."""

_Result = TypeVar("_Result")


@dataclass(frozen=True, slots=True)
class Ring:
    """Something rings now.

    Attributes:
        timer: What was set.
        text: What is to be spoken, e.g. "Your pasta timer is done."
        count: 1 for the first time, more when nobody has answered yet.
    """

    timer: Timer
    text: str
    count: int


class Household:
    """The one owner of the desk: changes it, saves it, and rings.

    Create it once a process; every conversation shares it.  `run` has to run for anything to ring.
    Several processes may keep one folder: each sees what the others were told, and what is due
    rings in one of them.
    """

    def __init__(
        self,
        directory: Path | None,
        on_ring: Callable[[Ring], None],
        clock: Clock | None = None,
        is_heard: Callable[[], bool] = lambda: True,
    ) -> None:
        """Read the desk.

        Args:
            directory: Where ``skills.json`` lives; None keeps nothing beyond this process.
            on_ring: Called in the event loop; must not block or raise.
            clock: The wall clock; a test's own.
            is_heard: Whether anybody would hear a ring; else another engine is let ring first.
        """
        self._kept = directory is not None
        self._store = DeskStore(directory / FILE_NAME if directory else None)
        self._on_ring, self._is_heard = on_ring, is_heard
        self._clock = clock or SystemClock()
        self._changed = asyncio.Event()
        self._unanswered: list[tuple[datetime, Ring]] = []

    @property
    def desk(self) -> Desk:
        """The desk as it is now."""
        return self._store.newest()

    @property
    def is_ringing(self) -> bool:
        """Whether something rang that nobody has answered yet."""
        return bool(self._unanswered)

    def dismiss(self) -> None:
        """Let what rings be quiet: somebody has spoken."""
        self._unanswered.clear()
        self._changed.set()

    async def do(self, deeds: Iterable[Deed]) -> None:
        """Change the desk, and save it.

        Raises:
            NotSavedError: The file could not be written.  The change holds until a restart.
        """
        wanted = tuple(deeds)
        if not wanted:
            return
        _, failure = await self._change(partial(_all_done, deeds=wanted))
        self._changed.set()
        if failure is not None:
            raise failure

    async def run(self) -> None:
        """Ring what is due, until cancelled."""
        while True:
            self._changed.clear()
            await self._ring_what_is_due()
            await self._clock.wait(self._seconds_to_next(), self._changed)

    async def _ring_what_is_due(self) -> None:
        now = self._clock.now()
        rings = [Ring(timer, ring_text(timer, now), 1) for timer in await self._take_due(now)]
        rings += [ring for moment, ring in self._unanswered if moment <= now]
        self._unanswered = [(moment, ring) for moment, ring in self._unanswered if moment > now]
        for ring in rings:
            if ring.count < RINGS and ring.timer.kind != "reminder":
                again = Ring(ring.timer, ring_text(ring.timer, ring.timer.due), ring.count + 1)
                self._unanswered.append((now + RING_AGAIN, again))
            self._on_ring(ring)

    async def _take_due(self, now: datetime) -> tuple[Timer, ...]:
        """Take what is due off the desk; whoever took it rings."""
        due_by = now - self._manners
        if all(timer.due > due_by for timer in self.desk.timers):
            return ()
        due, failure = await self._change(partial(ring_due, now=due_by))
        if failure is not None:
            _log.error("What has rung may ring again after a restart: %s", failure)
        return due

    @property
    def _manners(self) -> timedelta:
        return timedelta() if self._is_heard() else AFTER_YOU

    async def _change(
        self, step: Callable[[Desk], tuple[Desk, _Result]]
    ) -> tuple[_Result, NotSavedError | None]:
        if not self._kept:
            return self._store.change(step)
        return await asyncio.to_thread(self._store.change, step)

    def _seconds_to_next(self) -> float | None:
        moments = [timer.due + self._manners for timer in self.desk.timers[:1]]
        moments += [moment for moment, _ in self._unanswered]
        if not moments:
            return LOOK_AGAIN_S if self._kept else None
        left = (min(moments) - self._clock.now().astimezone(UTC)).total_seconds()
        return min(max(left, 0.0), LOOK_AGAIN_S)


def _all_done(desk: Desk, deeds: tuple[Deed, ...]) -> tuple[Desk, None]:
    for deed in deeds:
        desk = done(desk, deed)
    return desk, None
