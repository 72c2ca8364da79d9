from __future__ import annotations

import numpy as np

from desktop_app.audio.pcm import BLOCK_SAMPLES, to_bytes
from desktop_app.audio.removal import SPAN_STRETCHES, Removal


def block(dbfs: float) -> bytes:
    return to_bytes(np.full(BLOCK_SAMPLES, 10 ** (dbfs / 20), np.float32))


def compared(
    removal: Removal,
    before_dbfs: float,
    after_dbfs: float,
    stretches: int,
    played_dbfs: float = -20,
) -> Removal:
    for _ in range(10):
        removal.compare(block(-80), block(-80), None)
    for _ in range(stretches * 10):
        removal.compare(block(before_dbfs), block(after_dbfs), block(played_dbfs))
    return removal


def test_nothing_is_said_before_a_whole_span_was_measured() -> None:
    removal = compared(Removal(), -20, -50, SPAN_STRETCHES - 1)
    assert (removal.db, removal.fails) == (0, False)
    assert 29 < compared(removal, -20, -50, 1).db < 31


def test_an_echo_that_stays_is_a_failure_until_it_clearly_goes() -> None:
    removal = compared(Removal(), -20, -25, SPAN_STRETCHES)
    assert removal.fails
    assert compared(removal, -20, -31, SPAN_STRETCHES).fails
    assert not compared(removal, -20, -40, SPAN_STRETCHES).fails


def test_people_who_talk_over_it_do_not_make_it_a_failure() -> None:
    removal = compared(Removal(), -20, -50, SPAN_STRETCHES)
    compared(removal, -17, -17, SPAN_STRETCHES * 3 // 4)
    assert not removal.fails
    assert removal.db > 29


def test_noise_is_no_echo_and_all_of_an_echo_can_be_gone() -> None:
    assert compared(Removal(), -60, -60, SPAN_STRETCHES).db == 0
    assert compared(Removal(), -20, -50, SPAN_STRETCHES, played_dbfs=-70).db == 0
    assert compared(Removal(), -20, -200, SPAN_STRETCHES).db == 60


def test_a_reset_forgets() -> None:
    removal = compared(Removal(), -20, -22, SPAN_STRETCHES)
    removal.reset()
    assert (removal.db, removal.fails) == (0, False)


def test_what_comes_while_nothing_was_played_is_no_echo() -> None:
    removal = Removal()
    for _ in range(SPAN_STRETCHES * 10):
        removal.compare(block(-20), block(-50), None)
    assert removal.db == 0


def test_an_echo_that_hardly_stands_out_of_the_noise_says_nothing() -> None:
    removal = Removal()
    for _ in range(SPAN_STRETCHES):
        for loud_dbfs in (-45, -40):
            for _ in range(10):
                removal.compare(block(loud_dbfs), block(-46), block(-20))
    assert removal.db == 0
