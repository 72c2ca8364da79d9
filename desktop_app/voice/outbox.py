"""What waits for the network: audio may be given up and is counted, control never."""

from __future__ import annotations

import asyncio
from collections import deque

from desktop_app.core.effects import Order, SendAudio

MOST_AUDIO = 1_000
"""Blocks of 10 ms that may wait: 10 s, longer than any hiccup a conversation survives."""


class Outbox:
    """A queue to one session.  Oldest audio is dropped first, for the newest words matter most.

    Attributes:
        dropped: Audio blocks given up because the network lagged.
    """

    def __init__(self, most_audio: int = MOST_AUDIO) -> None:
        self.dropped = 0
        self._orders: deque[Order] = deque()
        self._audio = 0
        self._most_audio = most_audio
        self._news = asyncio.Event()

    def put(self, order: Order) -> None:
        """Queue ``order`` behind what waits."""
        if isinstance(order, SendAudio):
            if self._audio >= self._most_audio:
                self._drop_oldest_audio()
            self._audio += 1
        self._orders.append(order)
        self._news.set()

    async def get(self) -> Order:
        """Return the next order; waits for one."""
        while not self._orders:
            self._news.clear()
            await self._news.wait()
        order = self._orders.popleft()
        if isinstance(order, SendAudio):
            self._audio -= 1
        return order

    def _drop_oldest_audio(self) -> None:
        for i, order in enumerate(self._orders):
            if isinstance(order, SendAudio):
                del self._orders[i]
                self._audio -= 1
                self.dropped += 1
                return
