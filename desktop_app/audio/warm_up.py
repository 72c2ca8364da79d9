"""Keeps back what a canceller leaves of an echo while it does not know the room yet.

For a second or two of the first echo some of it slips through, loud enough to be taken for
somebody who interrupts.
"""

from __future__ import annotations

import numpy as np

from desktop_app.audio.pcm import FULL_SCALE, blocks_of, from_bytes, to_bytes, to_floats

LEARNING_MS = 2_500
"""So much of its own sound it hears until it knows the room."""
HELD_BACK = 0.003
"""What remains of what is held back: 50 dB less."""
MOSTLY_VOICE = 0.4
"""If so much of the power passes the canceller, somebody talks, and is let through."""
SMOOTHING = 0.15
"""Weight of the newest block in the power: about 70 ms."""


class WarmUp:
    """Watches blocks of 10 ms before and after the canceller, from its first one on.

    One or a few come at once.
    """

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """The canceller has forgotten the room."""
        self._left_ms = LEARNING_MS
        self._before = self._after = 0.0
        self._factor = 1.0

    @property
    def over(self) -> bool:
        """Whether the room is known."""
        return not self._left_ms

    def learns(self, ms: int) -> None:
        """Note that the canceller was given so much of what is played."""
        self._left_ms = max(0, self._left_ms - ms)

    def hold_back(self, before: bytes, after: bytes) -> bytes:
        """Return ``after`` (what is left of ``before``), hardly audible if it is echo."""
        if not self._left_ms and self._factor == 1.0:
            return after
        pairs = zip(blocks_of(before), blocks_of(after), strict=True)
        return b"".join(self._held_back(*pair) for pair in pairs)

    def _held_back(self, before: bytes, after: bytes) -> bytes:
        self._before += SMOOTHING * (_power(before) - self._before)
        self._after += SMOOTHING * (_power(after) - self._after)
        old = self._factor
        voice = self._after > MOSTLY_VOICE * self._before
        self._factor = 1.0 if voice or not self._left_ms else HELD_BACK
        if old == self._factor == 1.0:
            return after
        factors = np.linspace(old, self._factor, len(after) // 2, dtype=np.float32)
        return to_bytes(to_floats(after) * factors)


def _power(pcm: bytes) -> float:
    samples = from_bytes(pcm).astype(np.float32)
    return float(samples @ samples) / (FULL_SCALE**2 * max(1, len(samples)))
