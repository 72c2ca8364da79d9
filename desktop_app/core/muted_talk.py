"""You are muted but talking: said in passing, by what was heard on this computer alone."""

from __future__ import annotations

from dataclasses import replace

from desktop_app.core import effects as fx
from desktop_app.core.changes import live, solved, tell
from desktop_app.core.problems import Action, Kind, Problem
from desktop_app.core.state import AppState, Step

SHOWN_MS = 8_000
REST_MS = 60_000
"""Nobody wants to be told more often: who talks to somebody else muted on purpose."""

SHOWN_TIMER = "muted-talk-shown"
REST_TIMER = "muted-talk-rest"

MUTED_TALK = Problem(
    Kind.MUTED_TALK,
    "You are muted",
    "It seems you are talking, and nobody hears it.",
    Action.UNMUTE,
)


def listens(state: AppState) -> bool:
    """Whether it matters that the user talks: the microphone is open, and muted in a talk."""
    return (
        state.muted
        and live(state)
        and state.sound.mic_open
        and state.settings.muted_notice
        and not (state.manual or state.checking or state.sound.playing or state.muted_told)
    )


def talked(state: AppState) -> Step:
    """The user talks although the microphone is muted."""
    if not listens(state):
        return state, ()
    state = tell(replace(state, muted_told=True), MUTED_TALK)
    return state, (fx.StartTimer(SHOWN_TIMER, SHOWN_MS), fx.StartTimer(REST_TIMER, REST_MS))


def timed_out(state: AppState, name: str) -> Step:
    """The notice has been seen, or may come again."""
    if name == SHOWN_TIMER:
        return solved(state, Kind.MUTED_TALK), ()
    return replace(state, muted_told=False), ()


TIMERS = (SHOWN_TIMER, REST_TIMER)
