from __future__ import annotations

import errno
import json
import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from desktop_app.adapters import settings_file
from desktop_app.adapters.settings_document import parse
from desktop_app.adapters.settings_file import JsonSettingsStore
from desktop_app.core.problems import Action, Kind, Problem
from desktop_app.core.settings import Settings
from desktop_app.ports import SettingsStore
from tests.adapters.contracts import SettingsStoreContract
from tests.fakes.settings import FakeSettingsStore

MINE = replace(Settings(), voice="cedar", speed=1.25)
SAVE_OFTEN = """
import sys
from dataclasses import replace
from pathlib import Path
from desktop_app.adapters.settings_file import JsonSettingsStore
from desktop_app.core.settings import Settings
store = JsonSettingsStore(Path(sys.argv[1]))
for n in range(100):
    problem = store.save(replace(Settings(), instructions=sys.argv[2] * 20_000))
    assert problem is None, problem
"""


class TestFakeSettingsStore(SettingsStoreContract):
    @pytest.fixture
    def store(self) -> SettingsStore:
        return FakeSettingsStore()


class TestJsonSettingsStore(SettingsStoreContract):
    @pytest.fixture
    def store(self, tmp_path: Path) -> SettingsStore:
        return JsonSettingsStore(tmp_path / "new" / "settings.json")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "settings.json"


@pytest.fixture
def store(path: Path) -> JsonSettingsStore:
    return JsonSettingsStore(path)


