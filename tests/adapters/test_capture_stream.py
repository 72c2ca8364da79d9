"""What is made of what a device gives that refuses our rate or our one channel."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.adapters.capture_stream import CaptureStream, former
from desktop_app.adapters.sound_target import Form
from desktop_app.audio.pcm import FULL_SCALE, RATE_HZ, Float32, from_bytes, to_floats
from tests.adapters.sound_contracts import likeness, noise


def test_two_channels_at_48_khz_become_sound_of_ours() -> None:
    said = noise(0.5)
    to_pcm = former(Form(48_000, 2))
    pieces = np.array_split(np.repeat(to_floats(said.tobytes()), 4).reshape(-1, 2), 50)
    heard = from_bytes(b"".join(to_pcm(piece.reshape(-1)) for piece in pieces))
    assert len(said) - RATE_HZ // 50 <= len(heard) <= len(said)
    assert likeness(heard, said[: len(heard) - 240]) > 0.95


@given(st.binary(max_size=200).map(lambda raw: raw[: len(raw) // 2 * 2]))
def test_samples_of_our_form_stay_what_they_were_before_they_were_floats(pcm: bytes) -> None:
    assert former(Form(RATE_HZ, 1))(to_floats(pcm)) == pcm
    both = np.repeat(to_floats(pcm), 2)
    assert former(Form(RATE_HZ, 2))(both) == pcm


class Ring:
    """Of rtmixer's ring, whose import would open PortAudio: where it writes and reads."""

    def __init__(self, frames: int, channels: int) -> None:
        self.memory = np.zeros((frames, channels), np.float32)
        self.written = self.read_available = 0

    def write(self, frames: np.ndarray) -> None:
        for frame in frames:
            self.memory[self.written % len(self.memory)] = frame
            self.written += 1
            self.read_available += 1

    def readinto(self, data: Float32) -> int:
        data.fill(0)
        count = data.size // self.memory.shape[1]
        self.read_available -= count
        return count


def recording(frames: int, channels: int) -> tuple[CaptureStream, Ring]:
    """One whose ring holds so much, and is empty."""
    stream, ring = CaptureStream(lambda: None), Ring(frames, channels)
    stream.form = Form(RATE_HZ, channels)
    stream._ring = ring  # noqa: SLF001
    stream._memory = ring.memory.data.cast("B").cast("f")  # noqa: SLF001
    return stream, ring


def test_what_is_no_number_counts_as_loud() -> None:
    for odd in (np.nan, np.inf, -np.inf, 2.0):
        stream, ring = recording(8, 1)
        ring.write(np.full((4, 1), odd, np.float32))
        assert stream.loudest(0, 4) == FULL_SCALE
        assert stream.loudest(2, 2) == 0


def test_before_it_is_opened_and_after_it_is_closed_there_is_nothing_to_take() -> None:
    stream = CaptureStream(lambda: None)
    for _ in range(2):
        assert stream.waiting == 0
        assert stream.take(0) == b""
        assert stream.loudest(0, 0) == 0
        assert not stream.resume()
        assert not stream.lead("")
        stream.close()


@given(st.integers(1, 2), st.lists(st.tuples(st.integers(1, 7), st.integers(0, 7)), max_size=12))
def test_what_waits_can_be_looked_at_wherever_the_ring_begins(
    channels: int, moves: list[tuple[int, int]]
) -> None:
    stream, ring = recording(8, channels)
    waiting: list[int] = []
    for number, (more, fewer) in enumerate(moves):
        frames = np.full((min(more, 8 - len(waiting)), channels), 0, np.float32)
        # In one channel only, and below zero as well.
        frames[:, -1] = (number + 1) / FULL_SCALE * (-1) ** number
        ring.write(frames)
        waiting += [number + 1] * len(frames)
        for begin in range(len(waiting)):
            for end in range(begin + 1, len(waiting) + 1):
                assert stream.loudest(begin, end) == max(waiting[begin:end])
        fewer = min(fewer, len(waiting))
        stream.take(fewer)
        del waiting[:fewer]
