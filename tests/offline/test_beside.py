"""Weights that came with the program, found without a network."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from desktop_app.offline import beside, weights
from desktop_app.offline.weights import Source, WeightsMissing
from tests.offline.test_weights import BODY, file, tiny

pytestmark = pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="the folders of a Linux system"
)
MODEL = tiny(file("model.bin", BODY))


@pytest.fixture
def shared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where this system keeps data for all its users."""
    monkeypatch.setenv("XDG_DATA_DIRS", f"{tmp_path / 'local'}:{tmp_path / 'usr'}")
    return tmp_path / "usr"


def lay(folder: Path, body: bytes = BODY) -> Path:
    place = weights.home(MODEL, folder)
    place.mkdir(parents=True)
    (place / "model.bin").write_bytes(body)
    return place


def test_a_folder_for_all_users_is_found(shared: Path, tmp_path: Path) -> None:
    with pytest.raises(WeightsMissing):
        weights.find(MODEL, cache=tmp_path / "cache")
    place = lay(shared / "parley-weights")
    found = weights.find(MODEL, cache=tmp_path / "cache")
    assert (found.folder, found.source) == (place, Source.BESIDE)


def test_a_folder_beside_the_frozen_program_comes_first(
    shared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lay(shared / "parley-weights")
    program = tmp_path / "opt" / "parley"
    place = lay(program.parent / "parley-weights")
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    monkeypatch.setattr(sys, "executable", str(program))
    assert weights.find(MODEL, cache=tmp_path / "cache").folder == place


def test_beside_an_app_of_macos_is_beside_its_bundle(shared: Path, tmp_path: Path) -> None:
    place = tmp_path / "Applications" / "parley-weights"
    place.mkdir(parents=True)
    inside = tmp_path / "Applications" / "Parley.app" / "Contents" / "MacOS"
    assert beside.folders(inside) == [place]


def test_what_is_damaged_there_is_not_used(shared: Path, tmp_path: Path) -> None:
    lay(shared / "parley-weights", BODY[:-1] + b"!")
    with pytest.raises(WeightsMissing):
        weights.find(MODEL, cache=tmp_path / "cache")
