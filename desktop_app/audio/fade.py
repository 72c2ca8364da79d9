"""Ends of sound that do not click, and changes that nobody hears."""

from __future__ import annotations

import numpy as np

from desktop_app.audio.pcm import BYTES_PER_SAMPLE, RATE_HZ, Float32, from_bytes, samples_of_ms

FADE_MS = 5
HOLD_FADE_MS = 20
"""Sound that is only held fades like a breath taken, not like a switch."""


def fade_out(rate_hz: int = RATE_HZ, ms: int = FADE_MS) -> Float32:
    """Return the factors of a fade: from nearly 1 to 0 in ``ms``."""
    count = samples_of_ms(ms, rate_hz)
    return np.linspace(1, 0, count + 1, dtype=np.float32)[1:]


def cross_fade(old: bytes, new: bytes) -> bytes:
    """Return a block (PCM16) that begins as ``old`` and ends as ``new``, which are as long."""
    weight = np.linspace(0, 1, len(new) // BYTES_PER_SAMPLE, dtype=np.float32)
    mixed = from_bytes(old) * (1 - weight) + from_bytes(new) * weight
    return np.rint(mixed).astype("<i2").tobytes()


def swelled(samples: Float32, count: int) -> Float32:
    """Return a copy of ``samples`` whose first ``count`` rise from nearly 0 to 1."""
    swelling = samples.copy()
    rising = min(count, len(samples))
    swelling[:rising] *= np.linspace(0, 1, rising + 1, dtype=np.float32)[1:]
    return swelling
