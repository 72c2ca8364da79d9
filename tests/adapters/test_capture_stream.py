"""What is made of what a device gives that refuses our rate or our one channel."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.adapters.capture_stream import CaptureStream, former
from desktop_app.adapters.sound_target import Form
from desktop_app.audio.pcm import RATE_HZ, from_bytes, to_floats
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


def test_before_it_is_opened_and_after_it_is_closed_there_is_nothing_to_take() -> None:
    stream = CaptureStream(lambda: None)
    for _ in range(2):
        assert stream.waiting == 0
        assert stream.take(0) == b""
        assert not stream.resume()
        assert not stream.lead("")
        stream.close()
