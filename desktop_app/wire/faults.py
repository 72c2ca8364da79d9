"""Where and how a value breaks the types: msgspec's message as data, and fields that got lost."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

Path = tuple[str | int, ...]

_AT = re.compile(r" - at `(?:key in )?\$(?P<path>[^`]*)`$")
_STEP = re.compile(r"\.([A-Za-z_]\w*)|\[(\d+)\]|\[\.\.\.\]")
_MISSING = re.compile(r"^Object missing required field `(?P<field>[^`]*)`")
_WRONG_TYPE = re.compile(r"^Expected `(?P<expected>[^`]*)`")
_LONGEST_REASON = 300
_DEEPEST = 16


@dataclass(frozen=True, slots=True)
class Fault:
    """One way in which a value breaks its type.

    Args:
        reason: The message, clipped.
        path: Where, from the top; the object itself when a field of it is missing.
        missing: The field that is missing, or "".
        expected: The types that were expected, if it is a matter of type.
    """

    reason: str
    path: Path
    missing: str = ""
    expected: tuple[str, ...] = ()

    @property
    def message(self) -> str:
        """What is wrong, in the protocol's words."""
        if self.missing:
            return f"Missing required parameter: '{self.param}'."
        what = _AT.sub("", self.reason).replace("`", "'")
        return f"{what} at '{self.param}'." if self.param else f"{what}."

    @property
    def code(self) -> str:
        """The protocol's error code."""
        if self.missing:
            return "missing_required_parameter"
        return "invalid_type" if self.expected else "invalid_value"

    @property
    def param(self) -> str | None:
        """The path as the protocol writes it, or None for the event as a whole."""
        path = (*self.path, self.missing) if self.missing else self.path
        return dotted(path) or None


def fault_of(message: str) -> Fault:
    """Read a message of `msgspec.ValidationError`.

    A path ends where it enters a free mapping, whose keys the message does not tell.
    """
    at = _AT.search(message)
    path: list[str | int] = []
    for step in _STEP.finditer(at["path"] if at else ""):
        name, index = step.groups()
        if name is None and index is None:
            break
        path.append(name if name is not None else int(index))
    missing = _MISSING.match(message)
    wrong = _WRONG_TYPE.match(message)
    return Fault(
        reason=message[:_LONGEST_REASON],
        path=tuple(path),
        missing=missing["field"] if missing else "",
        expected=tuple(wrong["expected"].split(" | ")) if wrong else (),
    )


def dotted(path: Path) -> str:
    """Write a path as the protocol does: ``session.tools[0].name``."""
    return "".join(f"[{s}]" if isinstance(s, int) else f".{s}" for s in path).removeprefix(".")


def lost_fields(raw: object, kept: object, path: Path = ()) -> Iterator[Path]:
    """Find what is in ``raw`` and did not survive into ``kept``.

    Args:
        raw: What came, as plain JSON values.
        kept: What the types made of it, as plain JSON values again.
        path: Where both stand.

    Yields:
        The path of each field or list element that got lost, the deepest left out.
    """
    if len(path) > _DEEPEST:
        return
    if isinstance(raw, dict) and isinstance(kept, dict):
        for name, value in raw.items():
            if name not in kept:
                yield (*path, name)
            else:
                yield from lost_fields(value, kept[name], (*path, name))
    elif isinstance(raw, list) and isinstance(kept, list | tuple):
        for index, value in enumerate(raw):
            if index >= len(kept):
                yield (*path, index)
            else:
                yield from lost_fields(value, kept[index], (*path, index))
