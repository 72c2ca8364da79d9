from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.audio.pcm import RATE_HZ, samples_of_ms
from desktop_app.audio.playout import Began, Ended, Playout

SIZE = 1 << 14


class Device:
    """Turns the reel by hand."""

    def __init__(self, rate_hz: int = RATE_HZ, tail: int = 0) -> None:
        self.memory = np.zeros(SIZE, np.float32)
        self.head = 0
        self.playout = Playout(self.memory, lambda: self.head, rate_hz=rate_hz, tail=tail)
        self.happened: list[Began | Ended] = []
        self.heard: list[float] = []
        self.polls = 0

    def run(self, samples: int) -> None:
        """Play, and look whenever the playout asks for it."""
        stop = self.head + samples
        self.look()
        while self.head < stop:
            step = min(self.playout.wait() or samples, stop - self.head, SIZE // 4)
            at = np.arange(self.head, self.head + step) % SIZE
            self.heard += self.memory[at].tolist()
            self.head += step
            self.look()

    def look(self) -> None:
        self.polls += 1
        self.happened += self.playout.poll()
        self.playout.release()


def speech(ms: int, value: int = 8192) -> bytes:
    return np.full(samples_of_ms(ms), value, np.int16).tobytes()


def test_items_begin_and_end_as_they_are_heard() -> None:
    device = Device()
    device.playout.play("a", speech(100))
    device.playout.play("b", speech(50))
    device.run(samples_of_ms(99))
    assert device.happened == [Began("a")]
    device.run(samples_of_ms(60))
    assert device.happened == [Began("a"), Began("b"), Ended("b", 50)]
    assert device.playout.wait() is None


def test_the_end_is_told_when_the_device_has_played_what_it_holds() -> None:
    device = Device(tail=samples_of_ms(30))
    device.playout.play("a", speech(100))
    device.run(samples_of_ms(129))
    assert device.happened == [Began("a")]
    device.run(samples_of_ms(1))
    assert device.happened == [Began("a"), Ended("a", 100)]


def test_a_cut_counts_the_fade_and_forgets_the_rest() -> None:
    device = Device()
    device.playout.play("a", speech(100))
    device.playout.play("b", speech(100))
    device.run(samples_of_ms(130))
    assert device.playout.cut() == ("b", 35)
    assert device.playout.unheard() == samples_of_ms(5)
    device.run(samples_of_ms(300))
    assert device.happened == [Began("a"), Began("b")]
    assert device.playout.cut() is None


def test_a_cut_while_the_device_plays_its_rest_finds_all_heard() -> None:
    device = Device(tail=samples_of_ms(30))
    device.playout.play("a", speech(100))
    device.run(samples_of_ms(110))
    assert device.playout.cut() == ("a", 100)


def test_an_item_that_ran_dry_goes_on_and_counts_on() -> None:
    device = Device()
    device.playout.play("a", speech(50))
    device.run(samples_of_ms(200))
    device.playout.play("a", speech(30))
    device.run(samples_of_ms(200))
    assert device.happened == [Began("a"), Ended("a", 50), Began("a"), Ended("a", 80)]


def test_more_than_the_tape_holds_is_played_whole() -> None:
    device = Device()
    value = 0
    for _ in range(40):
        value += 100
        device.playout.play("a", speech(100, value))
    device.playout.play("b", speech(100, 5000))
    assert device.playout.unheard() == samples_of_ms(4100)
    device.run(samples_of_ms(4200))
    assert device.happened == [Began("a"), Began("b"), Ended("b", 100)]
    heard = np.array(device.heard) * 32768
    expected = np.repeat(np.append(np.arange(1, 41) * 100, 5000), samples_of_ms(100))
    assert np.array_equal(heard[: len(expected)], expected)


def test_a_cut_forgets_what_did_not_fit_the_tape() -> None:
    device = Device()
    device.playout.play("a", speech(5000))
    device.run(samples_of_ms(100))
    assert device.playout.cut() == ("a", 105)
    device.run(samples_of_ms(6000))
    assert np.count_nonzero(device.heard) == samples_of_ms(105) - 1


def test_what_is_held_goes_on_where_it_was_and_no_sample_is_missing() -> None:
    device = Device()
    ramp = np.arange(1, samples_of_ms(400) + 1, dtype=np.int16)
    device.playout.play("a", ramp[: samples_of_ms(150)].tobytes())
    device.playout.play("b", ramp[samples_of_ms(150) :].tobytes())
    device.run(samples_of_ms(100))
    device.playout.hold()
    device.run(samples_of_ms(500))
    assert device.playout.wait() is None
    device.playout.resume()
    device.run(samples_of_ms(500))
    heard = np.rint(np.array(device.heard) * 32768)
    fade = samples_of_ms(20)
    held = samples_of_ms(100)
    assert np.array_equal(heard[:held], ramp[:held])
    assert not heard[held + fade : samples_of_ms(600)].any()
    # What faded away swells again: both together are the whole sound.
    again = heard[samples_of_ms(600) : samples_of_ms(600) + fade]
    assert np.allclose(heard[held : held + fade] + again, ramp[held : held + fade], rtol=0.01)
    rest = heard[samples_of_ms(600) + fade :]
    assert np.array_equal(rest[: len(ramp) - held - fade], ramp[held + fade :])
    assert device.happened == [Began("a"), Began("a"), Began("b"), Ended("b", 250)]


def test_a_cut_of_what_is_held_counts_what_was_heard_before() -> None:
    device = Device()
    device.playout.play("a", speech(100))
    device.playout.play("b", speech(100))
    device.run(samples_of_ms(130))
    device.playout.hold()
    device.run(samples_of_ms(700))
    assert device.playout.cut() == ("b", 50)
    device.playout.resume()
    device.playout.play("c", speech(10))
    device.run(samples_of_ms(100))
    assert device.happened[-2:] == [Began("c"), Ended("c", 10)]


def test_a_cut_while_it_swells_again_counts_no_sample_twice() -> None:
    device = Device()
    device.playout.play("a", speech(200))
    device.run(samples_of_ms(100))
    device.playout.hold()
    device.run(samples_of_ms(100))
    device.playout.resume()
    device.run(samples_of_ms(10))
    assert device.playout.cut() == ("a", 120)


def test_what_comes_while_it_is_held_waits_with_the_rest() -> None:
    device = Device(tail=samples_of_ms(20))
    device.playout.play("a", speech(100))
    device.run(samples_of_ms(60))
    device.playout.hold()
    device.playout.play("a", speech(50))
    device.run(samples_of_ms(300))
    assert device.happened == [Began("a")]
    device.playout.resume()
    device.run(samples_of_ms(300))
    assert device.happened == [Began("a"), Began("a"), Ended("a", 150)]


def test_a_hold_at_the_very_end_holds_nothing_and_the_end_is_told() -> None:
    device = Device(tail=samples_of_ms(30))
    device.playout.play("a", speech(100))
    device.run(samples_of_ms(110))
    device.playout.hold()
    device.run(samples_of_ms(100))
    assert device.happened == [Began("a"), Ended("a", 100)]
    device.playout.play("b", speech(10))
    device.run(samples_of_ms(100))
    assert device.happened[2:] == []
    device.playout.resume()
    device.run(samples_of_ms(100))
    assert device.happened[2:] == [Began("b"), Ended("b", 10)]


@given(
    st.sampled_from([RATE_HZ, 48_000]),
    st.lists(
        st.tuples(st.sampled_from(["play", "hold", "resume"]), st.integers(1, 400)), max_size=30
    ),
)
def test_however_often_it_is_held_each_sample_is_counted_once(
    rate_hz: int, moves: list[tuple[str, int]]
) -> None:
    device, queued_ms, item = Device(rate_hz, tail=samples_of_ms(15, rate_hz)), 0, "a"
    for move, ms in moves:
        match move:
            case "play":
                device.playout.play(item, speech(ms))
                queued_ms += ms
            case "hold":
                device.playout.hold()
            case _:
                device.playout.resume()
        device.run(samples_of_ms(ms, rate_hz))
    device.playout.resume()
    device.run(samples_of_ms(queued_ms + 200, rate_hz))
    ends = [happened for happened in device.happened if isinstance(happened, Ended)]
    assert sorted(end.heard_ms for end in ends) == [end.heard_ms for end in ends]
    if queued_ms:
        assert abs(ends[-1].heard_ms - queued_ms) <= 1
        assert not device.playout.sounds


def test_samples_cut_in_two_by_the_far_end_are_put_together() -> None:
    device = Device()
    whole = speech(20, 1234)
    for at in range(0, len(whole), 7):
        device.playout.play("a", whole[at : at + 7])
    device.run(samples_of_ms(30))
    assert device.happened == [Began("a"), Ended("a", 20)]
    assert {round(value * 32768) for value in device.heard} == {0, 1234}


def test_half_a_sample_of_one_item_does_not_spoil_the_next() -> None:
    device = Device()
    device.playout.play("a", speech(10, 1000) + b"x")
    device.playout.play("b", speech(10, 2000))
    device.run(samples_of_ms(20))
    assert {round(value * 32768) for value in device.heard} == {1000, 2000}


def test_nothing_to_play_is_no_sound() -> None:
    device = Device()
    device.playout.play("a", b"")
    assert device.playout.wait() is None
    assert device.playout.cut() is None


def test_a_device_with_a_rate_of_its_own_plays_everything_and_counts_the_same() -> None:
    device = Device(rate_hz=48_000)
    tone = (np.sin(np.arange(RATE_HZ // 2) * 0.1) * 8000).astype(np.int16)
    for piece in np.array_split(tone, 9):
        device.playout.play("a", piece.tobytes())
        device.run(2 * len(piece) // 2)
    device.run(48_000)
    assert device.happened == [Began("a"), Ended("a", 500)]
    heard = np.array(device.heard)[::2][: len(tone)]
    assert np.corrcoef(heard, tone)[0, 1] > 0.999


def test_with_a_rate_of_its_own_the_tail_of_one_item_comes_before_the_next() -> None:
    device = Device(rate_hz=48_000)
    device.playout.play("a", speech(100))
    device.playout.play("b", speech(100))
    device.run(48_000)
    assert device.happened == [Began("a"), Began("b"), Ended("b", 100)]
    assert device.playout.cut() is None


def test_a_cut_with_a_rate_of_its_own_drops_what_the_filter_holds() -> None:
    device = Device(rate_hz=48_000)
    device.playout.play("a", speech(1000))
    device.run(4_800)
    assert device.playout.cut() == ("a", 105)
    device.playout.play("b", speech(10, -8192))
    device.run(48_000)
    assert device.happened[-1] == Ended("b", 10)


operations = st.lists(
    st.one_of(
        st.tuples(st.sampled_from("abc"), st.integers(1, 400)),
        st.tuples(st.just("run"), st.integers(1, 900)),
        st.tuples(st.just("cut"), st.just(0)),
    ),
    max_size=30,
)


@given(operations, st.integers(0, 1000))
def test_in_any_order_of_things_nothing_is_lost_invented_or_miscounted(
    steps: list[tuple[str, int]], tail: int
) -> None:
    device = Device(tail=tail)
    received: dict[str, int] = {}
    counted: dict[str, int] = {}
    for what, amount in steps:
        match what:
            case "run":
                device.run(samples_of_ms(amount))
            case "cut":
                cut = device.playout.cut()
                if cut is not None:
                    assert counted.get(cut[0], 0) <= cut[1]
                    counted[cut[0]] = cut[1]
            case item:
                device.playout.play(item, speech(amount))
                received[item] = received.get(item, 0) + amount
        for happened in device.happened:
            if isinstance(happened, Ended):
                assert counted.get(happened.item_id, 0) <= happened.heard_ms
                counted[happened.item_id] = happened.heard_ms
        device.happened.clear()
        assert all(counted[item] <= received[item] for item in counted)
    device.run(device.playout.unheard() + tail + 1)
    # A fade ends with a sample of nothing, so a cut may take one away.
    cuts = sum(what == "cut" for what, _ in steps)
    sounding = np.count_nonzero(device.heard)
    if not cuts:
        assert sounding == samples_of_ms(sum(received.values()))
    assert sounding <= samples_of_ms(sum(received.values()))


def test_looks_are_rare() -> None:
    device = Device()
    for _ in range(10):
        device.playout.play("a", speech(40))
    device.run(samples_of_ms(500))
    assert device.polls < 10


def test_what_the_device_took_can_be_asked_for_until_it_was_cut() -> None:
    device = Device()
    taken = [device.playout.reference(240)]
    device.playout.play("a", speech(100))
    for _ in range(8):
        device.run(240)
        taken.append(device.playout.reference(240))
    device.playout.cut()
    for _ in range(5):
        device.run(240)
        taken.append(device.playout.reference(240))
    assert taken[0] is taken[-1] is None
    sounds = np.frombuffer(b"".join(block or b"" for block in taken), np.int16)
    assert len(sounds) >= samples_of_ms(80)
    assert (sounds == 8192).sum() == samples_of_ms(80)
