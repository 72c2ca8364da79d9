"""What a recording tells of the microphone it comes from: noise, clipping, death, telephone band.

All arrays are float, mono, at 24 kHz; full scale is 1.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from desktop_app.audio.level import CLIP_AT, CLIPPED_SAMPLES, block_powers, dbfs, power
from desktop_app.audio.pcm import BLOCK_SAMPLES, FULL_SCALE, RATE_HZ, Float32, Float64

DEAD_PEAK = 4 / FULL_SCALE
"""A microphone in a room never stays within so little; an input with nothing behind it does."""
ROUNDING_DB = -141.9
"""Level of the noise that rounding to 16 bits makes, in dBFS per hertz: 1/12 LSB² over 12 kHz."""
CLEAR_DB = 9.0
"""So much above the rounding a spectrum must stand to say anything."""
CLIFF_DB = 16.0
"""Rooms and voices fall by less between neighbouring pitches; a telephone's edge by more."""
EDGES_HZ = ((4_000, (2_300, 3_200), (4_500, 5_700)), (8_000, (5_900, 7_200), (8_600, 10_300)))
"""The telephone's two bands: where each ends, where it must be heard, where nothing may be."""
FULL_BAND_HZ = 12_000
VOICE_OVER_NOISE_DB = 12.0
LEAST_VOICE_DBFS = -58.0
LEAST_VOICE_MS = 300


def blocks_db(sound: Float32) -> Float64:
    """Return the loudness of each block of 10 ms, in dBFS."""
    powers = np.maximum(block_powers(sound), 10 ** (dbfs(0) / 10))
    return np.asarray(10 * np.log10(powers))


def noise_dbfs(quiet: Float32) -> float:
    """Return how loud the room is while nobody makes a sound on purpose, in dBFS."""
    levels = blocks_db(quiet)
    return float(np.median(levels)) if len(levels) else dbfs(0)


def is_zeroed(sound: Float32) -> bool:
    """Whether the system gives exact silence in place of the microphone's sound."""
    return not sound.any()


def is_dead(sound: Float32) -> bool:
    """Whether nothing is behind the input but its own last bit; a constant offset is nothing."""
    return not len(sound) or float(np.ptp(sound)) <= 2 * DEAD_PEAK


def clipped_share(sound: Float32) -> float:
    """Return which share of the blocks is cut off at full scale, from 0 to 1."""
    count = len(sound) // BLOCK_SAMPLES
    if not count:
        return 0.0
    blocks = np.abs(sound[: count * BLOCK_SAMPLES]).reshape(count, BLOCK_SAMPLES)
    return float(np.mean((blocks >= CLIP_AT / FULL_SCALE).sum(axis=1) >= CLIPPED_SAMPLES))


def band_hz(sound: Float32) -> int | None:
    """Return up to which pitch there is sound: 4,000, 8,000 or 12,000; None: it is too soft."""
    pitches, level_db = _spectrum(sound)

    def mean_db(low_hz: int, high_hz: int) -> float:
        return float(np.mean(level_db[(pitches >= low_hz) & (pitches < high_hz)]))

    sure = True
    for edge_hz, below_hz, above_hz in EDGES_HZ:
        below, above = mean_db(*below_hz), mean_db(*above_hz)
        if below - above >= CLIFF_DB:
            return edge_hz
        # What is missing above may only be too soft, and lie under the rounding.
        sure = above >= ROUNDING_DB + CLEAR_DB
    return FULL_BAND_HZ if sure else None


@dataclass(frozen=True, slots=True)
class Left:
    """What a canceller left of an echo.

    Attributes:
        removed_db: By how much it made the echo softer.
        left_dbfs: How loud the loudest fifth of a second of it still is.
        noise_dbfs: How loud the room is behind the canceller.
    """

    removed_db: float
    left_dbfs: float
    noise_dbfs: float


def echo_left(near: Float32, clean: Float32, echoing: npt.NDArray[np.bool_], quiet: slice) -> Left:
    """Compare the sound before and behind the canceller.

    Args:
        near: Before.
        clean: Behind, as long as ``near``.
        echoing: Where the echo sounds, and the canceller has had its time to learn.
        quiet: A stretch without echo.
    """
    before, behind = (_power_over_noise(sound, echoing, quiet) for sound in (near, clean))
    return Left(
        removed_db=10 * float(np.log10(before / behind)) if before > 0 else 0.0,
        left_dbfs=_loudest(clean, echoing),
        noise_dbfs=noise_dbfs(clean[quiet]),
    )


def voice_dbfs(sound: Float32, noise: float) -> float | None:
    """Return how loud somebody speaks, in dBFS; None when nobody does.

    Args:
        sound: A few seconds in which the user was asked to speak.
        noise: The room's noise in dBFS.
    """
    levels = blocks_db(sound)
    loud = levels[levels > max(noise + VOICE_OVER_NOISE_DB, LEAST_VOICE_DBFS)]
    if len(loud) * BLOCK_SAMPLES * 1000 // RATE_HZ < LEAST_VOICE_MS:
        return None
    return float(10 * np.log10(np.mean(10 ** (loud / 10))))


def _power_over_noise(sound: Float32, echoing: npt.NDArray[np.bool_], quiet: slice) -> float:
    """Return the power of the echo, at least a tenth of the noise's: no more can be told."""
    noise = power(sound[quiet])
    return max(power(sound[echoing]) - noise, noise / 10, 1e-12)


def _loudest(sound: Float32, where: npt.NDArray[np.bool_]) -> float:
    power = np.where(where, sound.astype(np.float64) ** 2, 0)
    width = BLOCK_SAMPLES * 20
    sums = np.cumsum(np.concatenate([[0.0], power]))
    if len(sums) <= width:
        return dbfs(0)
    return dbfs(float(np.sqrt(np.max(sums[width:] - sums[:-width]) / width)))


def _spectrum(sound: Float32) -> tuple[Float64, Float64]:
    """Return pitches in Hz and the mean level at each, in dBFS per hertz."""
    size = 1024
    pitches: Float64 = np.arange(size // 2 + 1, dtype=np.float64) * RATE_HZ / size
    count = max(0, (len(sound) - size) // (size // 2) + 1)
    if not count:
        return pitches, np.full(len(pitches), ROUNDING_DB, np.float64)
    window = np.hanning(size)
    at = np.arange(size) + size // 2 * np.arange(count)[:, None]
    power = np.abs(np.fft.rfft(sound[at] * window)) ** 2
    density = np.mean(power, axis=0) * 2 / (RATE_HZ * np.sum(window**2))
    level_db: Float64 = 10 * np.log10(np.maximum(density, 1e-20))
    return pitches, level_db
