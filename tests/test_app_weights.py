"""What the engine lacks: offered by the settings, fetched from a server that cuts off, removed."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

import pytest
from msgspec import structs

from desktop_app import app_weights
from desktop_app.core.settings import Settings
from desktop_app.offline import weights
from desktop_app.offline.brains import gguf
from desktop_app.ui.services import DownloadOutcome
from tests.offline.test_weights import file, tiny
from tests.offline.test_weights_download import BODY, Hub, hub

__all__ = ["hub"]
EARS = structs.replace(tiny(file("model.bin", BODY)), id="tiny-ears")
TALKER = structs.replace(EARS, id="tiny-talker", kind="gguf", title="A tiny talker")
ASKS = Settings(engine_ears="tiny-ears")
ASKS_BOTH = replace(ASKS, engine_brain="gguf", engine_gguf="tiny-talker")


@pytest.fixture(autouse=True)
def cache(hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The manifest of a hub on this computer, and an empty cache."""
    known = weights.Manifest(hub.url, (EARS, TALKER))
    monkeypatch.setattr(weights, "manifest", lambda: known)
    monkeypatch.setattr(weights, "cache_folder", lambda: tmp_path / "models")
    return tmp_path / "models"


def fetched(settings: Settings, wanted: str = "") -> DownloadOutcome:
    return app_weights.download(settings, wanted, lambda done, total: None, threading.Event())


def test_the_ears_that_the_settings_want_are_offered_first_and_then_the_talker() -> None:
    offer = app_weights.offer(ASKS_BOTH)
    assert offer is not None
    assert (offer.name, offer.licence, offer.host) == ("A tiny model", "MIT", "127.0.0.1")
    assert offer.size_mb == pytest.approx(len(BODY) / 1e6)
    assert offer.hears
    assert fetched(ASKS_BOTH) == DownloadOutcome(ready=True)
    offer = app_weights.offer(ASKS_BOTH)
    assert offer is not None
    assert (offer.name, offer.hears) == ("A tiny talker", False)
    assert fetched(ASKS_BOTH).ready
    assert app_weights.offer(ASKS_BOTH) is None


def test_only_what_shall_answer_is_needed() -> None:
    assert fetched(ASKS).ready
    for brain, file_ in (("auto", "tiny-talker"), ("gguf", "/my/own.gguf"), ("skills", "")):
        assert app_weights.offer(replace(ASKS, engine_brain=brain, engine_gguf=file_)) is None


def test_a_model_that_is_asked_for_by_name_is_the_one_that_comes(hub: Hub) -> None:
    offer = app_weights.offer(ASKS, "tiny-talker")
    assert offer is not None
    assert not offer.hears
    assert fetched(ASKS, "tiny-talker").ready
    assert app_weights.offer(ASKS, "tiny-talker") is None
    assert app_weights.offer(ASKS) is not None


def test_what_was_stopped_goes_on_where_it_was(hub: Hub) -> None:
    cancel = threading.Event()
    seen: list[float] = []

    def progressed(done_mb: float, total_mb: float) -> None:
        seen.append(done_mb)
        if done_mb > 0.5:
            cancel.set()

    assert app_weights.download(ASKS, "", progressed, cancel) == DownloadOutcome(ready=False)
    offer = app_weights.offer(ASKS)
    assert offer is not None
    assert 0.5 < offer.done_mb < len(BODY) / 1e6
    assert fetched(ASKS).ready
    assert hub.asked[-1][1].startswith("bytes=")


def test_a_hub_that_has_it_not_is_said_in_words(hub: Hub) -> None:
    hub.statuses = [404]
    outcome = fetched(ASKS)
    assert not outcome.ready
    assert "has no A tiny model" in outcome.text


def test_a_fetched_model_can_be_removed(monkeypatch: pytest.MonkeyPatch, cache: Path) -> None:
    monkeypatch.setattr(gguf, "is_available", lambda: True)
    assert fetched(ASKS, "tiny-talker").ready
    shelf = app_weights.language_models()
    assert [(model.id, model.here) for model in shelf.models] == [("tiny-talker", True)]
    assert shelf.hindrance == ""
    app_weights.remove("tiny-talker")
    assert not app_weights.language_models().models[0].here
    assert not (cache / "tiny-talker").exists()


def test_without_the_runtime_the_shelf_says_what_is_missing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(gguf, "is_available", lambda: False)
    assert "xllamacpp" in app_weights.language_models().hindrance


def test_a_folder_is_taken_if_it_holds_what_is_wanted(tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    mine.mkdir()
    assert "model.bin" in app_weights.take_folder(ASKS, "", mine).text
    (mine / "model.bin").write_bytes(BODY)
    assert app_weights.take_folder(ASKS, "", mine).ready
    assert app_weights.offer(ASKS) is None
