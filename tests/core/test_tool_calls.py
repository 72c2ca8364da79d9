"""The tool loop: run, give back every output, ask once."""

from __future__ import annotations

import pytest

from desktop_app.core import effects as fx
from desktop_app.core import far_end as far
from desktop_app.core import wishes as wish
from desktop_app.core.events import TimerFired
from desktop_app.core.state import AppState
from desktop_app.core.tool_calls import OUTPUT_CHARS, SHORTENED
from tests.core.dialogue import after, live, only, orders, run, told

CALL = far.ToolCalled("r1", "f1", "c1", "clock", "{}")
OTHER = far.ToolCalled("r1", "f2", "c2", "weather", "{}")
RUNNING = after(live(), far.ResponseStarted("r1"))
CALLED = after(RUNNING, CALL)
NOON = far.ToolFinished("c1", "noon")
RAIN = far.ToolFinished("c2", "rain")
ENDED = far.ResponseEnded("r1")


def test_a_call_is_run_once_though_it_is_reported_twice() -> None:
    assert told(RUNNING, CALL, CALL) == (fx.RunTool("c1", "clock", "{}"),)


def test_the_output_goes_back_at_once_and_the_answer_is_asked_for_at_the_end() -> None:
    state, effects = run(CALLED, NOON)
    assert effects == (fx.AddToolOutput("c1", "noon"),)
    state, effects = run(state, ENDED)
    assert orders(effects) == (fx.CreateResponse("resp_2"),)
    assert state.calls == ()


def test_a_slow_tool_is_waited_for() -> None:
    state, effects = run(CALLED, ENDED)
    assert orders(effects) == ()
    assert orders(told(state, NOON)) == (
        fx.AddToolOutput("c1", "noon"),
        fx.CreateResponse("resp_2"),
    )


def test_several_calls_are_one_question() -> None:
    for events in ((NOON, RAIN, ENDED), (RAIN, ENDED, NOON), (ENDED, NOON, RAIN)):
        effects = told(CALLED, OTHER, *events)
        assert len(only(effects, fx.AddToolOutput)) == 2
        assert effects.index(only(effects, fx.CreateResponse)[0]) > max(
            effects.index(e) for e in only(effects, fx.AddToolOutput)
        )


def test_a_wish_that_waited_and_the_outputs_get_one_answer() -> None:
    state, effects = run(CALLED, NOON, wish.AnswerAsked(), ENDED)
    assert len(only(effects, fx.CreateResponse)) == 1
    assert not state.responses.pending


def test_calls_of_two_responses_that_end_together_get_one_answer() -> None:
    state = after(CALLED, far.ToolCalled("r0", "f0", "c0", "clock", "{}"), NOON, ENDED)
    assert len(state.calls) == 1
    assert only(told(state, far.ToolFinished("c0", "one")), fx.AddToolOutput)


@pytest.mark.parametrize(
    "call",
    [
        far.ToolCalled("r1", "f1", "c1", "clock", "{", complete=False),
        far.ToolCalled("r1", "f1", "", "clock", "{}"),
    ],
)
def test_half_a_call_is_not_run(call: far.ToolCalled) -> None:
    assert run(RUNNING, call) == (RUNNING, ())


def test_a_call_of_an_answer_the_user_talked_over_is_not_run() -> None:
    assert told(after(RUNNING, wish.InterruptAsked()), CALL) == ()


def test_the_output_of_an_interrupted_call_is_given_without_asking_for_an_answer() -> None:
    state, effects = run(CALLED, far.UserSpeechStarted("u1"), NOON)
    assert effects == (fx.AddToolOutput("c1", "noon"),)
    assert orders(told(state, far.ResponseEnded("r1", "cancelled", "turn_detected"))) == ()


@pytest.mark.parametrize("status", ["failed", "incomplete", "cancelled"])
def test_calls_of_an_answer_that_was_not_completed_ask_for_none(status: str) -> None:
    state, effects = run(CALLED, far.ResponseEnded("r1", status), NOON)
    assert orders(effects) == (fx.AddToolOutput("c1", "noon"),)
    assert state.calls == ()
    assert orders(told(CALLED, NOON, far.ResponseEnded("r1", status))) == (
        fx.AddToolOutput("c1", "noon"),
    )


def test_a_long_output_is_shortened() -> None:
    (output,) = only(told(CALLED, far.ToolFinished("c1", "x" * 10_000)), fx.AddToolOutput)
    assert len(output.output) == OUTPUT_CHARS
    assert output.output.endswith(SHORTENED)
    (whole,) = only(told(CALLED, far.ToolFinished("c1", "x" * OUTPUT_CHARS)), fx.AddToolOutput)
    assert whole.output == "x" * OUTPUT_CHARS


def test_an_output_nobody_waits_for_goes_nowhere() -> None:
    assert told(RUNNING, NOON) == ()
    assert told(CALLED, NOON, NOON) == (fx.AddToolOutput("c1", "noon"),)
    renewed = after(CALLED, far.ServerError("session_expired"))
    assert told(renewed, NOON) == ()


def test_before_the_session_lives_no_tool_is_run() -> None:
    state = after(AppState(), wish.ConnectAsked(), far.LinkOpened(), TimerFired("created"))
    assert told(state, CALL) == ()
