"""The talk key: hold, tap, repeat, lose a release, press in any rhythm."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop_app.core import effects as fx
from desktop_app.core import events as ev
from desktop_app.core import far_end as far
from desktop_app.core import sound
from desktop_app.core import wishes as wish
from desktop_app.core.connection import RELEASE_GRACE_MS, RELEASE_TIMER, SHORTEST_PRESS_MS
from desktop_app.core.problems import Kind, Problem
from desktop_app.core.settings import Settings
from desktop_app.core.state import AppState, Floor, Key, Phase
from desktop_app.core.step import step
from desktop_app.core.talk_key import TAP_MS, TAP_TIMER, WATCHDOG_MS, WATCHDOG_TIMER
from tests.core.dialogue import after, kinds, live, only, orders, pcm, run, speaking, told
from tests.core.world import Server, World

DOWN, UP, TOGGLE = wish.KeyPressed(), wish.KeyReleased(), wish.TalkToggled()
TAP_OVER = ev.TimerFired(TAP_TIMER)
STUCK = ev.TimerFired(WATCHDOG_TIMER)
GRACE = ev.TimerFired(RELEASE_TIMER)
WORDS = sound.MicFrame(pcm(SHORTEST_PRESS_MS))


def with_key(mode: str = "auto") -> AppState:
    return live(Settings(turn_detection="manual", talk_key_mode=mode))


def test_a_press_clears_the_server_and_sends_what_came_before_it() -> None:
    effects = told(with_key(), DOWN)
    assert orders(effects) == (fx.ClearInput(),)
    assert only(effects, fx.SendPreroll)
    assert fx.StartTimer(TAP_TIMER, TAP_MS) in effects
    assert fx.StartTimer(WATCHDOG_TIMER, WATCHDOG_MS) in effects


def test_a_held_key_talks_while_it_is_held() -> None:
    state, effects = run(with_key(), DOWN, TAP_OVER, WORDS, UP)
    assert (state.pressed, state.releasing, state.key) == (False, True, Key.UP)
    assert fx.StartTimer(RELEASE_TIMER, RELEASE_GRACE_MS) in effects
    assert only(told(state, GRACE), fx.CommitInput)


def test_a_tap_leaves_the_talk_on_and_the_next_press_ends_it() -> None:
    state = after(with_key(), DOWN, UP)
    assert (state.pressed, state.key) == (True, Key.LATCHED)
    state = after(state, WORDS, DOWN)
    assert (state.pressed, state.releasing) == (False, True)
    state, effects = run(state, UP, GRACE)
    assert len(only(effects, fx.CommitInput)) == 1
    assert not state.pressed


def test_a_tap_is_told_from_a_hold_by_time_alone() -> None:
    assert after(with_key(), DOWN, UP, TAP_OVER).key is Key.LATCHED
    assert after(with_key(), DOWN, TAP_OVER).key is Key.HELD


def test_a_hold_of_which_we_hear_too_late_is_no_tap() -> None:
    state, effects = run(with_key(), DOWN, WORDS, wish.KeyReleased(held=True), GRACE)
    assert (state.pressed, state.key) == (False, Key.UP)
    assert only(effects, fx.CommitInput)


def test_who_wants_to_hold_never_gets_stuck_by_a_tap() -> None:
    state = after(with_key("hold"), DOWN, UP)
    assert (state.pressed, state.key) == (False, Key.UP)


def test_who_wants_to_switch_may_hold_as_long_as_they_like() -> None:
    state = after(with_key("toggle"), DOWN, TAP_OVER, STUCK, wish.KeyReleased(held=True))
    assert (state.pressed, state.key) == (True, Key.LATCHED)
    assert not after(state, DOWN, UP).pressed


@pytest.mark.parametrize("mode", ["auto", "hold"])
def test_a_key_that_repeats_itself_is_one_press(mode: str) -> None:
    state, effects = run(with_key(mode), DOWN, *[DOWN] * 20)
    assert len(only(effects, fx.ClearInput)) == 1
    assert state.pressed


def test_a_release_nobody_saw_is_made_up_for_and_told() -> None:
    state, effects = run(with_key(), DOWN, TAP_OVER, WORDS, STUCK)
    assert (state.pressed, state.releasing) == (False, True)
    assert Kind.KEY_STUCK in kinds(state)
    assert fx.StopTimer(WATCHDOG_TIMER) in effects
    assert Kind.KEY_STUCK not in kinds(after(state, UP, DOWN))


def test_a_key_that_is_down_no_longer_sets_the_watchdog_off() -> None:
    idle = after(with_key(), DOWN, TAP_OVER, WORDS, UP, GRACE)
    assert step(idle, STUCK) == (idle, ())


def test_after_the_end_of_the_call_the_key_starts_anew() -> None:
    state = after(with_key(), DOWN, TAP_OVER, wish.HangUpAsked())
    assert not state.pressed
    state, effects = run(state, DOWN)
    assert state.pressed
    assert only(effects, fx.OpenLink)
    assert after(state, TAP_OVER, UP).releasing


def test_the_first_press_connects_and_what_is_said_meanwhile_counts() -> None:
    state, effects = run(AppState(settings=with_key().settings), DOWN)
    assert state.pressed
    assert only(effects, fx.OpenLink)
    assert only(effects, fx.OpenSound)


def test_a_press_talks_over_the_assistant() -> None:
    state, effects = run(speaking(with_key()), DOWN)
    assert fx.CutSpeaker() in effects
    assert only(effects, fx.CancelResponse)
    assert state.pressed


def test_a_microphone_that_cannot_be_replaced_lets_the_key_go() -> None:
    gone = sound.MicLost(Problem(Kind.NO_MICROPHONE, "Title", "Hint"))
    for state in (after(with_key(), DOWN, TAP_OVER), after(with_key(), DOWN, UP)):
        assert after(state, gone).pressed, "another one goes on"
        lost, effects = run(state, gone, gone)
        assert (lost.pressed, lost.key) == (False, Key.UP)
        assert fx.StartTimer(RELEASE_TIMER, RELEASE_GRACE_MS) in effects


def test_a_microphone_that_is_only_exchanged_does_not() -> None:
    assert after(with_key(), DOWN, TAP_OVER, sound.MicLost(None)).pressed


def test_a_toggle_needs_no_release() -> None:
    state = after(with_key(), TOGGLE, WORDS)
    assert state.pressed
    state, effects = run(state, TOGGLE, GRACE)
    assert not state.pressed
    assert len(only(effects, fx.CommitInput)) == 1


# --- where the server makes the turns ----------------------------------------------------------


@pytest.mark.parametrize("press", [DOWN, TOGGLE])
def test_hands_free_the_key_connects_mutes_and_unmutes(press: ev.Event) -> None:
    assert only(told(AppState(), press), fx.OpenLink)
    muted = after(live(), press, UP)
    assert muted.muted
    assert not after(muted, press, UP).muted


def test_hands_free_the_key_interrupts_and_listens() -> None:
    state, effects = run(speaking(live(muted=True)), DOWN)
    assert fx.CutSpeaker() in effects
    assert not state.muted


# --- locked -------------------------------------------------------------------------------------


def test_a_locked_computer_has_no_open_microphone() -> None:
    state, effects = run(speaking(with_key()), DOWN, wish.ComputerLocked())
    assert fx.CloseSound() in effects
    assert fx.ClearInput() in orders(effects)
    assert (state.pressed, state.sound.wanted) == (False, False)
    assert not only(told(state, DOWN, UP, TOGGLE, ev.TimerFired("sound")), fx.OpenSound)


def test_nothing_said_before_the_lock_is_sent_after_it() -> None:
    state = after(with_key(), DOWN, TAP_OVER, WORDS, UP, wish.ComputerLocked())
    assert not only(told(state, GRACE), fx.CommitInput)


def test_the_microphone_comes_back_with_the_user() -> None:
    locked = after(live(), wish.ComputerLocked(), wish.ComputerLocked())
    state, effects = run(locked, wish.ComputerUnlocked())
    assert only(effects, fx.OpenSound)
    assert state.sound.wanted
    assert step(state, wish.ComputerUnlocked()) == (state, ())


def test_unlocking_opens_nothing_that_was_closed_before() -> None:
    state = after(AppState(), wish.ComputerLocked())
    assert told(state, wish.ComputerUnlocked()) == ()


# --- any rhythm ---------------------------------------------------------------------------------


class Clock(World):
    """A world with time: timers end when they are due, speech comes every 20 ms."""

    def __init__(self, state: AppState, server: Server) -> None:
        super().__init__(state, server)
        self.now_ms = 0
        self.due: dict[str, int] = {}
        self.commits = self.overlaps = 0

    def feed(self, event: ev.Event) -> None:
        for effect in step(self.state, event)[1]:
            match effect:
                case fx.StartTimer(name, after_ms):
                    self.due[name] = self.now_ms + after_ms
                case fx.StopTimer(name):
                    self.due.pop(name, None)
                case fx.CommitInput():
                    self.commits += 1
                case fx.CreateResponse() if self.state.responses.active:
                    self.overlaps += 1
                case _:
                    pass
        super().feed(event)

    def wait(self, ms: int) -> None:
        """Let time pass, for everybody."""
        for _ in range(max(ms // 20, 1)):
            self.now_ms += 20
            self.feed(sound.MicFrame(pcm(20)))
            for name in [n for n, at in self.due.items() if at <= self.now_ms]:
                del self.due[name]
                self.fire(name)
            self.far_end()
            self.play(20)
            while self.reports:
                self.feed(self.reports.popleft())

    def far_end(self) -> None:
        """Let the server do what it was told, and one more piece of its answer."""
        while self.server.orders:
            self.server.take()
        if self.server.answer is not None:
            self.server.go_on()
        while self.server.out:
            self.feed(self.server.out.popleft())


HOLDS = st.sampled_from([40, 100, 200, 320, 380, 500, 900])
PAUSES = st.sampled_from([20, 60, 120, 200, 400, 1200])
RHYTHM = st.lists(st.tuples(HOLDS, PAUSES), min_size=20, max_size=20)
"""Fifty of these make the thousand presses."""


def turns_of(mode: str, rhythm: list[tuple[int, int]]) -> int:
    """How many turns the rules promise: a talk that starts within the grace goes on."""
    talks: list[tuple[int, int]] = []
    now, on_since = 0, -1
    for hold_ms, pause_ms in rhythm:
        down, up = now, now + hold_ms
        now = up + pause_ms
        if on_since >= 0:
            talks.append((on_since, down))
            on_since = -1
        elif mode == "toggle" or (mode == "auto" and hold_ms < TAP_MS):
            on_since = down
        else:
            talks.append((down, up))
    if on_since >= 0:
        talks.append((on_since, now))
    merged: list[tuple[int, int]] = []
    for begin, end in talks:
        if merged and begin - merged[-1][1] < RELEASE_GRACE_MS:
            merged[-1] = (merged[-1][0], end)
        else:
            merged.append((begin, end))
    return len([1 for begin, end in merged if end - begin + RELEASE_GRACE_MS >= SHORTEST_PRESS_MS])


@pytest.mark.parametrize("mode", ["auto", "hold", "toggle"])
@given(rhythm=RHYTHM)
@settings(max_examples=50)
def test_a_thousand_presses_make_a_turn_each_and_leave_nothing_stuck(
    mode: str, rhythm: list[tuple[int, int]]
) -> None:
    world = Clock(with_key(mode), Server(manual=True, interrupts=False))
    for hold_ms, pause_ms in rhythm:
        world.feed(DOWN)
        world.wait(hold_ms)
        world.feed(UP)
        world.wait(pause_ms)
    if world.state.pressed:
        world.feed(DOWN)
        world.feed(UP)
    world.wait(4000)
    state = world.state
    assert world.commits == turns_of(mode, rhythm)
    assert world.overlaps == 0
    assert (state.pressed, state.releasing, state.key) == (False, False, Key.UP)
    assert (state.responses.active, state.responses.requested, state.commit) == (None, None, None)
    assert (state.floor, state.link.phase) == (Floor.NOBODY, Phase.LIVE)
    assert kinds(state) <= {Kind.HOLD_LONGER}
    assert not {TAP_TIMER, WATCHDOG_TIMER, RELEASE_TIMER} & set(world.due)


@given(lost=st.sampled_from([DOWN, UP]), rhythm=RHYTHM)
def test_a_lost_event_costs_at_most_its_own_turn(
    lost: ev.Event, rhythm: list[tuple[int, int]]
) -> None:
    world = Clock(replace(with_key("hold")), Server(manual=True, interrupts=False))
    for number, (hold_ms, pause_ms) in enumerate(rhythm):
        for event, ms in ((DOWN, hold_ms), (UP, pause_ms)):
            if not (number == 3 and event is lost):
                world.feed(event)
            world.wait(ms)
    world.wait(WATCHDOG_MS)
    assert not world.state.pressed
    assert world.overlaps == 0


# --- a server that makes the turns whatever is wanted -------------------------------------------


def overruled() -> AppState:
    state = with_key("hold")
    omitted = frozenset({"audio.input.turn_detection"})
    return replace(state, link=replace(state.link, omitted=omitted))


def test_a_server_that_makes_the_turns_hears_silence_between_the_presses() -> None:
    silence = fx.SendAudio(bytes(len(WORDS.pcm)))
    assert told(overruled(), WORDS) == (silence,)
    assert told(with_key(), WORDS) == ()
    state = after(overruled(), DOWN)
    assert told(state, WORDS) == (fx.SendAudio(WORDS.pcm),)
    assert told(after(state, UP, GRACE), WORDS) == (silence,)


def test_a_server_that_makes_the_turns_is_told_of_no_end_and_asked_for_no_answer() -> None:
    state, effects = run(overruled(), DOWN, WORDS, UP, GRACE)
    assert not only(effects, fx.CommitInput)
    assert (state.pressed, state.releasing, state.commit) == (False, False, None)
    committed = told(state, far.UserSpeechStarted("u1"), far.InputCommitted("u1", None))
    assert not only(committed, fx.CreateResponse)


def test_a_slip_is_told_by_such_a_server_too() -> None:
    state, effects = run(overruled(), DOWN, UP, GRACE)
    assert Kind.HOLD_LONGER in kinds(state)
    assert only(effects, fx.ClearInput)
