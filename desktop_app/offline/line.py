"""The way to one client: events in, frames out, in order and never without bound.

Answers wait while the client is slow to take them (`room`).  Everything else is queued, and a
client that lets too much pile up is left.
"""

from __future__ import annotations

import asyncio
import itertools
from collections import deque
from collections.abc import Awaitable, Callable, Iterable

from msgspec import structs

from desktop_app.wire.codec import encode_server
from desktop_app.wire.response_events import OutputAudioDelta
from desktop_app.wire.server_events import ServerEvent

MOST_CHARS = 8 * 1024 * 1024
_ROOMY_CHARS = 64 * 1024


class SlowClientError(Exception):
    """The client does not take what it asked for."""


class Line:
    """Numbers, encodes and sends events."""

    def __init__(
        self, send: Callable[[str], Awaitable[None]], most_chars: int = MOST_CHARS
    ) -> None:
        """Use ``send``, which returns when the frame has been handed on."""
        self._send = send
        self._most_chars = most_chars
        self._waiting: deque[tuple[str, str]] = deque()
        self._chars = 0
        self._numbers = itertools.count(1)
        self._changed = asyncio.Event()
        self._overflow = asyncio.Event()
        self._roomy = asyncio.Event()
        self._roomy.set()

    @property
    def waiting_chars(self) -> int:
        """How much waits to be sent."""
        return self._chars

    def say(self, events: Iterable[ServerEvent]) -> None:
        """Queue events, in this order."""
        for event in events:
            sound_of = event.response_id if isinstance(event, OutputAudioDelta) else ""
            numbered = structs.replace(event, event_id=f"event_{next(self._numbers)}")
            frame = encode_server(numbered)
            self._waiting.append((frame, sound_of))
            self._chars += len(frame)
        self._note()

    def drop_sound(self, response_id: str) -> None:
        """Forget the sound of a response that waits: nobody wants to hear it any more."""
        self._waiting = deque(
            (frame, sound_of) for frame, sound_of in self._waiting if sound_of != response_id
        )
        self._chars = sum(len(frame) for frame, _ in self._waiting)
        self._note()

    async def room(self) -> None:
        """Wait until the client has taken most of what was said."""
        await self._roomy.wait()

    async def run(self) -> None:
        """Send, until cancelled."""
        while True:
            await self._changed.wait()
            self._changed.clear()
            while self._waiting:
                frame, _ = self._waiting.popleft()
                self._chars -= len(frame)
                await self._send(frame)
                self._note()

    async def watch(self) -> None:
        """Wait until too much is waiting, which is the end of the session.

        Raises:
            SlowClientError: It is.
        """
        await self._overflow.wait()
        raise SlowClientError

    def _note(self) -> None:
        self._changed.set()
        if self._chars > self._most_chars:
            self._overflow.set()
        if self._chars > _ROOMY_CHARS:
            self._roomy.clear()
        else:
            self._roomy.set()
