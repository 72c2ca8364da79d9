"""How loud sound is: peak, RMS and clipping, for meters that people look at."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass

import numpy as np

from desktop_app.audio.pcm import BLOCK_SAMPLES, FULL_SCALE, Float32, Float64, Int16, from_bytes

FLOOR_DBFS = -96.0
# -0.1 dBFS: a converter at its limit may stop a little below full scale.
CLIP_AT = 32_393
# One sample at the limit is a peak well met; some in one block are a clipped wave.
CLIPPED_SAMPLES = 3
KEPT_BLOCKS = 25
"""What nobody asked for is forgotten after so long: 250 ms."""


@dataclass(frozen=True, slots=True)
class Loudness:
    """Loudness in dBFS (0 is full scale, `FLOOR_DBFS` is silence).

    Attributes:
        rms_dbfs: Root of the mean square.
        peak_dbfs: The largest sample.
        clipped: A block was cut off at the limit.
    """

    rms_dbfs: float = FLOOR_DBFS
    peak_dbfs: float = FLOOR_DBFS
    clipped: bool = False


SILENCE = Loudness()


def dbfs(amplitude: float) -> float:
    """Return an amplitude (full scale is 1) in dBFS, not below the floor."""
    return max(FLOOR_DBFS, 20 * math.log10(amplitude)) if amplitude > 0 else FLOOR_DBFS


def power(samples: Float32 | Float64) -> float:
    """Return the mean square of samples, at least one, summed in double precision."""
    return float(np.mean(np.square(samples, dtype=np.float64)))


def block_powers(samples: Float32 | Float64) -> Float64:
    """Return the power of each whole block of 10 ms."""
    count = len(samples) // BLOCK_SAMPLES
    blocks = samples[: count * BLOCK_SAMPLES].reshape(count, BLOCK_SAMPLES)
    return np.asarray(np.mean(np.square(blocks, dtype=np.float64), axis=1), np.float64)


class Meter:
    """Measures when it is asked: what came since the last time.

    One thread may push, and another one read.
    """

    def __init__(self) -> None:
        self._recent: deque[bytes] = deque(maxlen=KEPT_BLOCKS)
        self._last = SILENCE

    def push(self, pcm: bytes) -> None:
        """Take in a block (PCM16, mono) or a few as one."""
        self._recent.append(pcm)

    def read(self) -> Loudness:
        """Return the loudness of what came since the last reading; without any, what it was."""
        pieces = []
        while self._recent:
            pieces.append(self._recent.popleft())
        samples = from_bytes(b"".join(pieces))[-KEPT_BLOCKS * BLOCK_SAMPLES :]
        if len(samples):
            self._last = measured(samples)
        return self._last


def measured(samples: Int16) -> Loudness:
    """Return the loudness of samples, at least one."""
    # Not abs(): int16 has no +32768.
    peak = max(int(samples.max()), -int(samples.min()))
    if peak == 0:
        return SILENCE
    floats = samples.astype(np.float32)
    rms = math.sqrt(float(floats @ floats) / len(floats))
    clipped = peak >= CLIP_AT and _has_clipped(floats)
    return Loudness(dbfs(rms / FULL_SCALE), dbfs(peak / FULL_SCALE), clipped)


def _has_clipped(samples: Float32) -> bool:
    at_limit = np.abs(samples) >= CLIP_AT
    begins = np.arange(0, len(samples), BLOCK_SAMPLES)
    return int(np.add.reduceat(at_limit, begins, dtype=np.intp).max()) >= CLIPPED_SAMPLES
