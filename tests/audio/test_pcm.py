from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.audio.pcm import (
    BLOCK_BYTES,
    from_bytes,
    samples_of_ms,
    to_bytes,
    to_floats,
    to_ms,
)


@given(st.binary(max_size=200).map(lambda raw: raw[: len(raw) // 2 * 2]))
def test_bytes_become_floats_and_the_same_bytes_again(pcm: bytes) -> None:
    assert to_bytes(to_floats(pcm)) == pcm
    assert to_bytes(from_bytes(pcm)) == pcm


def test_full_scale_is_one() -> None:
    floats = to_floats(np.array([-32768, 0, 16384], np.int16).tobytes())
    assert floats.tolist() == [-1.0, 0.0, 0.5]
    assert floats.dtype == np.float32


def test_floats_beyond_full_scale_are_clipped_and_do_not_wrap() -> None:
    loud = np.array([2.0, -2.0, 1.0], np.float32)
    assert from_bytes(to_bytes(loud)).tolist() == [32767, -32768, 32767]


def test_half_a_sample_is_refused() -> None:
    with pytest.raises(ValueError, match="multiple"):
        from_bytes(b"abc")


def test_milliseconds_and_samples_fit_together() -> None:
    assert samples_of_ms(10) * 2 == BLOCK_BYTES
    assert to_ms(samples_of_ms(1234)) == 1234
    assert to_ms(23) == 0
    assert to_ms(48_000, rate_hz=48_000) == 1000
