"""Make the most of an event that breaks the types in places: what cannot be read is left out.

A server may put a number where we expect text, or a kind of content that came after us.  That
costs this one field, not the event, unless the event makes no sense without it.
"""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec

from desktop_app.wire.base import JsonObject
from desktop_app.wire.faults import Fault, Path, fault_of

E = TypeVar("E")

_MOST_REPAIRS = 64
_EXACT = 2**53


def mend(raw: JsonObject, kind: type[E]) -> tuple[E, tuple[Path, ...]] | Fault:
    """Convert ``raw``, leaving out what does not fit.

    Args:
        raw: The event as plain JSON values; what is at fault is taken out of it in place.
        kind: The struct it should become.

    Returns:
        The event with the paths of what was left out or bent, or the first fault if the event
        cannot be had.
    """
    first: Fault | None = None
    paths: list[Path] = []
    for _ in range(_MOST_REPAIRS):
        try:
            return msgspec.convert(raw, kind), tuple(paths)
        except msgspec.ValidationError as error:
            fault = fault_of(str(error))
        first = first or fault
        if not _cure(raw, fault):
            break
        paths.append(fault.path)
    return first or Fault(reason="No repair was tried.", path=())


def _cure(raw: JsonObject, fault: Fault) -> bool:
    """Coerce or remove the value at fault; False if it is the event itself."""
    if not fault.path:
        return False
    holder: Any = raw
    for step in fault.path[:-1]:
        holder = holder[step]
    last = fault.path[-1]
    replacement = _coerced(holder[last], fault)
    if replacement is None:
        del holder[last]
    else:
        holder[last] = replacement
    return True


def _coerced(value: object, fault: Fault) -> int | str | None:
    """Read a float as an integer and a number as text, where that is all that is wrong."""
    if isinstance(value, float) and abs(value) <= _EXACT and "int" in fault.expected:
        return int(value)
    if isinstance(value, int | float) and not isinstance(value, bool) and "str" in fault.expected:
        return str(value)
    return None
