"""The gate that owns ``response.create``, and the bookkeeping of the response that runs.

Only one response may write to the conversation at a time (protocol page, section 5.3).  The gate is
closed from the request to the response's end; a wish that meets it closed is remembered and sent
when it opens.
"""

from __future__ import annotations

from dataclasses import replace

from desktop_app.core import effects as fx
from desktop_app.core.changes import link, live, numbered, responses, solved, tell
from desktop_app.core.failures import answer_problem
from desktop_app.core.far_end import ResponseEnded, ResponseStarted
from desktop_app.core.problems import Kind, Problem
from desktop_app.core.state import AppState, Floor, Meter, Step

REQUEST_TIMEOUT_MS = 10_000
"""A request that is not answered by ``response.created`` in this time counts as lost."""

AGAIN_MS = 500
"""Wait before an answer that failed at the server is asked for once more."""

LONGEST_WAIT_MS = 20_000
"""Longest wait for a rate limit; beyond it the user is asked."""

KEPT_SILENCED = 32
"""Silenced responses remembered: late deltas come within a moment, ids are never reused."""

REQUEST_TIMER = "response"
AGAIN_TIMER = "again"

NO_ANSWER = Problem(Kind.ANSWER_FAILED, "The server did not begin to answer", "Ask once more.")


def ask(state: AppState) -> Step:
    """Ask for an answer, now or as soon as the running one has ended."""
    if not live(state):
        return state, ()
    if state.responses.requested or state.responses.active:
        return responses(state, pending=True), ()
    state, event_id = numbered(state, "resp")
    state = responses(state, requested=event_id, pending=False, unwanted=False)
    return state, (
        fx.CreateResponse(event_id),
        fx.StartTimer(REQUEST_TIMER, REQUEST_TIMEOUT_MS),
    )


def silenced(state: AppState, *response_ids: str) -> AppState:
    """Remember responses whose late audio and words must be dropped."""
    known = state.responses.silenced
    fresh = tuple(dict.fromkeys(r for r in response_ids if r and r not in known))
    if not fresh:
        return state
    return responses(state, silenced=(*known, *fresh)[-KEPT_SILENCED:])


def cancel(state: AppState) -> Step:
    """Stop the running response at the server; one that is only requested, when it begins."""
    state = responses(state, pending=False)
    if state.responses.requested:
        return responses(state, unwanted=True), ()
    return _cancel_active(responses(state, retried=False))


def _cancel_active(state: AppState) -> Step:
    active = state.responses.active
    if not active or state.responses.cancelling or not live(state):
        return state, ()
    if not state.link.capabilities.cancel:
        return state, ()
    state, event_id = numbered(state, "cancel")
    return responses(state, cancelling=event_id), (fx.CancelResponse(active, event_id),)


def nothing_to_cancel(state: AppState, event_id: str) -> Step:
    """The server had ended the response before our cancel came: harmless, and expected."""
    if not event_id:
        return responses(state, cancelling=""), ()  # The server does not say which one it means.
    if event_id != state.responses.cancelling:
        return state, ()
    # Its end usually came first; if it never does, the gate must not stay closed.
    return _reopened(responses(state, active=None, cancelling=""), server_follows=False)


def response_started(state: AppState, event: ResponseStarted) -> Step:
    """The server began a response, ours or its own."""
    if not event.in_conversation:
        # Beside the conversation: it locks nothing, and nobody is to hear or read it.
        return silenced(state, event.response_id), ()
    if event.response_id in state.responses.silenced:
        return state, ()
    unwanted = state.responses.unwanted
    state = responses(
        state, active=event.response_id, requested=None, cancelling="", unwanted=False
    )
    if not unwanted:
        return state, (fx.StopTimer(REQUEST_TIMER),)
    # What was asked for since then still waits for its turn.
    state, effects = _cancel_active(silenced(state, event.response_id))
    return state, (fx.StopTimer(REQUEST_TIMER), *effects)


