"""Somebody is heard through the echo of the assistant: hold first, and judge once it has ended."""

from __future__ import annotations

from desktop_app.core import effects as fx
from desktop_app.core import sound
from desktop_app.core.events import TimerFired
from desktop_app.core.overlap import Verdict
from tests.core.dialogue import after, only, run, told
from tests.core.test_fair_barge_in import QUIET, SENTENCE, VOICE, answering

NEAR = sound.VoiceHeard(0.05, near=True)
HIDDEN = (QUIET,) * 6
"""The echo still hides the voice."""


def test_what_is_heard_through_the_echo_holds_the_answer_though_nobody_knows_what_it_is() -> None:
    state, effects = run(answering(), NEAR)
    assert only(effects, fx.HoldSpeaker) == [fx.HoldSpeaker()]
    assert state.overlap.doubt is not None
    assert state.overlap.doubt.voiced_ms == 0


def test_a_voice_that_the_echo_hides_for_a_while_interrupts_all_the_same() -> None:
    effects = told(answering(), NEAR, *HIDDEN, *SENTENCE)
    assert only(effects, fx.ResumeSpeaker) == []
    assert only(effects, fx.CutSpeaker) == [fx.CutSpeaker()]


def test_if_no_voice_comes_out_once_the_echo_has_ended_the_answer_goes_on() -> None:
    state, effects = run(answering(), NEAR, *HIDDEN, *(QUIET,) * 11)
    assert only(effects, fx.ResumeSpeaker) == [fx.ResumeSpeaker()]
    assert state.overlap.verdict is Verdict.NO_VOICE


def test_music_in_the_room_does_not_hold_the_answer_again_and_again_but_a_voice_does() -> None:
    state = after(answering(), NEAR, *HIDDEN, *(QUIET,) * 11)
    assert only(told(state, NEAR, NEAR), fx.HoldSpeaker) == []
    assert only(told(state, VOICE), fx.HoldSpeaker)
    assert only(told(after(state, TimerFired("wary")), NEAR), fx.HoldSpeaker)
    _, effects = run(answering(), NEAR, *HIDDEN, *(QUIET,) * 11)
    assert fx.StartTimer("wary", 10_000) in effects


def test_a_murmur_through_the_echo_raises_no_suspicion() -> None:
    state = after(answering(), NEAR, *(VOICE,) * 6, *(QUIET,) * 11)
    assert state.overlap.verdict is Verdict.SHORT
    assert only(told(state, NEAR), fx.HoldSpeaker)
