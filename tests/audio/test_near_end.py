from __future__ import annotations

import numpy as np
import pytest

from desktop_app.audio.near_end import NearEnd
from desktop_app.audio.pcm import BLOCK_SAMPLES


def block(amplitude: int) -> bytes:
    return np.full(BLOCK_SAMPLES, amplitude, np.int16).tobytes()


def after(*blocks: tuple[int, int], near: NearEnd | None = None) -> bool:
    """Whether somebody is heard after an echo, and these amplitudes before and after."""
    near = near or NearEnd()
    for heard, left in (*[(1_000, 10)] * 20, *blocks):
        near.compare(block(heard), block(left))
    return near.heard


def test_an_echo_that_is_taken_out_is_nobody() -> None:
    assert not after(*[(2_600, 20)] * 4)


def test_what_passes_beside_the_echo_for_three_blocks_of_four_is_somebody() -> None:
    passes = (2_000, 700)
    assert not after(passes, passes)
    assert after(passes, passes, passes)
    assert after(passes, passes, (2_000, 20), passes)
    assert not after(passes, (2_000, 20), (2_000, 20), passes)


@pytest.mark.parametrize("left", [350, 200])
def test_neither_a_small_part_of_it_nor_a_whisper_counts(left: int) -> None:
    heard = 2_600 if left == 350 else 200
    assert not after(*[(heard, left)] * 4)


def test_a_sound_that_stays_is_the_room() -> None:
    near = NearEnd()
    assert after(*[(2_000, 700)] * 10, near=near)
    for _ in range(100):
        near.compare(block(2_000), block(700))
    assert not near.heard


def test_the_end_of_an_echo_that_comes_late_out_of_the_canceller_is_nobody() -> None:
    assert not after((2_600, 20), (100, 350), (100, 350), (100, 350))


def test_what_is_left_of_an_echo_far_louder_than_a_voice_is_nobody() -> None:
    near = NearEnd()
    for heard, left in (*[(8_000, 10)] * 100, *[(6_000, 3_000)] * 4):
        near.compare(block(heard), block(left))
    assert not near.heard


def test_after_a_reset_nothing_is_heard() -> None:
    near = NearEnd()
    assert after(*[(2_000, 700)] * 4, near=near)
    near.reset()
    assert not near.heard
