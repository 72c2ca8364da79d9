"""The gate: at most one answer is asked for at a time."""

from __future__ import annotations

import pytest

from desktop_app.core import effects as fx
from desktop_app.core import far_end as far
from desktop_app.core import wishes as wish
from desktop_app.core.capabilities import Capabilities
from desktop_app.core.events import TimerFired
from desktop_app.core.problems import Action, Kind
from desktop_app.core.responses import KEPT_SILENCED, cancel, silenced
from desktop_app.core.settings import Settings
from desktop_app.core.state import AppState, Meter
from tests.core.dialogue import after, kinds, live, manual, only, orders, pcm, run, speaking, told

BUSY = far.ServerError("conversation_already_has_active_response")
NOT_ACTIVE = far.ServerError("response_cancel_not_active", event_id="cancel_3")
FAILED = far.ResponseEnded("r1", "failed", code="server_error", message="Oops.")
ASKED = after(live(), wish.AnswerAsked())
RUNNING = after(ASKED, far.ResponseStarted("r1"))


def test_an_answer_is_asked_for_once() -> None:
    state, effects = run(live(), wish.AnswerAsked())
    assert effects == (fx.CreateResponse("resp_2"), fx.StartTimer("response", 10_000))
    assert state.responses.requested == "resp_2"


def test_nobody_is_asked_while_offline() -> None:
    assert run(AppState(), wish.AnswerAsked()) == (AppState(), ())


@pytest.mark.parametrize("state", [ASKED, RUNNING])
def test_a_wish_at_a_closed_gate_waits_and_many_are_one(state: AppState) -> None:
    state, effects = run(state, wish.AnswerAsked(), wish.AnswerAsked())
    assert effects == ()
    state = after(state, far.ResponseStarted("r1"))
    state, effects = run(state, far.ResponseEnded("r1"))
    assert only(effects, fx.CreateResponse) == [fx.CreateResponse("resp_3")]
    state, effects = run(state, far.ResponseStarted("r2"), far.ResponseEnded("r2"))
    assert only(effects, fx.CreateResponse) == []


def test_the_beginning_of_the_response_stops_the_clock() -> None:
    assert told(ASKED, far.ResponseStarted("r1")) == (fx.StopTimer("response"),)


def test_the_server_was_faster_than_our_request_so_it_waits_for_the_end() -> None:
    state, effects = run(ASKED, far.ResponseStarted("r9"), BUSY)
    assert only(effects, fx.CreateResponse) == []
    assert only(told(state, far.ResponseEnded("r9")), fx.CreateResponse)


def test_a_response_we_do_not_know_is_in_the_way_until_it_ends_or_time_is_up() -> None:
    state, effects = run(ASKED, BUSY)
    assert effects == (fx.StartTimer("response", 10_000),)
    assert kinds(state) == set()
    assert only(told(state, far.ResponseEnded("r0")), fx.CreateResponse)
    assert only(told(state, TimerFired("response")), fx.CreateResponse)


def test_a_refused_request_opens_the_gate_and_is_told() -> None:
    state, effects = run(ASKED, far.ServerError("invalid_value", message="No.", event_id="resp_2"))
    assert effects == (fx.StopTimer("response"),)
    assert kinds(state) == {Kind.ANSWER_FAILED}
    assert only(told(state, wish.AnswerAsked()), fx.CreateResponse)


def test_a_refusal_of_a_request_of_long_ago_does_not_open_the_gate() -> None:
    state = after(ASKED, far.ServerError("invalid_value", event_id="resp_1"))
    assert state.responses.requested == "resp_2"


def test_a_request_that_gets_lost_is_told_and_opens_the_gate() -> None:
    state, effects = run(ASKED, TimerFired("response"))
    assert (effects, kinds(state)) == ((), {Kind.ANSWER_FAILED})
    assert only(told(state, wish.AnswerAsked()), fx.CreateResponse)


def test_a_lost_request_makes_room_for_the_one_that_waits() -> None:
    effects = told(ASKED, wish.AnswerAsked(), TimerFired("response"))
    assert only(effects, fx.CreateResponse) == [fx.CreateResponse("resp_3")]


def test_a_lost_request_that_nobody_wants_any_more_is_not_told() -> None:
    assert kinds(after(ASKED, wish.InterruptAsked(), TimerFired("response"))) == set()


def test_an_end_without_a_beginning_answers_our_request() -> None:
    state, effects = run(ASKED, far.ResponseEnded("r1"))
    assert effects == (fx.StopTimer("response"),)
    assert (state.responses.requested, state.responses.active) == (None, None)


def test_the_late_end_of_a_silenced_response_does_not_answer_our_request() -> None:
    state = silenced(ASKED, "r0")
    assert after(state, far.ResponseEnded("r0", "cancelled")).responses.requested == "resp_2"


