"""Other sample rates and channel counts, for devices that refuse 24 kHz mono."""

from __future__ import annotations

import numpy as np

from desktop_app.audio.pcm import Float32


class Resampler:
    """Brings a stream of mono samples from one rate to another.

    The filter holds a few milliseconds back; `flush` gives them.
    """

    def __init__(self, from_hz: int, to_hz: int, quality: str = "HQ") -> None:
        """Begin; with the quality ``QQ`` hardly anything is held back."""
        import soxr  # type: ignore[import-untyped]  # Lazy: most devices need no resampling.

        self._stream = soxr.ResampleStream(from_hz, to_hz, 1, dtype="float32", quality=quality)

    def push(self, samples: Float32) -> Float32:
        """Return what ``samples`` give so far."""
        out: Float32 = self._stream.resample_chunk(samples)
        return out

    def flush(self) -> Float32:
        """Return what was held back, and begin anew."""
        out: Float32 = self._stream.resample_chunk(np.empty(0, np.float32), last=True)
        self._stream.clear()
        return out


def downmix(interleaved: Float32, channels: int) -> Float32:
    """Return the mean of all channels."""
    mono: Float32 = interleaved.reshape(-1, channels).mean(axis=1, dtype=np.float32)
    return mono
