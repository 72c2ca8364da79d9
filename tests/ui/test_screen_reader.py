"""What a screen reader is told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QComboBox, QLineEdit

from desktop_app.core.state import Phase
from desktop_app.ui.main_window import MainWindow
from tests.fakes.services import FakeServices
from tests.ui.scenes import CONNECTING, FIRST_START, LISTENING, MUTED, SPEAKING


def test_a_screen_reader_knows_by_a_label_what_a_combo_box_is_for(window: MainWindow) -> None:
    dialog = window.open_settings()
    boxes = [*window.findChildren(QComboBox), *dialog.findChildren(QComboBox)]
    assert window.dock.speaker in boxes
    for box in boxes:
        face = QAccessible.queryAccessibleInterface(box)
        assert face is not None
        labels = [one for one, kind in face.relations() if kind is QAccessible.RelationFlag.Label]
        assert [label.text(QAccessible.Text.Name) for label in labels] == [box.accessibleName()]
    dialog.reject()


def test_a_screen_reader_says_what_becomes_of_connection_and_mute(
    window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    tell: Callable[..., None] = lambda event: said.append(event.message())  # noqa: E731
    monkeypatch.setattr(QAccessible, "updateAccessibility", tell)
    monkeypatch.setattr(QAccessible, "isActive", lambda: True)
    window.dock.composer.focus()
    configuring = replace(CONNECTING, link=replace(CONNECTING.link, phase=Phase.CONFIGURING))
    for state in (CONNECTING, configuring, LISTENING, SPEAKING, MUTED, LISTENING, FIRST_START):
        window.show_state(state)
    assert said == [
        "Connecting…",
        "Connected",
        "You are muted",
        "You can be heard",
        "Not connected",
    ]
    window.dock.talk.setFocus()  # Its own name says it now.
    window.show_state(CONNECTING)
    assert len(said) == 5


def test_what_is_wrong_with_a_setting_is_read_with_it(window: MainWindow) -> None:
    dialog = window.open_settings()
    line = dialog.pages["connection"].rows["server_url"].editor.focus
    assert isinstance(line, QLineEdit)
    helped = line.accessibleDescription()
    assert "Realtime" in helped
    line.setText("nonsense")
    assert "wss://" in line.accessibleDescription()
    line.setText("wss://example.org")
    assert line.accessibleDescription() == helped
    dialog.reject()


def test_the_key_is_spoken_of_as_the_buttons_read(
    window: MainWindow, services: FakeServices, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    key = window.open_settings().key
    assert key.set_button.accessibleName() == "Set key… (API key)"
    key.ask()
    key.field.setText("secret")
    key.save()
    assert key.set_button.accessibleName() == "Change… (API key)"
    tell: Callable[..., None] = lambda event: said.append(event.message())  # noqa: E731
    monkeypatch.setattr(QAccessible, "updateAccessibility", tell)
    key.test_button.click()
    assert said[-1] == services.outcome.text
