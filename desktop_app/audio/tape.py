"""An endless tape that a loudspeaker reads and we write just ahead of its head.

The tape is a ring of memory.  A reader in C (which no Python code can delay) plays it, always:
where nothing was written there is silence.  So playing is writing, falling silent is writing
silence, and the position of the head tells how much has been played, to the sample.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from desktop_app.audio.fade import HOLD_FADE_MS, fade_out
from desktop_app.audio.pcm import RATE_HZ, Float32, samples_of_ms

# Short enough that the reader hardly ever moves while one is written, and that NumPy keeps the GIL.
FIRST_PIECE_MS = 20
# How far the reader might get while `cut` does its work.
CUT_REACH_MS = 200


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of tape: positions from ``begin`` up to but without ``end``."""

    begin: int
    end: int


class Tape:
    """Writes to the tape.  Positions count samples since the tape began; they never wrap."""

    def __init__(self, memory: Float32, head: Callable[[], int], rate_hz: int = RATE_HZ) -> None:
        """Begin at position 0.

        Args:
            memory: The ring, all zeros; the reader may read all of it.
            head: Returns the position that the reader takes next.
            rate_hz: Rate of the samples.
        """
        self._memory = memory
        self._head = head
        self._first_piece = samples_of_ms(FIRST_PIECE_MS, rate_hz)
        self._reach = samples_of_ms(CUT_REACH_MS, rate_hz)
        self._fade = fade_out(rate_hz)
        self._long_fade = fade_out(rate_hz, HOLD_FADE_MS)
        self._clean = 0
        self.end = 0
        """Position behind the last sample that was written."""

    def room(self) -> int:
        """Return how many samples can be written now."""
        return self._clean + len(self._memory) - max(self.end, self._head())

    def write(self, samples: Float32) -> list[Span]:
        """Write ``samples`` behind what is there, and say where they are.

        They are in one piece unless the reader caught up meanwhile.  ``samples`` must fit the
        `room`.
        """
        spans: list[Span] = []
        at = 0
        while at < len(samples):
            # What the reader may reach in a moment is written first.
            size = (
                self._first_piece if self.end - self._head() < self._first_piece else len(samples)
            )
            span = self._append(samples[at : at + size])
            if spans and spans[-1].end == span.begin:
                spans[-1] = Span(spans[-1].begin, span.end)
            else:
                spans.append(span)
            at += size
        return spans

    def cut(self) -> int:
        """Fade out where the head is, silence the rest, and return the position of the end."""
        self._fade_away(self._fade)
        return self.end

    def hold(self) -> tuple[int, Float32]:
        """Fade out slowly and silence the rest, but give it back.

        Returns:
            Where the fade begins, and a copy of all that stood there and behind it.
        """
        base = self._head()
        rest = self.read(base, max(base, self.end))
        begin = self._fade_away(self._long_fade)
        return begin, rest[max(begin - base, 0) :]

    def _fade_away(self, fade: Float32) -> int:
        """Fade out where the head is, and return where that begins; behind the fade is silence."""
        at = base = self._head()
        if at >= self.end:
            return self.end
        old_end = self.end
        near = min(old_end, at + self._reach)
        original = self.read(base, near)
        while True:
            faded = original[at - base :][: len(fade)]
            self._put(at, faded * fade[: len(faded)])
            self.end = at + len(faded)
            self._silence(self.end, near)
            head = self._head()
            if head <= at or head >= old_end:
                break
            # The reader moved meanwhile and may have played what was there: fade behind that.
            at = head
            if head >= near:
                base, near = head, min(old_end, head + self._reach)
                original = self.read(base, near)
        self._silence(near, old_end)
        return at

    def release(self, keep: int = 0) -> int:
        """Silence what the head has passed and return by how much the tape grew at its far end.

        Args:
            keep: So many samples behind the head stay as they are, for `read`.
        """
        head = max(self._clean, self._head() - keep)
        grown = head - self._clean
        self._silence(self._clean, min(head, self.end))
        self._clean = head
        return grown

    def read(self, begin: int, end: int) -> Float32:
        """Return a copy of what is written there."""
        return np.concatenate(self._pieces(begin, end))

    def _append(self, samples: Float32) -> Span:
        at = max(self.end, self._head())
        while True:
            self._put(at, samples)
            head = self._head()
            if head <= at:
                break
            # The reader was here first, so this came too late: once more, where it is now.
            at = head
        self.end = at + len(samples)
        return Span(at, self.end)

    def _pieces(self, begin: int, end: int) -> list[Float32]:
        size = len(self._memory)
        first = begin % size
        count = end - begin
        if first + count <= size:
            return [self._memory[first : first + count]]
        return [self._memory[first:], self._memory[: first + count - size]]

    def _put(self, at: int, samples: Float32) -> None:
        done = 0
        for piece in self._pieces(at, at + len(samples)):
            piece[:] = samples[done : done + len(piece)]
            done += len(piece)

    def _silence(self, begin: int, end: int) -> None:
        if end > begin:
            for piece in self._pieces(begin, end):
                piece.fill(0)
