"""Small changes of the state that several rooms of the core need.

Rules of the whole core: no I/O, no clock, no exceptions for surprising input (a server may send
anything; what makes no sense changes nothing).
"""

from __future__ import annotations

from typing import Any

from desktop_app.core.copying import changed
from desktop_app.core.problems import Kind, Problem, with_problem, without
from desktop_app.core.state import AppState, Effects, Phase, Step
from desktop_app.core.transcript import Row, put


def link(state: AppState, **changes: Any) -> AppState:
    """Return ``state`` with its connection changed."""
    return changed(state, link=changed(state.link, **changes))


def sound(state: AppState, **changes: Any) -> AppState:
    """Return ``state`` with its devices changed."""
    return changed(state, sound=changed(state.sound, **changes))


def responses(state: AppState, **changes: Any) -> AppState:
    """Return ``state`` with its responses changed."""
    return changed(state, responses=changed(state.responses, **changes))


def overlap(state: AppState, **changes: Any) -> AppState:
    """Return ``state`` with what is heard over the assistant changed."""
    return changed(state, overlap=changed(state.overlap, **changes))


def with_row(state: AppState, row: Row) -> AppState:
    """Return ``state`` with ``row`` in place of the one of its id."""
    rows = put(state.rows, row)
    return state if rows is state.rows else changed(state, rows=rows)


def tell(state: AppState, problem: Problem) -> AppState:
    """Return ``state`` with ``problem`` shown."""
    return changed(state, problems=with_problem(state.problems, problem))


def solved(state: AppState, *kinds: Kind) -> AppState:
    """Return ``state`` without the problems of ``kinds``."""
    problems = without(state.problems, *kinds)
    return state if problems is state.problems else changed(state, problems=problems)


def numbered(state: AppState, prefix: str) -> tuple[AppState, str]:
    """Return ``state`` and a fresh id of ours, at most 32 characters long."""
    serial = state.serial + 1
    return changed(state, serial=serial), f"{prefix}_{serial}"


def live(state: AppState) -> bool:
    """Whether the far end takes orders."""
    return state.link.phase is Phase.LIVE


def then(step: Step, *more: Effects) -> Step:
    """Return ``step`` with further effects behind its own."""
    state, effects = step
    for extra in more:
        effects = (*effects, *extra)
    return state, effects
