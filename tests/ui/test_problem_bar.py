"""The problem bar."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from desktop_app.core.events import Event
from desktop_app.core.problems import Action, Kind, Problem
from desktop_app.core.wishes import ProblemSolved
from desktop_app.ui.problem_bar import ProblemBar
from tests.ui.scenes import FIRST_START, NO_KEY, PROBLEM, TROUBLE


@pytest.fixture
def bar(qtbot: QtBot, wishes: list[Event]) -> Iterator[ProblemBar]:
    home = QWidget()
    qtbot.addWidget(home)
    made = ProblemBar(wishes.append, home)
    home.resize(700, 100)
    home.show()
    yield made
    assert made.parent() is home


def test_without_a_problem_there_is_no_bar(bar: ProblemBar) -> None:
    bar.show_state(FIRST_START)
    assert not bar.isVisible()
    bar.show_state(PROBLEM)
    assert bar.isVisible()
    bar.show_state(FIRST_START)
    assert not bar.isVisible()


def test_the_newest_problem_is_told_and_the_others_are_counted(bar: ProblemBar) -> None:
    bar.show_state(PROBLEM)
    assert not bar._more.isVisible()
    bar.show_state(TROUBLE)
    assert bar._title.text() == TROUBLE.problems[0].title
    assert bar._hint.text() == TROUBLE.problems[0].hint
    assert "1" in bar._more.text()
    assert bar._more.isVisible()
    assert TROUBLE.problems[0].title in bar.accessibleName()


@pytest.mark.parametrize("action", Action)
def test_each_action_has_a_button_in_words_but_dismissing(bar: ProblemBar, action: Action) -> None:
    pressed: list[Problem] = []
    bar.act.connect(pressed.append)
    problem = Problem(Kind.NO_SOUND, "Something is wrong.", "", action)
    bar.show_state(replace(FIRST_START, problems=(problem,)))
    assert bar._button.isVisible() is (action is not Action.DISMISS)
    assert bool(bar._button.text()) is (action is not Action.DISMISS)
    assert not bar._hint.isVisible()
    bar._button.click()
    assert pressed == [problem]


def test_dismissing_solves_it_for_the_user(bar: ProblemBar, wishes: list[Event]) -> None:
    bar.show_state(PROBLEM)
    bar._close.click()
    assert wishes == [ProblemSolved(NO_KEY.kind)]
    assert bar.isVisible()


def test_text_of_a_server_is_never_taken_for_markup(bar: ProblemBar) -> None:
    problem = Problem(Kind.SERVER_REFUSED, "<b>No</b>", "<img src=x>")
    bar.show_state(replace(FIRST_START, problems=(problem,)))
    plain = bar._title.sizeHint().width()
    bar._title.setText("No")
    assert bar._title.sizeHint().width() < plain
