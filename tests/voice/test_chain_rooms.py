"""What a listener hears of the assistant's own voice, room by room.

Half a minute each; ten minutes each are a row of ``dev.py bench echo``.
"""

from __future__ import annotations

import numpy as np
import pytest

from desktop_app.adapters.echo import WebRtcEchoCanceller
from desktop_app.core.cleaning import Cleaning
from desktop_app.core.sound import EchoState
from desktop_app.offline.voice_hibari import HibariVoice, hibari_voices
from tests.chain_bench import Bench
from tests.interruptions import interruptions
from tests.rooms import TOLD, Room, as_loud, asked, loudness_dbfs, real_reader, told
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


@pytest.mark.parametrize("pause_ms", [0, 2_000])
@pytest.mark.parametrize("seed", range(4))
def test_the_first_words_of_the_first_answer_are_no_interruption(seed: int, pause_ms: int) -> None:
    # Alone, WebRTC's canceller lets some of them through in a third of such rooms.
    room = Room(echo_db=10, reverb_ms=400, direct_db=-3, seed=seed)
    played = speech.joined(speech.silence(pause_ms), told(4, seed=seed))
    left = Bench(WebRtcEchoCanceller()).hear(room.hear(played), played)
    assert interruptions(left) == []


def test_who_interrupts_the_first_words_of_the_first_answer_is_heard() -> None:
    played = speech.joined(speech.silence(1_000), told(6, seed=1))
    said = speech.joined(speech.silence(2_000), asked(3, seed=1))
    left = Bench(WebRtcEchoCanceller()).hear(Room(echo_db=-10).hear(played, said), played)
    begins = interruptions(left)
    assert begins
    assert 2 < begins[0] < 3


@pytest.mark.weights
def test_the_voice_that_comes_with_parley_does_not_interrupt_itself_either() -> None:
    voice = HibariVoice(hibari_voices()[0])
    said = np.concatenate([block for text in TOLD for block in voice.speak(text)])
    played = as_loud(speech.from_pcm(said.tobytes()), -20)
    left = Bench(WebRtcEchoCanceller()).hear(Room(echo_db=6).hear(played), played)
    assert interruptions(left) == []


def test_a_real_person_with_headphones_is_heard_to_the_last_byte() -> None:
    person = real_reader()
    if person is None:
        pytest.skip("optional: needs Debian's pocketsphinx-testdata")
    played = told(len(person) / RATE_HZ)
    bench = Bench(WebRtcEchoCanceller())
    heard = Room(echo_db=None).hear(played, person)
    bench.hear(heard, played)
    assert bench.echoes == [EchoState.NONE]
    known = next(at for at, frame in enumerate(bench.frames) if frame.echo is EchoState.NONE)
    assert known < 300
    sent = b"".join(frame.pcm for frame in bench.frames[known + 1 :])
    assert sent
    assert sent in speech.to_pcm(heard)


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


@pytest.mark.parametrize("room", [Room(), Room(reverb_ms=400, direct_db=-3, echo_db=10)])
def test_only_somebody_else_is_heard_through_the_echo(room: Room) -> None:
    played = told(14, seed=9)
    bench = Bench(WebRtcEchoCanceller())
    bench.hear(room.hear(played), played)
    assert not any(frame.near for frame in bench.frames)


def test_somebody_who_begins_to_speak_is_heard_through_the_echo_at_once() -> None:
    played = told(14, seed=4)
    said = speech.joined(speech.silence(10_000), asked(3, seed=2))
    bench = Bench(WebRtcEchoCanceller())
    bench.hear(Room().hear(played, said), played)
    blocks = [at for at, frame in enumerate(bench.frames) if frame.near]
    assert 1_000 < blocks[0] < 1_045


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
