from __future__ import annotations

from collections import deque

import numpy as np

from desktop_app.adapters.block_former import BlockFormer, taken
from desktop_app.adapters.sound_target import Form
from desktop_app.audio.pcm import BLOCK_BYTES, from_bytes
from tests.adapters.sound_contracts import likeness, noise


def test_two_channels_at_48_khz_become_blocks_of_ours() -> None:
    said = noise(0.5)
    former = BlockFormer(Form(48_000, 2))
    twice = np.repeat(said, 4)
    pieces = [piece.tobytes() for piece in np.array_split(twice.reshape(-1, 2), 50)]
    blocks = [block for piece in pieces for block in former.blocks(piece)]
    assert {len(block) for block in blocks} == {BLOCK_BYTES}
    heard = from_bytes(b"".join(blocks))
    assert likeness(heard, said[: len(heard) - 240]) > 0.95


def test_what_came_together_is_taken_as_one_and_the_rest_later() -> None:
    first, second, third = (bytes([number]) * BLOCK_BYTES for number in range(3))

    def form(data: bytes) -> list[bytes]:
        return [data]

    inbox = deque([first, second, third])
    assert taken(inbox, form, as_one=True) == [first + second]
    assert taken(inbox, form, as_one=True) == [third]
    inbox.extend([first, second])
    assert taken(inbox, form, as_one=False) == [first]
    assert taken(inbox, lambda _: [], as_one=True) == []
    assert not inbox
