"""What is said at the door of the running instance: one line of JSON each way."""

from __future__ import annotations

import json
from collections.abc import Callable

Act = Callable[[str], str]
"""Does what a message asks for; returns what was wrong with it, or nothing."""

PATIENCE_S = 1.0
"""How long one knock may take; whoever is slower is not one of ours."""

LONGEST_LINE = 4096


def answer(line: bytes, act: Act) -> bytes:
    """Do what ``line`` asks for and return the answer; whatever came, nothing breaks."""
    try:
        message = json.loads(line)
    except (ValueError, RecursionError):
        message = None
    word = message.get("do") if isinstance(message, dict) else None
    fault = act(word) if isinstance(word, str) else "This is not a message of Parley."
    return json.dumps({"ok": not fault, "text": fault}).encode() + b"\n"


def fault_in(reply: bytes) -> str:
    """Return what the running instance says is wrong, or nothing.

    Raises:
        OSError: If this is no answer.
    """
    try:
        told = json.loads(reply)
        return "" if told["ok"] else str(told["text"])
    except (ValueError, TypeError, LookupError) as error:
        raise ConnectionError("what answers there is not Parley") from error
