"""How the pacer finds its rhythm, with devices and clocks as they are."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass, field

from hypothesis import given
from hypothesis import strategies as st

from desktop_app.audio.pacing import LONGEST_RETRY_S, RETRY_S, Pacer

RATE_HZ = 24_000
BLOCK = 240
BLOCK_S = BLOCK / RATE_HZ


@dataclass
class Device:
    """Gives ``lump`` samples at a time, by its own clock, each up to ``jitter_s`` late."""

    lump: int = 120
    skew: float = 0.0
    jitter_s: float = 0.0
    begin_s: float = 0.0
    stop_s: float = math.inf
    dice: random.Random = field(default_factory=lambda: random.Random(0))
    taken: int = 0
    _given: int = 0
    _next_s: float = -1.0

    def arrival_s(self, samples: int) -> float:
        """When so many have come, but for the jitter."""
        return self.begin_s + math.ceil(samples / self.lump) * self.lump / RATE_HZ * (1 + self.skew)

    def waiting(self, now_s: float) -> int:
        while True:
            if self._next_s < 0:
                self._next_s = self.arrival_s(self._given + self.lump)
                self._next_s += self.dice.uniform(0, self.jitter_s)
            if self._next_s > min(now_s, self.stop_s):
                return self._given - self.taken
            self._given += self.lump
            self._next_s = -1.0


@dataclass
class Course:
    """What came of a while of looking."""

    looks: int = 0
    found: list[int] = field(default_factory=list)
    late_s: list[float] = field(default_factory=list)

    @property
    def in_vain(self) -> float:
        return 1 - len(self.found) / self.looks

    @property
    def mean_late_s(self) -> float:
        return sum(self.late_s) / len(self.late_s)


def look(
    pacer: Pacer, device: Device, from_s: float, to_s: float, *, tick_s: float = 0.001
) -> Course:
    """Look when the pacer says so, with timers that wake at whole ticks from when they are set."""
    course = Course()
    now_s = from_s
    while True:
        assert pacer.next_s - now_s <= max(LONGEST_RETRY_S, 5 * BLOCK_S)
        now_s += max(math.ceil((pacer.next_s - now_s) / tick_s), 1) * tick_s
        if now_s >= to_s:
            return course
        waiting = device.waiting(now_s)
        taken = pacer.look(now_s, waiting)
        course.looks += 1
        assert pacer.next_s > now_s
        assert taken % BLOCK == 0
        assert 0 <= taken <= waiting
        if taken:
            device.taken += taken
            course.found.append(taken // BLOCK)
            course.late_s.append(now_s - device.arrival_s(device.taken))


DEVICES = st.builds(
    Device,
    lump=st.sampled_from([60, 120, 240]),
    skew=st.floats(-0.0005, 0.0005),
    begin_s=st.floats(0, 0.02),
    jitter_s=st.floats(0, 0.0005),
    dice=st.integers(0, 1000).map(random.Random),
)


@given(DEVICES, st.integers(1, 4))
def test_about_one_look_in_ten_is_in_vain_and_sound_waits_little(
    device: Device, together: int
) -> None:
    pacer = Pacer(0.0, BLOCK, RATE_HZ)
    pacer.want(together)
    look(pacer, device, 0.0, 3.0)
    course = look(pacer, device, 3.0, 9.0)
    assert set(course.found) <= {together, together + 1}
    assert course.in_vain < 0.2
    assert course.mean_late_s < 0.0015 + device.jitter_s
    assert max(course.late_s) < 0.005


@given(DEVICES)
def test_all_that_comes_is_taken_in_time_from_the_first_second_on(device: Device) -> None:
    pacer = Pacer(0.0, BLOCK, RATE_HZ)
    course = look(pacer, device, 0.0, 1.0)
    assert sum(course.found) >= 96
    assert course.in_vain < 0.4


@given(DEVICES, st.floats(0.001, 0.5), st.floats(0.05, 3.0))
def test_whoever_was_held_takes_all_at_once_and_finds_the_rhythm_again(
    device: Device, at_s: float, held_s: float
) -> None:
    pacer = Pacer(0.0, BLOCK, RATE_HZ)
    look(pacer, device, 0.0, 1.0 + at_s)
    back_s = 1.0 + at_s + held_s
    pacer.next_s = max(pacer.next_s, back_s)
    first = look(pacer, device, back_s - 0.001, back_s + 0.1)
    assert first.found[0] >= int(held_s / BLOCK_S) - 2
    look(pacer, device, back_s + 0.1, back_s + 3.0)
    course = look(pacer, device, back_s + 3.0, back_s + 6.0)
    assert set(course.found) <= {1, 2}
    assert course.in_vain < 0.2
    assert course.mean_late_s < 0.002


@given(DEVICES, st.integers(1, 4), st.floats(1.0, 5.0))
def test_where_nothing_comes_it_looks_no_more_often_than_where_something_does(
    device: Device, together: int, silent_s: float
) -> None:
    device.stop_s = 1.0
    pacer = Pacer(0.0, BLOCK, RATE_HZ)
    pacer.want(together)
    look(pacer, device, 0.0, 1.2)
    course = look(pacer, device, 1.2, 1.2 + silent_s)
    assert course.looks <= silent_s / LONGEST_RETRY_S + 15


def test_one_block_that_is_late_hardly_moves_the_rhythm() -> None:
    pacer = Pacer(0.0, BLOCK, RATE_HZ)
    device = Device(begin_s=0.003)
    look(pacer, device, 0.0, 3.0)
    before_s = pacer.next_s
    missing_s = before_s
    while missing_s < before_s + 0.006:
        assert pacer.look(missing_s, 0) == 0
        missing_s = pacer.next_s
    assert pacer.look(missing_s, BLOCK) == BLOCK
    assert pacer.next_s - before_s - BLOCK_S <= 0.0011


def test_patience_begins_and_ends_at_once() -> None:
    pacer = Pacer(0.0, BLOCK, RATE_HZ)
    device = Device()
    look(pacer, device, 0.0, 2.0)
    pacer.want(4)
    patient = look(pacer, device, 2.0, 2.1)
    assert patient.found[0] == 4
    assert patient.looks <= 5
    pacer.want(1)
    assert pacer.next_s <= 2.1 + BLOCK_S
    assert pacer.look(2.1, 2 * BLOCK + 7) == 2 * BLOCK
    assert pacer.next_s >= 2.1 + RETRY_S
