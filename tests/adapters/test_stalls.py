from __future__ import annotations

from desktop_app.adapters.stalls import (
    MOST_STALLS,
    MOST_STALLS_AT_FIRST,
    STALL_CHECK_S,
    Stalls,
)


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def looks_until_lost(stalls: Stalls, clock: Clock, head: int, wait_s: float) -> int:
    for looks in range(1, 100):
        clock.now += wait_s
        if stalls.too_many(head, excused=False):
            return looks
    return 0


def test_a_head_that_moves_is_never_suspected() -> None:
    clock = Clock()
    stalls = Stalls(clock)
    stalls.begin()
    for head in range(1, 50):
        clock.now += 10 * STALL_CHECK_S
        assert not stalls.too_many(head, excused=False)
        assert not stalls.suspected


def test_a_head_that_stands_is_lost_after_some_looks_and_later_where_it_never_moved() -> None:
    clock = Clock()
    stalls = Stalls(clock)
    stalls.begin()
    assert looks_until_lost(stalls, clock, 0, STALL_CHECK_S) == MOST_STALLS_AT_FIRST
    stalls.begin()
    assert not stalls.too_many(7, excused=False)
    assert looks_until_lost(stalls, clock, 7, STALL_CHECK_S) == MOST_STALLS


def test_one_late_look_is_not_enough_and_quick_ones_do_not_count() -> None:
    clock = Clock()
    stalls = Stalls(clock)
    stalls.begin()
    stalls.too_many(7, excused=False)
    quick_s = STALL_CHECK_S / 8
    assert looks_until_lost(stalls, clock, 7, quick_s) == MOST_STALLS * 8
    stalls.begin()
    clock.now += 100 * STALL_CHECK_S
    assert not stalls.too_many(7, excused=False)
    assert stalls.suspected


def test_while_the_device_is_changed_the_head_may_stand() -> None:
    clock = Clock()
    stalls = Stalls(clock)
    stalls.begin()
    for _ in range(50):
        clock.now += STALL_CHECK_S
        assert not stalls.too_many(7, excused=True)
    assert looks_until_lost(stalls, clock, 7, STALL_CHECK_S) == MOST_STALLS
