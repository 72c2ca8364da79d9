"""Open, configure, hold, renew, hang up."""

from __future__ import annotations

from dataclasses import replace

import pytest

from desktop_app.core import connection as con
from desktop_app.core import effects as fx
from desktop_app.core import far_end as far
from desktop_app.core import sound
from desktop_app.core import wishes as wish
from desktop_app.core.events import TimerFired
from desktop_app.core.settings import Settings
from desktop_app.core.state import AppState, Floor, Phase
from desktop_app.core.transcript import Role, Row, Text, worded
from tests.core.dialogue import (
    LOST,
    after,
    live,
    manual,
    only,
    orders,
    pcm,
    run,
    speaking,
    told,
    words,
)

OPENED = far.LinkOpened("example.org")
STARTED = far.SessionStarted("sess_1", "model-a")
ACCEPTED = far.SessionConfigured("model-a", "marin")
CONNECTING = after(AppState(), wish.ConnectAsked())


def done(item: str, role: Role, text: str, state: Text = Text.DONE) -> Row:
    return worded(Row(item, role), text, state)


# --- open -------------------------------------------------------------------------------------


def test_the_wish_to_talk_opens_link_and_devices_together() -> None:
    state, effects = run(AppState(), wish.ConnectAsked())
    assert state.link.phase is Phase.OPENING
    assert only(effects, fx.OpenLink) == [fx.OpenLink(Settings())]
    assert only(effects, fx.OpenSound) == [fx.OpenSound("", "")]


def test_a_second_wish_to_talk_opens_no_second_link() -> None:
    assert told(CONNECTING, wish.ConnectAsked()) == (fx.OpenSound("", ""),)


def test_the_server_speaks_first_then_we_configure_then_we_are_live() -> None:
    state, effects = run(CONNECTING, OPENED)
    assert (state.link.phase, orders(effects)) == (Phase.CONFIGURING, ())
    state, effects = run(state, STARTED)
    assert orders(effects) == (fx.ConfigureSession(Settings(), "cfg_1"),)
    assert state.link.phase is Phase.CONFIGURING
    state, effects = run(state, ACCEPTED)
    assert state.link.phase is Phase.LIVE
    steady = fx.StartTimer("steady", con.STEADY_MS)
    assert effects == (fx.StopTimer("updated"), steady, fx.SendPreroll(con.PREROLL_MS))


def test_a_muted_user_is_not_heard_from_before_the_connection() -> None:
    assert (
        only(told(replace(CONNECTING, muted=True), OPENED, STARTED, ACCEPTED), fx.SendPreroll) == []
    )


def test_a_server_that_never_says_created_is_configured_all_the_same() -> None:
    state, effects = run(CONNECTING, OPENED, TimerFired("created"))
    assert orders(effects) == (fx.ConfigureSession(Settings(), "cfg_1"),)
    assert orders(told(state, STARTED)) == (), "created came late: it is configured already"


def test_a_server_that_never_says_updated_is_talked_to_all_the_same() -> None:
    state = after(CONNECTING, OPENED, STARTED, TimerFired("updated"))
    assert state.link.phase is Phase.LIVE
    assert orders(told(state, ACCEPTED)) == (), "updated came late: nothing starts twice"


def test_timers_of_an_earlier_step_change_nothing() -> None:
    for name in ("created", "updated", "retry", "renew", "release", "sound", "other"):
        state = AppState()
        assert run(state, TimerFired(name)) == (state, ())


def test_a_link_that_opens_after_hanging_up_is_ignored() -> None:
    state = after(CONNECTING, wish.HangUpAsked())
    assert run(state, OPENED) == (state, ())


@pytest.mark.parametrize(
    "event",
    [
        STARTED,
        ACCEPTED,
        far.ServerError("session_expired"),
        far.ServerError("cannot_update_voice"),
        far.ServerError("oops", event_id="cfg_1"),
        far.UserSpeechStarted("u1"),
        far.UserSpeechStopped("u1"),
        far.InputCommitted("u1"),
        far.ItemAdded("u1", "message", "user"),
        far.UserTextDone("u1", "Hello"),
        far.ResponseStarted("r1"),
        far.AudioArrived("r1", "a1", pcm(20)),
        far.AssistantTextArrived("r1", "a1", "Hi"),
        far.ResponseEnded("r1"),
        far.ToolCalled("r1", "f1", "c1", "clock", "{}"),
        far.ToolFinished("c1", "noon"),
        far.RateLimited("tokens", 0, 5.0),
    ],
)
def test_echoes_of_a_session_that_has_ended_change_nothing(event: far.FarEndEvent) -> None:
    for state in (AppState(), CONNECTING, after(live(), LOST)):
        assert run(state, event) == (state, ())


# --- renew ------------------------------------------------------------------------------------

OLD = after(live(), far.SessionStarted("sess_1", lifetime_ms=3_600_000))


def test_an_hour_is_renewed_five_minutes_before_its_end() -> None:
    effects = told(live(), far.SessionStarted("sess_1", lifetime_ms=3_600_000))
    assert effects == (fx.StartTimer("renew", 3_300_000),)


@pytest.mark.parametrize("lifetime_ms", [-5, 0, 60_000, 599_999, None])
def test_a_short_life_is_not_renewed_over_and_over(lifetime_ms: int | None) -> None:
    assert told(live(), far.SessionStarted("sess_1", lifetime_ms=lifetime_ms)) == ()


