"""Read the program's source as the architecture test needs it: modules, and who imports whom."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

PACKAGE = "desktop_app"
DYNAMIC_IMPORTS = {"import_module", "__import__"}


@dataclass(frozen=True, slots=True)
class Import:
    """One import statement, wherever it stands: lazy and TYPE_CHECKING ones count."""

    importer: str
    target: str
    line: int
    relative: bool = False

    @property
    def top(self) -> str:
        """The first part of the imported name."""
        return self.target.partition(".")[0]

    def __str__(self) -> str:
        return f"{self.importer}:{self.line} imports {self.target}"


@dataclass(frozen=True)
class Module:
    """One file of Python."""

    name: str
    path: Path

    @cached_property
    def text(self) -> str:
        """The source."""
        return self.path.read_text(encoding="utf-8")

    @cached_property
    def tree(self) -> ast.Module:
        """The source, parsed."""
        return ast.parse(self.text, str(self.path))

    @property
    def is_package(self) -> bool:
        """Whether this is an ``__init__.py``."""
        return self.path.name == "__init__.py"

    @property
    def room(self) -> str:
        """The layer or the single file right below the package: ``core``, ``ports``, ``app``."""
        parts = self.name.split(".")
        return parts[1] if len(parts) > 1 else ""

    def functions(self) -> Iterator[tuple[str, int]]:
        """Every function and method with its length in lines, from ``def`` to its end."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield node.name, (node.end_lineno or node.lineno) - node.lineno + 1


class SourceTree:
    """All modules of the program."""

    def __init__(self, root: Path) -> None:
        self.modules: dict[str, Module] = {}
        for path in sorted((root / PACKAGE).rglob("*.py")):
            parts = path.relative_to(root).with_suffix("").parts
            name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
            self.modules[name] = Module(name, path)

    def imports(self) -> Iterator[Import]:
        """All imports of all modules; names taken from a package become its modules."""
        for module in self.modules.values():
            for node in ast.walk(module.tree):
                yield from self._imports_of(module, node)

    def _imports_of(self, module: Module, node: ast.AST) -> Iterator[Import]:
        match node:
            case ast.Import():
                for alias in node.names:
                    yield Import(module.name, alias.name, node.lineno)
            case ast.ImportFrom(module=source, level=level):
                for alias in node.names:
                    inner = f"{source}.{alias.name}"
                    target = inner if inner in self.modules else source or alias.name
                    yield Import(module.name, target, node.lineno, relative=level > 0)
            case ast.Call(args=[ast.Constant(value=str(target)), *_]) if called(node) in (
                DYNAMIC_IMPORTS
            ):
                yield Import(module.name, target, node.lineno)

    def neighbours(self) -> dict[str, set[str]]:
        """Per module the modules of ours that it imports."""
        graph: dict[str, set[str]] = {name: set() for name in self.modules}
        for found in self.imports():
            if found.target in self.modules and found.target != found.importer:
                graph[found.importer].add(found.target)
        return graph


def called(node: ast.Call) -> str:
    """The last name of what is called: ``import_module`` of ``importlib.import_module(...)``."""
    match node.func:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case _:
            return ""


def is_standard(top: str) -> bool:
    """Whether a module comes with Python."""
    return top in sys.stdlib_module_names
