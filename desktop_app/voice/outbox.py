"""What waits for the network: audio may be given up and is counted, control never."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable

from desktop_app.core.effects import Order, SendAudio

MOST_AUDIO = 1_000
"""Blocks of 10 or 20 ms that may wait: longer than any hiccup a conversation survives."""


class Outbox:
    """A queue to one session.  Oldest audio is dropped first, for the newest words matter most.

    Whoever takes the orders may wait for the network, and for that must be woken.  Sound comes a
    hundred times a second and hardly ever waits: `at_once` takes it without that detour.

    Attributes:
        at_once: Passes sound on if that needs no waiting, and returns whether it did; it is asked
            while nothing else waits or is on its way.
        dropped: Audio blocks given up because the network lagged.
    """

    def __init__(self, most_audio: int = MOST_AUDIO) -> None:
        self.dropped = 0
        self.at_once: Callable[[SendAudio], bool] = _never
        self._awaited = False
        self._orders: deque[Order] = deque()
        self._audio = 0
        self._most_audio = most_audio
        self._news = asyncio.Event()

    def put(self, order: Order) -> None:
        """Send ``order`` at once, or queue it behind what waits."""
        if self._goes_at_once(order):
            return
        if isinstance(order, SendAudio):
            if self._audio >= self._most_audio:
                self._drop_oldest_audio()
            self._audio += 1
        self._orders.append(order)
        self._news.set()

    async def get(self) -> Order:
        """Return the next order; waits for one.  The one before counts as sent."""
        self._awaited = True
        while not self._news.is_set():
            await self._news.wait()
        self._awaited = False
        order = self._orders.popleft()
        if isinstance(order, SendAudio):
            self._audio -= 1
        if not self._orders:
            self._news.clear()
        return order

    def _goes_at_once(self, order: Order) -> bool:
        free = self._awaited and not self._orders
        return free and isinstance(order, SendAudio) and self.at_once(order)

    def _drop_oldest_audio(self) -> None:
        for i, order in enumerate(self._orders):
            if isinstance(order, SendAudio):
                del self._orders[i]
                self._audio -= 1
                self.dropped += 1
                return


def _never(order: SendAudio) -> bool:
    """Leave all to whoever takes the orders."""
    return False
