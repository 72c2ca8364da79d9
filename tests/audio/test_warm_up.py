from __future__ import annotations

import numpy as np

from desktop_app.audio.pcm import BLOCK_MS, BLOCK_SAMPLES, from_bytes
from desktop_app.audio.warm_up import LEARNING_MS, WarmUp


def block(amplitude: int) -> bytes:
    return np.full(BLOCK_SAMPLES, amplitude, np.int16).tobytes()


def last(warm_up: WarmUp, before: int, after: int, blocks: int = 30) -> int:
    """Loudness of the end of the last block."""
    given = b""
    for _ in range(blocks):
        given = warm_up.hold_back(block(before), block(after))
    return int(from_bytes(given)[-1])


def learnt(warm_up: WarmUp) -> None:
    for _ in range(LEARNING_MS // BLOCK_MS):
        warm_up.learns(BLOCK_MS)


def test_what_is_left_of_an_echo_is_held_back_until_the_room_is_known() -> None:
    warm_up = WarmUp()
    assert last(warm_up, 10_000, 3_000) < 15
    assert not warm_up.over
    learnt(warm_up)
    assert warm_up.over
    assert last(warm_up, 10_000, 3_000) == 3_000
    warm_up.reset()
    assert last(warm_up, 10_000, 3_000) < 15


def test_a_voice_that_the_canceller_lets_through_is_let_through() -> None:
    warm_up = WarmUp()
    assert last(warm_up, 10_000, 8_000) == 8_000
    assert last(warm_up, 10_000, 3_000) < 15
    assert last(warm_up, 10_000, 8_000) == 8_000


def test_it_comes_and_goes_without_a_step() -> None:
    warm_up = WarmUp()
    sound = b"".join(warm_up.hold_back(block(10_000), block(after)) for after in [3_000] * 40)
    learnt(warm_up)
    sound += b"".join(warm_up.hold_back(block(10_000), block(3_000)) for _ in range(3))
    assert np.abs(np.diff(from_bytes(sound).astype(int))).max() < 20


def test_once_the_room_is_known_the_bytes_pass_as_they_are() -> None:
    warm_up = WarmUp()
    learnt(warm_up)
    after = block(77)
    assert warm_up.hold_back(block(10_000), after) is after
