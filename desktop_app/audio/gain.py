"""Lifts a microphone that is too quiet to be understood, and leaves all others alone."""

from __future__ import annotations

import math

import numpy as np

from desktop_app.audio.level import dbfs
from desktop_app.audio.pcm import (
    BLOCK_BYTES,
    BLOCK_MS,
    FULL_SCALE,
    Float32,
    blocks_of,
    from_bytes,
    to_bytes,
    to_floats,
)

QUIET_DBFS = -36.0
"""Speech below this is too quiet.  Speech before a usual microphone has -20 to -30."""
WAKING_DB = 4.0
"""Once lifted, a voice is left alone again when it is this much louder than too quiet."""
TARGET_DBFS = -26.0
MOST_DB = 20.0
LOUDEST_NOISE_DBFS = -50.0
"""What the noise between the words may become."""
DB_PER_S = 4.0
OVER_NOISE_DB = 10.0
"""So much louder than the noise is a voice, if it lasts."""
QUIETEST_VOICE_DBFS = -66.0
LEAST_RUN = 10
"""Blocks in a row: clicks and keys are shorter than a syllable."""
KNOWN_AFTER = 100
"""Blocks of a voice after which its loudness is known: one second."""
NOISE_RISE_DB = 0.02
"""How fast a quieter noise than there is may be believed to have grown, per block."""
PEAK = 0.9

_DB_PER_BYTE = DB_PER_S * BLOCK_MS / 1000 / BLOCK_BYTES


class Lift:
    """Takes PCM16.

    Attributes:
        db: How much the sound is lifted now; 0: the bytes pass as they are.
    """

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Another microphone: nothing is known of it."""
        self.db = 0.0
        self._noise_dbfs = 0.0
        self._voice_power = 0.0
        self._voiced = 0
        self._run = 0

    def lift(self, pcm: bytes, *, learn: bool) -> bytes:
        """Return blocks of 10 ms, louder if need be.

        Args:
            pcm: One block or a few.
            learn: They hold a voice, if anything.
        """
        if learn:
            for block in blocks_of(pcm):
                samples = from_bytes(block).astype(np.float32)
                power = float(samples @ samples) / max(1, len(samples))
                self._learn(dbfs(math.sqrt(power) / FULL_SCALE))
        before, step_db = self.db, _DB_PER_BYTE * len(pcm)
        self.db = max(before - step_db, min(before + step_db, self._wanted()))
        return pcm if before == self.db == 0 else to_bytes(self._lifted(to_floats(pcm), before))

    def _learn(self, loud_dbfs: float) -> None:
        self._noise_dbfs = min(loud_dbfs, self._noise_dbfs + NOISE_RISE_DB)
        voice_dbfs = max(QUIETEST_VOICE_DBFS, self._noise_dbfs + OVER_NOISE_DB)
        self._run = self._run + 1 if loud_dbfs > voice_dbfs else 0
        if self._run < LEAST_RUN:
            return
        self._voiced += 1
        weight = max(1 / self._voiced, 1 / KNOWN_AFTER)
        self._voice_power += (10 ** (loud_dbfs / 10) - self._voice_power) * weight

    def _wanted(self) -> float:
        enough = QUIET_DBFS + WAKING_DB if self.db else QUIET_DBFS
        voice_dbfs = dbfs(self._voice_power**0.5)
        if self._voiced < KNOWN_AFTER or voice_dbfs >= enough:
            return 0.0
        bearable = LOUDEST_NOISE_DBFS - self._noise_dbfs
        return max(0.0, min(MOST_DB, TARGET_DBFS - voice_dbfs, bearable))

    def _lifted(self, samples: Float32, before_db: float) -> Float32:
        factors = 10 ** (np.array([before_db, self.db], np.float32) / 20)
        peak = float(np.abs(samples).max())
        if peak * float(factors.max()) > PEAK:
            # Somebody came close: what would be cut off is lifted less, at once.
            self.db = max(0.0, min(self.db, 20 * math.log10(PEAK / peak)))
            return samples * np.float32(10 ** (self.db / 20))
        return samples * np.linspace(factors[0], factors[1], len(samples), dtype=np.float32)
