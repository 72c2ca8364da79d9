"""The offer to fetch what the engine on this computer lacks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QLabel
from pytestqt.qtbot import QtBot

from desktop_app.core.events import Event
from desktop_app.core.problems import Action, Kind, Problem
from desktop_app.core.wishes import ConnectAsked, ProblemSolved
from desktop_app.ui.download_dialog import DownloadDialog, Stage
from desktop_app.ui.main_window import MainWindow
from desktop_app.ui.services import DownloadOutcome
from tests.fakes.services import OFFER, FakeServices
from tests.ui.test_main_window import controls, spoken_name

BROKEN = DownloadOutcome(False, "The download broke off. Check the connection and try again.")


@pytest.fixture
def dialog(window: MainWindow, qtbot: QtBot) -> DownloadDialog:
    window.problems.act.emit(Problem(Kind.NO_ENGINE, "Oh.", "", Action.GET_WEIGHTS))
    made = window.findChild(DownloadDialog)
    assert made is not None
    qtbot.waitUntil(made.isVisible)
    return made


def words(dialog: DownloadDialog) -> str:
    return "\n".join(label.text() for label in dialog.findChildren(QLabel) if label.isVisible())


def test_it_says_what_would_come_from_where_and_fetches_nothing_yet(
    dialog: DownloadDialog, services: FakeServices
) -> None:
    for text in (OFFER.name, "148 MB", OFFER.licence, OFFER.host):
        assert text in words(dialog)
    assert services.progress is None
    assert not dialog.isModal()
    assert dialog.go.text() == "Download"
    assert dialog.go.hasFocus()


def test_while_it_fetches_it_tells_how_much_is_here_and_how_long_it_takes(
    window: MainWindow, services: FakeServices
) -> None:
    now = [0.0]
    dialog = DownloadDialog(services, window, lambda: now[0])
    dialog.offer()
    dialog.go.click()
    assert dialog.note.text() == "Connecting…"
    for second, done_mb, told in (
        (0.0, 10.0, "10 of 148 MB"),
        (2.0, 20.0, "20 of 148 MB · about 25 seconds left"),
        (3.0, 147.0, "147 of 148 MB · about 5 seconds left"),
    ):
        now[0] = second
        services.arrive(done_mb)
        assert dialog.note.text() == told
    assert dialog.bar.value() == 994
    assert dialog.bar.isVisible()
    assert not dialog.go.isVisible()
    dialog.hide()


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        (0.0, "about 5 seconds left"),
        (33.0, "about 35 seconds left"),
        (70.0, "about a minute left"),
        (200.0, "about 3 minutes left"),
    ],
)
def test_the_time_left_is_rounded_for_people(
    dialog: DownloadDialog, seconds: float, told: str
) -> None:
    assert dialog._time_left(seconds) == told


def test_when_all_is_here_the_problem_is_solved_and_the_talk_can_begin(
    dialog: DownloadDialog, services: FakeServices, wishes: list[Event]
) -> None:
    dialog.go.click()
    services.end_weights(DownloadOutcome(True))
    assert wishes == [ProblemSolved(Kind.NO_ENGINE)]
    assert "Everything is here" in words(dialog)
    assert dialog.go.text() == "Start talking"
    dialog.go.click()
    assert wishes[1:] == [ConnectAsked()]
    assert not dialog.isVisible()


def test_a_failure_is_told_in_its_words_and_can_be_tried_again(
    dialog: DownloadDialog, services: FakeServices, wishes: list[Event]
) -> None:
    dialog.go.click()
    services.end_weights(BROKEN)
    assert dialog.flaw.text() == BROKEN.text
    assert dialog.flaw.isVisible()
    assert dialog.go.text() == "Retry"
    dialog.go.click()
    assert not dialog.flaw.isVisible()
    assert dialog.stage is Stage.RUNNING
    services.end_weights(DownloadOutcome(True))
    assert wishes == [ProblemSolved(Kind.NO_ENGINE)]


def test_stopping_waits_for_the_end_and_offers_to_go_on(
    dialog: DownloadDialog, services: FakeServices
) -> None:
    dialog.go.click()
    services.arrive(50.0)
    services.at_once = False
    services.offer = replace(OFFER, done_mb=50.0)
    dialog.cancel.click()
    assert services.weights_cancelled == 1
    assert dialog.stage.name == "STOPPING"
    assert not dialog.cancel.isEnabled()
    services.arrive(51.0)
    assert "Stopping" in dialog.note.text()
    services.answer()
    services.answer()
    assert dialog.stage is Stage.OFFERED
    assert dialog.go.text() == "Continue"
    assert dialog.note.text() == "50 of 148 MB are here already"
    dialog.cancel.click()
    assert not dialog.isVisible()
    assert services.weights_cancelled == 1


@pytest.mark.parametrize("outcome", [DownloadOutcome(True), BROKEN])
def test_closed_while_it_fetches_it_goes_on_and_shows_itself_at_the_end(
    window: MainWindow, dialog: DownloadDialog, services: FakeServices, outcome: DownloadOutcome
) -> None:
    dialog.go.click()
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()
    assert services.weights_cancelled == 0
    assert window.dialogs.download() is dialog
    assert dialog.stage is Stage.RUNNING
    dialog.close()
    services.end_weights(outcome)
    assert dialog.isVisible()
    assert dialog.stage is (Stage.READY if outcome.ready else Stage.FAILED)


def test_stopped_from_elsewhere_it_stays_closed(
    dialog: DownloadDialog, services: FakeServices
) -> None:
    dialog.go.click()
    dialog.close()
    services.cancel_weights("")
    assert not dialog.isVisible()


def test_nothing_is_offered_when_nothing_is_lacking(
    window: MainWindow, services: FakeServices, wishes: list[Event]
) -> None:
    services.offer = None
    dialog = window.dialogs.download()
    assert "Everything is here" in words(dialog)
    assert OFFER.host not in words(dialog)
    assert wishes == [ProblemSolved(Kind.NO_ENGINE)]


def test_until_it_is_known_what_is_lacking_nothing_can_be_pressed(
    window: MainWindow, services: FakeServices
) -> None:
    services.at_once = False
    dialog = window.dialogs.download()
    assert not dialog.go.isEnabled()
    assert not dialog.folder.isEnabled()
    assert dialog.cancel.isEnabled()
    services.answer()
    assert dialog.go.isEnabled()


def test_a_folder_can_stand_in_for_the_download(
    dialog: DownloadDialog, services: FakeServices, wishes: list[Event], tmp_path: Path
) -> None:
    dialog.folder.click()
    chooser = dialog.findChild(QFileDialog)
    assert chooser is not None
    chooser.fileSelected.emit("/empty")
    chooser.reject()
    assert dialog.flaw.text() == "/empty has no model.bin. Choose another folder."
    assert dialog.go.text() == "Download"
    services.folders[str(tmp_path)] = DownloadOutcome(True)
    dialog.use_folder(str(tmp_path))
    assert wishes == [ProblemSolved(Kind.NO_ENGINE)]
    assert services.progress is None


def test_what_ends_is_announced(
    dialog: DownloadDialog, services: FakeServices, monkeypatch: pytest.MonkeyPatch
) -> None:
    announced: list[str] = []
    tell: Callable[..., None] = lambda event: announced.append(event.message())  # noqa: E731
    monkeypatch.setattr(QAccessible, "updateAccessibility", tell)
    dialog.go.click()
    services.end_weights(BROKEN)
    dialog.go.click()
    services.end_weights(DownloadOutcome(True))
    assert announced == [BROKEN.text, "Everything is here"]


def test_every_control_of_the_offer_has_a_name(dialog: DownloadDialog) -> None:
    found = list(controls(dialog))
    assert len(found) == 3
    assert all(spoken_name(control).strip() for control in found)


def test_the_offer_is_as_high_as_its_words(dialog: DownloadDialog, services: FakeServices) -> None:
    offered = dialog.height()
    dialog.go.click()
    services.arrive(10.0)
    assert dialog.height() > offered
    services.end_weights(DownloadOutcome(True))
    assert dialog.height() < offered
