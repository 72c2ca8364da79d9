"""The devices rest while there is nobody to talk to."""

from __future__ import annotations

from desktop_app.core import effects as fx
from desktop_app.core import far_end as far
from desktop_app.core import wishes as wish
from desktop_app.core.events import TimerFired
from desktop_app.core.state import AppState
from tests.core.dialogue import after, live, manual, only, run, speaking, told

LOST = far.LinkLost(far.LinkFailure("network"))
TIME_IS_UP = TimerFired("rest")
BACK = (
    TimerFired("retry"),
    far.LinkOpened("example.org"),
    far.SessionStarted("sess_2", "model-a"),
    far.SessionConfigured("model-a", "marin"),
)


def resting() -> AppState:
    return after(live(), LOST, TIME_IS_UP)


def test_after_half_a_minute_without_a_session_nothing_is_open() -> None:
    assert fx.StartTimer("rest", 30_000) in told(live(), LOST)
    state, effects = run(after(live(), LOST), TIME_IS_UP)
    assert effects == (fx.CloseSound(),)
    assert not state.sound.wanted
    assert state.link.wanted, "and the connection is still tried for"


def test_a_connection_that_never_came_is_no_reason_to_listen_either() -> None:
    assert fx.StartTimer("rest", 30_000) in told(after(AppState(), wish.ConnectAsked()), LOST)


def test_a_session_that_is_back_opens_them_again() -> None:
    state, effects = run(resting(), *BACK)
    assert only(effects, fx.OpenSound) == [fx.OpenSound("", "")]
    assert state.sound.wanted


def test_a_session_that_was_back_in_time_never_closed_them() -> None:
    state, effects = run(live(), LOST, *BACK, TIME_IS_UP)
    assert not only(effects, fx.CloseSound)
    assert not only(effects, fx.OpenSound)
    assert state.sound.wanted


def test_who_presses_to_talk_is_heard() -> None:
    state = after(manual(), LOST, TIME_IS_UP)
    state, effects = run(state, wish.TalkPressed())
    assert only(effects, fx.OpenSound)
    assert fx.StartTimer("rest", 30_000) in effects
    assert told(state, TIME_IS_UP) == (fx.StartTimer("rest", 30_000),), "not while it is held"


def test_an_answer_that_is_still_heard_is_heard_to_its_end() -> None:
    assert not only(told(speaking(), LOST, TIME_IS_UP), fx.CloseSound)


def test_a_locked_computer_is_not_woken() -> None:
    state = after(resting(), wish.ComputerLocked())
    assert not only(told(state, *BACK), fx.OpenSound)
    assert only(told(after(state, *BACK), wish.ComputerUnlocked()), fx.OpenSound)
