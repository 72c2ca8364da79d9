"""G.711, the telephone's two ways to put a sample in a byte, by table.  Pure.

Source: ITU-T recommendation G.711.
"""

from __future__ import annotations

import functools
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from desktop_app.audio.pcm import RATE_HZ

Pcm = npt.NDArray[np.int16]
Law = Literal["audio/pcmu", "audio/pcma"]
TELEPHONE_HZ = 8_000


def decoded(data: bytes, law: Law) -> Pcm:
    """Samples of the bytes, at the telephone's rate."""
    return _table(law)[np.frombuffer(data, np.uint8)]


def encoded(pcm: Pcm, law: Law) -> bytes:
    """Bytes of the samples: of the 256 levels the nearest."""
    table = _table(law)
    order = np.argsort(table, kind="stable")
    levels = table[order].astype(np.int32)
    between = (levels[1:] + levels[:-1]) / 2
    return order[np.searchsorted(between, pcm)].astype(np.uint8).tobytes()


class FromTelephone:
    """One stream of a caller's sound, brought to 24 kHz."""

    def __init__(self, law: Law) -> None:
        self.law: Law = law
        self._resampler = _resampler(TELEPHONE_HZ, RATE_HZ)

    def take(self, data: bytes) -> Pcm:
        """Bring the next bytes to 24 kHz."""
        return np.asarray(self._resampler.resample_chunk(decoded(data, self.law)), np.int16)


class ToTelephone:
    """One stream of speech, brought to the caller's telephone."""

    def __init__(self, law: Law) -> None:
        self.law: Law = law
        self._resampler = _resampler(RATE_HZ, TELEPHONE_HZ)

    def take(self, pcm: Pcm, last: bool = False) -> bytes:
        """Bring the next samples to the telephone; ``last`` gives what is still inside as well."""
        return encoded(np.asarray(self._resampler.resample_chunk(pcm, last=last)), self.law)


def _resampler(from_hz: int, to_hz: int) -> Any:
    import soxr  # type: ignore[import-untyped]  # Lazy: telephones are rare.

    return soxr.ResampleStream(from_hz, to_hz, 1, dtype="int16", quality="MQ")


@functools.cache
def _table(law: Law) -> Pcm:
    """The level of each byte, 16 bit."""
    if law == "audio/pcmu":
        bits = ~np.arange(256) & 0xFF
        size = (((bits & 0x0F) << 3) + 0x84 << ((bits & 0x70) >> 4)) - 0x84
        return np.where(bits & 0x80, -size, size).astype(np.int16)
    bits = np.arange(256) ^ 0x55
    segment, step = (bits & 0x70) >> 4, (bits & 0x0F) << 4
    size = np.where(segment == 0, step + 8, (step + 0x108) << np.maximum(segment - 1, 0))
    return np.where(bits & 0x80, size, -size).astype(np.int16)
