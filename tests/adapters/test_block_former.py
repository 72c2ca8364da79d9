from __future__ import annotations

import numpy as np

from desktop_app.adapters.block_former import BlockFormer
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
