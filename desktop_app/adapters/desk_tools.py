"""Tools that run on this computer: the clock and the calendar, which models cannot know.

They read nothing else of the computer and change nothing, so they need no consent.
"""

from __future__ import annotations

import asyncio
import json
import logging
import zoneinfo
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import cache

MAX_OUTPUT_BYTES = 8000
_MAX_DAYS = 400_000  # Farther than that no calendar of ours reaches.
# Not strftime's names: those change with the locale that Qt sets.
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_CUT = " [the rest was cut off]"
_log = logging.getLogger(__name__)

Arguments = Mapping[str, object]


class _FaultError(Exception):
    """The call cannot be answered; the message tells the model why."""


@dataclass(frozen=True, slots=True)
class _Tool:
    """One tool: how it is declared, and what it does."""

    description: str
    run: Callable[[Arguments], Mapping[str, object]]
    parameters: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    required: tuple[str, ...] = ()

    def spec(self, name: str) -> dict[str, object]:
        """Return the declaration as a session takes it."""
        return {
            "type": "function",
            "name": name,
            "description": self.description,
            "parameters": {
                "type": "object",
                "properties": {key: dict(schema) for key, schema in self.parameters.items()},
                "required": list(self.required),
                "additionalProperties": False,
            },
        }


def _utc_now() -> datetime:
    return datetime.now(UTC)


class DeskTools:
    """The tools of this computer."""

    def __init__(
        self, now: Callable[[], datetime] = _utc_now, local_zone: tzinfo | None = None
    ) -> None:
        """Prepare.

        Args:
            now: The clock; with a time zone.
            local_zone: The user's zone; None: what the system says at the moment of the call.
        """
        self._now = now
        self._local_zone = local_zone
        day = {"type": "string", "description": "A date as YYYY-MM-DD. Left out: today."}
        self._tools = {
            "current_date_and_time": _Tool(
                "The date, the weekday and the time, where the user is or in any time zone.",
                self._current_date_and_time,
                {
                    "timezone": {
                        "type": "string",
                        "description": "IANA name such as Europe/Berlin. Left out: the user's.",
                    }
                },
            ),
            "days_between": _Tool(
                "How many days lie between two dates, and which weekdays these are.",
                self._days_between,
                {"start": day, "end": day},
            ),
            "date_after": _Tool(
                "The date and the weekday so many days after a date.",
                self._date_after,
                {
                    "start": day,
                    "days": {"type": "integer", "description": "Below zero: before it."},
                },
                ("days",),
            ),
        }

    def specs(self) -> Sequence[dict[str, object]]:
        """Return the declarations."""
        return [tool.spec(name) for name, tool in self._tools.items()]

    async def call(self, name: str, arguments: str) -> str:
        """Run tool ``name``; whatever goes wrong is told in the output, and never raised."""
        # In a thread, as time zones are read from the disk.
        return _capped(await asyncio.to_thread(self._answer, name, arguments))

    def _answer(self, name: str, arguments: str) -> str:
        try:
            tool = self._tools.get(name)
            if tool is None:
                raise _FaultError(f"There is no tool {name!r}, only {', '.join(self._tools)}.")
            return json.dumps(tool.run(_checked(tool, arguments)), ensure_ascii=False)
        except _FaultError as fault:
            return f"Error: {fault}"
        # A call without output stalls the conversation: a bug of ours must not do that.
        except Exception as error:
            _log.exception("The tool %s failed", name)
            return f"Error: the tool failed ({type(error).__name__})."

    def _current_date_and_time(self, arguments: Arguments) -> dict[str, object]:
        wanted = _text(arguments, "timezone")
        there = self._now().astimezone(_zone(wanted) if wanted else self._local_zone)
        return {
            **_named(there.date()),
            "time": f"{there:%H:%M:%S}",
            "timezone": getattr(there.tzinfo, "key", None) or there.tzname(),
            "utc_offset": f"{there:%z}"[:3] + ":" + f"{there:%z}"[3:5],
        }

    def _days_between(self, arguments: Arguments) -> dict[str, object]:
        start, end = self._day(arguments, "start"), self._day(arguments, "end")
        return {"start": _named(start), "end": _named(end), "days": (end - start).days}

    def _date_after(self, arguments: Arguments) -> dict[str, object]:
        days = arguments["days"]
        if isinstance(days, float) and days.is_integer():
            days = int(days)  # Some models write 3.0.
        if isinstance(days, bool) or not isinstance(days, int) or abs(days) > _MAX_DAYS:
            raise _FaultError(f"days must be a whole number of at most {_MAX_DAYS}.")
        start = self._day(arguments, "start")
        try:
            return {"start": _named(start), "date": _named(start + timedelta(days=days))}
        except OverflowError as error:
            raise _FaultError("That is beyond the calendar.") from error

    def _day(self, arguments: Arguments, name: str) -> date:
        text = _text(arguments, name)
        if not text or text.lower() == "today":
            return self._now().astimezone(self._local_zone).date()
        try:
            return date.fromisoformat(text)
        except ValueError as error:
            raise _FaultError(f"{name} must be a date as YYYY-MM-DD.") from error


def _checked(tool: _Tool, arguments: str) -> dict[str, object]:
    """Return the arguments as sent; models and servers send all kinds of things.

    Raises:
        _FaultError: If that is no JSON object, or has not what the tool needs.
    """
    try:
        # Some servers send nothing at all when there are no arguments.
        values = json.loads(arguments) if arguments.strip() else {}
    except (ValueError, RecursionError) as error:
        raise _FaultError("The arguments are not valid JSON; send a JSON object.") from error
    if not isinstance(values, dict):
        raise _FaultError("The arguments must be a JSON object.")
    given = {name: value for name, value in values.items() if value is not None}
    if unknown := [name for name in given if name not in tool.parameters]:
        raise _FaultError(f"There is no argument {', '.join(unknown)[:200]}.")
    if missing := [name for name in tool.required if name not in given]:
        raise _FaultError(f"The argument {', '.join(missing)} is missing.")
    return given


def _text(arguments: Arguments, name: str) -> str:
    value = arguments.get(name, "")
    if not isinstance(value, str):
        raise _FaultError(f"{name} must be a string.")
    return value.strip()


def _named(day: date) -> dict[str, str]:
    return {"date": day.isoformat(), "weekday": _WEEKDAYS[day.weekday()]}


def _zone(name: str) -> tzinfo:
    """Return the zone called ``name``; also by its city alone, and in any case.

    Raises:
        _FaultError: If there is none, or several.
    """
    wanted = name.replace(" ", "_").casefold()
    zones = _zones()
    found = [zones[wanted]] if wanted in zones else _by_city(wanted)
    if len(found) == 1:
        return zoneinfo.ZoneInfo(found[0])
    if found:
        raise _FaultError(f"Several time zones are meant by that: {', '.join(found)}.")
    raise _FaultError("There is no such time zone; use an IANA name such as Europe/Berlin.")


def _by_city(city: str) -> list[str]:
    return sorted(zone for key, zone in _zones().items() if key.rpartition("/")[2] == city)


@cache
def _zones() -> dict[str, str]:
    """Return the names of all zones by their lower-case form."""
    return {zone.casefold(): zone for zone in zoneinfo.available_timezones()}


def _capped(text: str) -> str:
    """Return ``text``, cut if it is long: it is paid for again with every later turn."""
    raw = text.encode(errors="replace")  # Half a character in a name it quotes cannot be sent.
    if len(raw) <= MAX_OUTPUT_BYTES:
        return raw.decode()
    return raw[: MAX_OUTPUT_BYTES - len(_CUT)].decode(errors="ignore") + _CUT
