"""What is told while the window is away, and where."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtWidgets import QApplication

from desktop_app.app_bus import OnBus
from desktop_app.app_notices import LONGEST, MOST, SPAN_S, Notices
from desktop_app.core.problems import Kind, Problem
from desktop_app.core.state import AppState
from desktop_app.core.transcript import Role, Row, Text
from tests.core.dialogue import live

ASKED = Row("u1", Role.USER, Text.DONE, tail="Set a timer.")
ANSWER = Row("a1", Role.ASSISTANT, Text.DONE, tail="Done.")
RINGS = Row("a2", Role.ASSISTANT, Text.DONE, tail="Your timer is over.")


class Away:
    """Somebody whose window is hidden."""

    def __init__(self) -> None:
        self.told: list[tuple[str, str]] = []
        self.now_s = 100.0
        self.notices = Notices(lambda title, text: self.told.append((title, text)), self._clock)

    def _clock(self) -> float:
        return self.now_s

    def see(self, state: AppState, *, hidden: bool = True) -> None:
        self.notices.show_state(state, hidden=hidden)

    def meet(self, *kinds: Kind, hint: str = "Hint") -> None:
        problems = tuple(Problem(kind, kind.value, hint) for kind in kinds)
        self.see(replace(live(), problems=problems))


@pytest.fixture
def away() -> Away:
    return Away()


def test_a_new_problem_is_told_once(away: Away) -> None:
    away.meet(Kind.NO_KEY)
    away.meet(Kind.NO_KEY)
    away.meet(Kind.NO_NETWORK, Kind.NO_KEY)
    assert [title for title, _ in away.told] == ["no_key", "no_network"]


def test_who_sees_the_window_is_told_nothing(away: Away) -> None:
    state = replace(live(), problems=(Problem(Kind.NO_KEY, "Title", "Hint"),))
    away.see(state, hidden=False)
    away.see(state)
    assert away.told == []


def test_a_problem_that_comes_and_goes_is_told_once_a_minute(away: Away) -> None:
    for _ in range(5):
        away.meet(Kind.NO_NETWORK)
        away.meet()
        away.now_s += SPAN_S / 10
    assert len(away.told) == 1
    away.now_s += SPAN_S
    away.meet(Kind.NO_NETWORK)
    assert len(away.told) == 2


def test_a_flood_is_cut_off(away: Away) -> None:
    for number in range(3 * MOST):
        away.meet(Kind.INNER_ERROR, hint=f"Number {number}")
    assert len(away.told) == MOST


def test_what_the_assistant_says_by_itself_is_told_and_an_answer_is_not(away: Away) -> None:
    away.see(replace(live(), rows=(ASKED, replace(ANSWER, state=Text.PARTIAL))))
    away.see(replace(live(), rows=(ASKED, ANSWER)))
    assert away.told == []
    away.see(replace(live(), rows=(ASKED, ANSWER, replace(RINGS, state=Text.PARTIAL))))
    assert away.told == []
    away.see(replace(live(), rows=(ASKED, ANSWER, RINGS)))
    away.see(replace(live(), rows=(ASKED, ANSWER, RINGS), muted=True))
    away.see(replace(live(), rows=(ASKED, ANSWER, replace(RINGS, heard_ms=300))))
    assert away.told == [("Parley", "Your timer is over.")]


def test_a_long_text_is_cut(away: Away) -> None:
    away.see(replace(live(), rows=(ASKED, ANSWER)))
    away.see(replace(live(), rows=(ASKED, ANSWER, replace(RINGS, tail="la " * 200))))
    assert len(away.told[0][1]) == LONGEST
    assert away.told[0][1].endswith("…")


def test_without_a_bus_the_tray_tells(qapp: QApplication) -> None:
    told: list[tuple[str, str]] = []
    bus = OnBus(lambda word: "", lambda *said: told.append(said), "win32")
    bus.begin()
    bus.show_state(live())
    bus.tell("Title", "Text")
    assert told == [("Title", "Text")]
    bus.close()


def test_on_linux_a_notice_that_nobody_shows_comes_beside_the_tray(qapp: QApplication) -> None:
    told: list[tuple[str, str]] = []
    bus = OnBus(lambda word: "", lambda *said: told.append(said), "linux")
    bus.show_state(live())
    bus.begin()
    bus.close()
    bus.tell("Title", "Text")
    qapp.processEvents()
    assert told == [("Title", "Text")]
