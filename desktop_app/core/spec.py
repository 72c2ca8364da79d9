"""How a setting is declared: label, range, help, and what a change of it costs."""

from __future__ import annotations

from dataclasses import MISSING, dataclass, field
from enum import IntEnum
from typing import Any


class Cost(IntEnum):
    """What it takes to make a changed setting effective; the larger includes the smaller."""

    NOW = 0
    SESSION_UPDATE = 1
    REOPEN_AUDIO = 2
    RENEW = 3
    """A new session, once nobody speaks."""
    RECONNECT = 4
    """A new session at once."""


@dataclass(frozen=True, slots=True)
class Spec:
    """How a setting is shown and checked.

    Attributes:
        label: What the window calls it.
        help: One sentence for people, shown beside it.
        page: Which page of the dialog it stands on; empty: Parley remembers it by itself.
        cost: What a change costs.
        choices: ``(value, label)`` pairs; empty when free.
        editable: With ``choices``: other values may be typed as well.
        low: Smallest number allowed.
        high: Largest number allowed.
        step: How far one press of an arrow key goes.
        unit: Unit behind a number.
        multiline: Free text of several lines.
    """

    label: str
    help: str = ""
    page: str = "assistant"
    cost: Cost = Cost.SESSION_UPDATE
    choices: tuple[tuple[str, str], ...] = ()
    editable: bool = False
    low: float | None = None
    high: float | None = None
    step: float = 1
    unit: str = ""
    multiline: bool = False


def setting(default: Any, spec: Spec) -> Any:
    """Declare a dataclass field with its default and its `Spec`."""
    return field(default=default, metadata={"spec": spec})


def same(*values: str) -> tuple[tuple[str, str], ...]:
    """Return choices whose label is their value."""
    return tuple((v, v) for v in values)


def fit(value: object, default: object, spec: Spec) -> object:
    """Return ``value`` with the type of ``default``, or MISSING if it breaks the declaration."""
    if isinstance(default, bool) or isinstance(value, bool):
        return value if isinstance(value, bool) and isinstance(default, bool) else MISSING
    if isinstance(default, float) and isinstance(value, int):
        try:
            value = float(value)
        except OverflowError:
            return MISSING
    if type(value) is not type(default):
        return MISSING
    if isinstance(value, int | float):
        low = spec.low if spec.low is not None else value
        high = spec.high if spec.high is not None else value
        return value if low <= value <= high else MISSING
    if spec.choices and not spec.editable and value not in dict(spec.choices):
        return MISSING
    return value
