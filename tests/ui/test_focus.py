"""Where the keyboard is, and that it can be seen."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDoubleSpinBox, QWidget
from pytestqt.qtbot import QtBot

from desktop_app.core.events import Event
from desktop_app.core.settings import Settings
from desktop_app.core.wishes import SettingsChanged
from desktop_app.ui.main_window import MainWindow
from desktop_app.ui.palettes import LIGHT
from desktop_app.ui.settings_dialog import ICONS, SettingsDialog
from tests.ui.scenes import LISTENING

LINE_PX = 12
"""Controls whose middles are no further apart stand on one line."""

ENOUGH_PX = 60
"""Of a text of many lines the one with the cursor is enough."""


@pytest.fixture
def dialog(window: MainWindow, qtbot: QtBot) -> SettingsDialog:
    made = window.open_settings()
    qtbot.waitUntil(made.isActiveWindow)
    return made


def visited(dialog: SettingsDialog, key: Qt.Key) -> list[QWidget]:
    """The controls that ``key`` comes by, from the list of pages on."""
    dialog._list.setFocus()
    found: list[QWidget] = []
    while QApplication.focusWidget() not in found:
        focused = QApplication.focusWidget()
        assert focused is not None
        found.append(focused)
        QTest.keyClick(focused, key)
    return found


def place(control: QWidget, page: QWidget) -> tuple[int, int]:
    middle = control.mapTo(page, QPoint(0, control.height() // 2))
    return round(middle.y() / LINE_PX), middle.x()


@pytest.mark.parametrize("name", ICONS)
def test_tab_goes_from_top_to_bottom_and_shift_tab_back(dialog: SettingsDialog, name: str) -> None:
    dialog.show_page(name)
    QApplication.processEvents()
    there = visited(dialog, Qt.Key.Key_Tab)
    inner = dialog.pages[name].inner
    on_page = [control for control in there if inner.isAncestorOf(control)]
    assert len(on_page) > 2
    assert there == [dialog._list, *on_page, dialog.reset, dialog.cancel, dialog.save]
    assert on_page == sorted(on_page, key=lambda control: place(control, inner))
    back = visited(dialog, Qt.Key.Key_Backtab)
    assert back == [there[0], *reversed(there[1:])]


@pytest.mark.parametrize("key", [Qt.Key.Key_Tab, Qt.Key.Key_Backtab])
def test_what_has_the_keyboard_can_be_seen(dialog: SettingsDialog, key: Qt.Key) -> None:
    for name, page in dialog.pages.items():
        dialog.show_page(name)
        dialog.resize(dialog.minimumSize())
        QApplication.processEvents()
        bar = page.verticalScrollBar()
        bar.setValue(bar.maximum() if key is Qt.Key.Key_Tab else 0)
        dialog._list.setFocus()
        focused: QWidget | None = dialog._list
        for _ in range(5):
            assert focused is not None
            QTest.keyClick(focused, key)
            focused = QApplication.focusWidget()
            assert focused is not None
            seen = focused.visibleRegion().boundingRect()
            assert seen.height() >= min(focused.height(), ENOUGH_PX)


def test_the_conversation_shows_that_it_has_the_keyboard(window: MainWindow) -> None:
    window.show_state(LISTENING)
    view = window.transcript.view
    ring = [QColor(LIGHT.accent).name()] * 3

    def edge() -> list[str]:
        picture = view.viewport().grab().toImage()
        middle = picture.width() // 2
        return [QColor(picture.pixel(x, 3)).name() for x in range(middle, middle + 3)]

    view.setFocus(Qt.FocusReason.MouseFocusReason)
    assert edge() != ring
    window.dock.talk.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(window.dock.talk, Qt.Key.Key_Backtab)
    assert view.hasFocus()
    assert edge() == ring
    QTest.keyClick(view, Qt.Key.Key_Up)  # The row has a frame of its own.
    assert edge() != ring


def test_the_talk_button_shows_the_focus_again_after_a_dialog(
    window: MainWindow, qtbot: QtBot
) -> None:
    talk = window.dock.talk
    window.dock.mute.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(window.dock.mute, Qt.Key.Key_Backtab)
    assert talk.hasFocus()
    ringed = talk.grab().toImage()
    dialog = window.open_settings()
    qtbot.waitUntil(dialog.isActiveWindow)
    dialog.reject()
    window.activateWindow()
    qtbot.waitUntil(talk.hasFocus)
    assert talk.grab().toImage() == ringed
    talk.setFocus(Qt.FocusReason.MouseFocusReason)
    window.dock.mute.setFocus(Qt.FocusReason.TabFocusReason)
    talk.setFocus(Qt.FocusReason.MouseFocusReason)
    assert talk.grab().toImage() != ringed


def test_who_sends_by_the_button_can_type_on(window: MainWindow) -> None:
    line, send = window.dock.composer.order()
    window.dock.composer.focus()
    QTest.keyClicks(line, "Hello")
    QTest.keyClick(line, Qt.Key.Key_Tab)
    assert send.hasFocus()
    QTest.keyClick(send, Qt.Key.Key_Space)
    assert line.hasFocus()


def test_the_keyboard_comes_back_from_the_field_for_the_key(dialog: SettingsDialog) -> None:
    dialog.ask_for_key()
    QTest.keyClicks(dialog.key.field, "secret")
    dialog.key.cancel_button.setFocus()
    QTest.keyClick(dialog.key.cancel_button, Qt.Key.Key_Space)
    assert dialog.key.set_button.hasFocus()


def test_enter_presses_the_button_that_has_the_keyboard(
    dialog: SettingsDialog, wishes: list[Event]
) -> None:
    speed = dialog.pages["assistant"].rows["speed"].editor.focus
    assert isinstance(speed, QDoubleSpinBox)
    speed.setValue(1.25)
    dialog.key.set_button.setFocus()
    QTest.keyClick(dialog.key.set_button, Qt.Key.Key_Return)
    assert dialog.key.field.isVisible()
    assert dialog.isVisible()
    dialog.cancel.setFocus()
    QTest.keyClick(dialog.cancel, Qt.Key.Key_Return)
    assert not dialog.isVisible()
    assert wishes == []


def test_enter_elsewhere_still_saves(dialog: SettingsDialog, wishes: list[Event]) -> None:
    speed = dialog.pages["assistant"].rows["speed"].editor.focus
    assert isinstance(speed, QDoubleSpinBox)
    dialog.show_page("assistant")
    speed.setFocus()
    speed.setValue(1.25)
    QTest.keyClick(speed, Qt.Key.Key_Return)
    assert not dialog.isVisible()
    assert wishes == [SettingsChanged(Settings(speed=1.25))]


def test_who_just_types_writes_a_message_and_starts_nothing(
    window: MainWindow, wishes: list[Event]
) -> None:
    assert window.dock.talk.hasFocus()
    before = list(wishes)
    for letter in "Hi":
        control = QApplication.focusWidget()
        assert control is not None
        QTest.keyClicks(control, letter)
    QTest.keyClick(window.dock.composer.line, Qt.Key.Key_Space)
    assert window.dock.composer.line.text() == "Hi "
    assert wishes == before


@pytest.mark.parametrize(
    ("key", "held"),
    [
        (Qt.Key.Key_X, Qt.KeyboardModifier.ControlModifier),
        (Qt.Key.Key_X, Qt.KeyboardModifier.AltModifier),
        (Qt.Key.Key_X, Qt.KeyboardModifier.MetaModifier),
        (Qt.Key.Key_F5, Qt.KeyboardModifier.NoModifier),
        (Qt.Key.Key_Backspace, Qt.KeyboardModifier.NoModifier),
    ],
)
def test_other_keys_write_nothing(
    window: MainWindow, key: Qt.Key, held: Qt.KeyboardModifier
) -> None:
    QTest.keyClick(window.dock.talk, key, held)
    assert window.dock.composer.line.text() == ""
    assert window.dock.talk.hasFocus()


def test_escape_ends_the_typing_of_a_key_and_then_the_settings(dialog: SettingsDialog) -> None:
    dialog.ask_for_key()
    QTest.keyClicks(dialog.key.field, "secret")
    QTest.keyClick(dialog.key.field, Qt.Key.Key_Escape)
    assert not dialog.key.field.isVisible()
    assert dialog.key.field.text() == ""
    assert dialog.isVisible()
    QTest.keyClick(dialog.key.set_button, Qt.Key.Key_Escape)
    assert not dialog.isVisible()
