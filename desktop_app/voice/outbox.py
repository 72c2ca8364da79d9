"""What waits for the network: audio may be given up and is counted, control never."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable

from desktop_app.audio.pcm import BYTES_PER_SAMPLE, RATE_HZ
from desktop_app.core.effects import Order, SendAudio

MOST_AUDIO_BYTES = 10 * RATE_HZ * BYTES_PER_SAMPLE
"""Ten seconds of sound may wait: longer than any hiccup a conversation survives."""


class Outbox:
    """A queue to one session.  Oldest audio is dropped first, for the newest words matter most.

    Whoever takes the orders may wait for the network, and for that must be woken.  Sound comes a
    hundred times a second and hardly ever waits: `at_once` takes it without that detour.

    Attributes:
        at_once: Passes sound on if that needs no waiting, and returns whether it did; it is asked
            while nothing else waits or is on its way.
        dropped: Pieces of audio given up because the network lagged.
    """

    def __init__(self, most_audio_bytes: int = MOST_AUDIO_BYTES) -> None:
        self.dropped = 0
        self.at_once: Callable[[SendAudio], bool] = _never
        self._awaited = False
        self._orders: deque[Order] = deque()
        self._audio_bytes = 0
        self._most_audio_bytes = most_audio_bytes
        self._news = asyncio.Event()

    def put(self, order: Order) -> None:
        """Send ``order`` at once, or queue it behind what waits."""
        if self._goes_at_once(order):
            return
        if isinstance(order, SendAudio):
            self._audio_bytes += len(order.pcm)
        self._orders.append(order)
        while self._audio_bytes > self._most_audio_bytes:
            self._drop_oldest_audio()
        if self._orders:
            self._news.set()

    async def get(self) -> Order:
        """Return the next order; waits for one.  The one before counts as sent."""
        self._awaited = True
        while not self._news.is_set():
            await self._news.wait()
        self._awaited = False
        order = self._orders.popleft()
        if isinstance(order, SendAudio):
            self._audio_bytes -= len(order.pcm)
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
                self._audio_bytes -= len(order.pcm)
                self.dropped += 1
                return


def _never(order: SendAudio) -> bool:
    """Leave all to whoever takes the orders."""
    return False
