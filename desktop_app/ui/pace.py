"""How long a download will still take, from how it went lately: pure, the clock is an argument."""

from __future__ import annotations

from collections import deque

WINDOW_S = 10.0
"""Only so much of the past counts: a network gets faster and slower."""
LEAST_S = 1.0
"""Sooner there is nothing to reckon with."""


class Pace:
    """Remembers when how much had arrived."""

    def __init__(self) -> None:
        self._marks: deque[tuple[float, float]] = deque()

    def mark(self, now_s: float, done_mb: float) -> None:
        """Note that ``done_mb`` have arrived at ``now_s``."""
        self._marks.append((now_s, done_mb))
        while len(self._marks) > 2 and self._marks[1][0] <= now_s - WINDOW_S:
            self._marks.popleft()

    def left_s(self, total_mb: float) -> float | None:
        """Return the seconds until ``total_mb`` have arrived, or None while nobody can tell."""
        if not self._marks:
            return None
        (began_s, had_mb), (now_s, done_mb) = self._marks[0], self._marks[-1]
        if now_s - began_s < LEAST_S or done_mb <= had_mb:
            return None
        return max(0.0, total_mb - done_mb) * (now_s - began_s) / (done_mb - had_mb)
