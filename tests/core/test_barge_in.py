"""The user cuts in, and the loudspeaker is the clock."""

from __future__ import annotations

from dataclasses import replace

import pytest

from desktop_app.core import effects as fx
from desktop_app.core import far_end as far
from desktop_app.core import sound
from desktop_app.core import wishes as wish
from desktop_app.core.capabilities import Capabilities
from desktop_app.core.problems import Kind, Problem
from desktop_app.core.settings import Settings
from desktop_app.core.state import AppState, Floor
from desktop_app.core.transcript import find
from tests.core.dialogue import (
    after,
    kinds,
    live,
    only,
    orders,
    pcm,
    run,
    speaking,
    told,
    words,
)

SPEECH = far.UserSpeechStarted("u1")
FRAME = sound.MicFrame(pcm(20))
LONG = tuple(FRAME for _ in range(20))
TWO = speaking(speaking(), 1000, item="a2")


def stopped(item: str | None, heard_ms: int, *, cut: bool = True) -> sound.SpeakerStopped:
    return sound.SpeakerStopped(item, heard_ms, cut=cut)


# --- barge-in ---------------------------------------------------------------------------------


def test_speech_over_the_assistant_cuts_it_and_the_server_cancels_by_itself() -> None:
    state, effects = run(speaking(), SPEECH)
    assert effects == (fx.CutSpeaker(),)
    state, effects = run(state, stopped("a1", 1480))
    assert effects == (fx.TruncateItem("a1", 1480, "cut_2"),)
    assert (state.floor, find(state.rows, "a1").heard_ms) == (Floor.USER, 1480)  # type: ignore[union-attr]


def test_late_sound_of_a_silenced_response_is_dropped() -> None:
    state = after(speaking(), SPEECH)
    assert run(state, far.AudioArrived("r1", "a1", pcm(20))) == (state, ())
    assert run(state, far.AssistantTextArrived("r1", "a1", " five")) == (state, ())
    assert run(state, far.AssistantTextDone("r1", "a1", "one two three")) == (state, ())


def test_with_stop_when_i_speak_off_speech_stops_nothing() -> None:
    state, effects = run(speaking(live(Settings(interrupt_response=False))), SPEECH)
    assert (effects, state.floor, state.user_speaking) == ((), Floor.ASSISTANT, True)
    assert told(state, wish.InterruptAsked())[-1] == fx.CutSpeaker()


def test_two_interruptions_cut_the_speaker_once() -> None:
    effects = told(speaking(), SPEECH, wish.InterruptAsked(), far.UserSpeechStarted("u2"))
    assert only(effects, fx.CutSpeaker) == [fx.CutSpeaker()]


def test_of_several_items_the_playing_one_is_truncated_and_later_ones_go() -> None:
    effects = told(after(TWO, SPEECH), stopped("a1", 500))
    assert effects == (fx.TruncateItem("a1", 500, "cut_2"), fx.DeleteItem("a2", "drop_3"))


def test_items_before_the_one_that_was_playing_were_heard() -> None:
    state, effects = run(after(TWO, SPEECH), stopped("a2", 500))
    assert effects == (fx.TruncateItem("a2", 500, "cut_2"),)
    assert find(state.rows, "a1").heard_ms is None  # type: ignore[union-attr]


def test_no_truncation_goes_beyond_what_was_received() -> None:
    assert told(after(speaking(), SPEECH), stopped("a1", 99_999)) == (
        fx.TruncateItem("a1", 2000, "cut_2"),
    )
    assert told(after(speaking(), SPEECH), stopped("a1", -5)) == (fx.DeleteItem("a1", "drop_2"),)


def test_what_was_heard_to_the_end_stays_whole_once_the_response_is_over() -> None:
    state = after(speaking(), far.ResponseEnded("r1"), SPEECH)
    state, effects = run(state, stopped("a1", 2000))
    assert (effects, words(state)) == ((), ["assistant: one two three four", "user: "])


def test_what_is_still_being_made_is_cut_even_where_all_received_was_heard() -> None:
    assert only(told(after(speaking(), SPEECH), stopped("a1", 2000)), fx.TruncateItem)


def test_an_item_nobody_heard_is_deleted_and_not_truncated_to_nothing() -> None:
    state, effects = run(after(speaking(), SPEECH), stopped(None, 0))
    assert effects == (fx.DeleteItem("a1", "drop_2"),)
    assert words(state) == ["user: "]


