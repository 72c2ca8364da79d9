"""The desk as JSON and back, checked field by field.  Pure."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any, get_args

from desktop_app.offline.skills.desk import Desk, Kind, Timer

VERSION = 1


class DeskFileError(ValueError):
    """The text is no desk; the message says where."""


def encode(desk: Desk) -> str:
    """Write a desk as JSON text."""
    return json.dumps(
        {
            "version": VERSION,
            "next_number": desk.next_number,
            "timers": [_timer_out(timer) for timer in desk.timers],
            "rung": _timer_out(desk.rung) if desk.rung else None,
            "lists": {name: list(items) for name, items in desk.lists.items()},
        },
        ensure_ascii=False,
        indent=1,
    )


def _timer_out(timer: Timer) -> dict[str, object]:
    return {
        "number": timer.number,
        "kind": timer.kind,
        "due": timer.due.isoformat(),
        "name": timer.name,
        "length_s": timer.length_s,
        "weekdays": list(timer.weekdays),
    }


def decode(text: str) -> Desk:
    """Read a desk from JSON text.

    Raises:
        DeskFileError: It is not JSON, of another version, or a field has another type.
    """
    try:
        raw = json.loads(text)
        if raw["version"] != VERSION:
            raise DeskFileError(f"version {raw['version']!r} is not {VERSION}")
        timers = tuple(_timer_in(timer) for timer in raw["timers"])
        lists = {
            str(name): tuple(str(item) for item in items) for name, items in raw["lists"].items()
        }
        rung = _timer_in(raw["rung"]) if raw["rung"] else None
        numbers = [int(raw["next_number"]), *(timer.number + 1 for timer in timers)]
    except DeskFileError:
        raise
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise DeskFileError(f"{type(error).__name__}: {error}") from error
    return Desk(
        tuple(sorted(timers, key=lambda timer: (timer.due, timer.number))),
        lists,
        max(numbers),
        rung,
    )


def _timer_in(raw: dict[str, Any]) -> Timer:
    due = datetime.fromisoformat(raw["due"])
    if due.tzinfo is None:
        raise DeskFileError("a timer without a time zone")
    if raw["kind"] not in get_args(Kind):
        raise DeskFileError(f"a timer of the kind {raw['kind']!r}")
    weekdays = tuple(int(day) for day in raw["weekdays"])
    if any(not 0 <= day <= 6 for day in weekdays):
        raise DeskFileError("a weekday outside 0 to 6")
    return Timer(
        int(raw["number"]), raw["kind"], due, str(raw["name"]), int(raw["length_s"]), weekdays
    )
