"""You are muted but talking."""

from __future__ import annotations

from dataclasses import replace

import pytest

from desktop_app.core import effects as fx
from desktop_app.core import sound
from desktop_app.core import wishes as wish
from desktop_app.core.events import Event, TimerFired
from desktop_app.core.muted_talk import REST_TIMER, SHOWN_TIMER
from desktop_app.core.problems import Action, Kind
from desktop_app.core.settings import Settings
from desktop_app.core.state import AppState
from tests.core.dialogue import after, kinds, live, manual, only, pcm, run, speaking, told

MUTED = after(live(), wish.MuteToggled())
TALKED = sound.TalkedMuted()


def test_it_is_told_in_passing_with_the_way_out() -> None:
    state, effects = run(MUTED, TALKED)
    (problem,) = state.problems
    assert (problem.kind, problem.action) == (Kind.MUTED_TALK, Action.UNMUTE)
    assert {timer.name for timer in only(effects, fx.StartTimer)} == {SHOWN_TIMER, REST_TIMER}
    assert kinds(after(state, TimerFired(SHOWN_TIMER))) == set()


def test_nothing_of_it_goes_to_the_server() -> None:
    assert told(after(MUTED, TALKED), sound.MicFrame(pcm(10))) == (fx.SendAudio(bytes(480)),)


def test_it_is_told_once_a_minute_at_most() -> None:
    state = after(MUTED, TALKED, TimerFired(SHOWN_TIMER), TALKED)
    assert kinds(state) == set()
    assert kinds(after(state, TimerFired(REST_TIMER), TALKED)) == {Kind.MUTED_TALK}


@pytest.mark.parametrize("way", [wish.MuteToggled(), wish.TalkToggled()])
def test_it_is_over_once_the_user_is_heard_again(way: Event) -> None:
    state = after(MUTED, TALKED, way)
    assert not state.muted
    assert kinds(state) == set()


@pytest.mark.parametrize(
    "state",
    [
        live(),
        after(live(Settings(muted_notice=False)), wish.MuteToggled()),
        after(manual(), wish.MuteToggled()),
        after(MUTED, wish.SoundCheckBegan()),
        after(MUTED, sound.MicLost()),
        after(speaking(), wish.MuteToggled()),
        replace(AppState(), muted=True),
    ],
)
def test_where_it_does_not_matter_nothing_is_said(state: AppState) -> None:
    assert kinds(after(state, TALKED)) == kinds(state)
