"""Keeps what thinks, and notices between two answers that a model came or went."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from desktop_app.offline.brains.brain import Brain
from desktop_app.offline.brains.fallback import FallbackBrain

_LONGEST_WAIT_S = 0.4
"""An answer waits so long for a look that is under way: a probe's time, and a little."""

_log = logging.getLogger(__name__)


class BrainKeeper:
    """Finds a brain when one is wanted, and another when that one has become worse than it was."""

    def __init__(self, make: Callable[[], Awaitable[Brain]]) -> None:
        """Look for nothing yet; ``make`` finds the best there is."""
        self._make = make
        self._brain: Brain | None = None
        self._before: list[Brain] = []
        """Brains that were replaced; somebody may still be listening to one."""
        self._choosing = asyncio.Lock()
        self._look: asyncio.Task[None] | None = None

    async def brain(self) -> Brain:
        """Return what thinks, looking for it if nothing does."""
        if self._look is not None:
            await asyncio.wait({self._look}, timeout=_LONGEST_WAIT_S)
        async with self._choosing:
            if self._brain is None:
                self._brain = await self._make()
                _log.info("%s answers.", self._brain.name)
            return self._brain

    @property
    def name(self) -> str:
        """What the window shows now; empty while nothing thinks."""
        return "" if self._brain is None else self._brain.name

    @property
    def thinks_long(self) -> bool:
        """Whether what thinks is a language model, which takes its time."""
        return self._brain is not None and self._brain.describe().open_questions

    def look_again(self) -> None:
        """Look in the background whether what thinks is still the best there is."""
        if self._brain is not None and (self._look is None or self._look.done()):
            self._look = asyncio.create_task(self._look_again(self._brain))

    async def aclose(self) -> None:
        """Give everything back; the next `brain` looks anew.  Idempotent."""
        look, self._look = self._look, None
        if look is not None:
            look.cancel()
            await asyncio.wait({look})
        brains = [*self._before, *([self._brain] if self._brain else [])]
        self._before, self._brain = [], None
        for brain in brains:
            await brain.aclose()

    async def _look_again(self, now: Brain) -> None:
        if isinstance(now, FallbackBrain):
            await now.check()
        if now.describe().open_questions:
            return
        found = await self._make()
        if found is now:
            return
        if not found.describe().open_questions:
            await found.aclose()
            return
        self._brain = found
        self._before.append(now)
        _log.info("%s answers from now on.", found.name)