def test_the_end_of_another_response_leaves_the_running_one() -> None:
    assert after(RUNNING, far.ResponseEnded("r0")).responses.active == "r1"


# --- cancel -----------------------------------------------------------------------------------


def test_interrupting_cancels_once() -> None:
    state, effects = run(RUNNING, wish.InterruptAsked(), wish.InterruptAsked())
    assert effects == (fx.CancelResponse("r1", "cancel_3"),)
    assert state.responses.cancelling


def test_a_cancel_that_comes_after_the_end_is_nobodys_business() -> None:
    state = after(RUNNING, wish.InterruptAsked(), far.ResponseEnded("r1"))
    assert run(state, NOT_ACTIVE)[1] == ()
    assert kinds(after(state, NOT_ACTIVE)) == set()


def test_a_cancel_that_overtakes_the_end_does_not_lock_the_gate() -> None:
    state = after(RUNNING, wish.InterruptAsked(), NOT_ACTIVE)
    assert state.responses.active is None
    state, effects = run(state, wish.AnswerAsked(), far.ResponseEnded("r1"))
    assert only(effects, fx.CreateResponse)
    assert state.responses.requested, "the end of what was cancelled is no answer to it"


def test_a_cancel_refused_late_does_not_concern_the_next_response() -> None:
    state = after(
        RUNNING, wish.InterruptAsked(), far.ResponseEnded("r1"), far.ResponseStarted("r2")
    )
    state = after(state, wish.InterruptAsked(), NOT_ACTIVE)
    assert (state.responses.active, state.responses.cancelling) == ("r2", "cancel_4")


def test_a_refused_cancel_that_names_nothing_may_be_tried_again() -> None:
    nameless = far.ServerError("response_cancel_not_active")
    state = after(RUNNING, wish.InterruptAsked(), nameless)
    assert (state.responses.active, state.responses.cancelling) == ("r1", "")
    assert run(state, nameless)[1] == ()


def test_what_waits_is_sent_when_there_was_nothing_to_cancel() -> None:
    state = after(RUNNING, wish.TextSubmitted("Hi"))
    assert state.responses.pending
    refused = far.ServerError("response_cancel_not_active", event_id=state.responses.cancelling)
    assert only(told(state, refused), fx.CreateResponse)


def test_a_response_interrupted_before_it_began_is_stopped_when_it_does() -> None:
    state, effects = run(ASKED, wish.InterruptAsked())
    assert effects == ()
    state, effects = run(state, far.ResponseStarted("r1"), far.AudioArrived("r1", "a1", pcm(20)))
    assert effects == (fx.StopTimer("response"), fx.CancelResponse("r1", "cancel_3"))


def test_words_typed_while_an_answer_is_requested_are_answered_after_it() -> None:
    state = after(ASKED, wish.TextSubmitted("Stop. Why?"), far.ResponseStarted("r1"))
    effects = told(state, far.ResponseEnded("r1", "cancelled", "client_cancelled"))
    assert only(effects, fx.CreateResponse)


def test_a_server_without_cancel_is_not_asked_to() -> None:
    state = speaking(live(able=Capabilities(cancel=False)))
    assert told(state, wish.InterruptAsked()) == (fx.CutSpeaker(),)


def test_what_the_user_talked_over_is_followed_by_the_servers_own_answer() -> None:
    state = after(RUNNING, wish.AnswerAsked())
    ended = far.ResponseEnded("r1", "cancelled", "turn_detected")
    assert only(told(state, ended), fx.CreateResponse) == []
    assert not after(state, ended).responses.pending


@pytest.mark.parametrize(
    "settings", [Settings(create_response=False), Settings(turn_detection="manual")]
)
def test_without_an_answer_of_the_servers_own_ours_is_asked_for(settings: Settings) -> None:
    state = after(live(settings), far.ResponseStarted("r1"), wish.AnswerAsked())
    ended = far.ResponseEnded("r1", "cancelled", "turn_detected")
    assert only(told(state, ended), fx.CreateResponse)


def test_only_the_newest_silenced_responses_are_remembered() -> None:
    state = silenced(live(), *(f"r{i}" for i in range(KEPT_SILENCED + 5)))
    assert len(state.responses.silenced) == KEPT_SILENCED
    assert state.responses.silenced[-1] == f"r{KEPT_SILENCED + 4}"
    assert silenced(state, "r10", "") is state


def test_a_silenced_response_can_not_begin_again() -> None:
    state = silenced(live(), "r1")
    assert run(state, far.ResponseStarted("r1")) == (state, ())


def test_nothing_is_cancelled_while_nothing_runs() -> None:
    assert cancel(live()) == (live(), ())


# --- beside the conversation ------------------------------------------------------------------


def test_a_response_beside_the_conversation_locks_nothing_and_is_neither_heard_nor_read() -> None:
    state, effects = run(
        live(),
        far.ResponseStarted("o1", in_conversation=False),
        far.AudioArrived("o1", "x1", pcm(20)),
        far.AssistantTextArrived("o1", "x1", "A title"),
    )
    assert (effects, state.rows, state.responses.active) == ((), (), None)


