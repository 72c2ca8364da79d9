"""Waits for others no longer than they deserve, and blames them for no delay of one's own."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

_STEPS = 10


@asynccontextmanager
async def patience(seconds: float) -> AsyncIterator[None]:
    """Give what is inside so much time, in which this loop could hear of it.

    The time goes by in steps, and each is begun when the one before it was noticed.  While the loop
    is held, by a slow disk or a busy processor, none is: an answer that came meanwhile is heard.

    Raises:
        TimeoutError: The time is over.
    """
    loop = asyncio.get_running_loop()
    async with asyncio.timeout(None) as limit:

        def step(left: int) -> None:
            if left:
                timers.append(loop.call_later(seconds / _STEPS, step, left - 1))
            else:
                limit.reschedule(loop.time())

        timers: list[asyncio.TimerHandle] = []
        step(_STEPS)
        try:
            yield
        finally:
            timers[-1].cancel()
