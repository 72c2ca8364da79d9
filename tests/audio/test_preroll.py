from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from desktop_app.audio.pcm import BLOCK_BYTES
from desktop_app.audio.preroll import Preroll


def block(number: int) -> bytes:
    return bytes([number % 256]) * BLOCK_BYTES


@given(st.integers(0, 60), st.integers(0, 400), st.integers(0, 500))
def test_the_newest_blocks_come_back_in_order(count: int, keep_ms: int, max_ms: int) -> None:
    ring = Preroll(keep_ms)
    for number in range(count):
        ring.push(block(number))
    taken = ring.take(max_ms)
    expected = min(count, keep_ms // 10, max_ms // 10)
    assert taken == [block(number) for number in range(count - expected, count)]
    assert ring.take(1000) == []


def test_what_was_cleared_is_gone() -> None:
    ring = Preroll(500)
    ring.push(block(1))
    ring.clear()
    ring.push(block(2))
    assert ring.take(500) == [block(2)]
