"""What waits for the network: audio may be given up and is counted, control never."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable

from desktop_app.core.effects import Order, SendAudio

MOST_AUDIO = 1_000
"""Blocks of 10 ms that may wait: 10 s, longer than any hiccup a conversation survives."""


class Outbox:
    """A queue to one session.  Oldest audio is dropped first, for the newest words matter most.

    While it is `patient` it gives blocks of audio out by two: the first waits for 10 ms, and the
    network has half the work.

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
        self._patient = False
        self._orders: deque[Order] = deque()
        self._audio = 0
        self._most_audio = most_audio
        self._news = asyncio.Event()

    @property
    def patient(self) -> bool:
        """Whether a lone block of audio waits for the next."""
        return self._patient

    @patient.setter
    def patient(self, value: bool) -> None:
        self._patient = value
        if self._orders:
            self._news.set()  # The second block may never come.

    def put(self, order: Order) -> None:
        """Queue ``order`` behind what waits."""
        if isinstance(order, SendAudio):
            if self._audio >= self._most_audio:
                self._drop_oldest_audio()
            self._audio += 1
        self._orders.append(order)
        if self._patient and len(self._orders) == self._audio == 1:
            return
        if not self._passed_on():
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
            if self._patient and self._orders and isinstance(second := self._orders[0], SendAudio):
                self._orders.popleft()
                self._audio -= 1
                order = SendAudio(order.pcm + second.pcm)
        if not self._orders:
            self._news.clear()
        return order

    def _passed_on(self) -> bool:
        """Whether all that waits was sound and has gone."""
        few = len(self._orders) == self._audio == (2 if self._patient else 1)
        if not (few and self._awaited):
            return False
        pcm = b"".join(order.pcm for order in self._orders if isinstance(order, SendAudio))
        if not self.at_once(SendAudio(pcm)):
            return False
        self._orders.clear()
        self._audio = 0
        self._news.clear()
        return True

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
