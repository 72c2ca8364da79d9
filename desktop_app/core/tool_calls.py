"""The tool loop: run what the assistant calls, give back every output, ask once for the answer.

An answer is asked for when the calling response has ended and all its outputs are given (protocol
page, section 5.7); a call without an output would stall later turns.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from desktop_app.core import effects as fx
from desktop_app.core.changes import live
from desktop_app.core.far_end import ToolCalled
from desktop_app.core.own_tools import is_own, offered, turned
from desktop_app.core.preferences import configured_when_quiet, settings_changed
from desktop_app.core.responses import ask
from desktop_app.core.state import AppState, Step, ToolCall

OUTPUT_CHARS = 8_000
"""Longest output given back: it is billed with every later answer."""

SHORTENED = " … (shortened)"


def tool_called(state: AppState, event: ToolCalled) -> Step:
    """The assistant wants a tool.  A call of an unfinished answer is not run."""
    known = any(call.call_id == event.call_id for call in state.calls)
    if known or not event.complete or not event.call_id or not live(state):
        return state, ()
    if event.response_id in state.responses.silenced:
        return state, ()
    state = replace(state, calls=(*state.calls, ToolCall(event.call_id, event.response_id)))
    if offered(state) and is_own(event.name):
        return _own_called(state, event)
    return state, (fx.RunTool(event.call_id, event.name, event.arguments),)


def _own_called(state: AppState, event: ToolCalled) -> Step:
    """The assistant changes how it is heard."""
    settings, output = turned(state.settings, event.name, event.arguments)
    return _both(
        settings_changed(state, settings),
        lambda changed: tool_finished(changed, event.call_id, output),
    )


def _both(step: Step, more: Callable[[AppState], Step]) -> Step:
    """Do ``more`` after ``step``."""
    state, effects = step
    state, others = more(state)
    return state, (*effects, *others)


def tool_finished(state: AppState, call_id: str, output: str) -> Step:
    """A tool has its result; the far end gets it at once."""
    call = next((c for c in state.calls if c.call_id == call_id), None)
    if call is None or call.finished or not live(state):
        return state, ()
    calls = tuple(replace(c, finished=True) if c is call else c for c in state.calls)
    if len(output) > OUTPUT_CHARS:
        output = output[: OUTPUT_CHARS - len(SHORTENED)] + SHORTENED
    state, effects = settle_calls(replace(state, calls=calls))
    return state, (fx.AddToolOutput(call_id, output), *effects)


def quieted(state: AppState, response_id: str) -> AppState:
    """Ask for no answer to the calls of a response that was not completed."""
    if not any(call.response_id == response_id for call in state.calls):
        return state
    calls = (replace(c, quiet=c.quiet or c.response_id == response_id) for c in state.calls)
    return replace(state, calls=tuple(calls))


def settle_calls(state: AppState, *, asked: bool = False) -> Step:
    """Ask for the answer to calls whose response has ended and whose outputs are all given.

    Args:
        state: Where it stands.
        asked: An answer has been asked for just now: one is enough.
    """
    effects: tuple[fx.Effect, ...] = ()
    for response_id in dict.fromkeys(c.response_id for c in state.calls):
        mine = [c for c in state.calls if c.response_id == response_id]
        if response_id == state.responses.active or not all(c.finished for c in mine):
            continue
        others = tuple(c for c in state.calls if c.response_id != response_id)
        state = replace(state, calls=others)
        quiet = response_id in state.responses.silenced or any(c.quiet for c in mine)
        if not quiet and not asked:
            # What a tool has set is true for the answer that says so.
            state, more = _both(configured_when_quiet(state), ask)
            effects, asked = (*effects, *more), True
    return state, effects
