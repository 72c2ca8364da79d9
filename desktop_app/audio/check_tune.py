"""The tune by which Parley measures a room: pleasant to hear, with something at every pitch."""

from __future__ import annotations

import numpy as np

from desktop_app.audio.pcm import RATE_HZ, Float32, Float64

LOUDNESS = 0.14
"""RMS of the sound while it lasts: as loud as an assistant speaks (full scale is 1)."""
LOUDEST = 0.7

SWEEP_S = 0.5
SWEEP_HZ = (90.0, 11_000.0)
NOTES_HZ = (523.25, 659.26, 783.99, 1046.5, 783.99, 1046.5)
"""C, E, G, c, G, c."""
NOTE_S = 0.42
RING_S = 1.2
OVERTONES = 8
BREATH_HZ = (100.0, 11_500.0)
BREATH_SHARE = 0.5
"""Of the energy of a note: what the canceller learns the room from, for a note has few pitches."""
SYLLABLES_HZ = 3.3


def check_tune() -> Float32:
    """Return the tune: two sweeps, then bells over a breath of noise; 3.6 s, mono, 24 kHz.

    The same at every call, so that its echo can be told from everything else.
    """
    sweep = _sweep()
    pause = np.zeros(round(0.1 * RATE_HZ), np.float32)
    sound = np.concatenate([sweep, pause, sweep, pause, _bells()])
    clipped: Float32 = np.clip(sound, -LOUDEST, LOUDEST).astype(np.float32)
    return clipped


def _sweep() -> Float32:
    """A glide through all pitches, each octave as long as the others."""
    at = np.arange(round(SWEEP_S * RATE_HZ)) / RATE_HZ
    low, high = SWEEP_HZ
    octaves = np.log(high / low)
    phase = 2 * np.pi * low * SWEEP_S / octaves * (np.exp(at / SWEEP_S * octaves) - 1)
    return _as_loud(np.sin(phase) * _fades(len(at), 0.03))


def _bells() -> Float32:
    length = round((NOTE_S * len(NOTES_HZ)) * RATE_HZ)
    bells = np.zeros(length, np.float64)
    for number, pitch_hz in enumerate(NOTES_HZ):
        begin = round(number * NOTE_S * RATE_HZ)
        note = _note(pitch_hz)[: length - begin]
        bells[begin : begin + len(note)] += note
    at = np.arange(length) / RATE_HZ
    syllables = 0.35 + 0.65 * np.sin(np.pi * SYLLABLES_HZ * at) ** 2
    breath = _breath(length) * syllables
    share = np.sqrt(BREATH_SHARE * np.mean(bells**2) / np.mean(breath**2))
    return _as_loud((bells + breath * share) * _fades(length, 0.05))


def _note(pitch_hz: float) -> Float64:
    at = np.arange(round(RING_S * RATE_HZ)) / RATE_HZ
    note = np.zeros(len(at))
    for overtone in range(1, OVERTONES + 1):
        ringing = np.exp(-at * (2.5 + 1.5 * overtone)) / overtone
        note += np.sin(2 * np.pi * pitch_hz * overtone * at) * ringing
    attack = np.minimum(1.0, at / 0.008)
    return np.asarray(note * attack)


def _breath(length: int) -> Float64:
    """Noise that is weaker by 3 dB in every octave, as speech and music are."""
    low, high = BREATH_HZ
    pitches = np.fft.rfftfreq(length, 1 / RATE_HZ)
    heard = (pitches >= low) & (pitches <= high)
    weight = np.where(heard, 1 / np.sqrt(np.maximum(pitches, low)), 0)
    noise = np.random.default_rng(1876).standard_normal(length)
    return np.asarray(np.fft.irfft(np.fft.rfft(noise) * weight, length))


def _fades(length: int, seconds: float) -> Float64:
    ramp = np.arange(length) / RATE_HZ / seconds
    return np.asarray(np.clip(np.minimum(ramp, ramp[::-1]), 0, 1))


def _as_loud(sound: Float64) -> Float32:
    loud: Float32 = (sound * (LOUDNESS / np.sqrt(np.mean(sound**2)))).astype(np.float32)
    return loud
