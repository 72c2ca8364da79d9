"""Which item's samples lie where on the tape, and how many of each have been heard."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

# Totals of that many items are kept: an item may get more sound after others were played.
REMEMBERED = 64


@dataclass(frozen=True, slots=True)
class Heard:
    """How much of an item was heard, all its pieces together."""

    item_id: str
    samples: int


@dataclass(frozen=True, slots=True)
class _Segment:
    item_id: str
    begin: int
    end: int


class Ledger:
    """Books of what was put on the tape.  Positions must be given in rising order."""

    def __init__(self) -> None:
        self._coming: deque[_Segment] = deque()
        self._passed: dict[str, int] = {}
        self._playing: str | None = None
        self._position = 0

    def add(self, item_id: str, begin: int, end: int) -> None:
        """Note that the samples from ``begin`` to ``end`` belong to ``item_id``."""
        last = self._coming[-1] if self._coming else None
        if last is not None and last.item_id == item_id and last.end == begin:
            self._coming[-1] = _Segment(item_id, last.begin, end)
        else:
            self._coming.append(_Segment(item_id, begin, end))

    def advance(self, position: int) -> list[str]:
        """Move to ``position``; return the items that have begun since the last time."""
        begun: list[str] = []
        self._position = position
        while self._coming and self._coming[0].begin <= position:
            segment = self._coming[0]
            if segment.item_id != self._playing:
                self._playing = segment.item_id
                begun.append(segment.item_id)
            if segment.end > position:
                break
            self._coming.popleft()
            self._add_passed(segment.item_id, segment.end - segment.begin)
        return begun

    def heard(self) -> Heard | None:
        """Return the item that plays, or played last since `stop`, and how much of it was heard."""
        if self._playing is None:
            return None
        return Heard(self._playing, self._passed.get(self._playing, 0) + self._part())

    def next_begin(self) -> int | None:
        """Return the position at which the next item begins."""
        return next((s.begin for s in self._coming if s.begin > self._position), None)

    def behind(self, position: int) -> list[tuple[str, int, int]]:
        """Return what lies behind ``position``: items with the begin and end of their samples."""
        return [
            (s.item_id, max(s.begin, position), s.end) for s in self._coming if s.end > position
        ]

    def cut(self, position: int) -> Heard | None:
        """Forget what lies behind ``position``, and say what was heard until there."""
        self.advance(position)
        heard = self.heard()
        if heard is None and self._coming:
            heard = Heard(self._coming[0].item_id, self._passed.get(self._coming[0].item_id, 0))
        if heard is not None:
            self._add_passed(heard.item_id, self._part())
        self._coming.clear()
        self._playing = None
        return heard

    def stop(self) -> None:
        """Note that there is silence: the next sound is a beginning again."""
        self._playing = None

    def _part(self) -> int:
        """How many samples of a segment that the position is in have been heard."""
        if not self._coming or self._coming[0].begin >= self._position:
            return 0
        return self._position - self._coming[0].begin

    def _add_passed(self, item_id: str, samples: int) -> None:
        self._passed[item_id] = self._passed.pop(item_id, 0) + samples
        if len(self._passed) > REMEMBERED:
            del self._passed[next(iter(self._passed))]