def test_an_item_is_settled_once() -> None:
    state = after(speaking(), SPEECH, stopped("a1", 500))
    assert run(state, stopped("a1", 500)) == (state, ())
    assert run(state, stopped(None, 0)) == (state, ())


def test_a_newer_answer_that_is_queued_already_survives_the_report_of_the_cut() -> None:
    state = after(speaking(), wish.InterruptAsked(), far.ResponseEnded("r1", "cancelled"))
    state = speaking(state, 1000, item="b1", response="r2")
    state, effects = run(state, stopped("a1", 500))
    assert effects == (fx.TruncateItem("a1", 500, "cut_3"),)
    assert [item.item_id for item in state.sound.playing] == ["b1"]
    assert run(state, stopped("a1", 500)) == (state, ()), "a report of what we forgot"


def test_a_cut_nobody_ordered_settles_all() -> None:
    state, effects = run(speaking(), stopped("a1", 700))
    assert effects == (fx.TruncateItem("a1", 700, "cut_2"),)
    assert state.sound.playing == ()


def test_an_item_that_comes_in_turns_with_another_is_settled_once() -> None:
    state = after(TWO, far.AudioArrived("r1", "a1", pcm(500)), SPEECH)
    effects = told(state, stopped("a1", 2100))
    assert effects == (fx.TruncateItem("a1", 2100, "cut_2"), fx.DeleteItem("a2", "drop_3"))


@pytest.mark.parametrize("heard_ms", [500, 0])
def test_a_server_that_can_not_forget_is_not_asked_to(heard_ms: int) -> None:
    state = speaking(live(able=Capabilities(truncate=False, delete=False)))
    state, effects = run(state, SPEECH, stopped("a1", heard_ms))
    assert orders(effects) == ()
    assert find(state.rows, "a1").heard_ms == heard_ms, "people see it all the same"  # type: ignore[union-attr]


def test_sound_without_a_row_is_settled_too() -> None:
    state = replace(speaking(), rows=())
    assert told(state, SPEECH, stopped("a1", 10))[-1] == fx.TruncateItem("a1", 10, "cut_2")


# --- the loudspeaker is the clock --------------------------------------------------------------


def test_the_assistant_has_the_floor_until_the_speaker_is_silent() -> None:
    state = after(speaking(), far.ResponseEnded("r1"))
    assert state.floor is Floor.ASSISTANT
    state = after(state, sound.SpeakerStarted("a1"), stopped("a1", 2000, cut=False))
    assert state.floor is Floor.NOBODY


def test_a_speaker_that_counts_a_little_less_has_still_run_dry() -> None:
    assert after(speaking(), stopped("a1", 1985, cut=False)).sound.playing == ()
    assert after(speaking(), stopped("a1", 1000, cut=False)).sound.playing != ()


def test_running_dry_in_mid_answer_loses_no_count() -> None:
    state = after(
        speaking(), stopped("a1", 2000, cut=False), far.AudioArrived("r1", "a1", pcm(1000))
    )
    effects = told(state, SPEECH, stopped("a1", 2400))
    assert effects[-1] == fx.TruncateItem("a1", 2400, "cut_2")


def test_running_dry_behind_several_items_ends_them_all() -> None:
    assert after(TWO, stopped("a2", 1000, cut=False)).sound.playing == ()
    assert after(TWO, stopped("other", 9, cut=False)) == TWO


def test_empty_sound_is_no_sound() -> None:
    state = live()
    assert run(state, far.AudioArrived("r1", "a1", b"")) == (state, ())


def test_devices_we_closed_are_not_looked_for() -> None:
    problem = Problem(Kind.NO_MICROPHONE, "No microphone", "Plug one in.")
    assert told(live(), sound.MicLost(), sound.SpeakerLost()) == ()
    assert kinds(after(AppState(), sound.MicLost(problem))) == set()


def test_what_was_received_in_one_session_counts_nothing_in_the_next() -> None:
    state = after(speaking(), stopped("a1", 2000, cut=False), far.ServerError("session_expired"))
    state = after(state, far.LinkOpened(), far.SessionStarted(), far.SessionConfigured())
    state = speaking(state, 500)
    effects = told(state, wish.InterruptAsked(), stopped("a1", 2400))
    assert [cut.heard_ms for cut in only(effects, fx.TruncateItem)] == [500]
