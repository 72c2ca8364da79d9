"""Tools of the app itself: how loud and how fast the assistant speaks, changed by asking for it.

They change settings and nothing else, so the core carries them out by itself, at once.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from desktop_app.core.settings import Settings, specs
from desktop_app.core.spec import Spec
from desktop_app.core.state import AppState

SET_VOLUME = "set_volume"
SET_SPEED = "set_speaking_speed"


@dataclass(frozen=True, slots=True)
class _Dial:
    """A setting that can be turned.

    Attributes:
        setting: Its name.
        value: The argument that sets it.
        says: Says a value of it.
        bounds: Says where it ends.
        description: What the assistant is told.
    """

    setting: str
    value: str
    says: str
    bounds: str
    description: str

    @property
    def spec(self) -> Spec:
        """How the setting is declared: the one place that knows its bounds."""
        return specs()[self.setting]


_DIALS = {
    SET_VOLUME: _Dial(
        "volume",
        "percent",
        "The volume is now {:.0f} percent.",
        "The volume goes from 0 to 100 percent.",
        "Change how loud you are heard. Give percent, or change: by how much, such as -20.",
    ),
    SET_SPEED: _Dial(
        "speed",
        "speed",
        "I now speak at {:.0%} of the usual speed.",
        "The speed goes from 25 to 150 percent of the usual one.",
        "Change how fast you speak. Give speed (1 is usual), or change: by how much, such as 0.15.",
    ),
}
_AT_THE_END = "It is as {} as it can be already."
_ENDS = {SET_VOLUME: ("quiet", "loud"), SET_SPEED: ("slow", "fast")}
_ONE_OF_BOTH = "Error: give either {} or change, a number."


def offered(state: AppState) -> bool:
    """Whether this far end may change how it is heard."""
    return state.settings.spoken_settings or state.link.capabilities.steers


def declarations() -> tuple[dict[str, object], ...]:
    """Return the declarations as a session takes them."""
    return tuple(_declared(name, dial) for name, dial in _DIALS.items())


def is_own(name: str) -> bool:
    """Whether a tool is the app's own."""
    return name in _DIALS


def turned(settings: Settings, name: str, arguments: str) -> tuple[Settings, str]:
    """Carry out a call.

    Args:
        settings: As they are.
        name: One of the app's own tools.
        arguments: JSON, as the far end sent it.

    Returns:
        The settings as they are to be, and the output: a sentence that can be spoken.
    """
    dial = _DIALS[name]
    now = float(getattr(settings, dial.setting))
    asked, relative = _asked(arguments, dial.value)
    if asked is None:
        return settings, _ONE_OF_BOTH.format(dial.value)
    low, high = float(dial.spec.low or 0), float(dial.spec.high or 0)
    wanted = now + asked if relative else asked
    if not relative and not low <= wanted <= high:
        return settings, dial.bounds
    wanted = min(high, max(low, wanted))
    value = round(wanted) if dial.setting == "volume" else round(wanted, 2)
    if relative and asked and value == now and now in (low, high):
        return settings, _AT_THE_END.format(_ENDS[name][now == high])
    changes: dict[str, Any] = {dial.setting: value}
    return replace(settings, **changes), dial.says.format(value)


def _asked(arguments: str, value: str) -> tuple[float | None, bool]:
    """Read the one number of a call, and whether it is a change; None: there is not just one."""
    try:
        given = json.loads(arguments)
    except ValueError:
        return None, False
    if not isinstance(given, Mapping):
        return None, False
    numbers = {key: given[key] for key in (value, "change") if given.get(key) is not None}
    if len(numbers) != 1:
        return None, False
    ((key, number),) = numbers.items()
    # Far ends may send any number: neither one beyond all floats nor NaN is a volume.
    if isinstance(number, bool) or not isinstance(number, int | float) or not abs(number) < 1e6:
        return None, False
    return float(number), key == "change"


def _declared(name: str, dial: _Dial) -> dict[str, object]:
    spec = dial.spec
    kind = "integer" if dial.setting == "volume" else "number"
    span = float(spec.high or 0) - float(spec.low or 0)
    most = round(span) if kind == "integer" else span
    return {
        "type": "function",
        "name": name,
        "description": dial.description,
        "parameters": {
            "type": "object",
            "properties": {
                dial.value: {"type": kind, "minimum": spec.low, "maximum": spec.high},
                "change": {"type": kind, "minimum": -most, "maximum": most},
            },
            "additionalProperties": False,
        },
    }