def test_a_quiet_session_is_renewed_at_once() -> None:
    state, effects = run(OLD, TimerFired("renew"))
    assert (state.link.phase, state.link.rotate) == (Phase.OPENING, False)
    assert only(effects, fx.OpenLink)


def test_a_talking_assistant_is_not_interrupted_by_renewal() -> None:
    state, effects = run(speaking(OLD), TimerFired("renew"), far.ResponseEnded("r1"))
    assert only(effects, fx.OpenLink) == []
    state, effects = run(state, sound.SpeakerStopped("a1", 2000, cut=False))
    assert only(effects, fx.OpenLink)


def test_a_question_is_answered_before_the_renewal() -> None:
    state = after(OLD, far.UserSpeechStarted("u1"), TimerFired("renew"))
    answering = (
        far.UserSpeechStopped("u1"),
        far.InputCommitted("u1"),
        far.UserTextDone("u1", "Why?"),
        far.ResponseStarted("r1"),
        far.ItemAdded("a1", "message", "assistant", "u1"),
    )
    state, effects = run(state, *answering)
    assert only(effects, fx.OpenLink) == []
    assert only(told(state, far.ResponseEnded("r1")), fx.OpenLink)


def test_an_expired_session_is_renewed_at_once() -> None:
    assert only(told(live(), far.ServerError("session_expired")), fx.OpenLink)


# --- hang up, start afresh --------------------------------------------------------------------


@pytest.mark.parametrize(
    "state",
    [
        AppState(),
        CONNECTING,
        after(CONNECTING, OPENED),
        after(CONNECTING, OPENED, STARTED),
        live(),
        after(live(), LOST),
        after(manual(), wish.TalkPressed()),
        after(live(), far.UserSpeechStarted("u1"), far.InputCommitted("u1"), wish.AnswerAsked()),
        after(AppState(), wish.TextSubmitted("Hi")),
    ],
)
def test_hanging_up_leaves_nothing(state: AppState) -> None:
    state, effects = run(state, wish.HangUpAsked())
    assert fx.CloseLink() in effects
    assert fx.CloseSound() in effects
    assert (state.link, state.responses, state.calls, state.texts) == (
        AppState().link,
        AppState().responses,
        (),
        (),
    )
    assert not (state.pressed)
    assert not (state.releasing)
    assert not (state.user_speaking)
    assert not (state.commit)
    assert not state.sound.wanted
    stopped = {e.name for e in only(effects, fx.StopTimer)}
    assert stopped == {
        "created",
        "updated",
        "steady",
        "retry",
        "renew",
        "response",
        "again",
        "release",
        "sound",
    }
    for name in stopped:
        assert told(state, TimerFired(name)) == ()


def test_hanging_up_in_mid_word_keeps_only_what_was_heard() -> None:
    state, effects = run(speaking(), wish.HangUpAsked())
    assert effects[0] == fx.CutSpeaker()
    state, effects = run(state, sound.SpeakerStopped("a1", 1000, cut=True))
    assert (words(state), effects, state.floor) == (["assistant: one two"], (), Floor.NOBODY)


def test_a_new_conversation_is_empty_and_in_a_new_session() -> None:
    state, effects = run(speaking(), wish.NewConversationAsked())
    assert (state.rows, state.sound.playing, state.link.phase) == ((), (), Phase.OPENING)
    assert fx.CutSpeaker() in effects
    assert only(effects, fx.OpenLink)
    assert only(told(state, OPENED, STARTED, ACCEPTED), fx.AddText) == []


def test_a_new_conversation_while_offline_opens_nothing() -> None:
    rows = (done("u1", Role.USER, "Hi"),)
    assert run(AppState(rows=rows), wish.NewConversationAsked()) == (AppState(), ())


def test_pressing_while_offline_connects_and_what_is_said_meanwhile_counts() -> None:
    start = AppState(settings=Settings(turn_detection="manual"))
    state, effects = run(start, wish.TalkPressed())
    assert only(effects, fx.OpenLink)
    state, effects = run(state, OPENED, STARTED, ACCEPTED)
    assert effects[-2:] == (fx.ClearInput(), fx.SendPreroll(con.PREROLL_MS))
    state, effects = run(state, wish.TalkReleased(), TimerFired("release"))
    assert only(effects, fx.CommitInput)


def test_a_press_that_ended_before_the_connection_lives_still_counts() -> None:
    start = replace(
        AppState(settings=Settings(turn_detection="manual")), rows=(done("u1", Role.USER, "Hi"),)
    )
    state = after(start, wish.TalkPressed(), wish.TalkReleased(), TimerFired("release"))
    assert state.releasing
    state, effects = run(state, OPENED, STARTED, ACCEPTED)
    assert fx.StartTimer("release", con.RELEASE_GRACE_MS) in effects
    assert only(effects, fx.CreateResponse) == [], "one answer to all, after the commit"
    assert only(told(state, TimerFired("release")), fx.CommitInput)


def test_a_push_to_talk_session_without_a_press_sends_nothing_from_before() -> None:
    start = AppState(settings=Settings(turn_detection="manual"))
    effects = told(start, wish.ConnectAsked(), OPENED, STARTED, ACCEPTED)
    assert only(effects, fx.SendPreroll) == []
