"""Forty rooms, desks and mishaps, each with what the Doctor must say of it.

Everything is computed: a room is noise that dies away, a microphone's noise is pink.  What a set-up
must be judged as follows from how it was made, never from what was measured of it.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt
from scipy import signal  # type: ignore[import-untyped]

from desktop_app.adapters.echo import find_canceller
from desktop_app.audio.check_tune import check_tune
from desktop_app.audio.pcm import BLOCK_BYTES, RATE_HZ, to_bytes
from desktop_app.core.problems import Kind, Problem
from desktop_app.core.sound_check import Findings, Mode, Note, Trouble, Verdict, judge
from desktop_app.voice.findings import Recording, findings_of
from tests.servers import speech

Sound = npt.NDArray[np.float64]

NOTHING_DB = -200.0
BEFORE_S, AFTER_S = 0.9, 0.9
GONE = Problem(Kind.NO_MICROPHONE, "No microphone was found", "Plug in a microphone.")
MUTE = Problem(Kind.NO_SPEAKER, "No speaker was found", "Plug in a speaker.")


@dataclass(frozen=True, slots=True)
class Setup:
    """One desk, and what is true of it.

    Attributes:
        delay_ms: From playing to hearing.
        echo_db: Loudness of the echo against what is played.
        rings_ms: Until the room's sound has fallen by 60 dB.
        noise_dbfs: The room.
        overdrive: By how much the loudspeaker's amplifier is too loud for it; 0: not at all.
        drift_ppm: By how much the microphone's clock is too fast.
        gain_db: Of the microphone, for all it hears.
        band_hz: Up to which pitch it hears; 0: all.
        voice_dbfs: How loud the user speaks when asked; None: not asked.
        mute: The user is asked, and this microphone hears nothing of it.
        fault: ``zeroed``, ``dead``, ``copy``, ``no_blocks``, ``no_microphone``, ``no_speaker``,
            ``no_canceller`` or nothing.
    """

    name: str
    mode: Mode
    trouble: Trouble = Trouble.NONE
    notes: frozenset[Note] = field(default=frozenset())
    delay_ms: float = 60
    echo_db: float = -20
    rings_ms: float = 200
    noise_dbfs: float = -62
    overdrive: float = 0
    drift_ppm: float = 0
    gain_db: float = 0
    band_hz: float = 0
    voice_dbfs: float | None = None
    mute: bool = False
    fault: str = ""


def _speakers() -> list[Setup]:
    rooms = [
        # delay ms, echo dB, rings ms, noise dBFS
        (4, -25, 120, -65),
        (12, -30, 150, -70),
        (25, -18, 200, -60),
        (40, -12, 250, -62),
        (60, 0, 150, -60),
        (60, 0, 400, -60),
        (120, -6, 200, -66),
        (160, -28, 350, -72),
        (200, -15, 400, -58),
        (300, -20, 300, -50),
        (400, -14, 250, -68),
        (60, 4, 200, -55),
    ]
    return [
        Setup(
            f"loudspeaker, {delay_ms} ms, {echo_db} dB, rings {rings_ms} ms",
            Mode.LOUDSPEAKER,
            delay_ms=delay_ms,
            echo_db=echo_db,
            rings_ms=rings_ms,
            noise_dbfs=noise_dbfs,
        )
        for delay_ms, echo_db, rings_ms, noise_dbfs in rooms
    ]


def _bad_speakers() -> list[Setup]:
    """Loud or cheap, but the canceller copes."""
    loud = Setup("", Mode.LOUDSPEAKER, echo_db=-2)
    return [
        replace(loud, name="distorted loudspeaker", overdrive=6, echo_db=-6),
        replace(loud, name="clocks that differ", drift_ppm=100),
        replace(
            loud,
            name="microphone far too loud",
            gain_db=24,
            noise_dbfs=-70,
            notes=frozenset({Note.CLIPPING}),
        ),
        replace(loud, name="hands-free car kit", band_hz=3_400, notes=frozenset({Note.TELEPHONE})),
    ]


def _headphones() -> list[Setup]:
    on = Setup("headphones", Mode.HEADPHONES, echo_db=NOTHING_DB)
    telephone, call = frozenset({Note.TELEPHONE}), frozenset({Note.CALL})
    return [
        replace(on, name="headphones, quiet room", noise_dbfs=-78),
        replace(on, name="headphones, office", noise_dbfs=-55),
        replace(on, name="headphones, fan", noise_dbfs=-46),
        replace(on, name="headphones, noisy", noise_dbfs=-36, notes=frozenset({Note.NOISY})),
        replace(on, name="headphones that leak", echo_db=-58, noise_dbfs=-60),
        replace(on, name="headset with a voice", voice_dbfs=-24),
        replace(on, name="headset, telephone mode", band_hz=3_400, noise_dbfs=-58, notes=telephone),
        replace(on, name="headset, call mode", band_hz=7_400, noise_dbfs=-58, notes=call),
        replace(
            on,
            name="headset, telephone mode, voice",
            band_hz=3_400,
            noise_dbfs=-72,
            voice_dbfs=-26,
            notes=telephone,
        ),
        replace(
            on, name="a whisper", noise_dbfs=-74, voice_dbfs=-54, notes=frozenset({Note.SOFT_VOICE})
        ),
    ]


def _troubles() -> list[Setup]:
    unknown = Setup("", Mode.UNKNOWN)
    return [
        replace(unknown, name="no permission", trouble=Trouble.ZEROED, fault="zeroed"),
        replace(
            unknown, name="muted by the system", trouble=Trouble.ZEROED, fault="zeroed", mute=True
        ),
        replace(unknown, name="open input", trouble=Trouble.DEAD, fault="dead"),
        replace(unknown, name="open input, asked", trouble=Trouble.DEAD, fault="dead", mute=True),
        replace(unknown, name="no blocks", trouble=Trouble.NO_SOUND, fault="no_blocks"),
        replace(
            unknown, name="no microphone", trouble=Trouble.NO_MICROPHONE, fault="no_microphone"
        ),
        replace(unknown, name="no speaker", trouble=Trouble.NO_SPEAKER, fault="no_speaker"),
        replace(unknown, name="a monitor", trouble=Trouble.MONITOR, fault="copy", echo_db=0),
        replace(unknown, name="a soft monitor", trouble=Trouble.MONITOR, fault="copy", echo_db=-9),
        replace(
            unknown,
            name="the other room's microphone",
            trouble=Trouble.UNHEARD,
            echo_db=NOTHING_DB,
            mute=True,
        ),
        replace(
            unknown,
            name="a line input",
            trouble=Trouble.UNHEARD,
            echo_db=NOTHING_DB,
            noise_dbfs=-76,
            mute=True,
        ),
    ]


def _hopeless() -> list[Setup]:
    half = Setup("", Mode.HALF_DUPLEX)
    return [
        replace(half, name="echo after 650 ms", delay_ms=650, echo_db=-12),
        replace(half, name="echo before its sound", delay_ms=-100, echo_db=-10),
        replace(
            half, name="no canceller", fault="no_canceller", notes=frozenset({Note.NO_CANCELLER})
        ),
    ]


SETUPS = (*_speakers(), *_bad_speakers(), *_headphones(), *_troubles(), *_hopeless())


def findings(setup: Setup, seed: int) -> Findings:
    """Let the Doctor measure the set-up."""
    known = Findings(system="linux")
    if setup.fault == "no_microphone":
        return replace(known, microphone_problem=GONE)
    if setup.fault == "no_blocks":
        return known
    recording = recorded(setup, np.random.default_rng([seed, *setup.name.encode()]))
    if setup.fault == "no_speaker":
        known = replace(known, speaker_problem=MUTE)
    return findings_of(recording, known)


def is_right(setup: Setup, found: Findings) -> bool:
    """Whether the Doctor says of it what is true."""
    verdict = judge(found)
    right = Verdict(setup.mode, setup.trouble, tuple(n for n in Note if n in setup.notes))
    delay_ms = found.delay_ms if found.delay_ms is not None else -1_000.0
    measures = setup.mode in (Mode.LOUDSPEAKER, Mode.HALF_DUPLEX)
    return verdict == right and (not measures or abs(delay_ms - setup.delay_ms) <= 3)


def recorded(setup: Setup, rng: np.random.Generator) -> Recording:
    """Return what would be recorded there."""
    played = np.concatenate(
        [np.zeros(round(BEFORE_S * RATE_HZ)), check_tune(), np.zeros(round(AFTER_S * RATE_HZ))]
    ).astype(np.float64)
    if setup.fault == "no_speaker":
        played[:] = 0
    near = _heard(setup, played, rng)
    recording = Recording(bytearray(_pcm(near)), bytearray(_pcm(played)))
    if setup.fault != "no_canceller":
        recording.clean = bytearray(_cancelled(recording.near, recording.far))
    if setup.voice_dbfs is not None or setup.mute:
        voice = np.zeros(3 * RATE_HZ)
        if setup.voice_dbfs is not None:
            said = speech.say("One two three, can you hear me now?").astype(np.float64)[
                : len(voice)
            ]
            said *= 10 ** (setup.voice_dbfs / 20) / np.sqrt(np.mean(said**2))
            voice[: len(said)] = said
        recording.voice = bytearray(_pcm(_microphone(setup, voice, rng)))
    return recording


def _heard(setup: Setup, played: Sound, rng: np.random.Generator) -> Sound:
    out = played
    if setup.overdrive:
        out = np.clip(played * setup.overdrive, -0.3, 0.3)
    late = round(setup.delay_ms * RATE_HZ / 1000)
    if setup.fault == "copy":
        echo = out
    else:
        echo = signal.fftconvolve(out, _room(setup.rings_ms, rng))[: len(out)]
    echo = _later(echo, late) * 10 ** (setup.echo_db / 20)
    if setup.drift_ppm:
        at = np.arange(len(echo))
        echo = np.interp(at * (1 - setup.drift_ppm * 1e-6), at, echo)
    return _microphone(setup, echo, rng)


def _later(sound: Sound, samples: int) -> Sound:
    moved = np.roll(sound, samples)
    moved[: max(0, samples)] = 0
    return moved


def _microphone(setup: Setup, sound: Sound, rng: np.random.Generator) -> Sound:
    if setup.fault == "zeroed":
        return np.zeros(len(sound))
    if setup.fault == "dead":
        return (rng.integers(-1, 2, len(sound)) + 12) / 32768
    if setup.fault != "copy":
        sound = sound + _pink(len(sound), rng) * 10 ** (setup.noise_dbfs / 20)
    sound = sound * 10 ** (setup.gain_db / 20)
    if setup.band_hz:
        edge = signal.butter(10, setup.band_hz, fs=RATE_HZ, output="sos")
        sound = signal.sosfilt(edge, sound)
    return sound


def _room(rings_ms: float, rng: np.random.Generator) -> Sound:
    """The answer of a room to a click: the click, and a tail as strong as a quarter of it."""
    length = round(1.2 * rings_ms * RATE_HZ / 1000)
    tail = rng.standard_normal(length) * 10 ** (-3 * np.arange(length) / length * 1.2)
    tail[: RATE_HZ // 1000] = 0
    tail *= 0.5 / np.sqrt(np.sum(tail**2))
    tail[0] = 1
    return np.asarray(tail / np.sqrt(np.sum(tail**2)))


def _pink(length: int, rng: np.random.Generator) -> Sound:
    pitches = np.maximum(np.fft.rfftfreq(length, 1 / RATE_HZ), 50)
    noise = np.fft.irfft(np.fft.rfft(rng.standard_normal(length)) / np.sqrt(pitches), length)
    return np.asarray(noise / np.sqrt(np.mean(noise**2)))


def _pcm(sound: Sound) -> bytes:
    return to_bytes(np.asarray(sound, dtype=np.float32))


def _cancelled(near: bytearray, far: bytearray) -> bytes:
    canceller = find_canceller()
    assert canceller is not None
    clean = bytearray()
    for at in range(0, len(near) // BLOCK_BYTES * BLOCK_BYTES, BLOCK_BYTES):
        heard, played = (bytes(side[at : at + BLOCK_BYTES]) for side in (near, far))
        clean += canceller.process(heard, played)
    return bytes(clean).ljust(len(near), b"\0")