@contextmanager
def disk_full_after(n_bytes: int) -> Iterator[None]:
    """Let no file of this process grow beyond ``n_bytes``."""
    resource = pytest.importorskip("resource", reason="POSIX limits")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (n_bytes, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def kind_of(problem: Problem | None) -> Kind | None:
    return problem.kind if problem else None


def names(folder: Path) -> set[str]:
    return {entry.name for entry in folder.iterdir()}


def test_what_a_store_saved_another_run_loads(path: Path) -> None:
    assert JsonSettingsStore(path).save(MINE) is None
    assert JsonSettingsStore(path).load() == (MINE, None)


@pytest.mark.skipif(os.name != "posix", reason="modes")
def test_the_file_is_for_this_user_only_and_nothing_lies_beside_it(
    store: JsonSettingsStore, path: Path
) -> None:
    path.write_text("{}")
    path.chmod(0o644)
    store.save(MINE)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert names(path.parent) == {"settings.json"}


def test_loading_writes_nothing_when_nothing_is_wrong(store: JsonSettingsStore, path: Path) -> None:
    store.load()
    assert names(path.parent) == set()


def test_a_broken_file_is_set_aside_under_a_free_name_and_reported(
    store: JsonSettingsStore, path: Path
) -> None:
    for number in (1, 2, 3):
        broken = b"{" * number
        path.write_bytes(broken)
        settings, problem = store.load()
        assert settings == Settings()
        assert problem is not None
        assert problem.kind is Kind.BROKEN_SETTINGS
        assert f"settings.broken-{number}.json" in problem.hint
        assert (path.parent / f"settings.broken-{number}.json").read_bytes() == broken
        assert not path.exists()
    assert store.load() == (Settings(), None)


def test_settings_saved_over_a_file_that_broke_meanwhile_lose_neither(
    store: JsonSettingsStore, path: Path
) -> None:
    path.write_text("oops")
    assert kind_of(store.save(MINE)) is Kind.BROKEN_SETTINGS
    assert store.load() == (MINE, None)
    assert (path.parent / "settings.broken-1.json").read_text() == "oops"


def test_values_that_do_not_fit_are_reported_by_label_and_kept_in_a_copy(
    store: JsonSettingsStore, path: Path
) -> None:
    raw = '{"version": 1, "settings": {"speed": 99, "theme": "neon", "voice": "cedar"}}'
    path.write_text(raw)
    for _ in range(3):
        settings, problem = store.load()
        assert settings == replace(Settings(), voice="cedar")
        assert problem is not None
        assert (problem.kind, problem.action) == (Kind.BROKEN_SETTINGS, Action.OPEN_SETTINGS)
        assert "Speed, Appearance" in problem.title
        assert "settings.replaced-1.json" in problem.hint
    assert names(path.parent) == {"settings.json", "settings.replaced-1.json"}
    store.save(settings)
    assert store.load() == (settings, None)
    assert (path.parent / "settings.replaced-1.json").read_text() == raw


def test_what_others_wrote_into_the_file_since_it_was_loaded_survives(
    store: JsonSettingsStore, path: Path
) -> None:
    store.save(Settings())
    store.load()
    theirs = json.loads(path.read_text())
    theirs["plugin"] = {"x": 1}
    theirs["settings"]["from_the_future"] = [1, 2]
    path.write_text(json.dumps(theirs))
    store.save(MINE)
    after = json.loads(path.read_text())
    assert after["plugin"] == {"x": 1}
    assert after["settings"]["from_the_future"] == [1, 2]
    assert after["settings"]["voice"] == "cedar"


def test_on_a_full_disk_the_old_file_stays_whole_and_it_is_said(
    store: JsonSettingsStore, path: Path
) -> None:
    store.save(Settings())
    before = path.read_bytes()
    with disk_full_after(100):
        problem = store.save(MINE)
    assert problem is not None
    assert problem.kind is Kind.UNSAVED_SETTINGS
    assert "settings.json" in problem.hint
    assert path.read_bytes() == before
    assert names(path.parent) == {"settings.json"}
    assert store.save(MINE) is None


def test_a_file_takes_its_name_only_when_the_disk_has_it(
    store: JsonSettingsStore, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken_disk(handle: int) -> None:
        raise OSError(errno.EIO, "Input/output error")

    store.save(Settings())
    monkeypatch.setattr(os, "fsync", broken_disk)
    assert kind_of(store.save(MINE)) is Kind.UNSAVED_SETTINGS
    assert store.load() == (Settings(), None)
    assert names(path.parent) == {"settings.json"}


def test_a_file_that_could_not_be_read_is_not_replaced(
    store: JsonSettingsStore, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def forbidden(path: Path, limit_bytes: int) -> bytes:
        raise PermissionError(errno.EACCES, "Permission denied")

    store.save(MINE)
    with monkeypatch.context() as patch:
        patch.setattr(settings_file, "read_whole", forbidden)
        settings, problem = store.load()
        assert settings == Settings()
        assert problem is not None
        assert problem.kind is Kind.BROKEN_SETTINGS
        assert "Permission denied" in problem.hint
        assert kind_of(store.save(Settings())) is Kind.UNSAVED_SETTINGS
    assert store.load() == (MINE, None)


def test_a_broken_file_that_cannot_be_moved_stays_where_it_is(
    store: JsonSettingsStore, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def forbidden(path: Path, target: Path) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    path.write_text("oops")
    monkeypatch.setattr(Path, "replace", forbidden)
    settings, problem = store.load()
    assert settings == Settings()
    assert problem is not None
    assert "still there" in problem.hint
    assert kind_of(store.save(MINE)) is Kind.UNSAVED_SETTINGS
    assert path.read_text() == "oops"
    assert names(path.parent) == {"settings.json"}


def test_a_folder_that_cannot_be_made_is_a_problem_and_no_exception(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    store = JsonSettingsStore(tmp_path / "file" / "settings.json")
    assert kind_of(store.load()[1]) is Kind.BROKEN_SETTINGS
    assert kind_of(store.save(MINE)) is Kind.UNSAVED_SETTINGS


@pytest.mark.parametrize("what", ["mkdir", "mkfifo"])
def test_something_else_in_place_of_the_file_neither_blocks_nor_is_replaced(
    store: JsonSettingsStore, path: Path, what: str
) -> None:
    if not hasattr(os, what):
        pytest.skip("no such thing here")
    getattr(os, what)(path)
    before = path.stat().st_ino
    settings, problem = store.load()
    assert (settings, kind_of(problem)) == (Settings(), Kind.BROKEN_SETTINGS)
    assert kind_of(store.save(MINE)) is Kind.UNSAVED_SETTINGS
    assert path.stat().st_ino == before


def test_a_link_stays_a_link(store: JsonSettingsStore, path: Path, tmp_path: Path) -> None:
    real = tmp_path / "dotfiles" / "parley.json"
    path.symlink_to(real)
    assert store.save(MINE) is None
    assert path.is_symlink()
    assert parse(real.read_bytes()).settings == MINE


def test_two_processes_that_save_at_once_never_tear_the_file(path: Path) -> None:
    writers = [
        subprocess.Popen([sys.executable, "-c", SAVE_OFTEN, str(path), letter]) for letter in "ab"
    ]
    seen = set()
    try:
        while any(writer.poll() is None for writer in writers):
            if path.exists():
                seen.add(parse(path.read_bytes()).settings.instructions)
    finally:
        codes = [writer.wait(timeout=60) for writer in writers]
    assert codes == [0, 0]
    assert seen <= {"a" * 20_000, "b" * 20_000}
    assert seen
    assert names(path.parent) == {"settings.json"}
