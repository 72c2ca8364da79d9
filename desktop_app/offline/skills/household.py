"""Keeps the desk on disk and rings what is due, whether or not anybody is talking."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import tempfile
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from desktop_app.offline.skills.clock import Clock, SystemClock
from desktop_app.offline.skills.desk import Deed, Desk, Timer, done, ring_due, ring_text
from desktop_app.offline.skills.desk_file import DeskFileError, decode, encode

_log = logging.getLogger(__name__)

FILE_NAME = "skills.json"
RING_AGAIN = timedelta(seconds=20)
RINGS = 6
"""How often something rings that nobody answers: for two minutes."""

LOOK_AGAIN_S = 15.0
"""Longest sleep: a computer that wakes, or a clock that is set, is noticed by then."""


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


class NotSavedError(OSError):
    """The desk was changed but could not be written; it is gone after a restart."""


class Household:
    """The one owner of the desk: changes it, saves it, and rings.

    Create it once a process; every conversation shares it.  `run` has to run for anything to ring.
    """

    def __init__(
        self,
        directory: Path | None,
        on_ring: Callable[[Ring], None],
        clock: Clock | None = None,
    ) -> None:
        """Read the desk.

        Args:
            directory: Where ``skills.json`` lives; None keeps nothing beyond this process.
            on_ring: Called in the event loop; must not block or raise.
            clock: The wall clock; a test's own.
        """
        self._path = directory / FILE_NAME if directory else None
        self._on_ring = on_ring
        self._clock = clock or SystemClock()
        self._unreadable = False
        """Writing would then destroy what could not be read."""
        self._desk = self._load()
        self._changed = asyncio.Event()
        self._writing = threading.Lock()
        self._unanswered: list[tuple[datetime, Ring]] = []

    @property
    def desk(self) -> Desk:
        """The desk as it is now."""
        return self._desk

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
        desk = self._desk
        for deed in deeds:
            desk = done(desk, deed)
        if desk is self._desk:
            return
        self._desk = desk
        self._changed.set()
        await self._save()

    async def run(self) -> None:
        """Ring what is due, until cancelled."""
        while True:
            self._changed.clear()
            await self._ring_what_is_due()
            await self._clock.wait(self._seconds_to_next(), self._changed)

    async def _ring_what_is_due(self) -> None:
        now = self._clock.now()
        self._desk, due = ring_due(self._desk, now)
        rings = [Ring(timer, ring_text(timer, now), 1) for timer in due]
        rings += [ring for moment, ring in self._unanswered if moment <= now]
        self._unanswered = [(moment, ring) for moment, ring in self._unanswered if moment > now]
        for ring in rings:
            if ring.count < RINGS and ring.timer.kind != "reminder":
                again = Ring(ring.timer, ring_text(ring.timer, ring.timer.due), ring.count + 1)
                self._unanswered.append((now + RING_AGAIN, again))
            self._on_ring(ring)
        if due:
            try:
                await self._save()
            except NotSavedError:
                _log.exception("What has rung may ring again after a restart")

    def _seconds_to_next(self) -> float | None:
        moments = [timer.due for timer in self._desk.timers[:1]]
        moments += [moment for moment, _ in self._unanswered]
        if not moments:
            return None
        left = (min(moments) - self._clock.now().astimezone(UTC)).total_seconds()
        return min(max(left, 0.0), LOOK_AGAIN_S)

    def _load(self) -> Desk:
        if self._path is None:
            return Desk()
        try:
            return decode(self._path.read_text("utf-8"))
        except FileNotFoundError:
            return Desk()
        except (DeskFileError, UnicodeDecodeError) as error:
            aside = self._path.with_suffix(".broken.json")
            _log.error("%s is broken (%s); set aside as %s", self._path, error, aside)
            with contextlib.suppress(OSError):
                self._path.replace(aside)
            return Desk()
        except OSError as error:
            _log.error("%s can't be read (%s); starting with an empty desk", self._path, error)
            self._unreadable = True
            return Desk()

    async def _save(self) -> None:
        if self._unreadable:
            raise NotSavedError(f"{self._path} could not be read and is not overwritten")
        if self._path is not None:
            await asyncio.to_thread(self._write_newest, self._path)

    def _write_newest(self, path: Path) -> None:
        """Write in a thread.  Whoever comes last writes the newest desk, also after a cancel."""
        with self._writing:
            _write(path, encode(self._desk))


def _write(path: Path, text: str) -> None:
    """Replace a file in one step: readers and crashes see the old one or the new one."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(
            "w", encoding="utf-8", dir=path.parent, prefix=".skills-", delete=False
        ) as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(file.name).replace(path)
    except OSError as error:
        raise NotSavedError(f"{path} can't be written: {error}") from error
