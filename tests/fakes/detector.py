"""A voice detector that takes all that is loud for speech."""

from __future__ import annotations

import numpy as np

from desktop_app.audio.pcm import from_bytes, samples_of_ms
from desktop_app.core.sound import VOICE_MS

LOUD = 0.02
"""Loudness (RMS of full scale) from which it is speech."""


class FakeVoiceDetector:
    """A `VoiceDetector`.

    Attributes:
        available: What it says of itself before it is loaded.
        works: Whether `load` succeeds.
        loads: How often it was loaded.
        resets: How often it was told to begin afresh.
        fed: Blocks it was asked about.
    """

    def __init__(self, *, available: bool = True, works: bool = True) -> None:
        self.available, self.works = available, works
        self.loads = self.resets = self.fed = 0
        self._rest = np.zeros(0, np.int16)

    async def load(self) -> bool:
        """Get ready, or not."""
        self.loads += 1
        return self.works

    def feed(self, block: bytes) -> list[float]:
        """Judge by loudness."""
        self.fed += 1
        sound = np.concatenate([self._rest, from_bytes(block)])
        size = samples_of_ms(VOICE_MS)
        whole = len(sound) // size * size
        self._rest = sound[whole:]
        frames = sound[:whole].reshape(-1, size) / 32_768
        return [0.95 if float(np.sqrt(np.mean(f**2))) >= LOUD else 0.02 for f in frames]

    def reset(self) -> None:
        """Begin afresh."""
        self.resets += 1
        self._rest = self._rest[:0]
