"""The user's sound as it came, by milliseconds since the session began.  Pure."""

from __future__ import annotations

from collections import deque

import numpy as np
import numpy.typing as npt

from desktop_app.audio.pcm import RATE_HZ

Pcm = npt.NDArray[np.int16]
LONGEST_MS = 15 * 60 * 1000
"""What is older is forgotten even if nobody took it: 43 MB."""


class Recording:
    """Keeps the newest sound; what was taken or dropped before is gone, its time is not."""

    def __init__(self) -> None:
        self._blocks: deque[Pcm] = deque()
        self._start = 0
        self._end = 0

    @property
    def start_ms(self) -> int:
        """Where the kept sound begins."""
        return self._start * 1000 // RATE_HZ

    @property
    def end_ms(self) -> int:
        """How much sound has come since the session began."""
        return self._end * 1000 // RATE_HZ

    @property
    def kept_ms(self) -> float:
        """How much of it is here."""
        return (self._end - self._start) * 1000 / RATE_HZ

    def add(self, pcm: Pcm) -> None:
        """Take the next sound, 24 kHz."""
        if len(pcm):
            self._blocks.append(pcm)
            self._end += len(pcm)
            self.forget_before(self.end_ms - LONGEST_MS)

    def cut(self, start_ms: int, end_ms: int) -> Pcm:
        """Copy a stretch of it, as far as it is here."""
        whole = np.concatenate([np.zeros(0, np.int16), *self._blocks])
        first = max(start_ms * RATE_HZ // 1000 - self._start, 0)
        last = max(end_ms * RATE_HZ // 1000 - self._start, 0)
        return whole[first:last]

    def all(self) -> Pcm:
        """Copy all of it."""
        return np.concatenate([np.zeros(0, np.int16), *self._blocks])

    def forget_before(self, ms: int) -> None:
        """Drop what is older, by whole blocks and a part of one."""
        wanted = min(max(ms * RATE_HZ // 1000, self._start), self._end)
        while self._blocks and self._start + len(self._blocks[0]) <= wanted:
            self._start += len(self._blocks.popleft())
        if self._blocks and self._start < wanted:
            self._blocks[0] = self._blocks[0][wanted - self._start :].copy()
            self._start = wanted

    def forget_all(self) -> None:
        """Drop everything."""
        self._blocks.clear()
        self._start = self._end
