from __future__ import annotations

import ast
from pathlib import Path

HERE = Path(__file__).parent


def test_the_servers_know_nothing_of_the_app() -> None:
    """What they say of the protocol is a second opinion, not an echo."""
    seen = 0
    for path in HERE.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            if isinstance(node, ast.ImportFrom):
                names = [node.module or ""]
            seen += len(names)
            assert not [name for name in names if name.startswith("desktop_app")], path.name
    assert seen > 100
