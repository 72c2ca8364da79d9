"""Letters larger than usual, and little room: no word is cut."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from PySide6.QtGui import QFont, QFontMetrics, QFontMetricsF
from PySide6.QtWidgets import QAbstractSpinBox, QApplication, QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from desktop_app.core.events import Event
from desktop_app.core.problems import Action, Kind, Problem
from desktop_app.core.state import Talk
from desktop_app.ui import talk_painter, theme
from desktop_app.ui.close_question import CloseQuestion
from desktop_app.ui.controls import ElidedLabel
from desktop_app.ui.download_dialog import DownloadDialog
from desktop_app.ui.empty_state import EmptyState
from desktop_app.ui.header import ServerChip
from desktop_app.ui.main_window import SMALLEST_PX, MainWindow
from desktop_app.ui.settings_dialog import SIZE_PX
from desktop_app.ui.sound_check_dialog import SoundCheckDialog
from tests.fakes.services import FakeServices
from tests.ui.findings import FOUND
from tests.ui.scenes import LISTENING, NO_KEY, SCENES

PADDING_PX = 14
LOST = Problem(
    Kind.NO_NETWORK,
    "The connection to speech.internal.example.org:8443 was lost",
    "Parley tries again by itself; what you said is kept. Check the cable and the network.",
    Action.CHOOSE_MICROPHONE,
)


@pytest.fixture(params=[9, 11, 16], ids="{}pt".format)
def points(request: pytest.FixtureRequest, qapp: QApplication) -> Iterator[int]:
    """How large the letters of the system are: GNOME's have 11 points."""
    before = qapp.font()
    large = qapp.font()
    large.setPointSize(request.param)
    qapp.setFont(large)
    yield request.param
    qapp.setFont(before)


@pytest.fixture
def large_window(points: int, qtbot: QtBot, services: FakeServices) -> Iterator[MainWindow]:
    wishes: list[Event] = []
    made = MainWindow(wishes.append, services, lambda: False)
    made.show()
    qtbot.waitUntil(made.isVisible)
    yield made
    made.hide()
    made.deleteLater()


def settle() -> None:
    for _ in range(4):
        QApplication.processEvents()


def cut(parent: QWidget) -> list[str]:
    """The words in ``parent`` that have not the room they need."""
    found = []
    for label in parent.findChildren(QLabel):
        if not label.isVisible() or isinstance(label, ElidedLabel) or not label.text():
            continue
        high = label.heightForWidth(label.width()) if label.wordWrap() else 0
        wide = 0 if label.wordWrap() else label.minimumSizeHint().width()
        if label.height() < high or label.width() < wide:
            found.append(label.text())
    for button in parent.findChildren(QPushButton):
        if not button.isVisible() or isinstance(button, ServerChip):
            continue
        if button.size().expandedTo(button.sizeHint()) != button.size():
            found.append(button.text())
    return found


@pytest.mark.parametrize("narrow", [False, True], ids=["usual", "narrow"])
def test_no_word_of_the_settings_is_cut(large_window: MainWindow, *, narrow: bool) -> None:
    dialog = large_window.open_settings()
    dialog.resize(dialog.minimumSize() if narrow else SIZE_PX)
    for name, page in dialog.pages.items():
        dialog.show_page(name)
        settle()
        assert cut(dialog) == []
        assert page.inner.width() <= page.viewport().width()
        for field in page.findChildren(QAbstractSpinBox):
            assert field.width() >= field.sizeHint().width()
    wide = dialog._list.viewport().width() - dialog._list.iconSize().width()
    for number in range(dialog._list.count()):
        words = dialog._list.item(number).text()
        assert dialog._list.fontMetrics().horizontalAdvance(words) < wide


def test_no_word_of_a_problem_is_cut_where_there_is_little_room(large_window: MainWindow) -> None:
    large_window.resize(SMALLEST_PX.width(), 720)
    settle()
    before = large_window.size()
    state = replace(LISTENING, problems=(LOST, NO_KEY))
    for shown in (state, LISTENING, state):
        large_window.show_state(shown)
        settle()
        assert cut(large_window.problems) == []
        assert large_window.size() == before


def test_the_button_of_a_problem_stands_beside_its_words_where_there_is_room(
    large_window: MainWindow,
) -> None:
    bar = large_window.problems
    for wide, problem, beside in ((1000, NO_KEY, True), (400, LOST, False), (1000, NO_KEY, True)):
        large_window.resize(wide, 720)
        large_window.show_state(replace(LISTENING, problems=(problem,)))
        settle()
        assert (bar._button.geometry().top() < bar._hint.geometry().bottom()) is beside


@pytest.mark.parametrize("name", FOUND)
def test_no_word_of_a_check_is_cut(
    large_window: MainWindow, services: FakeServices, name: str
) -> None:
    dialog = SoundCheckDialog(lambda event: None, services, large_window)
    dialog.offer()
    settle()
    assert cut(dialog) == []
    dialog.go.click()
    services.end_check(FOUND[name])
    settle()
    assert cut(dialog) == []
    dialog.reject()


def test_no_word_of_a_download_is_cut(large_window: MainWindow, services: FakeServices) -> None:
    dialog = DownloadDialog(services, large_window)
    dialog.offer()
    settle()
    assert cut(dialog) == []
    dialog.reject()


def test_no_word_of_the_question_at_the_end_is_cut(large_window: MainWindow) -> None:
    question = CloseQuestion(large_window)
    question.show()
    settle()
    assert cut(question) == []
    # Qt measures a button without the weight that it has only as the default.
    bold = QFontMetrics(theme.scaled(question.keep.font(), 1.0, QFont.Weight.DemiBold))
    words = bold.horizontalAdvance(question.keep.text())
    assert words + 2 * PADDING_PX <= question.keep.width()
    question.reject()


@pytest.mark.parametrize("manual", [False, True])
def test_the_talk_button_holds_its_words_in_the_narrowest_window(
    large_window: MainWindow, *, manual: bool
) -> None:
    large_window.show_state(SCENES["manual"] if manual else LISTENING)
    large_window.resize(SMALLEST_PX)
    settle()
    talk = large_window.dock.talk
    room = talk.width() - 2 * talk_painter.HALO_PX - talk_painter.ICON_PX - talk_painter.GAP_PX
    big, little = (QFontMetricsF(font) for font in talk_painter.fonts(talk.font()))
    for state in Talk:
        assert big.horizontalAdvance(talk._words(state)[0]) <= room
    assert big.height() + little.height() <= talk.height() - 2 * talk_painter.HALO_PX


@pytest.mark.parametrize("high", [60, 90, 140, 400])
def test_the_first_step_is_whole_where_there_is_little_room(
    points: int, qtbot: QtBot, high: int
) -> None:
    empty = EmptyState()
    qtbot.addWidget(empty)
    empty.show_state(SCENES["problem"])
    empty.resize(380, high + 2 * points)
    picture = empty.grab().toImage()
    ground = picture.pixel(0, 0)
    edges = (0, picture.height() - 1)
    assert all(picture.pixel(x, y) == ground for x in range(picture.width()) for y in edges)
    rows = range(picture.height())
    assert any(picture.pixel(x, y) != ground for x in range(picture.width()) for y in rows)
