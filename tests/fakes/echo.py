"""An echo canceller that knows one room: the echo comes half as loud, one block later."""

from __future__ import annotations

import numpy as np

from desktop_app.audio.pcm import BLOCK_BYTES, BYTES_PER_SAMPLE, blocks_of, from_bytes, to_bytes

ECHO = 0.5


class FakeEchoCanceller:
    """An `EchoCanceller`.

    Attributes:
        works: It takes the echo out; else it leaves everything as it is.
        calls: Blocks it was given.
        resets: How often it had to forget.
    """

    def __init__(self, delay_samples: int = 24) -> None:
        self.delay_samples = delay_samples
        self.works = True
        self.calls: list[tuple[bytes, bytes | None]] = []
        self.resets = 0
        self._played = self._held = bytes(BLOCK_BYTES)

    def process(self, near: bytes, far: bytes | None) -> bytes:
        """Return ``near`` without the echo, which is the block before ``far``, block by block."""
        played = blocks_of(far) if far else [None] * (len(near) // BLOCK_BYTES)
        return b"".join(map(self._process, blocks_of(near), played))

    def _process(self, near: bytes, far: bytes | None) -> bytes:
        self.calls.append((near, far))
        echo = from_bytes(self._played) * ECHO * self.works
        self._played = far or bytes(BLOCK_BYTES)
        clean = to_bytes(np.rint(from_bytes(near) - echo).astype(np.int16))
        sound = self._held + clean
        self._held = clean
        end = len(sound) - self.delay_samples * BYTES_PER_SAMPLE
        return sound[end - len(near) : end]

    def reset(self) -> None:
        """Forget."""
        self.resets += 1
        self._played = self._held = bytes(BLOCK_BYTES)
