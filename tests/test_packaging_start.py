"""What the frozen program does not do before its window is painted."""

from __future__ import annotations

import gc
import importlib
import sys
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType

import pytest

from desktop_app.app_window import uncollected
from tests.source_tree import SourceTree

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture
def lean(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(ROOT / "packaging"))
    for name in ("builder", "builder.lean"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    return importlib.import_module("builder.lean")


def test_no_garbage_is_looked_for_while_the_window_is_loaded_and_again_after() -> None:
    with uncollected():
        assert not gc.isenabled()
    assert gc.isenabled()


def test_qt_finds_its_python_files_compiled_beside_its_library(
    lean: ModuleType, tmp_path: Path
) -> None:
    library = tmp_path / "shiboken6"
    for name in ("shibokensupport/a.pyc", "shibokensupport/a.py", "s/__pycache__/b.pyc"):
        (library / "files.dir" / name).parent.mkdir(parents=True, exist_ok=True)
        (library / "files.dir" / name).touch()
    (made,) = lean.signatures(library)
    compiled = library / "files.dir" / "shibokensupport" / "a.pyc"
    assert made == (str(compiled), str(Path("shiboken6", "files.dir", "shibokensupport")))


def test_the_locked_qt_looks_into_the_folder_that_we_fill(lean: ModuleType) -> None:
    found = find_spec("shiboken6")
    assert found is not None
    assert found.origin is not None
    libraries = Path(found.origin).parent.glob("*shiboken6.*")
    assert any(f'"{lean.SIGNATURES}"'.encode() in library.read_bytes() for library in libraries)


def test_only_the_pipe_for_windows_uses_what_has_its_hook_left_out_on_linux() -> None:
    users = {i.importer for i in SourceTree(ROOT).imports() if i.top == "multiprocessing"}
    assert users == {"desktop_app.adapters.instance_pipe"}
