"""A microphone that gives nothing at all."""

from __future__ import annotations

from dataclasses import replace

import pytest

from desktop_app.core import sound
from desktop_app.core import wishes as wish
from desktop_app.core.events import Event
from desktop_app.core.problems import Action, Kind
from desktop_app.core.state import AppState
from tests.core.dialogue import after, kinds, live

SILENT = sound.MicSilent(silent=True)


def test_it_is_told_with_a_way_to_find_out_why() -> None:
    (problem,) = after(live(), SILENT).problems
    assert (problem.kind, problem.action) == (Kind.SILENT_MICROPHONE, Action.CHECK_SOUND)


@pytest.mark.parametrize(
    "end",
    [sound.MicSilent(silent=False), sound.MicOpened("Another"), sound.MicLost()],
)
def test_it_is_over_when_something_is_heard_or_the_microphone_is_another(end: Event) -> None:
    assert kinds(after(live(), SILENT, end)) == set()


@pytest.mark.parametrize(
    "state",
    [
        AppState(),
        after(live(), wish.MuteToggled()),
        after(live(), wish.SoundCheckBegan()),
        replace(live(), sound=replace(live().sound, mic_open=False)),
    ],
)
def test_where_nobody_could_talk_in_vain_nothing_is_said(state: AppState) -> None:
    assert kinds(after(state, SILENT)) == kinds(state)
