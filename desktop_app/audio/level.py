"""How loud sound is: peak, RMS and clipping, for meters that are asked 100 times a second."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from desktop_app.audio.pcm import BLOCK_SAMPLES, FULL_SCALE, Float32, Float64, from_bytes

FLOOR_DBFS = -96.0
# -0.1 dBFS: a converter at its limit may stop a little below full scale.
CLIP_AT = 32_393
# One sample at the limit is a peak well met; some in one block are a clipped wave.
CLIPPED_SAMPLES = 3
# A meter on the screen looks at every third block only, and must not miss the one that clipped.
CLIP_HELD_BLOCKS = 10


@dataclass(frozen=True, slots=True)
class Loudness:
    """Loudness of one block in dBFS (0 is full scale, `FLOOR_DBFS` is silence).

    Attributes:
        rms_dbfs: Root of the mean square.
        peak_dbfs: The largest sample.
        clipped: This block was cut off at the limit, or one of the last 100 ms.
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
    """Measures blocks; keeps its scratch memory, so that nothing is allocated per block."""

    def __init__(self) -> None:
        self._floats = np.empty(BLOCK_SAMPLES, np.float32)
        self._clip_left = 0

    def measure(self, pcm: bytes) -> Loudness:
        """Return the loudness of ``pcm`` (PCM16, mono)."""
        samples = from_bytes(pcm)
        if not len(samples):
            return SILENCE
        # Not abs(): int16 has no +32768.
        peak = max(int(samples.max()), -int(samples.min()))
        self._clip_left = max(0, self._clip_left - 1)
        if peak == 0:
            return SILENCE if not self._clip_left else Loudness(clipped=True)
        if len(samples) > len(self._floats):
            self._floats = np.empty(len(samples), np.float32)
        floats = self._floats[: len(samples)]
        floats[:] = samples
        rms = math.sqrt(float(floats @ floats) / len(samples))
        if peak >= CLIP_AT and np.count_nonzero(np.abs(floats) >= CLIP_AT) >= CLIPPED_SAMPLES:
            self._clip_left = CLIP_HELD_BLOCKS
        clipped = self._clip_left > 0
        return Loudness(dbfs(rms / FULL_SCALE), dbfs(peak / FULL_SCALE), clipped)
