"""The talk button above all windows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop_app.app_front import Remembered
from desktop_app.app_talk_window import TalkOnTop
from desktop_app.core.events import Event
from desktop_app.core.wishes import KeyPressed, KeyReleased, MuteToggled, SettingsChanged
from desktop_app.ui.talk_window import STEP_PX, TalkWindow
from desktop_app.ui.tray_icons import Face
from tests.core.dialogue import live, manual, speaking

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def talk(qtbot: QtBot, wishes: list[Event]) -> Iterator[TalkWindow]:
    made = TalkWindow(wishes.append)
    made.show()
    made.activateWindow()
    qtbot.waitUntil(made.isActiveWindow)
    made.button.setFocus()
    yield made
    made.hide()
    made.deleteLater()


def test_it_is_held_with_the_mouse_as_the_talk_key_is(
    talk: TalkWindow, wishes: list[Event]
) -> None:
    QTest.mousePress(talk.button, LEFT)
    assert wishes == [KeyPressed()]
    QTest.mouseMove(talk.button, QPoint(-50, -50))
    QTest.mouseRelease(talk.button, LEFT, pos=QPoint(-50, -50))
    assert wishes == [KeyPressed(), KeyReleased()]
    QTest.mouseClick(talk.button, Qt.MouseButton.RightButton)
    assert len(wishes) == 2


@pytest.mark.parametrize("key", [Qt.Key.Key_Space, Qt.Key.Key_Return])
def test_it_is_held_by_key_too(talk: TalkWindow, wishes: list[Event], key: Qt.Key) -> None:
    QTest.keyPress(talk.button, key)
    QTest.keyPress(talk.button, key)
    QTest.keyRelease(talk.button, key)
    assert wishes == [KeyPressed(), KeyReleased()]


def test_when_it_is_hidden_it_is_let_go(talk: TalkWindow, wishes: list[Event]) -> None:
    QTest.mousePress(talk.button, LEFT)
    talk.hide()
    assert wishes == [KeyPressed(), KeyReleased()]


def test_when_it_loses_the_keyboard_it_is_let_go(talk: TalkWindow, wishes: list[Event]) -> None:
    QTest.keyPress(talk.button, Qt.Key.Key_Space)
    talk.button.clearFocus()
    assert wishes == [KeyPressed(), KeyReleased()]


def test_it_shows_what_is_going_on_and_tells_it_to_screen_readers(talk: TalkWindow) -> None:
    for state, face in ((live(), Face.LISTENING), (speaking(live()), Face.SPEAKING)):
        talk.show_state(state)
        assert talk.button.face is face
    assert talk.button.accessibleName() == "Hold to talk"
    assert talk.button.accessibleDescription() == "Parley is speaking"


def test_it_is_dragged_by_its_grip_and_tells_where_it_is(talk: TalkWindow) -> None:
    told: list[str] = []
    talk.moved_to.connect(told.append)
    talk.move(100, 100)
    QTest.mousePress(talk, LEFT, pos=QPoint(8, 30))
    QTest.mouseMove(talk, QPoint(48, 50))
    QTest.mouseRelease(talk, LEFT, pos=QPoint(8, 30))
    assert told == [f"{talk.x()},{talk.y()}"]
    assert talk.pos() != QPoint(100, 100)


def test_the_arrow_keys_move_it_and_it_stays_on_the_screen(talk: TalkWindow) -> None:
    talk.move(100, 100)
    QTest.keyClick(talk.button, Qt.Key.Key_Right)
    QTest.keyClick(talk.button, Qt.Key.Key_Down)
    assert talk.pos() == QPoint(100 + STEP_PX, 100 + STEP_PX)
    talk.move(3, 3)
    QTest.keyClick(talk.button, Qt.Key.Key_Left)
    assert talk.x() == QGuiApplication.primaryScreen().availableGeometry().left()


def test_its_menu_leads_to_all_else(talk: TalkWindow, wishes: list[Event]) -> None:
    asked: list[str] = []
    talk.show_asked.connect(lambda: asked.append("show"))
    talk.hide_asked.connect(lambda: asked.append("hide"))
    for action in talk.menu().actions():
        action.trigger()
    assert asked == ["show", "hide"]
    assert wishes == [MuteToggled()]


@pytest.mark.parametrize("place", ["", "nonsense", "12", "x,y"])
def test_without_a_place_it_is_near_a_corner(qapp: QApplication, place: str) -> None:
    room = QGuiApplication.primaryScreen().availableGeometry()
    assert room.contains(TalkWindow(lambda event: None, place).geometry())


def test_a_place_on_a_screen_that_has_gone_is_brought_back(qapp: QApplication) -> None:
    room = QGuiApplication.primaryScreen().availableGeometry()
    assert room.contains(TalkWindow(lambda event: None, "90000,-4000").geometry())


def test_it_is_there_while_the_settings_want_it_and_where_it_was(
    qapp: QApplication, wishes: list[Event], tmp_path: Path
) -> None:
    place = Remembered(tmp_path / "state" / "talk-button")
    shown: list[bool] = []
    top = TalkOnTop(wishes.append, lambda: shown.append(True), place)
    state = manual()
    top.show_state(state)
    assert top.window is None
    wanted = replace(state, settings=replace(state.settings, talk_window=True))
    top.show_state(wanted)
    assert top.window is not None
    assert top.window.isVisible()
    top.window.moved_to.emit("64,48")
    top.window.show_asked.emit()
    assert shown == [True]
    top.window.hide_asked.emit()
    (wish,) = wishes
    assert isinstance(wish, SettingsChanged)
    assert not wish.settings.talk_window
    top.show_state(state)
    assert not top.window.isVisible()
    again = TalkOnTop(wishes.append, lambda: None, place)
    again.show_state(wanted)
    assert again.window is not None
    assert again.window.pos() == QPoint(64, 48)
    again.close()
