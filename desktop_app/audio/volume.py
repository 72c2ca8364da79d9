"""How loud speech is played."""

from __future__ import annotations

import numpy as np

from desktop_app.audio.pcm import BYTES_PER_SAMPLE, samples_of_ms, to_bytes, to_floats

RAMP_MS = 20
"""A change takes so long: faster ones click, and slower ones are heard as such."""

FULL = 100


def factor_of(percent: float) -> float:
    """Return by what to multiply samples: the square, for ears hear ratios (50 %: -12 dB)."""
    return (min(FULL, max(0.0, percent)) / FULL) ** 2


class Volume:
    """Takes PCM16 as it comes, in pieces of any size.

    At full volume the bytes pass as they are.
    """

    def __init__(self, percent: float = FULL) -> None:
        self._factor = self._wanted = factor_of(percent)
        self._left = 0
        self._half, self._item = b"", ""

    def set_percent(self, percent: float) -> None:
        """Change the volume of what comes from now on."""
        wanted = factor_of(percent)
        if wanted != self._wanted:
            self._wanted, self._left = wanted, samples_of_ms(RAMP_MS)

    def applied(self, item_id: str, pcm: bytes) -> bytes:
        """Return ``pcm`` of an item as loud as it is to be; half a sample waits for the other."""
        if item_id == self._item:
            pcm = self._half + pcm
        self._item = item_id
        whole = len(pcm) // BYTES_PER_SAMPLE * BYTES_PER_SAMPLE
        pcm, self._half = pcm[:whole], pcm[whole:]
        if self._factor == self._wanted == 1 or not pcm:
            return pcm
        samples = to_floats(pcm)
        ramp = min(self._left, len(samples))
        factors = np.full(len(samples), self._wanted, np.float32)
        if ramp:
            step = (self._wanted - self._factor) / self._left
            factors[:ramp] = self._factor + step * np.arange(1, ramp + 1)
            self._factor, self._left = self._factor + step * ramp, self._left - ramp
        if not self._left:
            self._factor = self._wanted
        return to_bytes(samples * factors)

    def cut(self) -> None:
        """What comes next joins nothing: it begins whole, and at its own volume."""
        self._half, self._factor, self._left = b"", self._wanted, 0
