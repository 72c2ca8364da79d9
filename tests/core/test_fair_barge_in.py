"""Interruptions judged here: the answer is held at once, and ends or goes on by what is heard."""

from __future__ import annotations

from dataclasses import replace

import pytest

from desktop_app.core import effects as fx
from desktop_app.core import events as ev
from desktop_app.core import far_end as far
from desktop_app.core import sound
from desktop_app.core import wishes as wish
from desktop_app.core.capabilities import Capabilities
from desktop_app.core.events import TimerFired
from desktop_app.core.interrupting import (
    ATTENTIVE_BLOCKS,
    CALM_BLOCKS,
    UNHEARD_BLOCKS,
    blocks_at_once,
)
from desktop_app.core.overlap import Verdict
from desktop_app.core.settings import Settings
from desktop_app.core.sound import EchoState
from desktop_app.core.state import AppState, Floor
from tests.core.dialogue import LOST, after, live, only, orders, pcm, run, speaking, told

VOICE, QUIET = sound.VoiceHeard(0.9), sound.VoiceHeard(0.1)
MMHM = (VOICE,) * 12 + (QUIET,) * 10
SENTENCE = (VOICE,) * 25
HEARD = far.UserSpeechStarted("u1")
ENDED = (far.UserSpeechStopped("u1"), far.InputCommitted("u1"))


def fair(settings: Settings = Settings(), able: Capabilities = Capabilities()) -> AppState:
    """A live state whose server was told to leave interruptions to us."""
    return live(settings, able, sound=replace(AppState().sound, detects=True))


def answering(state: AppState | None = None, *, done: bool = True) -> AppState:
    """The assistant is heard; at the server the answer may be whole already."""
    state = speaking(fair() if state is None else state)
    return after(state, far.ResponseEnded("r1")) if done else state


def stopped(heard_ms: int) -> sound.SpeakerStopped:
    return sound.SpeakerStopped("a1", heard_ms, cut=True)


# --- hold, then judge -------------------------------------------------------------------------


def test_the_server_is_told_to_leave_interruptions_to_us() -> None:
    state = replace(AppState(), sound=replace(AppState().sound, detects=True))
    effects = told(state, wish.ConnectAsked(), far.LinkOpened(), far.SessionStarted())
    assert only(effects, fx.ConfigureSession)[0].hold_back


def test_a_voice_holds_the_answer_at_once_and_says_nothing_to_the_server() -> None:
    state, effects = run(answering(), VOICE)
    assert only(effects, fx.HoldSpeaker) == [fx.HoldSpeaker()]
    assert orders(effects) == ()
    assert (state.floor, state.overlap.verdict) == (Floor.ASSISTANT, Verdict.NONE)


def test_the_microphone_is_taken_in_long_pieces_until_somebody_seems_to_speak() -> None:
    assert blocks_at_once(fair()) == 1
    state = answering()
    assert blocks_at_once(state) == CALM_BLOCKS
    unsure = after(state, sound.VoiceHeard(0.55))
    assert blocks_at_once(unsure) == ATTENTIVE_BLOCKS
    assert blocks_at_once(after(unsure, QUIET)) == CALM_BLOCKS
    held = after(state, VOICE)
    assert blocks_at_once(held) == ATTENTIVE_BLOCKS < CALM_BLOCKS
    passed = after(held, *MMHM)
    assert blocks_at_once(passed) == ATTENTIVE_BLOCKS
    assert blocks_at_once(after(passed, TimerFired("lately"))) == CALM_BLOCKS


def test_where_the_server_interrupts_it_gets_shorter_pieces() -> None:
    state = answering(fair(Settings(interrupting="server")))
    assert blocks_at_once(state) == UNHEARD_BLOCKS < CALM_BLOCKS


def test_until_the_room_is_known_a_syllable_of_the_answer_holds_nothing() -> None:
    slipped = sound.VoiceHeard(0.9, learning=True)
    _, effects = run(answering(), *(slipped,) * 7, QUIET, *(slipped,) * 7)
    assert only(effects, fx.HoldSpeaker) == []
    _, effects = run(answering(), *(slipped,) * 8)
    assert only(effects, fx.HoldSpeaker) == [fx.HoldSpeaker()]


