"""Who has the floor: speech, talk control, interruption, truncation."""

from __future__ import annotations

from dataclasses import replace

import pytest

from desktop_app.core import effects as fx
from desktop_app.core import far_end as far
from desktop_app.core import sound
from desktop_app.core import wishes as wish
from desktop_app.core.events import TimerFired
from desktop_app.core.problems import Kind
from desktop_app.core.settings import Settings
from desktop_app.core.state import AppState, Floor
from desktop_app.core.transcript import Text
from tests.core.dialogue import (
    after,
    kinds,
    live,
    manual,
    only,
    orders,
    pcm,
    run,
    speaking,
    told,
)

SPEECH = far.UserSpeechStarted("u1")
FRAME = sound.MicFrame(pcm(20))
LONG = tuple(FRAME for _ in range(20))
TWO = speaking(speaking(), 1000, item="a2")


def stopped(item: str | None, heard_ms: int, *, cut: bool = True) -> sound.SpeakerStopped:
    return sound.SpeakerStopped(item, heard_ms, cut=cut)


# --- the microphone ---------------------------------------------------------------------------


@pytest.mark.parametrize("detection", ["server_vad", "semantic_vad"])
def test_the_server_hears_all_the_time_and_silence_while_muted(detection: str) -> None:
    state = live(Settings(turn_detection=detection))
    assert told(state, FRAME) == (fx.SendAudio(pcm(20)),)
    assert told(state, wish.MuteToggled(), FRAME) == (fx.SendAudio(bytes(960)),)
    assert told(state, wish.MuteToggled(), wish.MuteToggled(), FRAME) == (fx.SendAudio(pcm(20)),)


def test_nothing_is_sent_before_the_session_lives() -> None:
    assert told(after(AppState(), wish.ConnectAsked()), FRAME) == ()


def test_push_to_talk_sends_only_what_is_said_while_pressed_and_a_moment_after() -> None:
    state = manual()
    assert told(state, FRAME) == ()
    state = after(state, wish.TalkPressed())
    assert told(state, FRAME) == (fx.SendAudio(pcm(20)),)
    assert told(state, wish.TalkReleased(), FRAME)[-1] == fx.SendAudio(pcm(20))
    assert told(state, wish.MuteToggled(), FRAME) == (fx.SendAudio(bytes(960)),)


# --- push to talk -----------------------------------------------------------------------------


def test_a_manual_turn_is_committed_after_the_grace_and_answered_once_it_is_an_item() -> None:
    state, effects = run(manual(), wish.TalkPressed())
    assert effects == (fx.StopTimer("release"), fx.ClearInput(), fx.SendPreroll(300))
    state, effects = run(state, *LONG, wish.TalkReleased())
    assert effects[-1] == fx.StartTimer("release", 150)
    state, effects = run(state, TimerFired("release"))
    assert effects == (fx.CommitInput("commit_2"),)
    state, effects = run(state, far.InputCommitted("u1"))
    assert orders(effects) == (fx.CreateResponse("resp_3"),)
    assert told(state, far.InputCommitted("u1"))[:-1] == (), "one answer a turn"


def test_a_press_too_short_is_cleared_and_said_so() -> None:
    state, effects = run(
        manual(), wish.TalkPressed(), *LONG[:5], wish.TalkReleased(), TimerFired("release")
    )
    assert orders(effects)[-1] == fx.ClearInput()
    assert only(effects, fx.CommitInput) == []
    assert kinds(state) == {Kind.HOLD_LONGER}
    assert kinds(after(state, wish.TalkPressed())) == set()


def test_a_buffer_the_server_finds_empty_is_a_hint_and_not_an_error() -> None:
    state = after(manual(), wish.TalkPressed(), *LONG, wish.TalkReleased(), TimerFired("release"))
    state = after(state, far.ServerError("input_audio_buffer_commit_empty", event_id="commit_2"))
    assert (kinds(state), state.commit) == ({Kind.HOLD_LONGER}, None)


def test_a_press_again_within_the_grace_goes_on_with_the_turn() -> None:
    state = after(manual(), wish.TalkPressed(), *LONG, wish.TalkReleased())
    state, effects = run(state, wish.TalkPressed())
    assert effects == (fx.StopTimer("release"),)
    assert told(state, wish.TalkReleased(), TimerFired("release"))[-1:] == (
        fx.CommitInput("commit_2"),
    )


def test_a_turn_committed_while_the_user_speaks_again_is_answered_with_the_next() -> None:
    state = after(manual(), wish.TalkPressed(), *LONG, wish.TalkReleased(), TimerFired("release"))
    state, effects = run(state, wish.TalkPressed(), far.InputCommitted("u1"))
    assert only(effects, fx.CreateResponse) == []
    again = (wish.TalkReleased(), TimerFired("release"), far.InputCommitted("u2"))
    assert len(only(told(state, *LONG, *again), fx.CreateResponse)) == 1
    assert len(only(told(state, *again[:2]), fx.CreateResponse)) == 1, "a slip: answer the first"


def test_pressing_interrupts_and_unmutes() -> None:
    state = replace(speaking(manual()), muted=True)
    state, effects = run(state, wish.TalkPressed())
    assert effects[:2] == (fx.CancelResponse("r1", "cancel_2"), fx.CutSpeaker())
    assert not state.muted
    assert run(state, wish.TalkPressed()) == (state, ())


def test_the_talk_control_does_nothing_when_the_server_finds_the_turns() -> None:
    assert run(live(), wish.TalkPressed(), wish.TalkReleased(), TimerFired("release")) == (
        live(),
        (),
    )


def test_pressing_between_two_tries_to_connect_waits_for_the_connection() -> None:
    lost = far.LinkLost(far.LinkFailure("closed"))
    assert told(after(manual(), lost), wish.TalkPressed()) == ()


# --- items of the user -------------------------------------------------------------------------


def test_a_server_turn_asks_for_no_answer_of_its_own() -> None:
    state, effects = run(live(), SPEECH, far.UserSpeechStopped("u1"), far.InputCommitted("u1"))
    assert effects == (fx.StartTimer("transcript:u1", 15_000),)
    assert not state.user_speaking


def test_without_transcription_there_are_no_words_to_wait_for() -> None:
    state, effects = run(live(Settings(transcription_model="")), far.InputCommitted("u1"))
    assert (effects, state.rows[0].state) == ((), Text.FAILED)


def test_words_that_came_before_the_commit_are_not_waited_for() -> None:
    assert told(live(), far.UserTextDone("u1", "Hi"), far.InputCommitted("u1"))[1:] == ()


def test_speech_of_a_server_that_names_no_item_makes_no_row() -> None:
    state = after(live(), far.UserSpeechStarted())
    assert (state.rows, state.floor) == ((), Floor.USER)
