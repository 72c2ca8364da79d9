"""Whether somebody seems to talk: by loudness alone, and by how it comes and goes.

No speech is recognised here, and nothing is kept but loudness.  A fan is steady, a key is short,
a door is both; only what goes on and swells and falls, as syllables do, counts as talk.
"""

from __future__ import annotations

from collections import deque

import numpy as np

from desktop_app.audio.level import dbfs
from desktop_app.audio.pcm import BLOCK_MS, FULL_SCALE, from_bytes

BEGINS_DB, ENDS_DB = 14.0, 8.0
"""So far above the room a voice begins, and so far it may fall until it has ended."""
LEAST_DBFS = -52.0
"""Somebody softer is not talking to this microphone."""
RISE_DB_PER_S = 4.0
"""How fast what stays is taken for the room."""
SPAN_MS = 2_000
ENOUGH_MS = 900
"""So much voice within the span."""
SWELL_DB = 8.0
"""Between its loud and its soft moments, speech differs by more, and what hums by less."""
LEAST_SWELLS = 4
"""How often it must have come and gone within the span."""


class Talking:
    """Takes blocks of 10 ms; `hear` is true in the moment in which it is clear that one talks."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Begin anew."""
        self._room_db: float | None = None
        self._voice = False
        self._levels: deque[float] = deque(maxlen=SPAN_MS // BLOCK_MS)
        self._voiced: deque[bool] = deque(maxlen=SPAN_MS // BLOCK_MS)

    def hear(self, block: bytes) -> bool:
        """Return whether with this block (PCM16, mono, 24 kHz) it is clear."""
        level_db = _level_db(block)
        self._learn_room(level_db)
        room_db = self._room_db if self._room_db is not None else level_db
        least = room_db + (ENDS_DB if self._voice else BEGINS_DB)
        self._voice = level_db > max(least, LEAST_DBFS)
        self._levels.append(level_db)
        self._voiced.append(self._voice)
        if sum(self._voiced) * BLOCK_MS < ENOUGH_MS or not self._swells():
            return False
        self._levels.clear()
        self._voiced.clear()
        return True

    def _learn_room(self, level_db: float) -> None:
        """Follow the softest moments at once, and what stays loud slowly."""
        if self._room_db is None or level_db < self._room_db:
            self._room_db = level_db
        else:
            self._room_db += min(level_db - self._room_db, RISE_DB_PER_S * BLOCK_MS / 1000)

    def _swells(self) -> bool:
        """Whether the loudness rises and falls as syllables do."""
        levels = np.convolve(np.array(self._levels), np.full(5, 0.2), "valid")
        swells, edge, rising = 0, levels[0], False
        for level in levels:
            edge = max(edge, level) if rising else min(edge, level)
            if not rising and level > edge + SWELL_DB:
                swells, edge, rising = swells + 1, level, True
            elif rising and level < edge - SWELL_DB:
                edge, rising = level, False
        return swells >= LEAST_SWELLS


def _level_db(block: bytes) -> float:
    samples = from_bytes(block).astype(np.float32)
    return dbfs(float(np.sqrt(np.mean(samples * samples))) / FULL_SCALE)