def test_what_is_left_of_a_voice_when_an_echo_is_taken_out_holds_sooner() -> None:
    left = sound.VoiceHeard(0.55)
    cancelled = after(answering(), sound.EchoJudged(EchoState.CANCELLED, 60, 30))
    for state, holds in ((answering(), []), (cancelled, [fx.HoldSpeaker()])):
        assert only(run(state, left)[1], fx.HoldSpeaker) == holds


def test_a_click_that_is_hardly_a_voice_holds_nothing() -> None:
    state, effects = run(answering(), QUIET, sound.VoiceHeard(0.55), QUIET, sound.VoiceHeard(0.55))
    assert (effects, state.overlap.doubt) == ((), None)
    assert only(told(state, sound.VoiceHeard(0.55)), fx.HoldSpeaker)


def test_a_short_sound_lets_the_answer_go_on() -> None:
    state, effects = run(answering(), *MMHM)
    assert only(effects, fx.ResumeSpeaker) == [fx.ResumeSpeaker()]
    assert orders(effects) == ()
    assert only(effects, fx.CutSpeaker) == []
    assert (state.floor, state.overlap.verdict) == (Floor.ASSISTANT, Verdict.SHORT)
    assert "went on" in only(effects, fx.Note)[0].text


def test_speech_that_goes_on_ends_the_answer_and_is_truncated_where_it_was_held() -> None:
    state, effects = run(answering(done=False), *SENTENCE)
    assert only(effects, fx.CutSpeaker) == [fx.CutSpeaker()]
    assert only(effects, fx.ResumeSpeaker) == []
    assert only(effects, fx.CancelResponse)[0].response_id == "r1"
    assert "stopped" in only(effects, fx.Note)[0].text
    state, effects = run(state, stopped(640))
    assert only(effects, fx.TruncateItem)[0].heard_ms == 640
    assert state.overlap.verdict is Verdict.SPOKE


@pytest.mark.parametrize(
    ("interrupting", "frames"), [("quick", 8), ("balanced", 18), ("patient", 22)]
)
def test_the_setting_says_how_long_one_must_speak(interrupting: str, frames: int) -> None:
    state = answering(fair(Settings(interrupting=interrupting)))
    assert only(told(state, *(VOICE,) * (frames - 1)), fx.CutSpeaker) == []
    assert only(told(state, *(VOICE,) * frames), fx.CutSpeaker) == [fx.CutSpeaker()]


def test_a_pause_inside_a_sentence_is_no_end_of_it() -> None:
    words = (VOICE,) * 10 + (QUIET,) * 4
    assert only(told(answering(), *words, *words), fx.CutSpeaker)


def test_what_is_heard_in_silence_of_the_assistant_holds_nothing() -> None:
    assert run(fair(), *SENTENCE) == (fair(), ())


def test_a_muted_microphone_interrupts_nobody() -> None:
    state = after(answering(), wish.MuteToggled())
    assert run(state, *SENTENCE) == (state, ())


def test_the_interrupt_key_ends_a_doubt_at_once() -> None:
    state, effects = run(answering(), VOICE, wish.InterruptAsked(), stopped(500))
    assert only(effects, fx.CutSpeaker) == [fx.CutSpeaker()]
    assert (state.overlap.doubt, state.floor) == (None, Floor.NOBODY)


@pytest.mark.parametrize(
    "end",
    [
        wish.MuteToggled(),
        wish.HangUpAsked(),
        LOST,
        sound.SpeakerStopped("a1", 2000, cut=False),
        sound.SpeakerLost(),
        TimerFired("doubt"),
        far.InputCommitted("u1"),
        wish.SettingsChanged(Settings(turn_detection="manual")),
    ],
)
def test_nothing_stays_held_when_nobody_judges_any_more(end: ev.Event) -> None:
    state, effects = run(after(answering(), VOICE), end)
    assert only(effects, fx.ResumeSpeaker)
    assert state.overlap.doubt is None


# --- what the server hears --------------------------------------------------------------------


def test_the_servers_word_alone_holds_the_answer_until_the_microphone_is_heard() -> None:
    state, effects = run(answering(), HEARD)
    assert only(effects, fx.HoldSpeaker)
    assert only(effects, fx.CutSpeaker) == []
    assert only(told(state, *SENTENCE), fx.CutSpeaker)
    state, effects = run(state, *(QUIET,) * 10)
    assert only(effects, fx.ResumeSpeaker)
    assert state.overlap.verdict is Verdict.NO_VOICE


