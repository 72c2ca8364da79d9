from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from desktop_app.adapters.places import Places, find_places, private_folder

XDG = ("XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME")
linux = pytest.mark.skipif(os.name != "posix" or os.uname().sysname != "Linux", reason="XDG")


def everything(places: Places) -> list[Path]:
    return [getattr(places, name) for name in Places.__slots__]


@linux
def test_without_a_word_from_the_user_the_folders_of_the_system_are_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in XDG:
        monkeypatch.setenv(name, str(tmp_path / name))
    places = find_places({})
    assert places.settings_file == tmp_path / "XDG_CONFIG_HOME/parley/settings.json"
    assert places.cache == tmp_path / "XDG_CACHE_HOME/parley"
    assert places.state == tmp_path / "XDG_STATE_HOME/parley"
    assert places.log_file == tmp_path / "XDG_STATE_HOME/parley/log/parley.log"


def test_one_variable_puts_everything_under_one_folder(tmp_path: Path) -> None:
    places = find_places({"PARLEY_HOME": str(tmp_path / "all")})
    assert all(path.is_relative_to(tmp_path / "all") for path in everything(places))
    assert len(set(everything(places))) == len(everything(places))


def test_the_settings_file_that_the_user_names_is_used_and_nothing_else_moves(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    environ = {"PARLEY_HOME": str(tmp_path)}
    places = find_places(environ, Path("mine.json"))
    assert places.settings_file == tmp_path / "mine.json"
    assert places.log_file == find_places(environ).log_file


def test_a_blank_variable_counts_as_none() -> None:
    assert find_places({"PARLEY_HOME": " "}) == find_places({})


def test_looking_up_the_places_creates_nothing(tmp_path: Path) -> None:
    find_places({"PARLEY_HOME": str(tmp_path / "all")})
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.name != "posix", reason="modes")
def test_folders_are_made_for_this_user_only_and_those_above_as_well(tmp_path: Path) -> None:
    private_folder(tmp_path / "a" / "b")
    for folder in (tmp_path / "a", tmp_path / "a" / "b"):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700


@pytest.mark.skipif(os.name != "posix", reason="modes")
def test_a_folder_that_is_there_keeps_its_mode(tmp_path: Path) -> None:
    (tmp_path / "shared").mkdir()
    (tmp_path / "shared").chmod(0o755)
    assert private_folder(tmp_path / "shared") == tmp_path / "shared"
    assert stat.S_IMODE((tmp_path / "shared").stat().st_mode) == 0o755


def test_a_file_in_the_place_of_a_folder_is_an_error_of_the_system(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(NotADirectoryError):
        private_folder(tmp_path / "file")
    with pytest.raises(NotADirectoryError):
        private_folder(tmp_path / "file" / "below")
