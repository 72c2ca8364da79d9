"""PCM16, mono, 24 kHz: the one form of sound that moves between the parts of the program."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

RATE_HZ = 24_000
BYTES_PER_SAMPLE = 2
BLOCK_MS = 10
BLOCK_SAMPLES = RATE_HZ * BLOCK_MS // 1000
BLOCK_BYTES = BLOCK_SAMPLES * BYTES_PER_SAMPLE
FULL_SCALE = 32_768
_LOWEST, _HIGHEST = np.float32(-FULL_SCALE), np.float32(FULL_SCALE - 1)

Int16 = npt.NDArray[np.int16]
Float32 = npt.NDArray[np.float32]
Float64 = npt.NDArray[np.float64]


def from_bytes(pcm: bytes) -> Int16:
    """View PCM bytes as samples, without a copy.

    Raises:
        ValueError: If ``pcm`` has an odd number of bytes.
    """
    return np.frombuffer(pcm, dtype="<i2")


def to_bytes(samples: Int16 | Float32) -> bytes:
    """Return samples as PCM bytes; floats are scaled, rounded and clipped."""
    if samples.dtype.kind == "f":
        scaled = samples * np.float32(FULL_SCALE)
        np.rint(scaled, out=scaled)
        # Half the time of `np.clip`, which matters for blocks as short as ours.
        np.minimum(np.maximum(scaled, _LOWEST, out=scaled), _HIGHEST, out=scaled)
        samples = scaled.astype(np.int16)
    return samples.astype("<i2", copy=False).tobytes()


def to_floats(pcm: bytes) -> Float32:
    """Return PCM bytes as floats from -1 to 1.

    Raises:
        ValueError: If ``pcm`` has an odd number of bytes.
    """
    return np.multiply(from_bytes(pcm), np.float32(1 / FULL_SCALE), dtype=np.float32)


def blocks_of(pcm: bytes) -> list[bytes]:
    """Cut PCM bytes into blocks of 10 ms; the last may be shorter."""
    return [pcm[at : at + BLOCK_BYTES] for at in range(0, len(pcm), BLOCK_BYTES)]


def to_ms(samples: int, rate_hz: int = RATE_HZ) -> int:
    """Return how many whole milliseconds ``samples`` last."""
    return samples * 1000 // rate_hz


def samples_of_ms(ms: int, rate_hz: int = RATE_HZ) -> int:
    """Return how many samples last ``ms``."""
    return ms * rate_hz // 1000
