from __future__ import annotations

import numpy as np
import pytest

from desktop_app.audio.resample import Resampler, downmix


def tone(rate_hz: int, seconds: float = 0.5) -> np.ndarray:
    return np.sin(np.arange(round(rate_hz * seconds)) / rate_hz * 2 * np.pi * 440).astype("f4")


@pytest.mark.parametrize(
    ("from_hz", "to_hz"), [(24_000, 48_000), (44_100, 24_000), (16_000, 24_000)]
)
def test_a_stream_in_pieces_becomes_the_same_sound_at_another_rate(
    from_hz: int, to_hz: int
) -> None:
    resampler = Resampler(from_hz, to_hz)
    pieces = [resampler.push(piece) for piece in np.array_split(tone(from_hz), 37)]
    out = np.concatenate([*pieces, resampler.flush()])
    expected = tone(to_hz)
    assert abs(len(out) - len(expected)) <= 1
    inner = slice(to_hz // 20, -to_hz // 20)
    shorter = min(len(out), len(expected))
    assert np.abs(out[:shorter] - expected[:shorter])[inner].max() < 0.001


def test_a_flushed_stream_begins_anew() -> None:
    resampler = Resampler(24_000, 48_000)
    first = np.concatenate([resampler.push(tone(24_000)), resampler.flush()])
    again = np.concatenate([resampler.push(tone(24_000)), resampler.flush()])
    assert np.array_equal(first, again)


def test_two_channels_become_their_mean() -> None:
    stereo = np.array([[0.5, 0], [-1, -1]], np.float32).reshape(-1)
    assert downmix(stereo, 2).tolist() == [0.25, -1.0]
