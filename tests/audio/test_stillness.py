from __future__ import annotations

import numpy as np

from desktop_app.audio.pcm import BLOCK_MS, BLOCK_SAMPLES, RATE_HZ
from desktop_app.audio.stillness import LASTS_MS, LOUDEST_STILL, LULL_MS, SILENT, Lull, Stillness

PIECE = 4 * BLOCK_SAMPLES


def room(peak: int, pieces: int, seed: int = 1) -> list[bytes]:
    """Noise whose loudest samples are just as loud as ``peak``."""
    rng = np.random.default_rng(seed)
    sound = rng.integers(-peak, peak, (pieces, PIECE), endpoint=True).astype("<i2")
    sound[:, 0] = peak
    return [piece.tobytes() for piece in sound]


def told(still: Stillness, pieces: list[bytes]) -> list[bool]:
    return [still.still(piece) for piece in pieces]


def known(peak: int) -> Stillness:
    """One that has heard such a room for half a minute."""
    still = Stillness()
    told(still, room(peak, 30 * RATE_HZ // PIECE))
    return still


def test_a_quiet_room_is_still_once_it_is_known() -> None:
    still = Stillness()
    heard = told(still, room(47, 30 * RATE_HZ // PIECE))
    assert not heard[0]
    assert all(heard[-100:])
    still.reset()
    assert told(still, room(47, 1)) == [False]


def test_a_voice_is_heard_from_its_first_block_on_and_for_a_while_behind() -> None:
    still = known(47)
    assert told(still, room(400, 1)) == [False]
    behind = told(still, room(47, 20))
    assert behind.index(True) == LASTS_MS // BLOCK_MS // 4 - 1


def test_a_louder_room_is_listened_to_all_the_time() -> None:
    assert not any(told(known(LOUDEST_STILL + 50), room(LOUDEST_STILL + 50, 100)))


def test_soft_speech_in_a_quiet_room_is_no_stillness() -> None:
    # A voice at -57 dBFS, as of somebody two rooms away.
    time_s = np.arange(PIECE) / RATE_HZ
    voice = (64 * np.sin(2 * np.pi * 200 * time_s)).astype("<i2").tobytes()
    assert told(known(20), [voice]) == [False]


def test_silence_is_still_at_once() -> None:
    still = Stillness()
    assert told(still, [*room(400, 1), bytes(2 * PIECE), *room(SILENT - 1, 2)]) == [
        False,
        True,
        True,
        True,
    ]


def test_the_lowest_sample_counts_as_well() -> None:
    lowest = np.full(PIECE, -32_768, "<i2").tobytes()
    assert not Stillness().still(lowest)


def lulled(peak: int) -> Lull:
    """One that has heard such a room for half a minute."""
    lull = Lull()
    for _ in range(30 * RATE_HZ // PIECE):
        lull.lasts(peak, 4)
    return lull


def test_in_a_lull_what_is_heard_can_wait_until_somebody_speaks() -> None:
    for peak in (0, 47, 800):
        lull = lulled(peak)
        assert lull.lasts(peak, 1)
        assert not lull.lasts(4 * peak + 400, 1)


def test_whoever_pauses_is_waited_for_until_a_server_has_found_the_end() -> None:
    lull = lulled(47)
    lull.lasts(400, 4)
    behind = [lull.lasts(47, 4) for _ in range(100)]
    assert not any(behind[: LULL_MS // BLOCK_MS // 4])
    assert all(behind[LULL_MS // BLOCK_MS // 4 + LASTS_MS // BLOCK_MS // 4 :])
    assert behind[-1]


def test_silence_is_no_lull_at_once() -> None:
    lull = Lull()
    heard = [lull.lasts(0, 4) for _ in range(LULL_MS // BLOCK_MS // 4 + 1)]
    assert heard == [False] * (LULL_MS // BLOCK_MS // 4) + [True]
