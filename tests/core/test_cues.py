"""When a signal is to be heard, and when not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from desktop_app.core import events as ev
from desktop_app.core import far_end as far
from desktop_app.core import sound
from desktop_app.core import wishes as wish
from desktop_app.core.cues import Cue, cue_between
from desktop_app.core.problems import Kind, Problem
from desktop_app.core.settings import Settings
from desktop_app.core.state import AppState
from desktop_app.core.step import step
from tests.core.dialogue import after, live, manual, pcm, speaking

DOWN, UP, MUTE = wish.TalkPressed(), wish.TalkReleased(), wish.MuteToggled()


def found(kind: Kind) -> ev.Event:
    return wish.ProblemFound(Problem(kind, "Title", "Hint"))


def cues(state: AppState, *events: ev.Event) -> list[Cue]:
    """All cues on the way."""
    heard = []
    for event in events:
        before, (state, _) = state, step(state, event)
        cue = cue_between(before, state)
        if cue is not None:
            heard.append(cue)
    return heard


def test_a_turn_begins_and_ends_with_a_signal() -> None:
    words = sound.MicFrame(pcm(300))
    assert cues(manual(), DOWN, words, words, UP, words) == [Cue.START, Cue.STOP]


def test_a_second_thought_within_the_grace_is_heard_too() -> None:
    assert cues(manual(), DOWN, UP, DOWN) == [Cue.START, Cue.STOP, Cue.START]


def test_muting_is_heard_where_a_microphone_is_open() -> None:
    state = after(live(), sound.MicOpened("M"))
    assert cues(state, MUTE, MUTE) == [Cue.MUTED, Cue.START]
    assert cues(after(state, sound.MicLost(None)), MUTE, MUTE) == []


def test_a_new_problem_is_heard_once_and_a_small_one_never() -> None:
    gone = found(Kind.NO_NETWORK)
    assert cues(live(), gone, gone, found(Kind.NO_KEYRING)) == [Cue.ERROR]
    assert cues(live(), gone, wish.ProblemSolved(Kind.NO_NETWORK)) == [Cue.ERROR]


def test_before_the_connection_stands_a_press_is_silent() -> None:
    settings = Settings(turn_detection="manual")
    assert cues(AppState(settings=settings), DOWN, UP) == []


@pytest.mark.parametrize("event", [MUTE, found(Kind.NO_NETWORK)])
def test_nothing_is_heard_while_the_assistant_speaks(event: ev.Event) -> None:
    state = after(speaking(live()), sound.MicOpened("M"))
    assert cues(state, event) == []


def test_nothing_is_heard_in_a_pause_of_the_assistant() -> None:
    state = after(speaking(live()), sound.MicOpened("M"))
    item = state.sound.playing[0]
    dry = after(state, sound.SpeakerStopped(item.item_id, item.received // 24, cut=False))
    assert not dry.sound.playing
    assert cues(dry, MUTE) == []
    assert state.responses.active
    done = after(dry, far.ResponseEnded(state.responses.active, "completed"))
    assert cues(done, MUTE) == [Cue.MUTED]


def test_who_cuts_in_by_key_hears_the_assistant_fall_silent_and_no_more() -> None:
    state = speaking(manual())
    item = state.sound.playing[0].item_id
    pressed = after(state, DOWN)
    assert cue_between(state, pressed) is None
    assert cues(pressed, sound.SpeakerStopped(item, 20, cut=True)) == []


def test_who_wants_no_signals_hears_none() -> None:
    state = manual()
    state = replace(state, settings=replace(state.settings, cue_volume=0))
    assert cues(state, DOWN, UP, found(Kind.NO_NETWORK)) == []
