from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.audio.fade import fade_out
from desktop_app.audio.tape import Span, Tape

SIZE = 16_384
FADE = len(fade_out())


class Reader:
    """The loudspeaker's side: takes samples, and may do so while the tape is written."""

    def __init__(self) -> None:
        self.memory = np.zeros(SIZE, np.float32)
        self.head = 0
        self.heard: list[float] = []
        self.sneaks: list[int] = []
        self.looks = 0

    def look(self) -> int:
        """Say where the head is; before that, it may move."""
        self.looks += 1
        if self.sneaks and self.looks % 2 == 0:
            self.take(self.sneaks.pop())
        return self.head

    def take(self, samples: int) -> None:
        at = np.arange(self.head, self.head + samples) % SIZE
        self.heard += self.memory[at].tolist()
        self.head += samples


def ramp(begin: int, samples: int) -> np.ndarray:
    return np.arange(begin + 1, begin + samples + 1, dtype=np.float32)


@given(st.lists(st.tuples(st.integers(1, 3000), st.integers(0, 3000)), max_size=25))
def test_all_that_is_written_is_heard_once_in_order_and_nothing_else(
    steps: list[tuple[int, int]],
) -> None:
    reader = Reader()
    tape = Tape(reader.memory, lambda: reader.head)
    written = 0
    for size, taken in steps:
        size = min(size, tape.room())
        spans = tape.write(ramp(written, size))
        assert sum(span.end - span.begin for span in spans) == size
        written += size
        reader.take(taken)
        tape.release()
    reader.take(max(0, tape.end - reader.head))
    sounds = [value for value in reader.heard if value]
    assert sounds == list(range(1, written + 1))


def test_sound_begins_at_the_head_and_goes_on_without_a_gap() -> None:
    reader = Reader()
    tape = Tape(reader.memory, lambda: reader.head)
    reader.take(1000)
    assert tape.write(ramp(0, 100)) == [Span(1000, 1100)]
    reader.take(50)
    assert tape.write(ramp(100, 5000)) == [Span(1100, 6100)]
    assert tape.room() == SIZE - 6100


def test_what_came_too_late_is_written_again_where_the_head_is() -> None:
    reader = Reader()
    tape = Tape(reader.memory, reader.look)
    reader.sneaks = [0, 240, 0]
    spans = tape.write(ramp(0, 100))
    reader.take(400)
    assert spans[-1].end - spans[-1].begin == 100
    at = spans[-1].begin
    assert reader.heard[at : at + 100] == ramp(0, 100).tolist()


def test_a_cut_fades_from_the_very_sample_at_the_head_and_leaves_silence() -> None:
    reader = Reader()
    tape = Tape(reader.memory, lambda: reader.head)
    tape.write(np.ones(10_000, np.float32))
    reader.take(777)
    assert tape.cut() == 777 + FADE
    reader.take(12_000)
    heard = np.array(reader.heard)
    assert np.all(heard[:777] == 1)
    assert heard[777 : 777 + FADE].tolist() == fade_out().tolist()
    assert not np.any(heard[777 + FADE :])
    assert tape.write(ramp(0, 10))[0].begin == reader.head


def test_a_cut_that_the_reader_overtook_fades_where_the_reader_is() -> None:
    for sneak in (240, 4_000, 6_000):
        reader = Reader()
        tape = Tape(reader.memory, reader.look)
        tape.write(np.ones(10_000, np.float32))
        reader.take(500)
        reader.looks, reader.sneaks = 0, [sneak]
        end = tape.cut()
        reader.take(5_000)
        assert end == 500 + sneak + FADE
        heard = np.array(reader.heard)
        assert heard[500 + sneak : end].tolist() == fade_out().tolist()
        assert not np.any(heard[end:])


def test_a_cut_near_the_end_fades_what_is_left() -> None:
    reader = Reader()
    tape = Tape(reader.memory, lambda: reader.head)
    tape.write(np.ones(1000, np.float32))
    reader.take(980)
    assert tape.cut() == 1000
    reader.take(300)
    assert reader.heard[980:1000] == fade_out()[:20].tolist()


def test_a_cut_in_silence_changes_nothing() -> None:
    reader = Reader()
    tape = Tape(reader.memory, lambda: reader.head)
    tape.write(np.ones(100, np.float32))
    reader.take(200)
    assert tape.cut() == 100


def test_silence_goes_on_when_the_ring_comes_round() -> None:
    reader = Reader()
    tape = Tape(reader.memory, lambda: reader.head)
    tape.write(np.ones(5000, np.float32))
    for _ in range(6):
        reader.take(SIZE // 2)
        assert tape.release() == SIZE // 2
    assert sum(reader.heard) == 5000


def test_what_was_just_played_can_be_kept_for_reading() -> None:
    reader = Reader()
    tape = Tape(reader.memory, lambda: reader.head)
    tape.write(ramp(0, 1000))
    reader.take(600)
    assert tape.release(keep=200) == 400
    assert tape.read(400, 600).tolist() == ramp(400, 200).tolist()
    assert not tape.read(0, 400).any()
    assert tape.release(keep=500) == 0
    assert tape.release() == 200
    assert not tape.read(400, 600).any()
