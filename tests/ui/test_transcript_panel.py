"""The transcript with its menu, its empty state and its way to the end."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAccessible, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QMenu
from pytestqt.qtbot import QtBot

from desktop_app.core.events import Event
from desktop_app.core.problems import Kind
from desktop_app.core.state import AppState
from desktop_app.core.transcript import Role, Row, Text
from desktop_app.core.wishes import ProblemFound
from desktop_app.ui.transcript_panel import TranscriptPanel
from tests.ui.scenes import (
    CONNECTING,
    FIRST_START,
    LISTENING,
    MANUAL,
    MUTED,
    NO_WEIGHTS,
    PROBLEM,
    SPEAKING,
    TALK,
)


@pytest.fixture
def panel(qtbot: QtBot, wishes: list[Event]) -> TranscriptPanel:
    made = TranscriptPanel(wishes.append)
    qtbot.addWidget(made)
    made.resize(600, 300)
    made.show()
    return made


def test_before_the_first_word_the_first_step_stands_there(panel: TranscriptPanel) -> None:
    panel.show_state(FIRST_START)
    assert panel.empty.isVisible()
    assert "Start talking" in panel.empty.step
    panel.show_state(PROBLEM)
    assert "key" in panel.empty.step
    panel.show_state(NO_WEIGHTS)
    assert "missing part" in panel.empty.step
    panel.show_state(LISTENING)
    assert not panel.empty.isVisible()


def test_what_one_could_say_stands_there_only_where_it_would_be_heard(
    panel: TranscriptPanel,
) -> None:
    shown = {}
    for name, scene in (("start", FIRST_START), ("listening", LISTENING), ("problem", PROBLEM)):
        panel.empty.show_state(scene)
        shown[name] = panel.empty.example
    assert shown["start"] == shown["listening"] != ""
    assert shown["problem"] == ""
    panel.empty.show_state(MUTED)
    assert panel.empty.example == ""


@pytest.mark.parametrize("scene", [FIRST_START, PROBLEM, CONNECTING, MANUAL, MUTED, LISTENING])
def test_the_first_step_is_one_sentence_in_every_state(
    panel: TranscriptPanel, scene: AppState
) -> None:
    panel.empty.show_state(scene)
    assert panel.empty.step.count(".") == 1
    assert panel.empty.step.endswith(".")
    assert panel.empty.step in panel.empty.accessibleName()
    assert panel.empty.accessibleName().endswith(panel.empty.example)
    panel.empty.resize(300, 80)
    panel.empty.grab()


def test_who_reads_further_up_gets_a_button_to_the_end(panel: TranscriptPanel) -> None:
    panel.show_state(SPEAKING)
    panel.view.executeDelayedItemsLayout()
    assert not panel.jump.isVisible()
    panel.view.verticalScrollBar().setValue(0)
    assert panel.jump.isVisible()
    assert panel.rect().contains(panel.jump.geometry())
    panel.jump.click()
    assert not panel.jump.isVisible()
    assert panel.view.following


def test_a_row_and_the_whole_talk_can_be_copied(panel: TranscriptPanel) -> None:
    panel.show_state(SPEAKING)
    board = QGuiApplication.clipboard()
    board.setText("untouched")
    panel.copy.trigger()
    assert board.text() == "untouched"
    panel.view.setCurrentIndex(panel.model.index(0))
    panel.view.setFocus()
    QTest.keyClick(panel.view, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert board.text() == TALK[0].text
    panel.copy_all.trigger()
    assert board.text() == panel.model.plain_text()


def test_there_is_nothing_to_copy_or_save_before_the_first_word(panel: TranscriptPanel) -> None:
    panel.show_state(FIRST_START)
    assert not panel.copy_all.isEnabled()
    assert not panel.save.isEnabled()
    panel.show_state(SPEAKING)
    assert panel.save.isEnabled()


def test_the_talk_is_saved_as_text(panel: TranscriptPanel, tmp_path: Path) -> None:
    panel.show_state(SPEAKING)
    panel.save_to(str(tmp_path / "talk.txt"))
    assert (tmp_path / "talk.txt").read_text("utf-8") == panel.model.plain_text() + "\n"


def test_a_talk_that_cannot_be_saved_is_a_problem(
    panel: TranscriptPanel, tmp_path: Path, wishes: list[Event]
) -> None:
    panel.save_to(str(tmp_path / "missing" / "talk.txt"))
    found = wishes.pop()
    assert isinstance(found, ProblemFound)
    assert "No such file or directory" in found.problem.hint
    assert found.problem.kind is Kind.UNSAVED_TRANSCRIPT


def test_saving_asks_for_a_file_without_holding_up_the_window(
    panel: TranscriptPanel, tmp_path: Path
) -> None:
    panel.show_state(SPEAKING)
    panel.save.trigger()
    dialog = panel.findChild(QFileDialog)
    assert dialog is not None
    dialog.fileSelected.emit(str(tmp_path / "talk.txt"))
    dialog.reject()
    assert (tmp_path / "talk.txt").exists()


def test_the_menu_of_the_talk_offers_what_can_be_done(panel: TranscriptPanel) -> None:
    panel.show_state(SPEAKING)
    panel.view.customContextMenuRequested.emit(QPoint(5, 5))
    menu = panel.findChild(QMenu)
    assert menu is not None
    usable = {action.text(): action.isEnabled() for action in menu.actions()}
    assert usable == {"Copy": False, "Copy conversation": True, "Save as text…": True}
    menu.close()
    assert panel.copy.isEnabled()


def test_an_answer_in_writing_is_announced_once_and_a_spoken_one_never(
    panel: TranscriptPanel, monkeypatch: pytest.MonkeyPatch
) -> None:
    announced: list[str] = []
    monkeypatch.setattr(
        QAccessible, "updateAccessibility", lambda event: announced.append(event.message())
    )
    monkeypatch.setattr(QAccessible, "isActive", lambda: True)
    written = Row("w", Role.ASSISTANT, Text.PARTIAL, tail="In writing")
    panel.show_state(replace(LISTENING, rows=(written,)))
    assert announced == []
    for _ in range(2):
        done = replace(written, state=Text.DONE)
        panel.show_state(replace(LISTENING, rows=(done,)))
    aloud = replace(written, item_id="a", state=Text.DONE, spoken=True)
    panel.show_state(replace(LISTENING, rows=(aloud,)))
    assert announced == ["Assistant: In writing"]
