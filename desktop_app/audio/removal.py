"""How much of an echo a canceller takes out: echo return loss enhancement (ERLE), as it goes on."""

from __future__ import annotations

import math
import statistics
from collections import deque

import numpy as np

from desktop_app.audio.pcm import BLOCK_MS, FULL_SCALE, from_bytes

STRETCH_MS = 100
SPAN_STRETCHES = 40
"""Stretches with echo that are looked back on: four seconds of it."""
UNDISTURBED = SPAN_STRETCHES // 4
"""So many of them count, those that are quietest for what was played: in others people may talk."""
QUIETEST_ECHO = 10 ** (-50 / 20)
"""What is quieter may be mere noise, which stays."""
QUIETEST_PLAYED = 10 ** (-60 / 20)
LEAST_DB = 8.0
"""Less, for the whole span, and the far end takes the rest for speech."""
ENOUGH_DB = 14.0


class Removal:
    """Compares blocks before and after.

    Attributes:
        db: How much is taken out; 0 until a whole span was measured.
        fails: Too little is taken out.
    """

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Begin anew."""
        self.db = 0.0
        self.fails = False
        self._stretches: deque[tuple[float, float]] = deque(maxlen=SPAN_STRETCHES)
        self._begin()

    def compare(self, before: bytes, after: bytes, played: bytes | None) -> None:
        """Take a block with echo, what is left of it, and what was played to make it."""
        self._before += _power(before)
        self._after += _power(after)
        self._played += _power(played) if played else 0.0
        self._blocks += 1
        if self._blocks * BLOCK_MS < STRETCH_MS:
            return
        quietest = QUIETEST_ECHO**2 * self._blocks, QUIETEST_PLAYED**2 * self._blocks
        if self._before > quietest[0] and self._played > quietest[1]:
            removed = self._before / max(self._after, self._before * 1e-6)
            self._stretches.append((self._before / self._played, 10 * math.log10(removed)))
            self._judge()
        self._begin()

    def _begin(self) -> None:
        self._before = self._after = self._played = 0.0
        self._blocks = 0

    def _judge(self) -> None:
        if len(self._stretches) < SPAN_STRETCHES:
            return
        self.db = statistics.median(db for _, db in sorted(self._stretches)[:UNDISTURBED])
        self.fails = self.db < (ENOUGH_DB if self.fails else LEAST_DB)


def _power(pcm: bytes) -> float:
    samples = from_bytes(pcm).astype(np.float32)
    return float(samples @ samples) / (FULL_SCALE**2 * len(samples))
