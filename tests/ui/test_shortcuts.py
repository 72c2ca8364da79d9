"""The page about keys: recording one, seeing what works, trying it out, copying commands."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QGuiApplication, QKeyEvent, QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop_app.core.events import Event
from desktop_app.core.settings import Settings
from desktop_app.core.wishes import SettingsChanged
from desktop_app.ports import HotkeyReport
from desktop_app.ui.key_events import chord_of
from desktop_app.ui.key_field import KeyEditor, KeyField
from desktop_app.ui.main_window import MainWindow
from desktop_app.ui.settings_dialog import SettingsDialog
from tests.fakes.desk import FakeDesk
from tests.fakes.services import FakeServices

NO_MODIFIER = Qt.KeyboardModifier.NoModifier


@pytest.fixture
def dialog(window: MainWindow, qtbot: QtBot) -> SettingsDialog:
    made = window.open_settings("keys")
    qtbot.waitUntil(made.isVisible)
    return made


@pytest.fixture
def desk(services: FakeServices) -> FakeDesk:
    return services.desk


def field(dialog: SettingsDialog, name: str = "talk_key") -> KeyField:
    editor = dialog.pages["keys"].rows[name].editor
    assert isinstance(editor, KeyEditor)
    return editor.field


# --- recording ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "held", "name"),
    [
        (Qt.Key.Key_F9, NO_MODIFIER, "F9"),
        (
            Qt.Key.Key_Space,
            Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier,
            "Ctrl+Alt+Space",
        ),
        (Qt.Key.Key_A, Qt.KeyboardModifier.MetaModifier, "Super+A"),
        (Qt.Key.Key_5, Qt.KeyboardModifier.ControlModifier, "Ctrl+5"),
        (Qt.Key.Key_Tab, Qt.KeyboardModifier.AltModifier, "Alt+Tab"),
    ],
)
def test_the_next_key_that_is_pressed_is_set(
    dialog: SettingsDialog, key: Qt.Key, held: Qt.KeyboardModifier, name: str
) -> None:
    keys = field(dialog)
    keys.button.click()
    QTest.keyClick(keys.button, key, held)
    assert keys.line.text() == name
    assert not keys.button.isChecked()
    assert dialog.draft.talk_key == name


def test_several_keys_can_be_set_and_none_twice(dialog: SettingsDialog) -> None:
    keys = field(dialog)
    for key in (Qt.Key.Key_F9, Qt.Key.Key_Pause, Qt.Key.Key_F9):
        keys.button.click()
        QTest.keyClick(keys.button, key)
    assert keys.line.text() == "F9, Pause"


def test_a_mouse_button_is_recorded_and_a_plain_click_is_none(dialog: SettingsDialog) -> None:
    keys = field(dialog)
    keys.button.click()
    for button in (Qt.MouseButton.RightButton, Qt.MouseButton.BackButton):
        press = QMouseEvent(
            QEvent.Type.MouseButtonPress,
            QPointF(3, 3),
            QPointF(3, 3),
            button,
            button,
            NO_MODIFIER,
        )
        QApplication.sendEvent(dialog, press)
    assert keys.line.text() == "Mouse4"


@pytest.mark.parametrize(("symbol", "name"), [(0xFFE4, "RightCtrl"), (0xFFE3, "")])
def test_a_right_ctrl_alone_is_a_key_and_a_left_one_is_not(
    dialog: SettingsDialog, symbol: int, name: str
) -> None:
    keys = field(dialog)
    keys.button.click()
    for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
        event = QKeyEvent(kind, Qt.Key.Key_Control, NO_MODIFIER, 0, symbol, 0)
        QApplication.sendEvent(keys.button, event)
    assert keys.line.text() == name


def test_a_key_that_is_needed_to_type_is_not_taken(dialog: SettingsDialog) -> None:
    keys = field(dialog)
    keys.button.click()
    QTest.keyClick(keys.button, Qt.Key.Key_A)
    assert keys.line.text() == ""
    assert keys.button.text() == "Add Ctrl or Alt…"
    QTest.keyClick(keys.button, Qt.Key.Key_Escape)
    assert (keys.line.text(), keys.button.text()) == ("", "Record")
    assert dialog.isVisible()


def test_while_a_key_is_recorded_none_of_ours_is_taken(
    dialog: SettingsDialog, desk: FakeDesk
) -> None:
    keys = field(dialog)
    keys.button.click()
    assert desk.tried == [Settings()]
    QTest.keyClick(keys.button, Qt.Key.Key_F9)
    assert desk.heard is None
    keys.button.click()
    dialog.reject()
    assert desk.heard is None


def test_unknown_keys_are_none() -> None:
    event = QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_VolumeUp, NO_MODIFIER)
    assert chord_of(event) is None


# --- what works -----------------------------------------------------------------------------------


def test_each_way_says_whether_it_works_and_what_is_in_the_way(dialog: SettingsDialog) -> None:
    rows = dialog.shortcuts.trial._rows
    assert [row.accessibleName() for row in rows.values()] == [
        "The X server: Works. Any key and mouse button.",
        "The desktop's own shortcuts (portal): Does not work here. This desktop can't.",
        "A command: Works. Works everywhere.",
    ]


def test_press_and_release_are_seen_as_they_come(dialog: SettingsDialog, desk: FakeDesk) -> None:
    trial = dialog.shortcuts.trial
    trial.button.click()
    assert "F9" in trial.text.text()
    assert desk.heard is not None
    desk.heard("", "talk", True)
    assert (trial.press.accessibleName(), trial.release.accessibleName()) == ("Arrived", "Not yet")
    desk.heard("", "talk", False)
    assert trial.release.accessibleName() == "Arrived"
    assert "just now" in trial._rows["x11"]._text.text()
    desk.heard("command", "talk", True)
    desk.heard("command", "talk", False)
    assert "just now" in trial._rows["command"]._text.text()
    trial.button.click()
    assert desk.heard is None


def test_what_is_tried_is_what_is_edited(dialog: SettingsDialog, desk: FakeDesk) -> None:
    field(dialog).line.setText("F7")
    dialog.shortcuts.trial.button.click()
    assert desk.tried[-1].talk_key == "F7"


def test_keys_that_can_not_be_had_are_told(dialog: SettingsDialog, desk: FakeDesk) -> None:
    desk.report = HotkeyReport("This desktop lets no program listen.", {}, ("F9",))
    trial = dialog.shortcuts.trial
    trial.button.click()
    assert trial.text.text() == "This desktop lets no program listen."
    assert trial.text.property("tone") == "bad"
    trial.button.click()
    desk.report = HotkeyReport("", {"talk": "F9"}, ("F8 belongs to another program.",))
    trial.button.click()
    assert trial.text.text() == "F8 belongs to another program."


def test_leaving_the_dialog_ends_the_trial(dialog: SettingsDialog, desk: FakeDesk) -> None:
    dialog.shortcuts.trial.button.click()
    dialog.reject()
    assert desk.heard is None
    assert desk.stopped


def test_commands_can_be_copied(dialog: SettingsDialog) -> None:
    dialog.shortcuts.commands.copies["ptt toggle"].click()
    assert QGuiApplication.clipboard().text() == "parley ptt toggle"


# --- at login -------------------------------------------------------------------------------------


def test_starting_at_login_is_changed_with_save_and_only_then(
    dialog: SettingsDialog, desk: FakeDesk, window: MainWindow, wishes: list[Event]
) -> None:
    dialog.login.switch.click()
    dialog.reject()
    assert desk.asked_at_login == []
    again = window.open_settings("app")
    assert not again.login.switch.isChecked()
    again.login.switch.click()
    again.accept()
    assert desk.asked_at_login == [True]
    assert not any(isinstance(wish, SettingsChanged) for wish in wishes)
    once_more = window.open_settings("app")
    assert once_more.login.switch.isChecked()
    once_more.accept()
    assert desk.asked_at_login == [True]
