"""The chain in rooms made of numbers, with the fake canceller and with the real one."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from desktop_app.adapters.echo import WebRtcEchoCanceller
from desktop_app.audio.pcm import BLOCK_BYTES
from desktop_app.core.cleaning import Cleaning
from desktop_app.core.sound import EchoState
from desktop_app.voice.echo_stage import (
    ECHO_LASTS_MS,
    LEAST_PAST_BLOCKS,
    PAST_BLOCKS,
    UNUSED_BLOCKS,
)
from tests.chain_bench import OFF, Bench
from tests.fakes.echo import FakeEchoCanceller
from tests.fakes.noise import FakeNoiseSuppressor
from tests.rooms import Room, as_loud, asked, loudness_dbfs, noise, told
from tests.servers import speech
from tests.servers.speech import RATE_HZ, Sound

HEADPHONES = Room(echo_db=None)


def in_blocks(sound: Sound) -> list[bytes]:
    pcm = speech.to_pcm(sound)
    return [pcm[at : at + BLOCK_BYTES] for at in range(0, len(pcm), BLOCK_BYTES)]


def quietly_begun(sound: Sound) -> Sound:
    return speech.joined(speech.silence(700), sound)


def test_before_anything_was_played_the_bytes_are_those_of_the_microphone() -> None:
    canceller = FakeEchoCanceller()
    bench = Bench(canceller)
    said = asked(3)
    bench.hear(said)
    assert [frame.pcm for frame in bench.frames] == in_blocks(said)
    assert {(frame.played, frame.echo) for frame in bench.frames} == {(False, EchoState.UNKNOWN)}
    assert not canceller.calls


def test_with_headphones_the_bytes_are_those_of_the_microphone_and_nothing_works() -> None:
    canceller = FakeEchoCanceller()
    bench = Bench(canceller)
    played = told(12)
    bench.hear(HEADPHONES.hear(played, asked(12)), played)
    assert bench.echoes == [EchoState.NONE]
    worked = len(canceller.calls)
    heard = HEADPHONES.hear(played, asked(12, seed=5))
    bench.hear(heard, played)
    assert [frame.pcm for frame in bench.frames[1200:]] == in_blocks(heard)
    assert {(f.played, f.echo) for f in bench.frames[1200:]} == {(True, EchoState.NONE)}
    assert len(canceller.calls) == worked


def test_an_echo_is_taken_out_from_its_first_sound_on() -> None:
    bench = Bench(WebRtcEchoCanceller())
    played = quietly_begun(told(10))
    heard = Room().hear(played)
    left = bench.hear(heard, played)
    assert bench.echoes == [EchoState.CANCELLED]
    assert abs(bench.judged[0].delay_ms - 60) <= 2
    for begin_s, less_db in ((0.7, 10), (1.3, 20), (2.5, 25)):
        stretch = slice(round(begin_s * RATE_HZ), round((begin_s + 0.5) * RATE_HZ))
        assert loudness_dbfs(left[stretch]) < loudness_dbfs(heard[stretch]) - less_db


def test_where_the_canceller_begins_and_ends_to_work_the_sound_has_no_step() -> None:
    bench = Bench(FakeEchoCanceller(delay_samples=223))
    played = quietly_begun(told(6))
    echo = np.concatenate([np.zeros(BLOCK_BYTES // 2, np.float32), played * 0.5])[: len(played)]
    bench.hear(echo, played)
    assert bench.echoes == [EchoState.CANCELLED]
    begin = len(bench.frames)
    tone = (0.3 * np.sin(2 * np.pi * 150 * np.arange(8 * RATE_HZ) / RATE_HZ)).astype(np.float32)
    answer = np.concatenate([np.zeros(2 * RATE_HZ), told(2), np.zeros(4 * RATE_HZ)]).astype("f4")
    late = np.concatenate([np.zeros(BLOCK_BYTES // 2), answer * 0.5])[: len(tone)]
    heard = bench.hear((tone + late).astype(np.float32), answer)[RATE_HZ // 10 :]
    ways = {frame.played for frame in bench.frames[begin:]}
    assert ways == {True, False}
    steepest = float(np.abs(np.diff(tone)).max())
    assert float(np.abs(np.diff(heard)).max()) < steepest * 1.1
    assert loudness_dbfs(heard) == pytest.approx(loudness_dbfs(tone), abs=0.2)


@pytest.mark.parametrize("room", [HEADPHONES, Room()])
def test_blocks_that_come_as_one_are_cleaned_as_well_as_one_by_one(room: Room) -> None:
    played = quietly_begun(told(6))
    said = asked(1)
    heard = room.hear(played, speech.joined(speech.silence(4_500), said))
    one, four = (Bench(WebRtcEchoCanceller(), blocks_at_once=count) for count in (1, 4))
    by_one, by_four = one.hear(heard, played), four.hear(heard, played)
    assert loudness_dbfs(by_four[int(1.5 * RATE_HZ) : 4 * RATE_HZ]) < -55
    likeness = [speech.correlation(said, sound[4 * RATE_HZ :]) for sound in (by_one, by_four)]
    assert min(likeness) > 0.4
    assert likeness[1] > likeness[0] - 0.03
    assert four.judged == one.judged
    in_fours = [one.frames[at : at + 4] for at in range(0, 4 * len(four.frames), 4)]
    near = [any(frame.near for frame in frames) for frames in in_fours]
    assert sum(a is not b.near for a, b in zip(near, four.frames, strict=True)) <= 2


def test_until_the_canceller_knows_the_room_what_it_leaves_may_be_echo() -> None:
    bench = Bench(WebRtcEchoCanceller(), blocks_at_once=4)
    played = told(8)
    bench.hear(Room().hear(played), played)
    learning = [frame.learning for frame in bench.frames]
    known = learning.index(False)
    assert 50 < known < 120
    assert not any(learning[known:])


def test_with_headphones_nothing_is_left_of_an_echo() -> None:
    bench = Bench(WebRtcEchoCanceller(), blocks_at_once=4)
    played = told(4)
    bench.hear(HEADPHONES.hear(played), played)
    at = next(n for n, frame in enumerate(bench.frames) if frame.echo is EchoState.NONE)
    assert all(frame.learning for frame in bench.frames[1:at])
    assert not any(frame.learning for frame in bench.frames[at + 1 :])


def test_an_echo_is_expected_for_a_while_after_the_last_sound() -> None:
    bench = Bench(FakeEchoCanceller())
    bench.hear(speech.silence(2000), speech.joined(speech.answer(500), speech.silence(1500)))
    played = [frame.played for frame in bench.frames]
    assert all(played[: 50 + ECHO_LASTS_MS // 10 - 1])
    assert not any(played[50 + ECHO_LASTS_MS // 10 :])


def test_a_canceller_that_is_called_late_hears_first_what_was_played() -> None:
    canceller = FakeEchoCanceller()
    bench = Bench(canceller)
    played = told(4)
    bench.hear(HEADPHONES.hear(played), played)
    assert bench.echoes == [EchoState.NONE]
    canceller.calls.clear()
    at = len(bench.frames)
    bench.hear(Room().hear(played), played)
    assert bench.echoes == [EchoState.NONE, EchoState.CANCELLED]
    called = next(n for n, f in enumerate(bench.frames[at:]) if f.echo is EchoState.CANCELLED)
    blocks = len(bench.frames) - at - called
    assert len(canceller.calls) == PAST_BLOCKS + blocks


@pytest.mark.parametrize("pause_ms", [700, 850, 950, 1500])
def test_after_a_pause_the_canceller_goes_on_and_hears_nothing_twice(pause_ms: int) -> None:
    canceller = FakeEchoCanceller()
    bench = Bench(canceller, blocks_at_once=4)
    played = speech.joined(quietly_begun(told(4)), speech.silence(pause_ms), told(2))
    bench.hear(Room().hear(played), played)
    assert bench.echoes == [EchoState.CANCELLED]
    since = next(n for n, frame in enumerate(bench.frames) if frame.played)
    assert len(canceller.calls) <= LEAST_PAST_BLOCKS + 4 * (len(bench.frames) - since)


def test_in_a_silence_before_the_canceller_hears_only_a_little_of_it() -> None:
    canceller = FakeEchoCanceller()
    bench = Bench(canceller)
    bench.hear(speech.silence(3000), speech.joined(speech.silence(2990), speech.answer(10)))
    assert len(canceller.calls) == LEAST_PAST_BLOCKS + 1


def test_a_new_device_means_that_nothing_is_known_any_more() -> None:
    canceller = FakeEchoCanceller()
    bench = Bench(canceller)
    played = quietly_begun(told(4))
    bench.hear(Room().hear(played), played)
    bench.chain.reset()
    assert bench.echoes == [EchoState.CANCELLED, EchoState.UNKNOWN]
    assert canceller.resets == 2
    said = asked(1)
    at = len(bench.frames)
    bench.hear(said)
    assert [frame.pcm for frame in bench.frames[at:]] == in_blocks(said)
    bench.chain.reset()
    assert bench.echoes == [EchoState.CANCELLED, EchoState.UNKNOWN]


def test_an_echo_that_ends_lets_the_canceller_rest_and_forget() -> None:
    bench = Bench(WebRtcEchoCanceller())
    played = told(14)
    bench.hear(Room().hear(played), played)
    assert bench.judged[-1].removed_db > 20
    heard = HEADPHONES.hear(played)
    bench.hear(heard, played)
    assert bench.echoes == [EchoState.CANCELLED, EchoState.NONE]
    assert bench.judged[-1].removed_db == 0
    assert bench.frames[-1].pcm == in_blocks(heard)[-1]


@pytest.mark.parametrize("bench", [lambda: Bench(FakeEchoCanceller()), lambda: Bench(None)])
def test_an_echo_that_is_left_in_is_known_at_least(bench: Callable[[], Bench]) -> None:
    made, played = bench(), quietly_begun(told(6))
    heard = Room().hear(played)
    made.hear(heard, played, OFF)
    assert made.echoes == [EchoState.UNCANCELLED]
    assert [frame.pcm for frame in made.frames] == in_blocks(heard)


def test_switched_on_in_the_midst_of_an_answer_it_works_at_once() -> None:
    bench = Bench(WebRtcEchoCanceller())
    played = told(10)
    heard = Room().hear(played)
    half = 4 * RATE_HZ
    bench.hear(heard[:half], played[:half], OFF)
    left = bench.hear(heard[half:], played[half:])
    assert bench.echoes == [EchoState.UNCANCELLED, EchoState.CANCELLED]
    soon = slice(RATE_HZ // 50, RATE_HZ)
    assert loudness_dbfs(left[soon]) < loudness_dbfs(heard[half:][soon]) - 20


def test_where_nothing_is_taken_out_it_is_seldom_asked_what_is_played() -> None:
    bench = Bench(FakeEchoCanceller())
    played = told(4)
    bench.hear(HEADPHONES.hear(played), played)
    assert bench.echoes == [EchoState.NONE]
    asked_before, at = bench.speaker.asked, len(bench.frames)
    bench.hear(HEADPHONES.hear(played), played)
    assert all(frame.played for frame in bench.frames[at:])
    assert bench.speaker.asked - asked_before <= (len(bench.frames) - at) // UNUSED_BLOCKS + 1


def test_an_echo_that_cannot_be_taken_out_is_told_and_so_is_its_end() -> None:
    canceller = FakeEchoCanceller()
    bench = Bench(canceller)
    played = told(20)
    canceller.works = False
    bench.hear(Room().hear(played), played)
    assert bench.echoes == [EchoState.CANCELLED, EchoState.UNCANCELLED]
    canceller.works = True
    echo = np.concatenate([np.zeros(BLOCK_BYTES // 2, np.float32), played * 0.5])[: len(played)]
    bench.hear(echo, played)
    assert bench.echoes[-1] is EchoState.CANCELLED


def test_what_noise_hides_is_no_echo_that_stays() -> None:
    bench = Bench(WebRtcEchoCanceller())
    played = told(20)
    bench.hear(Room(echo_db=-20, noise_dbfs=-46).hear(played), played)
    assert bench.echoes == [EchoState.CANCELLED]


def test_how_much_is_taken_out_is_told_once_it_is_measured() -> None:
    bench = Bench(WebRtcEchoCanceller())
    played = told(20)
    bench.hear(Room().hear(played), played)
    first, measured = bench.judged
    assert (first.echo, first.removed_db) == (EchoState.CANCELLED, 0)
    assert (measured.echo, measured.delay_ms) == (EchoState.CANCELLED, first.delay_ms)
    assert measured.removed_db > 25


@pytest.mark.parametrize("echo_db", [0, -15])
def test_somebody_who_talks_for_a_while_is_no_echo_that_stays(echo_db: float) -> None:
    bench = Bench(WebRtcEchoCanceller())
    played = told(16)
    said = speech.joined(speech.silence(8000), asked(3))
    bench.hear(Room(echo_db=echo_db).hear(played, said), played)
    assert bench.echoes == [EchoState.CANCELLED]


def test_noise_is_taken_out_while_that_is_wanted_and_begins_and_ends_without_a_step() -> None:
    suppressor = FakeNoiseSuppressor()
    bench = Bench(None, suppressor)
    tone = (0.3 * np.sin(2 * np.pi * 150 * np.arange(RATE_HZ) / RATE_HZ)).astype(np.float32)
    plain = bench.hear(tone)
    assert [frame.pcm for frame in bench.frames] == in_blocks(tone)
    assert not suppressor.calls
    softer = bench.hear(tone, wanted=Cleaning(noise=True, gain=False))
    assert loudness_dbfs(softer[RATE_HZ // 2 :]) < loudness_dbfs(plain) - 5
    bench.hear(tone)
    assert bench.frames[-1].pcm == in_blocks(tone)[-1]
    steepest = float(np.abs(np.diff(tone)).max())
    assert float(np.abs(np.diff(bench.heard())).max()) < steepest * 1.1


def test_noise_suppression_from_the_first_block_on_needs_no_past() -> None:
    suppressor = FakeNoiseSuppressor()
    bench = Bench(None, suppressor)
    bench.hear(asked(0.5), wanted=Cleaning(noise=True, gain=False))
    assert len(suppressor.calls) == 50
    bench.chain.reset()
    assert suppressor.resets == 2


def test_a_quiet_microphone_is_lifted_and_one_that_is_not_keeps_its_bytes() -> None:
    bench, quiet = Bench(None), as_loud(asked(12), -50)
    bench.hear(quiet, wanted=Cleaning())
    assert loudness_dbfs(bench.heard(800)) > loudness_dbfs(quiet) + 10
    bench.chain.reset()
    at, usual = len(bench.frames), asked(4)
    bench.hear(usual, wanted=Cleaning())
    assert [frame.pcm for frame in bench.frames[at:]] == in_blocks(usual)


def test_what_the_assistant_says_teaches_nothing_about_the_loudness_of_the_user() -> None:
    bench, played = Bench(None), told(10)
    heard = as_loud(played, -50)
    bench.hear(heard, played, wanted=Cleaning())
    assert [frame.pcm for frame in bench.frames] == in_blocks(heard)


def test_noise_alone_is_never_lifted() -> None:
    bench, hum = Bench(None), noise(10 * RATE_HZ, -60)
    bench.hear(hum, wanted=Cleaning())
    assert [frame.pcm for frame in bench.frames] == in_blocks(hum)
