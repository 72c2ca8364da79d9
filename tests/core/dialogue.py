"""How the tests of the core speak with it: events in, the last state and all effects out."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from desktop_app.core import effects as fx
from desktop_app.core import events as ev
from desktop_app.core import far_end as far
from desktop_app.core import sound
from desktop_app.core import wishes as wish
from desktop_app.core.capabilities import Capabilities
from desktop_app.core.problems import Kind
from desktop_app.core.settings import Settings
from desktop_app.core.state import AppState, Effects
from desktop_app.core.step import step

SAMPLES_PER_MS = 24


def pcm(ms: int) -> bytes:
    """Speech of ``ms`` milliseconds; no sample of it is zero."""
    return b"\x01\x02" * (SAMPLES_PER_MS * ms)


def run(state: AppState, *events: ev.Event) -> tuple[AppState, Effects]:
    """Feed ``events``; return where that leads and what was asked for on the way."""
    effects: Effects = ()
    for event in events:
        state, more = step(state, event)
        effects = (*effects, *more)
    return state, effects


def after(state: AppState, *events: ev.Event) -> AppState:
    """Return the state after ``events``."""
    return run(state, *events)[0]


def told(state: AppState, *events: ev.Event) -> Effects:
    """Return what is asked for by ``events``."""
    return run(state, *events)[1]


def orders(effects: Effects) -> Effects:
    """Return what goes to the far end."""
    return tuple(e for e in effects if isinstance(e, fx.Order))


def only(effects: Effects, kind: type) -> list[Any]:
    """Return the effects of ``kind``."""
    return [e for e in effects if isinstance(e, kind)]


def kinds(state: AppState) -> set[Kind]:
    """Return which problems are shown."""
    return {problem.kind for problem in state.problems}


def words(state: AppState) -> list[str]:
    """Return the transcript as people read it."""
    return [f"{r.role}: {r.text}" for r in state.rows if r.shown]


def live(
    settings: Settings = Settings(), able: Capabilities = Capabilities(), **changes: Any
) -> AppState:
    """Return a state in the middle of a session that has held for a while."""
    return after(
        replace(AppState(settings=settings), **changes),
        wish.ConnectAsked(),
        sound.MicOpened("Headset"),
        sound.SpeakerOpened("Headset"),
        far.LinkOpened("example.org", able),
        far.SessionStarted("sess_1", "model-a"),
        far.SessionConfigured("model-a", "marin"),
        ev.TimerFired("steady"),
    )


def manual(**changes: Any) -> AppState:
    """Return a live state with push to talk."""
    return live(Settings(turn_detection="manual"), **changes)


def speaking(
    state: AppState | None = None, ms: int = 2000, item: str = "a1", response: str = "r1"
) -> AppState:
    """Return a state in which the assistant speaks ``ms`` of ``item``."""
    return after(
        live() if state is None else state,
        far.ResponseStarted(response),
        far.ItemAdded(item, "message", "assistant"),
        far.AssistantTextArrived(response, item, "one two three four"),
        far.AudioArrived(response, item, pcm(ms)),
    )


LOST = far.LinkLost(far.LinkFailure("closed", close_code=1006))
