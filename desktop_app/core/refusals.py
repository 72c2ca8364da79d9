"""What to do when the server answers one of our events with an ``error``.

Most are races that the user need not know of; some teach us what this server can't do.
"""

from __future__ import annotations

from dataclasses import replace

from desktop_app.core import effects as fx
from desktop_app.core.changes import link, overlap, responses, tell
from desktop_app.core.connection import configure, go_live, renew
from desktop_app.core.failures import error_problem, is_about
from desktop_app.core.far_end import ServerError
from desktop_app.core.problems import Action, Kind, Problem
from desktop_app.core.responses import nothing_to_cancel, request_refused
from desktop_app.core.settings import specs
from desktop_app.core.spec import Spec
from desktop_app.core.state import AppState, Phase, Step
from desktop_app.core.turn_taking import HOLD_LONGER

MOST_OMITTED = 8
"""A server that refuses more parameters than this is not one we can configure."""

VOICE_FIXED = Problem(
    Kind.VOICE_FIXED,
    "The new voice comes with the next conversation",
    "A voice can't change once the assistant has spoken.",
    Action.NEW_CONVERSATION,
)

_UNKNOWN_EVENT = ("unknown_event", "invalid_event", "invalid_event_type", "unsupported_event")


def server_error(state: AppState, error: ServerError) -> Step:
    """The server refused something, or reports trouble of its own."""
    state = link(state, last_error=error)
    ours = error.event_id.partition("_")[0]
    if is_about(error, "session_expired"):
        return renew(state)
    if is_about(error, "response_cancel_not_active"):
        return nothing_to_cancel(state, error.event_id)
    if is_about(error, "conversation_already_has_active_response"):
        if state.overlap.unasked and not error.event_id:
            return overlap(state, unasked=False), ()  # It has no answer to a "mm-hmm" then.
        return request_refused(state, busy=True)
    if is_about(error, "input_audio_buffer_commit_empty"):
        return tell(replace(state, commit=None), HOLD_LONGER), ()
    if is_about(error, "cannot_update_voice"):
        return _voice_refused(state)
    if ours == "cfg" or (not error.event_id and state.link.phase is Phase.CONFIGURING):
        return _configuration_refused(state, error)
    if ours in ("cut", "drop", "cancel"):
        return _learned(state, error, ours), (fx.Note(f"refused: {ours} {error.code}"),)
    if ours == "resp" and error.event_id == state.responses.requested:
        state, effects = request_refused(state, busy=False)
        return tell(state, _answer_refused(error)), effects
    if ours == "commit":
        state = replace(state, commit=None)
    if problem := error_problem(error):
        state = tell(state, problem)
    return state, (fx.Note(f"server error: {error.type} {error.code} {error.param}"),)


def _configuration_refused(state: AppState, error: ServerError) -> Step:
    """One bad parameter rejects the whole update: send it again without that one."""
    if problem := error_problem(error):
        return tell(state, problem), ()
    param = error.param.removeprefix("session.")
    omitted = state.link.omitted
    if param and param not in omitted and len(omitted) < MOST_OMITTED:
        state = link(state, omitted=omitted | {param})
        state = tell(state, _setting_refused(error, param))
        return configure(state)
    state = tell(state, _setting_refused(error, param))
    return go_live(state) if state.link.phase is Phase.CONFIGURING else (state, ())


def _voice_refused(state: AppState) -> Step:
    state = tell(link(state, spoke=True), VOICE_FIXED)
    return configure(state) if state.link.configs < MOST_OMITTED else (state, ())


def _learned(state: AppState, error: ServerError, ours: str) -> AppState:
    """Remember an event this server does not know; all other refusals are races."""
    unknown = is_about(error, *_UNKNOWN_EVENT) or error.param == "type"
    if ours == "cancel":
        state = responses(state, cancelling="")
    if not unknown:
        return state
    able = state.link.capabilities
    if ours == "cancel":
        return link(state, capabilities=replace(able, cancel=False))
    if ours == "cut":
        return link(state, capabilities=replace(able, truncate=False))
    return link(state, capabilities=replace(able, delete=False))


def _setting_refused(error: ServerError, param: str) -> Problem:
    spec: Spec | None = next(
        (s for name, s in specs().items() if name == param.rpartition(".")[2]), None
    )
    what = f"“{spec.label}”" if spec else param or "a setting"
    return Problem(
        Kind.SETTING_REFUSED,
        f"The server does not take {what}",
        f"{error.message or 'It gave no reason.'} Parley goes on without it.",
        Action.OPEN_SETTINGS,
    )


def _answer_refused(error: ServerError) -> Problem:
    return Problem(
        Kind.ANSWER_FAILED, "The server refused to answer", error.message or "Ask once more."
    )
