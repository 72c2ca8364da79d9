"""The settings dialog."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAccessible, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDoubleSpinBox, QPushButton
from pytestqt.qtbot import QtBot

from desktop_app.core.events import Event
from desktop_app.core.problems import Kind, Problem
from desktop_app.core.settings import Settings, specs
from desktop_app.core.state import AppState
from desktop_app.core.wishes import SettingsChanged
from desktop_app.ui.controls import SwitchWords
from desktop_app.ui.key_field import KeyEditor
from desktop_app.ui.main_window import MainWindow
from desktop_app.ui.services import KeyStatus, TestOutcome
from desktop_app.ui.setting_editors import (
    ChoiceEditor,
    DeviceEditor,
    LineEditor,
    NumberEditor,
    SwitchEditor,
    TextEditor,
)
from desktop_app.ui.settings_dialog import SettingsDialog
from desktop_app.ui.settings_page import SettingRow
from tests.fakes.services import FakeServices
from tests.ui.test_window_parts import wheel

URL = Settings().server_url


@pytest.fixture
def dialog(window: MainWindow, qtbot: QtBot) -> SettingsDialog:
    made = window.open_settings()
    qtbot.waitUntil(made.isVisible)
    return made


def row(dialog: SettingsDialog, name: str) -> SettingRow:
    return next(page.rows[name] for page in dialog.pages.values() if name in page.rows)


def edit(dialog: SettingsDialog, name: str, value: Any) -> None:
    """Edit a setting as a user would."""
    editor = row(dialog, name).editor
    match editor:
        case SwitchEditor():
            editor._switch.setChecked(value)
        case NumberEditor():
            editor._spin.setValue(value)
        case ChoiceEditor() if editor._box.isEditable():
            editor._box.setEditText(value)
        case ChoiceEditor():
            editor._box.setCurrentIndex(editor._box.findData(value))
        case KeyEditor():
            editor.field.line.setText(value)
        case LineEditor():
            editor._line.setText(value)
        case TextEditor():
            editor._text.setPlainText(value)
        case DeviceEditor():
            editor.picker.activated.emit(editor.picker.findData(value))


def test_every_setting_has_a_place_on_its_page(dialog: SettingsDialog) -> None:
    for name, spec in specs().items():
        assert not spec.page or name in dialog.pages[spec.page].rows
    assert [dialog._list.item(n).text() for n in range(dialog._list.count())] == [
        "Connection",
        "Assistant",
        "Turn taking",
        "Sound",
        "This computer",
        "Shortcuts",
        "App",
    ]


OTHER = {
    "service": "server",
    "server_url": "wss://example.org/realtime",
    "model": "another-model",
    "organization": "org",
    "project": "proj",
    "dialect": "beta",
    "allow_insecure": True,
    "voice": "a voice of one's own",
    "speed": 1.25,
    "instructions": "Be brief.\nVery.",
    "reasoning_effort": "high",
    "max_output_tokens": 1000,
    "talk_key_mode": "hold",
    "on_close": "hide",
    "talk_window": True,
    "volume": 60,
    "spoken_settings": True,
    "cue_volume": 20,
    "talk_key": "Ctrl+Alt+Space",
    "mute_key": "F9",
    "interrupt_key": "F10",
    "show_key": "Mouse4, F11",
    "check_updates": True,
    "turn_detection": "semantic_vad",
    "threshold": 0.35,
    "prefix_padding_ms": 210,
    "silence_duration_ms": 777,
    "idle_timeout_ms": 6000,
    "eagerness": "low",
    "create_response": False,
    "interrupt_response": False,
    "interrupting": "patient",
    "noise_reduction": "off",
    "echo_cancellation": "off",
    "noise_suppression": "on",
    "microphone_gain": "off",
    "half_duplex": "always",
    "muted_notice": False,
    "transcription_model": "Off",
    "transcription_language": "en, de",
    "microphone": "alsa_input.pci-internal",
    "speaker": "alsa_output.usb-headset",
    "engine_ears": "whisper-small",
    "engine_brain": "server",
    "engine_server": "http://localhost:11434",
    "engine_server_model": "llama3.2",
    "engine_remote": True,
    "engine_gguf": "/models/mine.gguf",
    "theme": "dark",
}


def test_the_test_knows_every_setting() -> None:
    assert set(OTHER) == {name for name, spec in specs().items() if spec.page}


@pytest.mark.parametrize("name", OTHER)
def test_every_setting_can_be_edited_and_is_wished_for_alone(
    dialog: SettingsDialog, wishes: list[Event], name: str
) -> None:
    edit(dialog, name, OTHER[name])
    value = "" if OTHER[name] == "Off" else OTHER[name]
    assert getattr(dialog.draft, name) == value
    dialog.save.click()
    changed: dict[str, Any] = {name: value}
    assert wishes == [SettingsChanged(replace(Settings(), **changed))]
    assert not dialog.isVisible()


def test_values_are_shown_as_they_are(window: MainWindow) -> None:
    values = {**OTHER, "transcription_model": "", "idle_timeout_ms": 6000}
    settings = Settings(**values)  # type: ignore[arg-type]
    window.show_state(AppState(settings=settings))
    dialog = window.open_settings()
    for name in OTHER:
        assert row(dialog, name).editor.value() == getattr(settings, name), name
    dialog.reject()


def test_nothing_edited_means_nothing_wished(dialog: SettingsDialog, wishes: list[Event]) -> None:
    dialog.save.click()
    assert wishes == []


def test_cancelling_forgets_what_was_edited(
    window: MainWindow, dialog: SettingsDialog, wishes: list[Event]
) -> None:
    edit(dialog, "voice", "cedar")
    dialog.cancel.click()
    assert wishes == []
    window.open_settings()
    assert dialog.draft == Settings()
    assert row(dialog, "voice").editor.value() == "marin"
    dialog.reject()


def test_what_changes_elsewhere_meanwhile_is_kept(
    window: MainWindow, dialog: SettingsDialog, wishes: list[Event]
) -> None:
    edit(dialog, "voice", "cedar")
    meanwhile = Settings(microphone="alsa_input.pci-internal")
    window.show_state(AppState(settings=meanwhile))
    assert dialog.draft.voice == "cedar"
    dialog.save.click()
    assert wishes == [SettingsChanged(replace(meanwhile, voice="cedar"))]


def test_asking_again_for_the_open_dialog_keeps_what_was_edited(
    window: MainWindow, dialog: SettingsDialog
) -> None:
    edit(dialog, "voice", "cedar")
    assert window.open_settings("sound") is dialog
    assert dialog.draft.voice == "cedar"
    assert dialog._list.currentItem().text() == "Sound"


def test_resetting_concerns_the_page_one_sees(dialog: SettingsDialog) -> None:
    edit(dialog, "voice", "cedar")
    edit(dialog, "threshold", 0.9)
    dialog.show_page("turns")
    dialog.reset.click()
    assert dialog.draft == Settings(voice="cedar")


def test_parameters_are_offered_according_to_the_mode(dialog: SettingsDialog) -> None:
    def offered() -> set[str]:
        names = ("threshold", "eagerness", "create_response")
        return {n for n in names if row(dialog, n).isEnabled() and not row(dialog, n).isHidden()}

    assert offered() == {"threshold", "create_response"}
    edit(dialog, "turn_detection", "semantic_vad")
    assert offered() == {"eagerness", "create_response"}
    edit(dialog, "turn_detection", "manual")
    assert offered() == set()


def test_nothing_about_servers_is_offered_for_this_computer(dialog: SettingsDialog) -> None:
    edit(dialog, "service", "offline")
    assert not dialog.key.isVisible()
    assert not row(dialog, "server_url").isVisible()
    assert not row(dialog, "organization").isVisible()
    edit(dialog, "service", "auto")
    assert dialog.key.isVisible()


def test_a_flaw_is_told_beside_the_value(dialog: SettingsDialog) -> None:
    for url, words in (
        ("https://x", "looks like"),
        ("ws://example.org", "Not encrypted"),
        (URL, ""),
    ):
        edit(dialog, "server_url", url)
        said = row(dialog, "server_url")._flaw
        assert words in said.text()
        assert said.isVisible() is bool(words)
    edit(dialog, "idle_timeout_ms", 1000)
    assert "5,000" in row(dialog, "idle_timeout_ms")._flaw.text()


def test_sliders_and_fields_move_together(dialog: SettingsDialog) -> None:
    editor = row(dialog, "threshold").editor
    assert isinstance(editor, NumberEditor)
    editor._slide.setValue(21)
    assert editor._spin.value() == pytest.approx(0.2)
    assert dialog.draft.threshold == 0.2
    assert isinstance(editor._spin, QDoubleSpinBox)
    editor._spin.setValue(0.9)
    assert editor._slide.value() == 90
    QTest.keyClick(editor._slide, Qt.Key.Key_Left)
    assert dialog.draft.threshold == 0.85
    assert row(dialog, "idle_timeout_ms").editor.focus.text() == "Never"  # type: ignore[attr-defined]


def test_a_screen_reader_reads_the_value_of_a_slider_and_not_a_number_of_steps(
    dialog: SettingsDialog,
) -> None:
    for name, value in (("silence_duration_ms", 500), ("speed", 100)):
        editor = row(dialog, name).editor
        assert isinstance(editor, NumberEditor)
        face = QAccessible.queryAccessibleInterface(editor._slide)
        assert face is not None
        assert face.valueInterface().currentValue() == value


def test_a_click_on_the_words_beside_a_switch_flips_it(dialog: SettingsDialog) -> None:
    dialog.show_page("turns")
    label = row(dialog, "create_response").label
    before = dialog.draft.create_response
    QTest.mouseClick(label, Qt.MouseButton.LeftButton)
    assert dialog.draft.create_response is not before
    QTest.mouseClick(label, Qt.MouseButton.RightButton)
    QTest.mousePress(label, Qt.MouseButton.LeftButton)
    away = label.rect().bottomRight() + QPoint(20, 0)
    QTest.mouseRelease(label, Qt.MouseButton.LeftButton, pos=away)
    assert dialog.draft.create_response is not before
    login = dialog.login.findChild(SwitchWords)
    assert login is not None
    dialog.show_page("app")
    QTest.mouseClick(login, Qt.MouseButton.LeftButton)
    assert dialog.login.switch.isChecked()


def test_the_wheel_changes_no_number(dialog: SettingsDialog) -> None:
    for name in ("threshold", "silence_duration_ms"):
        editor = row(dialog, name).editor
        assert isinstance(editor, NumberEditor)
        wheel(editor._spin)
    assert dialog.draft == Settings()


def test_enter_saves_and_escape_does_not(
    window: MainWindow, dialog: SettingsDialog, wishes: list[Event]
) -> None:
    edit(dialog, "organization", "org")
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()
    assert wishes == []
    window.open_settings()
    edit(dialog, "organization", "org")
    QTest.keyClick(row(dialog, "organization").editor.focus, Qt.Key.Key_Return)
    assert wishes == [SettingsChanged(Settings(organization="org"))]


def test_the_report_can_be_copied(dialog: SettingsDialog, services: FakeServices) -> None:
    buttons = dialog.pages["app"].findChildren(QPushButton)
    next(b for b in buttons if b.text() == "Copy").click()
    assert QGuiApplication.clipboard().text() == services.report()


# --- the key ----------------------------------------------------------------------------------


def test_a_key_is_set_and_never_shown(dialog: SettingsDialog, services: FakeServices) -> None:
    key = dialog.key
    assert key.place.text() == "No key is set for api.openai.com."
    assert not key.forget_button.isEnabled()
    assert not key.field.isVisible()
    key.set_button.click()
    assert key.field.isVisible()
    assert not key.save_button.isEnabled()
    QTest.keyClicks(key.field, " a secret ")
    key.save_button.click()
    assert services.keys == {URL: "a secret"}
    assert key.place.text() == "Stored in the system's keyring (Secret Service)."
    assert key.field.text() == ""
    key.set_button.click()
    assert key.field.text() == ""
    key.cancel_button.click()
    key.forget_button.click()
    assert services.keys == {}
    assert key.place.text().startswith("No key")


def test_a_key_that_was_typed_is_kept_when_the_dialog_is_saved(
    dialog: SettingsDialog, services: FakeServices
) -> None:
    dialog.ask_for_key()
    dialog.key.field.setText("typed")
    dialog.save.click()
    assert services.keys == {URL: "typed"}


def test_a_key_of_the_environment_cannot_be_changed_here(
    window: MainWindow, services: FakeServices
) -> None:
    services.environment = "OPENAI_API_KEY"
    key = window.open_settings().key
    assert "the environment variable OPENAI_API_KEY" in key.place.text()
    assert not key.set_button.isEnabled()
    assert not key.forget_button.isEnabled()


def test_without_a_keyring_the_window_says_what_that_means(
    window: MainWindow, services: FakeServices, monkeypatch: pytest.MonkeyPatch
) -> None:
    problem = Problem(Kind.NO_KEYRING, "There is no keyring", "Install one.")

    def status(url: str, done: Callable[[KeyStatus], None]) -> None:
        done(KeyStatus("session", "", problem))

    monkeypatch.setattr(services, "key_status", status)
    key = window.open_settings().key
    assert key.place.text() == "Kept in memory until Parley ends."
    assert key.hint.text() == "There is no keyring. Install one."
    assert key.forget_button.isEnabled()


def test_the_test_tries_what_was_typed_and_says_the_result_in_words(
    dialog: SettingsDialog, services: FakeServices
) -> None:
    edit(dialog, "model", "another")
    dialog.key.test_button.click()
    dialog.ask_for_key()
    dialog.key.field.setText("typed")
    services.outcome = TestOutcome(False, "The server does not know this key.")
    dialog.key.test_button.click()
    draft = Settings(model="another")
    assert services.tests == [(draft, None), (draft, "typed")]
    assert dialog.key.result.text() == "The server does not know this key."
    assert dialog.key.result.property("tone") == "bad"


def test_while_it_waits_the_key_section_says_so_and_late_answers_do_no_harm(
    dialog: SettingsDialog, services: FakeServices
) -> None:
    services.at_once = False
    dialog.key.test_button.click()
    assert dialog.key.result.text() == "Calling api.openai.com…"
    assert not dialog.key.test_button.isEnabled()
    edit(dialog, "server_url", "wss://example.org")
    assert "example.org" in dialog.key.place.text()
    services.environment = "OTHER_KEY"
    edit(dialog, "server_url", "wss://example.net")
    services.answer()
    assert "OTHER_KEY" in dialog.key.place.text()
    assert dialog.key.test_button.isEnabled()
