"""The card of language models in the settings."""

from __future__ import annotations

from dataclasses import replace

import pytest
from pytestqt.qtbot import QtBot

from desktop_app.core.events import Event
from desktop_app.core.wishes import ConnectAsked, SettingsChanged
from desktop_app.ui.download_dialog import Stage
from desktop_app.ui.main_window import MainWindow
from desktop_app.ui.model_shelf import ModelShelfCard
from desktop_app.ui.services import DownloadOffer, DownloadOutcome
from desktop_app.ui.settings_dialog import SettingsDialog
from tests.fakes.services import SHELF, FakeServices

LARGE = DownloadOffer("Large", 2497.3, "MIT", "models.example.org", hears=False)


@pytest.fixture
def dialog(window: MainWindow, qtbot: QtBot) -> SettingsDialog:
    made = window.open_settings("engine")
    qtbot.waitUntil(made.isVisible)
    return made


@pytest.fixture
def shelf(dialog: SettingsDialog) -> ModelShelfCard:
    return dialog.shelf


def facts(shelf: ModelShelfCard) -> list[str]:
    return [row.facts.text() for row in shelf.rows.values()]


def test_each_model_says_how_large_it_is_and_its_licence(shelf: ModelShelfCard) -> None:
    assert facts(shelf) == ["491 MB · Apache-2.0 · here", "2.5 GB · MIT"]
    small, large = shelf.rows.values()
    assert (small.fetch.isVisible(), small.remove.isVisible()) == (False, True)
    assert (large.fetch.isVisible(), large.remove.isVisible()) == (True, False)
    assert "Large" in large.fetch.accessibleName()


def test_a_model_is_fetched_only_after_a_yes(shelf: ModelShelfCard, services: FakeServices) -> None:
    services.offer = LARGE
    shelf.rows["large"].fetch.click()
    assert services.wanted == "large"
    assert services.progress is None
    assert shelf.download is not None
    assert shelf.download.parent() is shelf.window()
    assert shelf.download.stage is Stage.OFFERED
    shelf.download.go.click()
    assert services.progress is not None
    services.shelf = replace(SHELF, models=(replace(SHELF.models[1], here=True),))
    services.end_weights(DownloadOutcome(ready=True))
    assert shelf.rows["large"].remove.isVisible()


def test_fetching_can_be_stopped(shelf: ModelShelfCard, services: FakeServices) -> None:
    services.offer = LARGE
    shelf.rows["large"].fetch.click()
    assert shelf.download is not None
    shelf.download.go.click()
    shelf.download.cancel.click()
    assert services.weights_cancelled == 1
    assert shelf.download.stage is Stage.OFFERED


def test_who_wants_to_talk_at_once_keeps_what_was_edited(
    dialog: SettingsDialog, wishes: list[Event]
) -> None:
    dialog.pages["engine"].rows["engine_gguf"].editor.show_value("qwen3-4b")
    dialog.pages["engine"].changed.emit()
    dialog.shelf.talk_asked.emit()
    changed, connect = wishes
    assert isinstance(changed, SettingsChanged)
    assert changed.settings.engine_gguf == "qwen3-4b"
    assert connect == ConnectAsked()
    assert not dialog.isVisible()


def test_a_model_can_be_removed(shelf: ModelShelfCard) -> None:
    shelf.rows["small"].remove.click()
    assert facts(shelf)[0] == "491 MB · Apache-2.0"
    assert shelf.rows["small"].fetch.isVisible()


def test_where_no_model_can_answer_none_is_offered(
    shelf: ModelShelfCard, services: FakeServices
) -> None:
    services.shelf = replace(SHELF, hindrance="The package xllamacpp is missing.")
    shelf.refresh()
    assert shelf.hindrance.isVisible()
    assert not shelf.rows["large"].fetch.isEnabled()
    assert shelf.rows["small"].remove.isEnabled()


def test_models_stand_there_only_where_a_file_may_answer(
    dialog: SettingsDialog, shelf: ModelShelfCard
) -> None:
    assert shelf.isVisible()
    editor = dialog.pages["engine"].rows["engine_brain"].editor
    editor.show_value("skills")
    dialog.pages["engine"].changed.emit()
    assert not shelf.isVisible()
