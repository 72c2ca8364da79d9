"""A wall clock that a test turns by hand."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta


class HandClock:
    """Stands still until `turn`; waiting ends when the hands pass the moment waited for."""

    def __init__(self, now: datetime) -> None:
        self._now = now
        self._turned = asyncio.Event()
        self.waits: list[float | None] = []

    def now(self) -> datetime:
        return self._now

    async def wait(self, seconds: float | None, woken: asyncio.Event) -> None:
        self.waits.append(seconds)
        until = None if seconds is None else self._now + timedelta(seconds=seconds)
        while not woken.is_set() and (until is None or self._now < until):
            self._turned.clear()
            turning = asyncio.ensure_future(self._turned.wait())  # noqa: TID251
            waking = asyncio.ensure_future(woken.wait())  # noqa: TID251
            try:
                await asyncio.wait({turning, waking}, return_when=asyncio.FIRST_COMPLETED)
            finally:
                turning.cancel()
                waking.cancel()

    async def turn(self, **length: float) -> None:
        """Let time pass, and let everybody notice."""
        self._now += timedelta(**length)
        self._turned.set()
        for _ in range(20):
            await asyncio.sleep(0)