def test_the_servers_word_for_what_was_let_pass_holds_nothing_again() -> None:
    assert only(told(after(answering(), *MMHM), HEARD), fx.HoldSpeaker) == []


def test_what_the_server_hears_later_is_something_else() -> None:
    state = after(answering(), *MMHM, TimerFired("lately"))
    assert only(told(state, HEARD), fx.HoldSpeaker)


def test_an_answer_to_what_was_let_pass_is_never_heard() -> None:
    state = after(answering(), *MMHM, HEARD, *ENDED)
    state, effects = run(state, far.ResponseStarted("r2"))
    assert orders(effects) == (fx.CancelResponse("r2", "cancel_2"),)
    assert run(state, far.AudioArrived("r2", "a2", pcm(100)))[1] == ()
    state = after(state, far.ResponseEnded("r2", "cancelled", "client_cancelled"))
    assert (state.floor, state.responses.active) == (Floor.ASSISTANT, None)


def test_a_real_turn_after_one_that_was_let_pass_is_answered() -> None:
    state = after(answering(), *MMHM, HEARD, *ENDED, far.UserTextDone("u1", "Mm-hmm."))
    state = after(state, sound.SpeakerStopped("a1", 2000, cut=False))
    state = after(state, far.UserSpeechStarted("u2"), far.UserSpeechStopped("u2"))
    state = after(state, far.InputCommitted("u2"), far.ResponseStarted("r2"))
    assert only(told(state, far.AudioArrived("r2", "a2", pcm(100))), fx.Play)


def test_a_turn_that_interrupts_is_answered_by_the_server_without_our_asking() -> None:
    state = after(answering(), HEARD, *SENTENCE, stopped(500))
    state, effects = run(state, *ENDED, far.ResponseStarted("r2"))
    assert only(effects, fx.CreateResponse) == []
    assert only(told(state, far.AudioArrived("r2", "a2", pcm(100))), fx.Play)


def test_who_says_mm_hmm_and_speaks_on_after_the_answer_has_a_turn() -> None:
    state = after(answering(), *MMHM, HEARD, sound.SpeakerStopped("a1", 2000, cut=False))
    state = after(state, *SENTENCE, *ENDED, far.ResponseStarted("r2"))
    assert only(told(state, far.AudioArrived("r2", "a2", pcm(100))), fx.Play)


def test_who_speaks_on_while_an_earlier_part_is_answered_is_not_talked_over() -> None:
    state = after(fair(), HEARD, *ENDED, far.UserSpeechStarted("u2"))
    effects = told(state, far.ResponseStarted("r1"))
    assert only(effects, fx.CancelResponse)[0].response_id == "r1"


def test_who_speaks_while_the_assistant_thinks_cancels_the_answer() -> None:
    state = after(fair(), HEARD, *ENDED, far.ResponseStarted("r1"))
    assert only(told(state, far.UserSpeechStarted("u2")), fx.CancelResponse)


def test_a_server_that_could_not_answer_what_was_let_pass_is_not_asked_again() -> None:
    busy = far.ServerError("conversation_already_has_active_response")
    state = after(answering(done=False), *MMHM, HEARD, *ENDED, busy)
    assert only(told(state, far.ResponseEnded("r1")), fx.CreateResponse) == []


# --- words decide -----------------------------------------------------------------------------


def test_a_word_that_takes_the_floor_ends_the_answer_however_short_it_was() -> None:
    state = after(answering(), HEARD, *(VOICE,) * 6)
    assert only(told(state, far.UserTextArrived("u1", "Sto")), fx.CutSpeaker)
    state = after(answering(), HEARD, *MMHM)
    state, effects = run(state, far.UserTextArrived("u1", "Stop."), stopped(600))
    assert only(effects, fx.CutSpeaker)
    assert state.overlap.verdict is Verdict.WORDS
    state = after(state, *ENDED, far.ResponseStarted("r2"))
    assert only(told(state, far.AudioArrived("r2", "a2", pcm(100))), fx.Play)