def response_ended(state: AppState, event: ResponseEnded) -> Step:
    """The response is over at the server; what it sent may still be playing for long."""
    state = _metered(state, event)
    if not event.in_conversation:
        return state, ()
    effects: tuple[fx.Effect, ...] = ()
    ours = event.response_id not in state.responses.silenced
    if state.responses.active is None and state.responses.requested and ours:
        # A rare race: done without created.  It answers our request all the same.
        effects = (fx.StopTimer(REQUEST_TIMER),)
        state = responses(state, requested=None, unwanted=False)
    if state.responses.active in (event.response_id, None):
        state = responses(state, active=None, cancelling="")
    if event.status == "failed":
        state, again = _failed(state, event)
        return state, (*effects, *again)
    if event.status == "completed":
        # An error of long ago no longer explains a close.
        state = link(responses(state, retried=False), last_error=None)
        state = solved(state, Kind.RATE_LIMITED, Kind.ANSWER_FAILED, Kind.NO_QUOTA)
    if event.status == "incomplete":
        state = tell(state, answer_problem(event))
    state, more = _reopened(state, server_follows=event.reason == "turn_detected")
    return state, (*effects, *more)


def request_timed_out(state: AppState) -> Step:
    """No ``response.created`` came: unlock, and ask again if another answer is wanted."""
    lost = state.responses.requested and not state.responses.unwanted
    state = responses(state, requested=None, unwanted=False)
    if state.responses.pending and not state.responses.active:
        return ask(state)
    return (tell(state, NO_ANSWER) if lost else state), ()


def ask_again(state: AppState) -> Step:
    """Repeat a request that failed, unless the conversation has gone on meanwhile."""
    known = state.responses
    if not known.retried or known.requested or known.active or state.floor is Floor.USER:
        return state, ()
    return ask(state)


def request_refused(state: AppState, *, busy: bool) -> Step:
    """The server refused our request; ``busy``: another response runs, so try at its end."""
    state = responses(state, requested=None, unwanted=False, pending=busy)
    if busy and not state.responses.active:
        # We do not know the response that is in the way; if its end never comes, try again.
        return state, (fx.StartTimer(REQUEST_TIMER, REQUEST_TIMEOUT_MS),)
    return state, (fx.StopTimer(REQUEST_TIMER),)


def _reopened(state: AppState, *, server_follows: bool) -> Step:
    """The gate is open again: send what waited, unless the server answers by itself now."""
    if not state.responses.pending or state.responses.active or state.responses.requested:
        return state, ()
    by_itself = state.settings.create_response and not state.manual
    if server_follows and (by_itself or state.overruled):
        return responses(state, pending=False), ()
    return ask(responses(state, pending=False))


def _failed(state: AppState, event: ResponseEnded) -> Step:
    """A failed response is reported here only: no ``error`` event accompanies it."""
    state = tell(state, answer_problem(event))
    if state.responses.pending:
        return _reopened(state, server_follows=False)
    limited = "rate_limit" in event.code
    if state.responses.retried or not (limited or event.code == "server_error"):
        return state, ()
    if event.response_id in state.responses.silenced:
        return state, ()  # The user did not want it any more.
    wait_ms = state.link.reset_s * 1000 if limited else 0.0
    if not wait_ms <= LONGEST_WAIT_MS:
        return state, ()
    again = fx.StartTimer(AGAIN_TIMER, round(max(AGAIN_MS, wait_ms)))
    return responses(state, retried=True), (again,)


def _metered(state: AppState, event: ResponseEnded) -> AppState:
    if event.usage is None:
        return state
    meter, usage = state.meter, event.usage
    return replace(
        state,
        meter=Meter(
            meter.responses + 1,
            meter.input_tokens + usage.input_tokens,
            meter.output_tokens + usage.output_tokens,
            meter.cached_tokens + usage.cached_tokens,
        ),
    )
