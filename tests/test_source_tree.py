"""The architecture test sees every way to import something."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.source_tree import SourceTree

A_MODULE = '''
from __future__ import annotations
import json as j, numpy.linalg
from typing import TYPE_CHECKING
from desktop_app.core import state, VERSION
from . import sibling
if TYPE_CHECKING:
    from desktop_app.ui import window

def lazily(
    name: str,
) -> None:
    """Do it late."""
    import importlib
    importlib.import_module("keyring")
    __import__(name)
'''


@pytest.fixture
def tree(tmp_path: Path) -> SourceTree:
    files = {
        "__init__.py": "",
        "core/__init__.py": "",
        "core/state.py": "from desktop_app.adapters import a",
        "adapters/__init__.py": "",
        "adapters/a.py": A_MODULE,
        "ui/__init__.py": "",
        "ui/window.py": "",
    }
    for name, text in files.items():
        path = tmp_path / "desktop_app" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return SourceTree(tmp_path)


def test_lazy_dynamic_and_type_checking_imports_are_found(tree: SourceTree) -> None:
    found = {f.target for f in tree.imports() if f.importer == "desktop_app.adapters.a"}
    assert found == {
        "__future__",
        "json",
        "numpy.linalg",
        "typing",
        "desktop_app.core.state",
        "desktop_app.core",
        "sibling",
        "desktop_app.ui.window",
        "importlib",
        "keyring",
    }


def test_relative_imports_are_seen_as_such(tree: SourceTree) -> None:
    assert [f.target for f in tree.imports() if f.relative] == ["sibling"]


def test_neighbours_show_the_circle(tree: SourceTree) -> None:
    graph = tree.neighbours()
    assert "desktop_app.core.state" in graph["desktop_app.adapters.a"]
    assert graph["desktop_app.core.state"] == {"desktop_app.adapters.a"}


def test_rooms_and_the_lengths_of_functions_are_measured(tree: SourceTree) -> None:
    module = tree.modules["desktop_app.adapters.a"]
    assert module.room == "adapters"
    assert list(module.functions()) == [("lazily", 7)]
