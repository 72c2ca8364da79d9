"""What to play, what plays, and what has been heard: all of a loudspeaker but the device."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from desktop_app.audio.fade import swelled
from desktop_app.audio.ledger import Heard, Ledger
from desktop_app.audio.pcm import RATE_HZ, Float32, samples_of_ms, to_floats, to_ms
from desktop_app.audio.reference import KEPT_MS, Reference
from desktop_app.audio.resample import Resampler
from desktop_app.audio.tape import Tape

# Before the end of a sound the resampler is emptied, for more may never come.
FLUSH_AHEAD_MS = 40


@dataclass(frozen=True, slots=True)
class Began:
    """The first samples of an item, or of one that goes on after a silence, were taken."""

    item_id: str


@dataclass(frozen=True, slots=True)
class Ended:
    """All there was has been heard."""

    item_id: str
    heard_ms: int


class Playout:
    """Queues items on a tape and books what is heard of them.

    What does not fit the tape waits beside it: `poll` puts it there as room is made.
    """

    def __init__(
        self,
        memory: Float32,
        head: Callable[[], int],
        *,
        rate_hz: int = RATE_HZ,
        tail: int = 0,
    ) -> None:
        """Begin in silence.

        Args:
            memory: The tape's ring, all zeros.
            head: Position that the device takes next.
            rate_hz: The device's rate.
            tail: Samples between the head and the listener's ear.
        """
        self.tail = tail
        self._tape = Tape(memory, head, rate_hz)
        self._head = head
        self._rate_hz = rate_hz
        self._ledger = Ledger()
        self._reference: Reference | None = None
        self._kept = min(samples_of_ms(KEPT_MS, rate_hz), len(memory) // 8)
        self._spill: deque[tuple[str, Float32]] = deque()
        self._resampler = Resampler(RATE_HZ, rate_hz) if rate_hz != RATE_HZ else None
        self._flush_ahead = samples_of_ms(FLUSH_AHEAD_MS, rate_hz)
        self._unflushed = ""
        self._last_item = ""
        self._half = b""
        self._held = False
        self._held_at: Heard | None = None
        self._twice = 0
        self.sounds = False
        """Something was queued and its end has not been reported."""

    def play(self, item_id: str, pcm: bytes) -> None:
        """Queue ``pcm`` (PCM16, mono, 24 kHz) of an item."""
        pcm = self._whole_samples(item_id, pcm)
        if not pcm:
            return
        samples = to_floats(pcm)
        if self._resampler is not None:
            if self._unflushed != item_id:
                self._flush()
            self._unflushed = item_id
            samples = self._resampler.push(samples)
        self._queue(item_id, samples)

    def cut(self) -> tuple[str, int] | None:
        """Fade out and forget the rest; return the item that played and its heard milliseconds."""
        if not self.sounds:
            return None
        heard = self._ledger.cut(self._tape.cut()) or self._held_at
        if heard is None and self._last_item:
            heard = Heard(self._last_item, 0)
        self._spill.clear()
        self._held, self._held_at, self._twice = False, None, 0
        if self._resampler is not None and self._unflushed:
            self._resampler.flush()
        self._unflushed = ""
        self._half = b""
        self.sounds = False
        return None if heard is None else (heard.item_id, to_ms(heard.samples, self._rate_hz))

    def hold(self) -> None:
        """Fade out, and keep the rest and whatever comes until `resume`."""
        if self._held or not self.sounds:
            return
        self._held = True
        begin, rest = self._tape.hold()
        waiting = self._ledger.behind(begin)
        if not waiting:
            return  # All of it is on its way to the listener.
        self._held_at = self._ledger.cut(self._tape.end) or self._held_at
        # What fades is heard once more, swelling: so no sound is lost; but it counts once.
        self._twice = max(self._tape.end, waiting[0][1]) - begin
        starts = [begin, *(start for _, start, _ in waiting[1:])]
        for (item_id, _, end), start in reversed(list(zip(waiting, starts, strict=True))):
            self._spill.appendleft((item_id, rest[start - begin : end - begin]))

    def resume(self) -> None:
        """Play what was held, from where it was."""
        if not self._held:
            return
        self._held = False
        if self._spill:
            item_id, samples = self._spill[0]
            self._spill[0] = (item_id, swelled(samples, self._twice))
            self._refill()

    def poll(self) -> list[Began | Ended]:
        """Return what has happened since the last time."""
        head = self._head()
        if self._spill and not self._held:
            self._refill()
        if self._unflushed and not self._spill and self._left(head) <= self._flush_ahead:
            self._flush()
        happened: list[Began | Ended] = [Began(item) for item in self._ledger.advance(head)]
        if happened:
            self._held_at = None
        if self.sounds and not self._spill and head >= self._tape.end + self.tail:
            heard = self._ledger.heard() or self._held_at
            self._ledger.stop()
            self.sounds, self._held_at = False, None
            if heard is not None:
                happened.append(Ended(heard.item_id, to_ms(heard.samples, self._rate_hz)))
        return happened

    def due(self) -> int | None:
        """Return where the head will be when `poll` has something to say; None: never."""
        if not self.sounds or (self._held and self._spill):
            return None
        until = self._tape.end + self.tail
        if self._unflushed:
            until = self._tape.end - self._flush_ahead
        begin = self._ledger.next_begin()
        return until if begin is None else min(until, begin)

    def wait(self) -> int | None:
        """Return after how many samples `poll` will have something to say; None: never."""
        due = self.due()
        return None if due is None else max(1, due - self._head())

    def release(self) -> int:
        """Make what was played silent again; return by how much the tape's far end moves."""
        return self._tape.release(self._kept)

    def reference(self, samples: int) -> bytes | None:
        """Return the next ``samples`` (at 24 kHz) that the device took; None: silence."""
        if self._reference is None:
            self._reference = Reference(self._tape, self._head, self._rate_hz)
        return self._reference.take(samples)

    def unheard(self) -> int:
        """Return how many samples wait to be played."""
        return max(0, self._left(self._head())) + sum(len(s) for _, s in self._spill)

    def _whole_samples(self, item_id: str, pcm: bytes) -> bytes:
        """Keep half a sample until its other half comes: far ends may cut sound anywhere."""
        if self._half and item_id == self._last_item:
            pcm = self._half + pcm
        self._half = pcm[-1:] if len(pcm) % 2 else b""
        self._last_item = item_id
        return pcm[:-1] if self._half else pcm

    def _queue(self, item_id: str, samples: Float32) -> None:
        self.sounds = True
        if self._spill or self._held:
            self._spill.append((item_id, samples))
            return
        self._put(item_id, samples)

    def _put(self, item_id: str, samples: Float32) -> None:
        room = max(0, self._tape.room() - self._flush_ahead)
        for span in self._tape.write(samples[:room]):
            again = min(self._twice, span.end - span.begin)
            self._twice -= again
            if span.begin + again < span.end:
                self._ledger.add(item_id, span.begin + again, span.end)
        if len(samples) > room:
            self._spill.appendleft((item_id, samples[room:]))

    def _refill(self) -> None:
        while self._spill and self._tape.room() > self._flush_ahead:
            self._put(*self._spill.popleft())

    def _flush(self) -> None:
        if self._resampler is not None and self._unflushed:
            self._queue(self._unflushed, self._resampler.flush())
        self._unflushed = ""

    def _left(self, head: int) -> int:
        return self._tape.end - head
