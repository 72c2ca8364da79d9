from __future__ import annotations

import hashlib
import os
import sys
from pathlib import Path

import pytest

from desktop_app.offline import weights
from desktop_app.offline.stamps import Stamps
from desktop_app.offline.weights import (
    Mirror,
    Model,
    Source,
    WeightFile,
    WeightsError,
    WeightsMissing,
)

BODY = b"weights " * 500


def file(name: str, body: bytes, *mirror: tuple[str, str]) -> WeightFile:
    digest = hashlib.sha256(body).hexdigest()
    return WeightFile(name, len(body), digest, tuple(Mirror(*part) for part in mirror))


def tiny(*files: WeightFile) -> Model:
    return Model("tiny", "whisper", "A tiny model", "MIT", "o/tiny", "f" * 40, ("en",), files)


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An importable package with two halves of a file in it."""
    folder = tmp_path / "site" / "some_weights_for_parley"
    folder.mkdir(parents=True)
    (folder / "__init__.py").write_text("raise AssertionError('never run')")
    (folder / "half.1").write_bytes(BODY[:1000])
    (folder / "half.2").write_bytes(BODY[1000:])
    (folder / "model.bin").write_bytes(BODY)
    monkeypatch.syspath_prepend(str(folder.parent))
    return folder


def test_the_manifest_names_every_model_with_hashes_and_a_licence() -> None:
    models = weights.manifest().models
    assert {"whisper-tiny.en", "whisper-base"} <= {model.id for model in models}
    assert [model.id for model in weights.models("gguf")][0] == "qwen2.5-0.5b"
    for model in models:
        assert model.licence
        assert len(model.revision) == 40
        assert all(len(entry.sha256) == 64 and entry.size > 0 for entry in model.files)


def test_an_unknown_model_is_answered_with_those_that_exist() -> None:
    with pytest.raises(WeightsError, match=r"whisper-tiny\.en"):
        weights.model("whisper-enormous")


def test_what_is_nowhere_is_missing_and_the_sentence_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(WeightsMissing, match="Allow Parley to download it once"):
        weights.find(tiny(file("model.bin", BODY)), cache=tmp_path)


def test_the_cache_is_found_and_hashed_only_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = tiny(file("model.bin", BODY))
    folder = weights.home(model, tmp_path)
    folder.mkdir(parents=True)
    (folder / "model.bin").write_bytes(BODY)
    assert weights.find(model, cache=tmp_path).source is Source.CACHE
    monkeypatch.delattr(hashlib, "file_digest")
    assert weights.find(model, cache=tmp_path).folder == folder


def test_a_changed_file_in_the_cache_is_not_taken(tmp_path: Path) -> None:
    model = tiny(file("model.bin", BODY))
    path = weights.home(model, tmp_path) / "model.bin"
    path.parent.mkdir(parents=True)
    path.write_bytes(BODY)
    weights.find(model, cache=tmp_path)
    path.write_bytes(BODY[::-1])
    os.utime(path, ns=(1, 1))
    with pytest.raises(WeightsMissing):
        weights.find(model, cache=tmp_path)


def test_a_package_that_holds_the_whole_model_is_used_where_it_lies(
    tmp_path: Path, package: Path
) -> None:
    model = tiny(file("model.bin", BODY, (package.name, "model.bin")))
    found = weights.find(model, cache=tmp_path / "cache")
    assert (found.folder, found.source) == (package, Source.PACKAGE)
    assert package.name not in sys.modules


def test_a_model_in_parts_is_put_together_in_the_cache(tmp_path: Path, package: Path) -> None:
    halves = ((package.name, "half.1"), (package.name, "half.2"))
    model = tiny(file("model.bin", BODY, *halves))
    found = weights.find(model, cache=tmp_path / "cache")
    assert (found.folder / "model.bin").read_bytes() == BODY
    assert weights.find(model, cache=tmp_path / "cache").source is Source.CACHE
    weights.remove(model, cache=tmp_path / "cache")
    assert not found.folder.exists()


def test_a_package_with_other_bytes_is_not_trusted(tmp_path: Path, package: Path) -> None:
    (package / "half.2").write_bytes(BODY[1000:][::-1])
    (package / "model.bin").write_bytes(BODY[::-1])
    halves = ((package.name, "half.1"), (package.name, "half.2"))
    for mirror in (halves, ((package.name, "model.bin"),)):
        with pytest.raises(WeightsMissing):
            weights.find(tiny(file("model.bin", BODY, *mirror)), cache=tmp_path / "cache")
    assert not list((tmp_path / "cache").rglob("*.bin*"))


def test_a_folder_of_the_users_comes_first_and_must_hold_the_model(
    tmp_path: Path, package: Path
) -> None:
    mine = tmp_path / "mine"
    mine.mkdir()
    model = tiny(file("model.bin", BODY, (package.name, "model.bin")))
    with pytest.raises(WeightsError, match=r"has no model\.bin"):
        weights.find(model, folder=mine, cache=tmp_path / "cache")
    (mine / "model.bin").write_bytes(BODY[::-1])
    with pytest.raises(WeightsError, match="damaged or of another version"):
        weights.find(model, folder=mine, cache=tmp_path / "cache")
    (mine / "model.bin").write_bytes(BODY)
    os.utime(mine / "model.bin", ns=(1, 1))
    found = weights.find(model, folder=mine, cache=tmp_path / "cache")
    assert (found.folder, found.source) == (mine, Source.USER)


def test_a_broken_list_of_stamps_only_costs_time(tmp_path: Path) -> None:
    path = tmp_path / "model.bin"
    path.write_bytes(BODY)
    (tmp_path / "stamps.json").write_text("{not json")
    entry = file("model.bin", BODY)
    assert Stamps(tmp_path / "stamps.json").verified(path, entry.size, entry.sha256)
    assert not Stamps(tmp_path / "stamps.json").verified(path, entry.size, "0" * 64)


@pytest.mark.weights
@pytest.mark.parametrize("model_id", ["whisper-tiny.en", "whisper-base"])
def test_the_packages_named_in_the_manifest_hold_the_very_same_files(
    model_id: str, tmp_path: Path
) -> None:
    found = weights.find(weights.model(model_id), cache=tmp_path)
    assert found.source is Source.PACKAGE
    for entry in found.model.files:
        assert weights.sha256_of(found.folder / entry.name) == entry.sha256
