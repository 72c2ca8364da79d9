"""What only one run wants is never written down."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from desktop_app.adapters.settings_file import JsonSettingsStore
from desktop_app.app_house import House, RunSettings, Wanted
from desktop_app.core.settings import Settings


@pytest.fixture
def file(tmp_path: Path) -> JsonSettingsStore:
    store = JsonSettingsStore(tmp_path / "settings.json")
    store.save(replace(Settings(), model="of the file"))
    return store


def opened(file: JsonSettingsStore, **changes: Any) -> tuple[RunSettings, Settings]:
    run = RunSettings(file, changes)
    return run, run.load()[0]


def test_the_changes_of_a_run_lie_over_the_file(file: JsonSettingsStore) -> None:
    _, settings = opened(file, model="of the run")
    assert settings == replace(Settings(), model="of the run")


def test_saving_something_else_keeps_them_out_of_the_file(file: JsonSettingsStore) -> None:
    run, settings = opened(file, model="of the run", service="server")
    assert run.save(replace(settings, voice="cedar")) is None
    assert file.load()[0] == replace(Settings(), model="of the file", voice="cedar")


def test_what_the_user_changes_meanwhile_is_saved(file: JsonSettingsStore) -> None:
    run, settings = opened(file, model="of the run", service="server")
    run.save(replace(settings, model="of the user"))
    assert file.load()[0] == replace(Settings(), model="of the user")


def test_a_second_save_keeps_the_first(file: JsonSettingsStore) -> None:
    run, settings = opened(file, model="of the run")
    run.save(replace(settings, voice="cedar"))
    run.save(replace(settings, voice="cedar", speed=1.25))
    assert file.load()[0] == replace(Settings(), model="of the file", voice="cedar", speed=1.25)


def test_a_house_reads_its_settings_with_the_log_at_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PARLEY_HOME", str(tmp_path))
    broken = tmp_path / "broken.json"
    broken.write_text("[")
    with House(Wanted(config=broken, changes=(("model", "of the run"),))) as house:
        assert house.settings == replace(Settings(), model="of the run")
        assert house.problem is not None
        house.logs.flush()
        assert "The settings are broken" in house.places.log_file.read_text()