def test_a_word_of_somebody_who_listens_ends_nothing() -> None:
    state = after(answering(), HEARD, *(VOICE,) * 6)
    assert only(told(state, far.UserTextArrived("u1", "Mm")), fx.CutSpeaker) == []
    state = after(answering(), *MMHM, HEARD, *ENDED)
    assert only(told(state, far.UserTextDone("u1", "Yeah, okay.")), fx.CutSpeaker) == []


def test_words_that_a_recogniser_makes_of_a_cough_end_nothing() -> None:
    state = after(answering(), VOICE, *(QUIET,) * 10, HEARD, *ENDED)
    assert only(told(state, far.UserTextDone("u1", "Thank you.")), fx.CutSpeaker) == []


def test_a_turn_known_by_its_words_only_is_answered_after_all() -> None:
    state = after(answering(), *MMHM, HEARD, *ENDED, far.ResponseStarted("r2"))
    state, effects = run(state, far.UserTextDone("u1", "Stop."))
    assert only(effects, fx.CutSpeaker)
    assert only(effects, fx.CreateResponse) == []
    effects = told(state, far.ResponseEnded("r2", "cancelled", "client_cancelled"))
    assert only(effects, fx.CreateResponse)


def test_a_turn_known_by_its_words_is_left_to_a_server_that_answers_just_then() -> None:
    state = after(answering(), *MMHM, HEARD, *ENDED)
    state, effects = run(state, far.UserTextDone("u1", "Stop."))
    assert only(effects, fx.CreateResponse) == []
    answered = after(state, far.ResponseStarted("r2"))
    assert only(told(answered, far.AudioArrived("r2", "a2", pcm(100))), fx.Play)
    assert only(told(answered, TimerFired("owed")), fx.CreateResponse) == []
    assert only(told(state, TimerFired("owed")), fx.CreateResponse)


def test_words_end_nothing_where_the_server_decides() -> None:
    state = after(speaking(), far.InputCommitted("u1"))
    assert only(told(state, far.UserTextDone("u1", "Stop.")), fx.CutSpeaker) == []


# --- where the server decides -----------------------------------------------------------------


@pytest.mark.parametrize(
    "state",
    [
        live(),
        fair(Settings(interrupting="server")),
        fair(able=Capabilities(holds_back=False)),
        fair(able=Capabilities(cancel=False)),
    ],
)
def test_where_the_server_decides_its_word_cuts_at_once(state: AppState) -> None:
    assert not state.link.held_back
    assert run(answering(state), *SENTENCE) == (answering(state), ())
    assert told(answering(state), HEARD) == (fx.CutSpeaker(),)


def test_with_stop_when_i_speak_off_no_voice_holds_anything() -> None:
    state = answering(fair(Settings(interrupt_response=False)))
    assert told(state, *SENTENCE, HEARD) == ()


def test_a_server_that_interrupts_all_the_same_is_believed_from_then_on() -> None:
    state = after(answering(done=False), HEARD)
    ended = far.ResponseEnded("r1", "cancelled", "turn_detected")
    state, effects = run(state, ended)
    assert only(effects, fx.CutSpeaker)
    assert only(effects, fx.CreateResponse) == []
    again = speaking(after(state, stopped(500)), item="a2", response="r2")
    assert told(again, far.UserSpeechStarted("u2")) == (fx.CutSpeaker(),)


def test_a_detector_that_breaks_hands_the_decision_back_to_the_server() -> None:
    state, effects = run(fair(), sound.DetectorChanged(works=False))
    assert [c.hold_back for c in only(effects, fx.ConfigureSession)] == [False]
    state, effects = run(state, sound.DetectorChanged(works=True))
    assert [c.hold_back for c in only(effects, fx.ConfigureSession)] == [True]


def test_a_server_that_refuses_the_parameter_keeps_the_decision() -> None:
    state = replace(AppState(), sound=replace(AppState().sound, detects=True))
    state = after(state, wish.ConnectAsked(), far.LinkOpened(), far.SessionStarted())
    param = "session.audio.input.turn_detection.interrupt_response"
    refused = far.ServerError("unknown_parameter", param=param, event_id="cfg_1")
    state, effects = run(state, refused, far.SessionConfigured())
    assert [c.hold_back for c in only(effects, fx.ConfigureSession)] == [False]
    assert not state.link.held_back
