"""The way of sound from the speaker to the microphone, found by what was played and what was heard.

Both are recorded side by side: sample 1000 of ``far`` went to the device when sample 1000 of
``near`` came from the microphone.  All arrays are float, mono, at 24 kHz; full scale is 1.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from desktop_app.audio.level import block_powers, dbfs, power
from desktop_app.audio.pcm import RATE_HZ, Float32, Float64, samples_of_ms

EARLIEST_MS = -200
LATEST_MS = 750
"""Where the echo is looked for; before 0 it would arrive before its sound was taken."""
CHANCE_MS = (-1_400, -400)
"""Where there can be no echo: what is found there is found by chance."""
SURE = 9.0
"""An echo stands out by so much from what chance finds, whose largest of 18,000 values is 4."""
DIRECT = 0.5
"""The first arrival may be weaker than a reflection, but not by more."""
RINGS_MS = 400
NARROW_MS = 4
BAND_HZ = (120.0, 11_000.0)
ACTIVE_DBFS = -60.0
LOUDER_THAN_NOISE = 4.0


@dataclass(frozen=True, slots=True)
class RoundTrip:
    """How the microphone hears the speaker.

    Attributes:
        delay_ms: From the moment the device took a sound until the microphone heard it.
        gain_db: How loud it came back, against what was played.
        echo_dbfs: How loud it came back.
        likeness: How much of what was heard is nothing but what was played: 1 all, 0 nothing.
    """

    delay_ms: float
    gain_db: float
    echo_dbfs: float
    likeness: float


def find_round_trip(near: Float32, far: Float32) -> RoundTrip | None:
    """Return the way, or None when nothing of ``far`` can be found in ``near``."""
    if not far.any() or not near.any():
        return None
    size = _fast_size(len(far) + samples_of_ms(LATEST_MS - CHANCE_MS[0]))
    played, heard = np.fft.rfft(far, size), np.fft.rfft(near, size)
    answer = _impulse_answer(played, heard, size)
    early, late = samples_of_ms(EARLIEST_MS), samples_of_ms(LATEST_MS)
    window = np.abs(np.roll(answer, -early)[: late - early])
    chance = _part(answer, *CHANCE_MS)
    noise = float(np.sqrt(np.mean(chance**2)))
    top = float(window.max())
    if top < SURE * noise or top <= 0:
        return None
    arrival = int(np.argmax(window >= max(DIRECT * top, SURE * noise / 2))) + early
    ring = _echo(played, answer, arrival - samples_of_ms(NARROW_MS), samples_of_ms(RINGS_MS), size)
    copy = _echo(
        played, answer, arrival - samples_of_ms(NARROW_MS), 2 * samples_of_ms(NARROW_MS), size
    )
    sounding = active(far, arrival)
    played_dbfs = loudness(far, active(far))
    echo_dbfs = loudness(ring[: len(near)], sounding)
    if (gain_db := _gain_db(near, far, arrival)) is not None:
        echo_dbfs = max(echo_dbfs, played_dbfs + gain_db)
    return RoundTrip(
        delay_ms=arrival * 1000 / RATE_HZ,
        gain_db=echo_dbfs - played_dbfs,
        echo_dbfs=echo_dbfs,
        likeness=_likeness(near[sounding], copy[: len(near)][sounding]),
    )


def active(far: Float32, later: int = 0) -> npt.NDArray[np.bool_]:
    """Return, for each sample, whether ``far`` sounds; ``later`` samples later."""
    width = samples_of_ms(10)
    count = len(far) // width
    blocks = np.abs(far[: count * width]).reshape(count, width).max(axis=1)
    mask = np.zeros(len(far), np.bool_)
    mask[: count * width] = np.repeat(blocks > 1e-3, width)
    return _shifted(mask, later)


def loudness(sound: Float32 | Float64, where: npt.NDArray[np.bool_]) -> float:
    """Return the RMS of ``sound`` where it is asked for, in dBFS."""
    if not where.any():
        return dbfs(0)
    return dbfs(math.sqrt(power(sound[where])))


def _impulse_answer(
    played: npt.NDArray[np.complex128], heard: npt.NDArray[np.complex128], size: int
) -> Float64:
    """Return what the microphone would hear of a click; what lies before 0 stands at the end."""
    power = np.abs(played) ** 2
    pitches = np.fft.rfftfreq(size, 1 / RATE_HZ)
    heard_of = (pitches > BAND_HZ[0]) & (pitches < BAND_HZ[1])
    # Pitches that were hardly played say nothing, and must not be blown up.
    least = 0.02 * float(np.mean(power))
    return np.fft.irfft(np.where(heard_of, heard * np.conj(played) / (power + least), 0), size)


def _echo(
    played: npt.NDArray[np.complex128], answer: Float64, begin: int, length: int, size: int
) -> Float64:
    """Return the echo that a stretch of the impulse answer makes."""
    stretch = np.zeros(size)
    at = np.arange(begin, begin + length) % size
    stretch[at] = answer[at]
    return np.fft.irfft(played * np.fft.rfft(stretch), size)


def _gain_db(near: Float32, far: Float32, later: int) -> float | None:
    """Return by how much louder ``near`` is than ``far``; None when the room's noise hides it.

    Clocks that differ smear the impulse answer, and what is smeared looks softer; power does not
    mind.
    """
    played = block_powers(far)
    heard = block_powers(np.roll(near, -later))
    sounding = played > 10 ** (ACTIVE_DBFS / 10)
    noise = float(np.median(heard[: max(1, int(np.argmax(sounding)))]))
    echo = float(np.median(heard[sounding] / played[sounding]))
    if echo * float(np.median(played[sounding])) < LOUDER_THAN_NOISE * noise:
        return None
    over = np.maximum(heard[sounding] - noise, 1e-12) / played[sounding]
    return 10 * float(np.log10(np.median(over)))


def _likeness(heard: Float32, copy: Float64) -> float:
    norm = float(np.linalg.norm(heard) * np.linalg.norm(copy))
    return float(heard @ copy) / norm if norm > 0 else 0.0


def _part(answer: Float64, begin_ms: int, end_ms: int) -> Float64:
    at = np.arange(samples_of_ms(begin_ms), samples_of_ms(end_ms)) % len(answer)
    return answer[at]


def _shifted(mask: npt.NDArray[np.bool_], later: int) -> npt.NDArray[np.bool_]:
    moved = np.zeros_like(mask)
    if later >= 0:
        moved[later:] = mask[: len(mask) - later]
    else:
        moved[:later] = mask[-later:]
    return moved


def _fast_size(least: int) -> int:
    """Return a power of two that has room for ``least`` samples."""
    return 1 << (least - 1).bit_length()
