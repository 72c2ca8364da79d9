"""Rooms made of numbers: what a microphone hears of a loudspeaker and of the people in the room.

Everything is mono, 24 kHz, float32 in -1..1.  A voice of somebody before the microphone has
`VOICE_DBFS` while it sounds; the echo is given in relation to it.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy import signal  # type: ignore[import-untyped]

from tests.servers import speech
from tests.servers.speech import RATE_HZ, Sound

VOICE_DBFS = -26.0
DRIVE = 3.0
"""How far a loudspeaker that clips is driven into its limit."""
LIBRIVOX = Path("/usr/share/pocketsphinx/test/data/librivox")
"""Sentences of a real reader (Debian: pocketsphinx-testdata)."""


@dataclass(frozen=True, slots=True)
class Room:
    """The way from a loudspeaker to a microphone.

    Attributes:
        delay_ms: From our hands through the devices and the air and back.
        reverb_ms: Time in which a sound decays by 60 dB.
        echo_db: Loudness of the echo against a voice; None: headphones.
        skew_ppm: How much faster the clock of the microphone is than that of the loudspeaker.
        clips: The loudspeaker is too small for how loud it is.
        noise_dbfs: Noise of room and microphone.
        direct_db: Loudness of the direct sound against the reverberation.
        seed: Another one is another room.
    """

    delay_ms: float = 60.0
    reverb_ms: float = 150.0
    echo_db: float | None = 0.0
    skew_ppm: float = 0.0
    clips: bool = False
    noise_dbfs: float = -65.0
    direct_db: float = 0.0
    seed: int = 1

    def hear(self, played: Sound, spoken: Sound | None = None) -> Sound:
        """What the microphone hears while ``played`` is handed to the loudspeaker."""
        heard = noise(len(played), self.noise_dbfs, self.seed)
        if self.echo_db is not None:
            heard += self.echo(played)
        if spoken is not None:
            heard[: len(spoken)] += spoken[: len(heard)]
        return np.clip(heard, -1, 1).astype(np.float32)

    def echo(self, played: Sound) -> Sound:
        """The echo alone."""
        assert self.echo_db is not None
        peak = float(np.abs(played).max()) or 1.0
        sound = np.tanh(DRIVE * played / peak) * peak / DRIVE if self.clips else played
        sound = _skewed(np.asarray(sound, np.float32), self.skew_ppm)
        echo = signal.fftconvolve(sound, self._response())[: len(played)]
        return as_loud(np.pad(echo, (0, len(played) - len(echo))), VOICE_DBFS + self.echo_db)

    def _response(self) -> Sound:
        """Impulse response: the direct sound, and noise that decays."""
        rng = np.random.default_rng(self.seed)
        count = max(1, round(self.reverb_ms * RATE_HZ / 1000))
        tail = rng.standard_normal(count) * 10 ** (-3 * np.arange(count) / count)
        tail[: 2 * RATE_HZ // 1000] = 0  # Nothing is reflected in the first two milliseconds.
        tail *= 10 ** (-self.direct_db / 20) / max(1e-9, float(np.sqrt(np.sum(np.square(tail)))))
        silence = np.zeros(round(self.delay_ms * RATE_HZ / 1000))
        return np.concatenate([silence, [1.0], tail]).astype(np.float32)


def _skewed(sound: Sound, ppm: float) -> Sound:
    import soxr  # type: ignore[import-untyped]

    if not ppm:
        return sound
    return np.asarray(soxr.resample(sound, RATE_HZ, RATE_HZ * (1 + ppm * 1e-6)), np.float32)


def noise(samples: int, dbfs: float, seed: int = 1) -> Sound:
    """Even noise."""
    white = np.random.default_rng(1000 + seed).standard_normal(samples)
    return (white * 10 ** (dbfs / 20)).astype(np.float32)


def loudness_dbfs(sound: Sound) -> float:
    """Mean loudness of where it sounds."""
    power = np.square(sound.astype(np.float64))
    sounding = power > power.mean() * 0.05
    return float(10 * np.log10(power[sounding].mean())) if sounding.any() else -np.inf


def as_loud(sound: Sound, dbfs: float) -> Sound:
    """The same, as loud as asked for."""
    now = loudness_dbfs(sound)
    return sound if np.isinf(now) else (sound * 10 ** ((dbfs - now) / 20)).astype(np.float32)


# --- voices -----------------------------------------------------------------------------------

TOLD = (
    "The Nile is a long river in Africa. It flows north through eleven countries, to the sea.",
    "Heat pumps move warmth from outside into the house, and need little electricity for it.",
    "Here are three ideas: a book, a good bottle of olive oil, or a walk along the shore.",
    "She had a fine collection of old maps, and she would show them to anybody who asked.",
)
ASKED = (
    "Stop, I wanted to know something else.",
    "Wait a moment please, that is not what I meant.",
    "No, tell me about the Rhine instead.",
    "Could you say that again, but more slowly?",
)
ASSISTANTS = ("en-gb-x-rp", "en+f3", "en-us+m5", "en-us+f1")
USERS = ("en-029", "en+m6", "en-us+f5", "en-gb-x-gbclan")
"""Nothing in the program was tuned with these voices."""


def told(seconds: float, seed: int = 0, dbfs: float = -20.0) -> Sound:
    """An assistant that speaks for so long, in several voices, with short pauses."""
    return _talk(seconds, seed, TOLD, ASSISTANTS, dbfs)


def asked(seconds: float, seed: int = 0) -> Sound:
    """Somebody who speaks for so long."""
    return _talk(seconds, seed, ASKED, USERS, VOICE_DBFS)


def _talk(
    seconds: float, seed: int, texts: tuple[str, ...], voices: tuple[str, ...], dbfs: float
) -> Sound:
    rng = np.random.default_rng(seed)
    parts: list[Sound] = []
    while sum(map(len, parts)) < seconds * RATE_HZ:
        text, voice = texts[rng.integers(len(texts))], voices[rng.integers(len(voices))]
        parts.append(as_loud(speech.say(text, voice), dbfs))
        parts.append(speech.silence(int(rng.integers(50, 500))))
    return np.concatenate(parts)[: round(seconds * RATE_HZ)]


@functools.cache
def real_reader() -> Sound | None:
    """A real person, reading; None where the recordings are not installed."""
    files = sorted(LIBRIVOX.glob("*.wav"))
    return (
        as_loud(np.concatenate([speech.read_wav(f) for f in files]), VOICE_DBFS) if files else None
    )
