"""Ends of sound that do not click, and changes that nobody hears."""

from __future__ import annotations

import numpy as np

from desktop_app.audio.pcm import BYTES_PER_SAMPLE, RATE_HZ, Float32, from_bytes, samples_of_ms

FADE_MS = 5


def fade_out(rate_hz: int = RATE_HZ) -> Float32:
    """Return the factors of a fade: from nearly 1 to 0 in `FADE_MS`."""
    count = samples_of_ms(FADE_MS, rate_hz)
    return np.linspace(1, 0, count + 1, dtype=np.float32)[1:]


def cross_fade(old: bytes, new: bytes) -> bytes:
    """Return a block (PCM16) that begins as ``old`` and ends as ``new``, which are as long."""
    weight = np.linspace(0, 1, len(new) // BYTES_PER_SAMPLE, dtype=np.float32)
    mixed = from_bytes(old) * (1 - weight) + from_bytes(new) * weight
    return np.rint(mixed).astype("<i2").tobytes()
