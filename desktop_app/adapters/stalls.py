"""When a device takes nothing any more."""

from __future__ import annotations

from collections.abc import Callable

STALL_CHECK_S = 0.5
MOST_STALLS = 2
"""Looks at a head that does not move, after which the device counts as gone."""
MOST_STALLS_AT_FIRST = 10


class Stalls:
    """Judges whether the head stands still, by looking at it now and then.

    Args:
        now: Returns the time in seconds.
    """

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._head = 0
        self._moved_at = 0.0
        self._stalls = 0

    @property
    def suspected(self) -> bool:
        """Whether the head has not moved for a while."""
        return self._stalls > 0

    @property
    def look_by(self) -> float:
        """The time at which a head that stands still should be looked at."""
        return self._moved_at + STALL_CHECK_S * (self._stalls + 1)

    def begin(self) -> None:
        """From here on the device takes something."""
        self._stalls, self._moved_at = 0, self._now()

    def too_many(self, head: int, *, excused: bool) -> bool:
        """Whether ``head`` has stood still too long; ``excused`` it may stand."""
        if head != self._head or excused:
            self._head, self._moved_at, self._stalls = head, self._now(), 0
        elif self._now() >= self.look_by:
            # Not at once: after the computer slept, the first look comes before any sound can.
            self._stalls += 1
        return self._stalls >= (MOST_STALLS if head else MOST_STALLS_AT_FIRST)
