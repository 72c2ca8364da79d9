"""The cues as sound: two soft notes each, made here and not recorded by anybody."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from desktop_app.audio.pcm import RATE_HZ, Float32

NOTE_MS = 60
LOUDEST = 0.25
"""Amplitude at full volume: well below speech."""
NOTES_HZ = {
    "start": (587.0, 880.0),
    "stop": (880.0, 587.0),
    "muted": (440.0, 330.0),
    "error": (277.0, 277.0),
}


@lru_cache(maxsize=8)
def cue_sound(name: str, volume: int) -> bytes:
    """Return a cue.

    Args:
        name: One of `NOTES_HZ`.
        volume: From 0 to 100.

    Returns:
        PCM16, mono, 24 kHz.
    """
    notes = np.concatenate([_note(pitch_hz) for pitch_hz in NOTES_HZ[name]])
    # Ears hear equal factors as equal steps, and so the square is even to them.
    loud = LOUDEST * (volume / 100) ** 2
    return np.round(notes * loud * 32767).astype("<i2").tobytes()


def _note(pitch_hz: float) -> Float32:
    """Return one note that swells and fades, so that it does not click."""
    count = NOTE_MS * RATE_HZ // 1000
    time_s = np.arange(count) / RATE_HZ
    swell = np.sin(np.pi * (np.arange(count) + 0.5) / count) ** 2
    tone = np.sin(2 * np.pi * pitch_hz * time_s) + 0.2 * np.sin(4 * np.pi * pitch_hz * time_s)
    note: Float32 = (tone / 1.2 * swell).astype(np.float32)
    return note
