"""Ends of sound that do not click."""

from __future__ import annotations

import numpy as np

from desktop_app.audio.pcm import RATE_HZ, Float32, samples_of_ms

FADE_MS = 5


def fade_out(rate_hz: int = RATE_HZ) -> Float32:
    """Return the factors of a fade: from nearly 1 to 0 in `FADE_MS`."""
    count = samples_of_ms(FADE_MS, rate_hz)
    return np.linspace(1, 0, count + 1, dtype=np.float32)[1:]
