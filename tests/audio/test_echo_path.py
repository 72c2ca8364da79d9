from __future__ import annotations

import numpy as np
import pytest

from desktop_app.audio.echo_path import WINDOW_MS, WINDOWS_TO_DENY, EchoPath
from desktop_app.audio.pcm import BLOCK_BYTES
from tests.rooms import Room, asked, told
from tests.servers import speech
from tests.servers.speech import Sound


def listened(path: EchoPath, near: Sound, far: Sound) -> list[bool | None]:
    """Let it watch; return what it thought after each block."""
    heard, played = speech.to_pcm(near), speech.to_pcm(far)
    thought = []
    for at in range(0, len(heard) // BLOCK_BYTES * BLOCK_BYTES, BLOCK_BYTES):
        block = played[at : at + BLOCK_BYTES]
        path.listen(heard[at : at + BLOCK_BYTES], block if any(block) else None)
        thought.append(path.heard)
    return thought


def after_silence(sound: Sound) -> Sound:
    return speech.joined(speech.silence(700), sound)


@pytest.mark.parametrize("talks", [False, True])
@pytest.mark.parametrize(
    "room",
    [
        Room(),
        Room(delay_ms=0, reverb_ms=400, direct_db=-3),
        Room(delay_ms=450),
        Room(echo_db=10, clips=True, skew_ppm=50),
        Room(echo_db=-15, noise_dbfs=-55),
    ],
)
def test_an_echo_is_seen_within_a_second_and_its_delay_is_known(room: Room, talks: bool) -> None:
    played, path = after_silence(told(4)), EchoPath()
    said = after_silence(asked(4)) if talks else None
    thought = listened(path, room.hear(played, said), played)
    assert True in thought[: 70 + 130]
    assert False not in thought
    assert thought[-1]
    assert abs(path.delay_ms - room.delay_ms) <= 2


@pytest.mark.parametrize("talks", [False, True])
@pytest.mark.parametrize("skew_ppm", [-300, -150, 50, 220])
def test_an_echo_is_not_lost_though_the_clocks_of_both_devices_differ(
    skew_ppm: int, talks: bool
) -> None:
    played, path = told(40), EchoPath()
    room = Room(reverb_ms=400, direct_db=-3, skew_ppm=skew_ppm)
    thought = listened(path, room.hear(played, asked(40) if talks else None), played)
    assert False not in thought
    wandered_ms = skew_ppm * 1e-6 * 40_000
    assert abs(path.delay_ms - room.delay_ms - wandered_ms) <= 2


def test_headphones_are_known_within_two_seconds_while_somebody_talks() -> None:
    played, path = after_silence(told(20)), EchoPath()
    thought = listened(path, Room(echo_db=None).hear(played, after_silence(asked(20))), played)
    assert True not in thought
    assert thought.index(False) - 70 < (WINDOWS_TO_DENY + 3) * WINDOW_MS / 10
    assert path.delay_ms == 0


def test_an_echo_that_comes_later_is_seen_then_and_one_that_ends_is_given_up() -> None:
    played, path = told(27), EchoPath()
    none, some = Room(echo_db=None), Room()
    third = len(played) // 3
    thought = listened(path, none.hear(played[:third]), played[:third])
    assert thought[-1] is False
    thought = listened(path, some.hear(played[third : 2 * third]), played[third : 2 * third])
    assert thought[150]
    assert thought[-1]
    thought = listened(path, none.hear(played[2 * third :]), played[2 * third :])
    assert thought[-1] is False
    assert path.delay_ms == 0


def test_in_silence_nothing_is_learnt() -> None:
    played, path = told(5), EchoPath()
    assert set(listened(path, np.zeros_like(played), np.zeros_like(played))) == {None}
    assert set(listened(path, played, np.zeros_like(played))) == {None}
    assert set(listened(path, played, played * np.float32(1e-4))) == {None}


def test_a_microphone_that_gives_nothing_hears_no_echo_but_does_not_deny_one() -> None:
    played, path = told(5), EchoPath()
    assert listened(path, np.zeros_like(played), played)[-1] is False
    assert listened(path, Room().hear(played), played)[-1]
    assert listened(path, np.zeros_like(played), played)[-1]


def test_a_reset_forgets() -> None:
    played, path = told(3), EchoPath()
    listened(path, Room().hear(played), played)
    path.reset()
    assert path.heard is None
    assert path.delay_ms == 0