def test_its_end_does_not_open_the_gate_but_counts_on_the_meter() -> None:
    usage = far.Usage(3, 2, 1)
    state = after(ASKED, far.ResponseEnded("o1", usage=usage, in_conversation=False))
    assert state.responses.requested == "resp_2"
    assert state.meter == Meter(1, 3, 2, 1)


# --- failures ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ended", "kind"),
    [
        (far.ResponseEnded("r1", "failed", code="insufficient_quota"), Kind.NO_QUOTA),
        (far.ResponseEnded("r1", "failed", code="rate_limit_exceeded"), Kind.RATE_LIMITED),
        (
            far.ResponseEnded("r1", "failed", code="inference_rate_limit_exceeded"),
            Kind.RATE_LIMITED,
        ),
        (far.ResponseEnded("r1", "failed", code="server_error"), Kind.ANSWER_FAILED),
        (far.ResponseEnded("r1", "failed"), Kind.ANSWER_FAILED),
        (far.ResponseEnded("r1", "incomplete", "max_output_tokens"), Kind.ANSWER_CUT),
        (far.ResponseEnded("r1", "incomplete", "content_filter"), Kind.ANSWER_FILTERED),
    ],
)
def test_an_answer_that_is_not_whole_is_told_though_no_error_came(
    ended: far.ResponseEnded, kind: Kind
) -> None:
    state = after(RUNNING, ended)
    assert kinds(state) == {kind}
    assert state.problems[0].hint
    assert state.responses.active is None


def test_the_end_of_the_failed_answer_says_what_the_server_said() -> None:
    assert after(RUNNING, FAILED).problems[0].hint == "Oops."
    cut = after(RUNNING, far.ResponseEnded("r1", "incomplete", "max_output_tokens"))
    assert cut.problems[0].action is Action.OPEN_SETTINGS


def test_a_fault_of_the_server_is_tried_again_once() -> None:
    state, effects = run(RUNNING, FAILED)
    assert effects == (fx.StartTimer("again", 500),)
    state, effects = run(state, TimerFired("again"), far.ResponseStarted("r2"))
    assert only(effects, fx.CreateResponse)
    assert told(state, far.ResponseEnded("r2", "failed", code="server_error")) == ()


def test_success_ends_the_trouble_and_allows_another_try() -> None:
    state = after(RUNNING, FAILED, TimerFired("again"), far.ResponseStarted("r2"))
    state = after(state, far.ResponseEnded("r2"))
    assert (kinds(state), state.responses.retried) == (set(), False)


@pytest.mark.parametrize(
    ("reset_s", "waits_ms"),
    [(2.5, [2500]), (0.0, [500]), (-9.0, [500]), (20.0, [20_000]), (21.0, [])]
    + [(float("nan"), []), (float("inf"), []), (float("-inf"), [500])],
)
def test_a_rate_limit_is_waited_for_unless_that_takes_too_long(
    reset_s: float, waits_ms: list[int]
) -> None:
    limited = far.ResponseEnded("r1", "failed", code="rate_limit_exceeded")
    effects = told(RUNNING, far.RateLimited("tokens", 0, reset_s), limited)
    assert [timer.after_ms for timer in only(effects, fx.StartTimer)] == waits_ms


@pytest.mark.parametrize(
    "meanwhile",
    [
        (far.ResponseStarted("r2"),),
        (far.ResponseStarted("r2"), far.ResponseEnded("r2")),
        (wish.AnswerAsked(),),
        (wish.InterruptAsked(),),
        (far.UserSpeechStarted("u1"),),
    ],
)
def test_no_second_try_when_the_conversation_has_gone_on(meanwhile: tuple[object, ...]) -> None:
    state = after(RUNNING, FAILED, *meanwhile)  # type: ignore[arg-type]
    assert run(state, TimerFired("again")) == (state, ())


def test_what_waited_for_an_answer_that_failed_is_sent() -> None:
    effects = told(RUNNING, wish.AnswerAsked(), FAILED)
    assert orders(effects) == (fx.CreateResponse("resp_3"),)
    assert only(effects, fx.StartTimer) == [fx.StartTimer("response", 10_000)]


def test_an_interrupted_answer_that_fails_is_not_tried_again() -> None:
    assert told(after(RUNNING, wish.InterruptAsked()), FAILED) == ()


def test_an_account_without_credit_is_not_tried_again() -> None:
    assert told(RUNNING, far.ResponseEnded("r1", "failed", code="insufficient_quota")) == ()


def test_a_manual_turn_asks_for_one_answer_only() -> None:
    state = after(manual(), wish.AnswerAsked(), wish.TalkPressed())
    assert state.responses.unwanted
