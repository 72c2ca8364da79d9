"""Open, configure, hold, lose, try again, renew."""

from __future__ import annotations

from dataclasses import replace

import pytest

from desktop_app.core import connection as con
from desktop_app.core import effects as fx
from desktop_app.core import far_end as far
from desktop_app.core import sound
from desktop_app.core import wishes as wish
from desktop_app.core.events import TimerFired
from desktop_app.core.problems import Kind
from desktop_app.core.settings import Settings
from desktop_app.core.state import AppState, Floor, Phase
from desktop_app.core.transcript import Role, Row, Text, find, worded
from tests.core.dialogue import (
    LOST,
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
    assert effects == (fx.StopTimer("updated"), fx.SendPreroll(con.PREROLL_MS))


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


# --- lose and try again -----------------------------------------------------------------------


def test_the_waits_double_up_to_the_longest() -> None:
    state, waits = live(), []
    for _ in range(7):
        state, effects = run(state, LOST)
        timer = only(effects, fx.StartTimer)[-1]
        assert (timer.name, timer.jitter) == ("retry", 0.25)
        waits.append(timer.after_ms)
        state, effects = run(state, TimerFired("retry"))
        assert only(effects, fx.OpenLink)
    assert waits == [500, 1000, 2000, 4000, 8000, 8000, 8000]


def test_a_single_drop_in_mid_session_is_not_worth_a_word() -> None:
    state = after(live(), LOST)
    assert (state.link.phase, kinds(state)) == (Phase.BACKING_OFF, set())
    state = after(state, TimerFired("retry"), far.LinkLost(far.LinkFailure("refused")))
    assert kinds(state) == {Kind.NO_NETWORK}


def test_being_live_again_ends_the_trouble_and_the_counting() -> None:
    state = after(CONNECTING, far.LinkLost(far.LinkFailure("http", http_status=429)))
    assert (state.link.attempt, kinds(state)) == (1, {Kind.RATE_LIMITED})
    state = after(state, TimerFired("retry"), OPENED, STARTED, ACCEPTED)
    assert (state.link.attempt, kinds(state)) == (0, set())


FATAL = [
    (far.LinkFailure("url"), Kind.BAD_URL),
    (far.LinkFailure("key"), Kind.NO_KEY),
    (far.LinkFailure("engine"), Kind.NO_ENGINE),
    (far.LinkFailure("engine", code="weights"), Kind.NO_ENGINE),
    (far.LinkFailure("tls"), Kind.SERVER_REFUSED),
    (far.LinkFailure("http", http_status=401), Kind.BAD_KEY),
    (far.LinkFailure("http", http_status=403), Kind.SERVER_REFUSED),
    (far.LinkFailure("http", http_status=404), Kind.BAD_URL),
    (far.LinkFailure("http", http_status=407), Kind.NO_NETWORK),
    (far.LinkFailure("closed", close_code=3000, code="invalid_api_key"), Kind.BAD_KEY),
    (far.LinkFailure("closed", close_code=4000, code="model_not_found"), Kind.BAD_MODEL),
    (far.LinkFailure("closed", close_code=4000, code="invalid_model"), Kind.BAD_MODEL),
    (far.LinkFailure("closed", code="beta_api_shape_disabled"), Kind.SERVER_REFUSED),
    (far.LinkFailure("closed", code="invalid_intent"), Kind.SERVER_REFUSED),
    (far.LinkFailure("http", http_status=429, code="insufficient_quota"), Kind.NO_QUOTA),
    (far.LinkFailure("closed", code="billing_hard_limit_reached"), Kind.NO_QUOTA),
    (far.LinkFailure("closed", code="account_deactivated"), Kind.NO_QUOTA),
]
AGAIN = [
    (far.LinkFailure("dns"), Kind.NO_NETWORK),
    (far.LinkFailure("refused"), Kind.NO_NETWORK),
    (far.LinkFailure("timeout"), Kind.NO_NETWORK),
    (far.LinkFailure("proxy"), Kind.NO_NETWORK),
    (far.LinkFailure("something new"), Kind.NO_NETWORK),
    (far.LinkFailure("http", http_status=429), Kind.RATE_LIMITED),
    (far.LinkFailure("http", http_status=503), Kind.SERVER_TROUBLE),
    (far.LinkFailure("closed", close_code=1006), Kind.SERVER_TROUBLE),
    (far.LinkFailure("closed", close_code=1011, detail="Fault."), Kind.SERVER_TROUBLE),
    (far.LinkFailure("closed", close_code=1012), Kind.SERVER_TROUBLE),
    (far.LinkFailure("closed", close_code=1001), Kind.SERVER_TROUBLE),
]
LIMIT = far.LinkFailure(
    "closed", close_code=1001, detail="Your session hit the maximum duration of 60 minutes."
)


@pytest.mark.parametrize(("failure", "kind"), FATAL)
def test_what_trying_again_can_not_mend_ends_it(failure: far.LinkFailure, kind: Kind) -> None:
    state, effects = run(CONNECTING, far.LinkLost(failure))
    assert (state.link.phase, state.link.wanted, state.sound.wanted) == (
        Phase.OFFLINE,
        False,
        False,
    )
    assert kinds(state) == {kind}
    assert state.problems[0].hint
    assert fx.CloseSound() in effects
    assert only(effects, fx.StartTimer) == []


@pytest.mark.parametrize(("failure", "kind"), AGAIN)
def test_what_may_pass_is_tried_again(failure: far.LinkFailure, kind: Kind) -> None:
    state, effects = run(CONNECTING, far.LinkLost(failure))
    assert (state.link.phase, state.link.wanted) == (Phase.BACKING_OFF, True)
    assert kinds(state) == {kind}
    assert only(effects, fx.StartTimer)[-1].name == "retry"


@pytest.mark.parametrize("failure", [LIMIT, far.LinkFailure("closed", code="session_expired")])
def test_the_limit_of_a_session_is_its_expected_end(failure: far.LinkFailure) -> None:
    state, effects = run(live(), far.LinkLost(failure))
    assert (state.link.phase, kinds(state)) == (Phase.OPENING, set())
    assert only(effects, fx.OpenLink)


def test_a_session_that_ends_before_it_began_is_not_reopened_in_a_tight_loop() -> None:
    state, effects = run(CONNECTING, far.LinkLost(LIMIT))
    assert state.link.phase is Phase.BACKING_OFF
    assert only(effects, fx.OpenLink) == []


def test_the_error_before_a_close_explains_it() -> None:
    error = far.ServerError(type="authentication_error", message="Expired key.")
    state = after(CONNECTING, OPENED, error, far.LinkLost(far.LinkFailure("closed", 0, 1006)))
    assert (state.link.phase, kinds(state)) == (Phase.OFFLINE, {Kind.BAD_KEY})
    assert state.problems[0].hint == "Expired key."


def test_an_error_of_long_ago_does_not_explain_a_close() -> None:
    state = after(
        live(),
        far.ServerError(code="insufficient_quota"),
        far.ResponseStarted("r1"),
        far.ResponseEnded("r1"),
    )
    assert after(state, LOST).link.phase is Phase.BACKING_OFF


def test_a_close_of_our_own_or_a_second_report_changes_nothing() -> None:
    state = live()
    assert run(state, far.LinkLost()) == (state, ())
    state = after(state, LOST)
    assert run(state, LOST) == (state, ())


def test_words_on_their_way_at_a_drop_are_told_to_be_lost() -> None:
    state = after(live(), far.UserSpeechStarted("u1"), LOST)
    assert kinds(state) == {Kind.WORDS_LOST}
    assert find(state.rows, "u1").state is Text.LOST  # type: ignore[union-attr]
    state = after(state, TimerFired("retry"), OPENED, STARTED, ACCEPTED, far.InputCommitted("u2"))
    assert kinds(state) == set()


def test_words_that_were_answered_are_not_lost_but_only_unwritten() -> None:
    state = after(speaking(after(live(), far.InputCommitted("u1"))), LOST)
    assert [r.state for r in state.rows] == [Text.FAILED, Text.INTERRUPTED]
    assert kinds(state) == set()


def test_half_of_the_users_words_count_and_half_an_answer_is_marked() -> None:
    rows = (
        done("u1", Role.USER, "What is", Text.PARTIAL),
        done("a1", Role.ASSISTANT, "It", Text.PARTIAL),
    )
    state = after(replace(live(), rows=rows), LOST)
    assert [r.state for r in state.rows] == [Text.DONE, Text.INTERRUPTED]


def test_a_drop_in_mid_word_keeps_the_assistant_talking_but_names_nothing_of_the_old_session() -> (
    None
):
    state = after(speaking(), LOST)
    assert state.floor is Floor.ASSISTANT
    state = after(state, TimerFired("retry"), OPENED, STARTED, ACCEPTED)
    state, effects = run(state, wish.InterruptAsked(), sound.SpeakerStopped("a1", 1000, cut=True))
    assert effects == (fx.CutSpeaker(),)
    assert find(state.rows, "a1").text == "one two"  # type: ignore[union-attr]


def test_a_fatal_loss_in_mid_word_keeps_what_was_heard() -> None:
    state, effects = run(
        speaking(), far.LinkLost(far.LinkFailure("closed", code="invalid_api_key"))
    )
    assert effects[:2] == (fx.CutSpeaker(), fx.CloseSound())
    state = after(state, sound.SpeakerStopped("a1", 1000, cut=True))
    assert (words(state), state.sound.playing) == (["assistant: one two"], ())


def test_a_server_may_use_its_response_ids_again_in_the_next_session() -> None:
    state = after(
        speaking(), wish.InterruptAsked(), sound.SpeakerStopped("a1", 1000, cut=True), LOST
    )
    state = after(state, TimerFired("retry"), OPENED, STARTED, ACCEPTED)
    effects = told(state, far.ResponseStarted("r1"), far.AudioArrived("r1", "a7", pcm(20)))
    assert only(effects, fx.Play)


# --- replay -----------------------------------------------------------------------------------


def test_what_was_said_is_put_back_as_text_cut_to_what_was_heard() -> None:
    state = after(live(), far.ItemAdded("u1", "message", "user"), far.UserTextDone("u1", "Count."))
    state = speaking(state)
    state = after(state, far.UserSpeechStarted("u2"), sound.SpeakerStopped("a1", 1000, cut=True))
    state = after(
        state, far.ItemAdded("f1", "function_call", name="clock"), LOST, TimerFired("retry")
    )
    effects = told(state, OPENED, STARTED, ACCEPTED)
    assert only(effects, fx.AddText) == [
        fx.AddText("u1", "user", "Count."),
        fx.AddText("a1", "assistant", "one two"),
    ]
    assert only(effects, fx.CreateResponse) == [], "the answer had begun"


def test_a_question_without_any_answer_is_asked_again() -> None:
    state = after(live(), far.InputCommitted("u1"), far.UserTextDone("u1", "Why?"), LOST)
    effects = told(state, TimerFired("retry"), OPENED, STARTED, ACCEPTED)
    assert orders(effects)[1:] == (fx.AddText("u1", "user", "Why?"), fx.CreateResponse("resp_3"))


def test_a_server_that_takes_no_replay_is_asked_nothing() -> None:
    state = after(live(), far.InputCommitted("u1"), far.UserTextDone("u1", "Why?"), LOST)
    opened = far.LinkOpened("example.org", far.Capabilities(replay=False))
    effects = told(state, TimerFired("retry"), opened, STARTED, ACCEPTED)
    assert len(orders(effects)) == 1


def test_the_newest_turns_are_put_back_within_limits() -> None:
    rows = tuple(done(f"u{i}", Role.USER, str(i)) for i in range(60))
    added = only(told(replace(CONNECTING, rows=rows), OPENED, STARTED, ACCEPTED), fx.AddText)
    assert [text.item_id for text in added] == [f"u{i}" for i in range(20, 60)]
    rows = tuple(done(f"u{i}", Role.USER, "x" * 5000) for i in range(5))
    added = only(told(replace(CONNECTING, rows=rows), OPENED, STARTED, ACCEPTED), fx.AddText)
    assert [text.item_id for text in added] == ["u3", "u4"]


def test_a_row_with_an_id_too_long_for_us_is_put_back_under_another_and_not_shown_twice() -> None:
    long = "item-" + "0" * 36
    state, effects = run(
        replace(CONNECTING, rows=(done(long, Role.USER, "Hi"),)), OPENED, STARTED, ACCEPTED
    )
    (added,) = only(effects, fx.AddText)
    assert len(added.item_id) <= 32
    state = after(state, far.ItemAdded(added.item_id, "message", "user", None, "Hi"))
    assert words(state) == ["user: Hi"]


def test_the_echo_of_the_replay_leaves_rows_where_people_have_read_them() -> None:
    rows = (
        done("u1", Role.USER, "One"),
        done("f1", Role.TOOL, "clock"),
        done("a1", Role.ASSISTANT, "Two"),
        Row("u2", Role.USER, Text.LOST),
        done("u3", Role.USER, "Three"),
    )
    state = after(replace(CONNECTING, rows=rows), OPENED, STARTED, ACCEPTED)
    state = after(
        state,
        far.ItemAdded("u1", "message", "user", None, "One"),
        far.ItemAdded("a1", "message", "assistant", "u1", "Two"),
        far.ItemAdded("u3", "message", "user", "a1", "Three"),
    )
    assert state.rows == rows


# --- typed words that wait --------------------------------------------------------------------


def test_typing_while_offline_connects_and_sends_when_live() -> None:
    state, effects = run(AppState(), wish.TextSubmitted(" Hello "))
    assert only(effects, fx.OpenLink)
    assert words(state) == ["user: Hello"]
    assert not state.rows[0].sent
    state, effects = run(state, wish.TextSubmitted("there"), OPENED, STARTED, ACCEPTED)
    assert orders(effects)[1:] == (
        fx.AddText("msg_1", "user", "Hello"),
        fx.AddText("msg_2", "user", "there"),
        fx.CreateResponse("resp_4"),
    )
    assert state.texts == ()


def test_words_that_waited_belong_to_the_conversation_once_they_are_sent() -> None:
    state = after(AppState(), wish.TextSubmitted("Hello"), OPENED, STARTED, ACCEPTED)
    assert state.rows[0].sent
    effects = told(state, LOST, TimerFired("retry"), OPENED, STARTED, ACCEPTED)
    assert fx.AddText("msg_1", "user", "Hello") in effects


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
