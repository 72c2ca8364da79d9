"""What is derived from the state: who has the floor, and what the talk control shows."""

from __future__ import annotations

from dataclasses import replace

import pytest

from desktop_app.core import wishes as wish
from desktop_app.core.problems import Kind, Problem, with_problem, without
from desktop_app.core.settings import Settings
from desktop_app.core.state import (
    AppState,
    Floor,
    ItemAudio,
    LinkState,
    Phase,
    ResponseState,
    SoundState,
    Talk,
)
from tests.core.dialogue import after, kinds

ITEM = (ItemAudio("a1", "r1", 24),)
OPEN = SoundState(mic_open=True)
PLAYS = SoundState(mic_open=True, playing=ITEM)
LIVE = AppState(link=LinkState(Phase.LIVE), sound=OPEN)
MANUAL = replace(LIVE, settings=Settings(turn_detection="manual"))


@pytest.mark.parametrize(
    ("state", "floor"),
    [
        (LIVE, Floor.NOBODY),
        (replace(LIVE, user_speaking=True), Floor.USER),
        (replace(MANUAL, pressed=True), Floor.USER),
        (replace(LIVE, sound=PLAYS), Floor.ASSISTANT),
        (replace(LIVE, sound=PLAYS, user_speaking=True), Floor.ASSISTANT),
        (replace(LIVE, responses=ResponseState(active="r1")), Floor.NOBODY),
    ],
)
def test_the_loudspeaker_decides_who_has_the_floor(state: AppState, floor: Floor) -> None:
    assert state.floor is floor


@pytest.mark.parametrize(
    ("state", "talk"),
    [
        (AppState(), Talk.OFFLINE),
        (AppState(user_speaking=True), Talk.OFFLINE),
        (AppState(link=LinkState(Phase.OPENING)), Talk.CONNECTING),
        (AppState(link=LinkState(Phase.CONFIGURING)), Talk.CONNECTING),
        (AppState(link=LinkState(Phase.BACKING_OFF)), Talk.CONNECTING),
        (LIVE, Talk.LISTENING),
        (MANUAL, Talk.READY),
        (replace(LIVE, user_speaking=True), Talk.HEARING),
        (replace(MANUAL, pressed=True, sound=PLAYS), Talk.HEARING),
        (replace(LIVE, sound=PLAYS), Talk.SPEAKING),
        (replace(LIVE, responses=ResponseState(requested="resp_1")), Talk.THINKING),
        (replace(LIVE, responses=ResponseState(active="r1")), Talk.THINKING),
        (replace(MANUAL, commit="commit_1"), Talk.THINKING),
        (replace(LIVE, muted=True), Talk.MUTED),
        (replace(LIVE, sound=SoundState()), Talk.NO_MICROPHONE),
        (replace(LIVE, sound=SoundState(), muted=True), Talk.NO_MICROPHONE),
    ],
)
def test_the_talk_control_shows_what_is_going_on(state: AppState, talk: Talk) -> None:
    assert state.talk is talk


def test_one_problem_of_a_kind_is_shown_newest_first() -> None:
    first, second = Problem(Kind.NO_SPEAKER, "a", "b"), Problem(Kind.NO_KEY, "c", "d")
    newer = replace(first, hint="newer")
    problems = with_problem(with_problem(with_problem((), first), second), newer)
    assert problems == (newer, second)
    assert without(problems, Kind.NO_KEY, Kind.BAD_KEY) == (newer,)
    assert without(problems, Kind.BAD_KEY) is problems


def test_problems_found_outside_are_shown_until_they_are_solved() -> None:
    problem = Problem(Kind.NO_KEYRING, "No keyring", "The key is kept for this time only.")
    state = after(AppState(), wish.ProblemFound(problem))
    assert state.problems == (problem,)
    assert kinds(after(state, wish.ProblemSolved(Kind.NO_KEYRING))) == set()
    assert after(state, wish.ProblemSolved(Kind.NO_KEY)) is state
