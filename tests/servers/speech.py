"""Sound for tests, and the measures to judge what became of it.

Signals are float32 in -1..1, mono.  On the wire they are PCM16 at 24 kHz: `to_pcm`, `from_pcm`.
"""

from __future__ import annotations

import io
import shutil
import subprocess
import wave
from dataclasses import dataclass
from functools import cache
from math import gcd
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy import signal  # type: ignore[import-untyped]

Sound = npt.NDArray[np.float32]

RATE_HZ = 24_000
SPEAKING_TIMEOUT_S = 30.0
QUESTION = "What time is it in Berlin?"


@cache
def say(text: str = QUESTION, voice: str = "en", words_per_minute: int = 165) -> Sound:
    """Speak ``text`` (espeak-ng; something of speech's shape where that is missing)."""
    program = shutil.which("espeak-ng")
    if program is None:
        return speech_like(len(text.split()) * 60_000 // words_per_minute, seed=len(text))
    command = [program, "-v", voice, "-s", str(words_per_minute), "--stdout", text]
    done = subprocess.run(command, capture_output=True, check=True, timeout=SPEAKING_TIMEOUT_S)
    return read_wav(io.BytesIO(done.stdout))


def speech_like(duration_ms: int, seed: int = 1) -> Sound:
    """Noise with the spectrum and the syllables of speech."""
    carrier = answer(duration_ms, seed)
    time_s = np.arange(len(carrier)) / RATE_HZ
    syllables = 0.15 + 0.85 * np.clip(np.sin(2 * np.pi * 2.0 * time_s) + 0.4, 0, 1)
    return (carrier * syllables).astype(np.float32)


@cache
def answer(duration_ms: int, seed: int = 7, level: float = 0.2) -> Sound:
    """A sound that no shift of it resembles: steady noise between 200 and 6,000 Hz.

    It has no pause, so every pause in a recording of it is a gap; and it can be aligned to the
    sample, so where it was cut can be measured.
    """
    samples = duration_ms * RATE_HZ // 1000
    noise = np.random.default_rng(seed).standard_normal(samples + RATE_HZ // 10)
    band = signal.butter(4, [200, 6000], "bandpass", fs=RATE_HZ, output="sos")
    shaped = signal.sosfilt(band, noise)[-samples:] if samples else noise[:0]
    loudness = float(np.sqrt(np.mean(np.square(shaped)))) if samples else 1.0
    return np.clip(shaped / loudness * level, -0.98, 0.98).astype(np.float32)


def silence(duration_ms: int) -> Sound:
    """Nothing."""
    return np.zeros(duration_ms * RATE_HZ // 1000, dtype=np.float32)


def joined(*sounds: Sound) -> Sound:
    """One after the other."""
    return np.concatenate(sounds).astype(np.float32)


# --- forms ------------------------------------------------------------------------------------


def to_pcm(sound: Sound) -> bytes:
    """As PCM16, little-endian."""
    return np.round(np.clip(sound, -1, 1) * 32767).astype("<i2").tobytes()


def from_pcm(pcm: bytes) -> Sound:
    """From PCM16, little-endian."""
    return (np.frombuffer(pcm, dtype="<i2") / 32767).astype(np.float32)


def resample(sound: Sound, from_hz: int, to_hz: int) -> Sound:
    """Bring a sound to another rate."""
    if from_hz == to_hz:
        return sound
    common = gcd(from_hz, to_hz)
    resampled = signal.resample_poly(sound, to_hz // common, from_hz // common)
    return np.asarray(resampled, dtype=np.float32)


def read_wav(source: Path | io.BytesIO, rate_hz: int = RATE_HZ) -> Sound:
    """Read a WAV file (PCM16), its first channel, at ``rate_hz``."""
    name = str(source) if isinstance(source, Path) else source
    with wave.open(name, "rb") as file:
        channels, own_hz = file.getnchannels(), file.getframerate()
        frames = file.readframes(file.getnframes())
    # espeak-ng writes a length it does not keep; an odd byte at the end would be half a sample.
    whole = len(frames) // (2 * channels) * (2 * channels)
    return resample(from_pcm(frames[:whole])[::channels].copy(), own_hz, rate_hz)


def write_wav(path: Path, sound: Sound, rate_hz: int = RATE_HZ) -> Path:
    """Write a mono WAV file (PCM16)."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate_hz)
        file.writeframes(to_pcm(sound))
    return path


# --- measures ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Match:
    """Where ``part`` was found in ``whole``: how alike (1 is the same), and at which sample."""

    coefficient: float
    at: int

    def at_ms(self, rate_hz: int = RATE_HZ) -> float:
        return self.at / rate_hz * 1000


def find(part: Sound, whole: Sound) -> Match:
    """Find the place in ``whole`` that is most like ``part``; ``part`` may stick out at either end.

    The coefficient is normalised by the energy under ``part``, so loudness does not matter, but
    what is missing does.
    """
    if not len(part) or not len(whole):
        return Match(0.0, 0)
    a, b = part.astype(np.float64), whole.astype(np.float64)
    products = signal.correlate(b, a, mode="full", method="fft")
    energy = _energy_under(b, len(a))
    scale = np.sqrt(np.maximum(energy, energy.max() * 1e-6) * np.sum(np.square(a)) + 1e-12)
    scores = products / scale
    best = int(np.argmax(scores))
    return Match(float(scores[best]), best - len(a) + 1)


def correlation(part: Sound, whole: Sound) -> float:
    """How alike ``part`` is to the place in ``whole`` that is most like it (1: the same)."""
    return find(part, whole).coefficient


def _energy_under(b: npt.NDArray[np.float64], width: int) -> npt.NDArray[np.float64]:
    """Energy of ``b`` in each window of ``width`` that touches it."""
    sums = np.concatenate([[0.0], np.cumsum(np.square(b))])
    ends = np.arange(1, len(b) + width)
    window = sums[np.minimum(ends, len(b))] - sums[np.maximum(ends - width, 0)]
    # A window with a sliver of `b` in it must not score high by chance.
    least = float(sums[-1]) * min(1.0, width / len(b)) * 0.05
    return np.asarray(np.maximum(window, least), dtype=np.float64)


def _levels(sound: Sound, rate_hz: int, window_ms: float) -> tuple[npt.NDArray[np.float64], int]:
    width = max(1, int(rate_hz * window_ms / 1000))
    count = len(sound) // width
    blocks = sound[: count * width].astype(np.float64).reshape(count, width)
    return np.sqrt(np.mean(np.square(blocks), axis=1)), width


def find_gaps(
    sound: Sound, rate_hz: int = RATE_HZ, *, min_ms: float = 4.0, floor: float = 0.01
) -> list[tuple[float, float]]:
    """Pauses inside a sound that has none of its own: ``(at_ms, length_ms)``, ends left out."""
    levels, width = _levels(sound, rate_hz, 1.0)
    loud = np.flatnonzero(levels >= floor)
    if not len(loud):
        return []
    step = width / rate_hz * 1000
    jumps = np.flatnonzero(np.diff(loud) > 1)
    found = [(float(loud[j] + 1) * step, float(loud[j + 1] - loud[j] - 1) * step) for j in jumps]
    return [gap for gap in found if gap[1] >= min_ms]


def onset_ms(sound: Sound, rate_hz: int = RATE_HZ, floor: float = 0.01) -> float | None:
    """When it begins to sound; None when it never does."""
    loud = np.flatnonzero(np.abs(sound) >= floor)
    return float(loud[0]) / rate_hz * 1000 if len(loud) else None


def offset_ms(sound: Sound, rate_hz: int = RATE_HZ, floor: float = 0.01) -> float | None:
    """When it has fallen silent for good; None when it never sounds."""
    loud = np.flatnonzero(np.abs(sound) >= floor)
    return float(loud[-1] + 1) / rate_hz * 1000 if len(loud) else None


def played_ms(recording: Sound, sent: Sound, rate_hz: int = RATE_HZ, probe_ms: int = 300) -> float:
    """How much of ``sent`` can be heard in ``recording``, from its begin to where it was cut.

    The begin is found by the first ``probe_ms`` of ``sent``; both have the rate ``rate_hz``.
    """
    begin = find(sent[: rate_hz * probe_ms // 1000], recording)
    end = offset_ms(recording[max(0, begin.at) :], rate_hz)
    return 0.0 if end is None or begin.coefficient < 0.5 else end
