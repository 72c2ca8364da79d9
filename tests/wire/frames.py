"""Frames for the wire tests: the examples of the protocol, and short ways to make one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

EXAMPLES = Path(__file__).with_name("examples.jsonl")


def examples(direction: str) -> list[str]:
    """The example frames of one direction, ``C>`` or ``S<``."""
    lines = EXAMPLES.read_text("utf-8").splitlines()
    return [line[3:] for line in lines if line.startswith(direction)]


def frame(kind: str, **fields: Any) -> str:
    """One event as a text frame."""
    return json.dumps({"type": kind, **fields})
