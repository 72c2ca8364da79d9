"""What a listener hears of the assistant's own voice, room by room.

Half a minute each; ten minutes each are a row of ``dev.py bench echo``.
"""

from __future__ import annotations

import pytest

from desktop_app.adapters.echo import WebRtcEchoCanceller
from desktop_app.core.cleaning import Cleaning
from desktop_app.core.sound import EchoState
from tests.chain_bench import Bench
from tests.interruptions import interruptions
from tests.rooms import Room, as_loud, asked, loudness_dbfs, told
from tests.servers import speech
from tests.servers.speech import RATE_HZ

SECONDS = 30
ROOMS = [
    Room(),
    Room(reverb_ms=400, direct_db=-3, skew_ppm=50),
    Room(echo_db=10, reverb_ms=400, direct_db=-3, skew_ppm=50, clips=True),
    Room(delay_ms=2),
    Room(delay_ms=400, echo_db=10),
    Room(echo_db=-15),
]


@pytest.mark.parametrize("room", ROOMS)
@pytest.mark.parametrize("wanted", [Cleaning(), Cleaning(noise=True)])
def test_the_assistant_never_interrupts_itself(room: Room, wanted: Cleaning) -> None:
    played = speech.joined(speech.silence(700), told(SECONDS, seed=9))
    bench = Bench(WebRtcEchoCanceller())
    left = bench.hear(room.hear(played), played, wanted)
    assert interruptions(left) == []
    assert bench.echoes == [EchoState.CANCELLED]


def test_without_the_chain_it_would() -> None:
    played = told(10)
    assert len(interruptions(Room().hear(played))) > 2


@pytest.mark.parametrize("echo_db", [None, -15, 0])
def test_the_user_is_heard_over_it(echo_db: float | None) -> None:
    played = told(20, seed=4)
    said = speech.joined(speech.silence(10_000), asked(4, seed=2))
    bench = Bench(WebRtcEchoCanceller())
    left = bench.hear(Room(echo_db=echo_db).hear(played, said), played)
    begins = interruptions(left)
    assert begins
    assert 10 < begins[0] < 10.6


def test_the_user_is_heard_whole_once_the_assistant_falls_silent() -> None:
    played = speech.joined(told(8, seed=4), speech.silence(4_000))
    said = asked(3, seed=3)
    heard = Room().hear(played, speech.joined(speech.silence(8_500), said))
    left = Bench(WebRtcEchoCanceller()).hear(heard, played)
    assert speech.correlation(said, left) > 0.95
    assert loudness_dbfs(left[9 * RATE_HZ :]) == pytest.approx(loudness_dbfs(said), abs=3)


def test_a_quiet_user_in_a_quiet_room_is_heard_too() -> None:
    said = as_loud(asked(20, seed=3), -50)
    left = Bench(WebRtcEchoCanceller()).hear(said, None, Cleaning())
    assert loudness_dbfs(left[10 * RATE_HZ :]) > -40
