from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from desktop_app.audio.past import Past
from desktop_app.audio.pcm import BLOCK_BYTES

KEPT = 5 * BLOCK_BYTES
PIECES = st.lists(
    st.tuples(st.integers(1, 12), st.booleans()).map(
        lambda made: (bytes([made[0]]) * made[0] * BLOCK_BYTES, made[1])
    ),
    max_size=12,
)


def block(number: int) -> bytes:
    return bytes([number]) * BLOCK_BYTES


@given(PIECES)
def test_both_sides_stay_side_by_side_and_enough_is_kept(pieces: list[tuple[bytes, bool]]) -> None:
    past, heard, played = Past(KEPT), b"", b""
    for piece, sounds in pieces:
        past.add(piece, piece[::-1] if sounds else None)
        heard += piece
        played += piece if sounds else bytes(len(piece))
        for ago in (0, len(piece)):
            end = len(heard) - ago
            assert past.heard(KEPT, ago) == heard[max(0, end - KEPT) : end].rjust(KEPT, b"\0")
            assert past.played(KEPT, ago) == played[max(0, end - KEPT) : end].rjust(KEPT, b"\0")


def test_a_lesson_begins_with_the_first_sound_and_ends_before_the_newest() -> None:
    past = Past(KEPT)
    past.add(block(1) + block(2), None)
    past.add(block(3) + block(4), block(9) + block(8))
    past.add(block(5), block(7))
    assert past.lesson(BLOCK_BYTES, BLOCK_BYTES, KEPT) == (block(3) + block(4), block(9) + block(8))


def test_a_lesson_without_a_sound_is_as_long_as_it_must_be() -> None:
    past = Past(KEPT)
    past.add(block(1) + block(2) + block(3), None)
    assert past.lesson(BLOCK_BYTES, BLOCK_BYTES, KEPT) == (block(2), bytes(BLOCK_BYTES))


def test_a_lesson_is_no_longer_than_what_is_kept() -> None:
    past = Past(KEPT)
    past.add(b"".join(map(block, range(1, 21))), b"".join(map(block, range(1, 21))))
    heard, played = past.lesson(0, BLOCK_BYTES, 2 * KEPT)
    assert heard == played == b"".join(map(block, range(15, 20)))


def test_what_is_forgotten_is_silence() -> None:
    past = Past(KEPT)
    past.add(block(1), block(1))
    past.clear(2 * BLOCK_BYTES)
    assert past.heard(KEPT) == past.played(KEPT) == bytes(KEPT)
    past.add(block(3), None)
    assert past.lesson(KEPT, BLOCK_BYTES, KEPT) == (bytes(2 * BLOCK_BYTES),) * 2
