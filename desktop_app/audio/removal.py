"""How much of an echo a canceller takes out: echo return loss enhancement (ERLE), as it goes on."""

from __future__ import annotations

import math
import statistics
from collections import deque

import numpy as np

from desktop_app.audio.pcm import BYTES_PER_SAMPLE, FULL_SCALE, from_bytes, samples_of_ms

STRETCH_MS = 100
SPAN_STRETCHES = 40
"""Stretches with echo that are looked back on: four seconds of it."""
UNDISTURBED = SPAN_STRETCHES // 4
"""So many of them count, those that are quietest for what was played: in others people may talk."""
QUIETEST_ECHO = 10 ** (-50 / 20)
"""What is quieter may be mere noise, which stays."""
OVER_NOISE = 20.0
"""So much more power than the noise an echo must have: noise stays, and hides what is gone."""
NOISE_STRETCHES = 100
QUIETEST_PLAYED = 10 ** (-60 / 20)
LEAST_DB = 8.0
"""Less, for the whole span, and the far end takes the rest for speech."""
ENOUGH_DB = 14.0
_STRETCH_BYTES = samples_of_ms(STRETCH_MS) * BYTES_PER_SAMPLE


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
        self._powers: deque[float] = deque(maxlen=NOISE_STRETCHES)
        self._blocks: list[tuple[bytes, bytes, bytes]] = []
        self._missing = _STRETCH_BYTES

    def compare(self, before: bytes, after: bytes, played: bytes | None) -> None:
        """Take blocks that were heard, what is left of them, and what was played they may hold."""
        self._blocks.append((before, after, played or bytes(len(before))))
        self._missing -= len(before)
        if self._missing > 0:
            return
        self._missing = _STRETCH_BYTES
        heard, left, made_by = (
            _power(b"".join(blocks)) for blocks in zip(*self._blocks, strict=True)
        )
        self._blocks.clear()
        self._powers.append(heard)
        loud = heard > max(QUIETEST_ECHO**2, OVER_NOISE * min(self._powers))
        if loud and made_by > QUIETEST_PLAYED**2:
            removed = heard / max(left, heard * 1e-6)
            self._stretches.append((heard / made_by, 10 * math.log10(removed)))
            self._judge()

    def _judge(self) -> None:
        if len(self._stretches) < SPAN_STRETCHES:
            return
        self.db = statistics.median(db for _, db in sorted(self._stretches)[:UNDISTURBED])
        self.fails = self.db < (ENOUGH_DB if self.fails else LEAST_DB)


def _power(pcm: bytes) -> float:
    samples = from_bytes(pcm).astype(np.float32)
    return float(samples @ samples) / (FULL_SCALE**2 * len(samples))
