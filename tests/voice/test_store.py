from __future__ import annotations

import pytest

from desktop_app.core import effects as fx
from desktop_app.core.events import TimerFired
from desktop_app.core.problems import Kind, Problem
from desktop_app.core.state import AppState
from desktop_app.core.wishes import (
    AnswerAsked,
    ConnectAsked,
    HangUpAsked,
    MuteToggled,
    ProblemFound,
    ProblemSolved,
    TextSubmitted,
)
from desktop_app.voice.store import Store

TROUBLE = Problem(Kind.NO_SPEAKER, "No speaker", "Plug one in.")


class Seen(list[AppState]):
    """A view that keeps what it is shown."""

    def __call__(self, state: AppState) -> None:
        self.append(state)


def test_a_view_is_shown_each_new_state_and_none_twice() -> None:
    seen = Seen()
    store = Store(view=seen)
    store.dispatch(MuteToggled())
    store.dispatch(MuteToggled())
    assert [state.muted for state in seen] == [True, False]
    assert seen[-1] is store.state


@pytest.mark.parametrize("event", [AnswerAsked(), TimerFired("unknown"), TextSubmitted("  ")])
def test_what_changes_nothing_is_not_shown(event: object) -> None:
    seen = Seen()
    store = Store(view=seen)
    store.dispatch(event)  # type: ignore[arg-type]
    assert not seen


def test_an_event_told_from_within_an_effect_waits_until_all_effects_are_done() -> None:
    store = Store()
    order: list[str] = []

    def perform(effect: fx.Effect) -> None:
        order.append(type(effect).__name__)
        if isinstance(effect, fx.CloseLink):
            store.dispatch(ProblemFound(TROUBLE))
            assert not store.state.problems, "an effect saw a change that came after it"

    store.perform = perform
    store.dispatch(ConnectAsked())
    assert order[-1] == "OpenSound"
    assert store.state.problems == (TROUBLE,)


def test_a_chain_of_events_is_shown_once_when_it_is_over() -> None:
    seen = Seen()
    store = Store(view=seen)

    def perform(effect: fx.Effect) -> None:
        if isinstance(effect, fx.OpenLink):
            store.dispatch(ProblemFound(TROUBLE))
            store.dispatch(MuteToggled())

    store.perform = perform
    store.dispatch(ConnectAsked())
    assert len(seen) == 1
    assert (seen[0].muted, seen[0].problems) == (True, (TROUBLE,))


def test_a_chain_that_ends_where_it_began_is_shown_for_what_it_is_now() -> None:
    seen = Seen()
    store = Store(AppState(problems=(TROUBLE,)), seen)
    store.perform = lambda _: None
    store.dispatch(ProblemSolved(Kind.NO_SPEAKER))
    assert [state.problems for state in seen] == [()]


def test_a_broken_effect_leaves_the_state_shown_and_the_store_usable() -> None:
    seen = Seen()
    store = Store(view=seen)

    def perform(effect: fx.Effect) -> None:
        if isinstance(effect, fx.OpenLink):
            store.dispatch(MuteToggled())
            raise ZeroDivisionError

    store.perform = perform
    with pytest.raises(ZeroDivisionError):
        store.dispatch(ConnectAsked())
    assert seen[-1].link.phase == "opening"
    assert not seen[-1].muted
    store.dispatch(HangUpAsked())
    assert store.state.muted, "what waited was lost"
    assert store.state.link.phase == "offline"


def test_a_view_may_dispatch_and_is_shown_the_outcome() -> None:
    seen: list[AppState] = []

    def view(state: AppState) -> None:
        seen.append(state)
        if state.muted:
            store.dispatch(MuteToggled())

    store = Store(view=view)
    store.dispatch(MuteToggled())
    assert [state.muted for state in seen] == [True, False]
