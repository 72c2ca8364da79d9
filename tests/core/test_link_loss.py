"""Lose the link, judge why, try again."""

from __future__ import annotations

from dataclasses import replace

import pytest

from desktop_app.core import effects as fx
from desktop_app.core import far_end as far
from desktop_app.core import sound
from desktop_app.core import wishes as wish
from desktop_app.core.events import TimerFired
from desktop_app.core.problems import Kind
from desktop_app.core.state import AppState, Floor, Phase
from desktop_app.core.transcript import Role, Row, Text, find, worded
from tests.core.dialogue import (
    LOST,
    after,
    kinds,
    live,
    only,
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


def test_being_live_again_ends_the_trouble_and_holding_a_while_the_counting() -> None:
    state = after(CONNECTING, far.LinkLost(far.LinkFailure("http", http_status=429)))
    assert (state.link.attempt, kinds(state)) == (1, {Kind.RATE_LIMITED})
    state = after(state, TimerFired("retry"), OPENED, STARTED, ACCEPTED)
    assert (state.link.attempt, kinds(state)) == (1, set())
    state = after(state, TimerFired("steady"))
    assert state.link.attempt == 0


def test_a_server_that_always_drops_us_once_we_are_live_is_asked_ever_more_seldom() -> None:
    state, waits, told_of = CONNECTING, [], []
    for _ in range(4):
        state = after(state, OPENED, STARTED, ACCEPTED)
        state, effects = run(state, LOST)
        timers = only(effects, fx.StartTimer)
        waits += [timer.after_ms for timer in timers if timer.name == "retry"]
        told_of.append(kinds(state))
        state = after(state, TimerFired("retry"))
    assert waits == [500, 1000, 2000, 4000]
    assert told_of == [set(), *[{Kind.SERVER_TROUBLE}] * 3]


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


def test_a_session_that_reaches_its_limit_at_once_is_not_reopened_in_a_tight_loop() -> None:
    state, effects = run(after(CONNECTING, OPENED, STARTED, ACCEPTED), far.LinkLost(LIMIT))
    assert (state.link.phase, only(effects, fx.OpenLink)) == (Phase.BACKING_OFF, [])


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
