"""Dialogues to the letter: what the protocol's documentation shows for each kind of turn."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

FLOWS = Path(__file__).with_name("flows.txt")


@dataclass(frozen=True, slots=True)
class Line:
    """One event, and who says it."""

    by_server: bool
    event: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Flow:
    """One dialogue."""

    title: str
    lines: tuple[Line, ...]


@cache
def flows() -> dict[str, Flow]:
    """All flows by their letter, ``A`` to ``L``."""
    found: dict[str, tuple[str, list[Line]]] = {}
    letter = ""
    for text in FLOWS.read_text(encoding="utf-8").splitlines():
        mark, _, rest = text.partition(" ")
        match mark:
            case "==":
                letter, _, title = rest.partition(". ")
                found[letter] = (title, [])
            case "S<" | "C>":
                found[letter][1].append(Line(mark == "S<", json.loads(rest)))
    return {letter: Flow(title, tuple(lines)) for letter, (title, lines) in found.items()}
