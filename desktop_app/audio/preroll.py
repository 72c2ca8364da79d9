"""What the microphone heard just before it mattered, so that no first word is lost."""

from __future__ import annotations

from collections import deque

from desktop_app.audio.pcm import BYTES_PER_SAMPLE, samples_of_ms


class Preroll:
    """Keeps the newest blocks of PCM, ``keep_ms`` of them at most."""

    def __init__(self, keep_ms: int) -> None:
        """Prepare an empty ring.

        Args:
            keep_ms: How much to keep; blocks are kept whole or not at all.
        """
        self._limit_bytes = _bytes_of(keep_ms)
        self._blocks: deque[bytes] = deque()
        self._bytes = 0

    def push(self, block: bytes) -> None:
        """Add a block; the oldest ones fall out."""
        self._blocks.append(block)
        self._bytes += len(block)
        while self._bytes > self._limit_bytes:
            self._bytes -= len(self._blocks.popleft())

    def take(self, max_ms: int) -> list[bytes]:
        """Return the newest blocks, ``max_ms`` at most, oldest first; the ring then is empty."""
        room = _bytes_of(max_ms)
        taken: list[bytes] = []
        while self._blocks and len(self._blocks[-1]) <= room:
            block = self._blocks.pop()
            room -= len(block)
            taken.append(block)
        self.clear()
        taken.reverse()
        return taken

    def clear(self) -> None:
        """Forget everything."""
        self._blocks.clear()
        self._bytes = 0


def _bytes_of(ms: int) -> int:
    return samples_of_ms(ms) * BYTES_PER_SAMPLE
