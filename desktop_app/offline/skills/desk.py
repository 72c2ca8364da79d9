"""What the skills keep: timers and lists, as one value, and the deeds that change it.  Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Literal, assert_never

from desktop_app.offline.skills.durations import say_duration
from desktop_app.offline.skills.phrase import to_you

Kind = Literal["timer", "alarm", "reminder"]

MAX_TIMERS = 100
MAX_ITEMS = 1000
"""Of one list.  Nobody listens to more, and a loop somewhere must not fill the disk."""


@dataclass(frozen=True, slots=True)
class Timer:
    """Something that will ring.

    Attributes:
        number: Never used twice.
        kind: How it was asked for, and how it rings.
        due: When it rings, aware.
        name: "pasta", or what to be reminded of; may be empty.
        length_s: How long a timer was set for; 0 for alarms and reminders.
        weekdays: The days on which an alarm comes again, Monday is 0; empty for once.
    """

    number: int
    kind: Kind
    due: datetime
    name: str = ""
    length_s: int = 0
    weekdays: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Desk:
    """Everything the skills know about this user.

    Attributes:
        timers: What is still to ring, earliest first.
        lists: Items by the list's name; "notes" is one of them.
        next_number: For the next timer.
        rung: What rang last, for "snooze"; None before the first.
    """

    timers: tuple[Timer, ...] = ()
    lists: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    next_number: int = 1
    rung: Timer | None = None


@dataclass(frozen=True, slots=True)
class SetTimer:
    """Let something ring; its number is given when it is set."""

    kind: Kind
    due: datetime
    name: str = ""
    length_s: int = 0
    weekdays: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class MoveTimer:
    """Let a timer ring at another time."""

    number: int
    due: datetime


@dataclass(frozen=True, slots=True)
class CancelTimers:
    """Let these never ring."""

    numbers: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class AddItems:
    """Write items at the end of a list, which need not exist."""

    name: str
    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RemoveItems:
    """Strike items by their place in the list, from 0."""

    name: str
    places: tuple[int, ...]


Deed = SetTimer | MoveTimer | CancelTimers | AddItems | RemoveItems


def done(desk: Desk, deed: Deed) -> Desk:
    """Give the desk as it is after ``deed``.  What is no longer there is left alone."""
    match deed:
        case SetTimer():
            timer = Timer(
                desk.next_number, deed.kind, deed.due, deed.name, deed.length_s, deed.weekdays
            )
            return replace(
                desk, timers=_in_order((*desk.timers, timer)), next_number=desk.next_number + 1
            )
        case MoveTimer():
            moved = (
                replace(timer, due=deed.due) if timer.number == deed.number else timer
                for timer in desk.timers
            )
            return replace(desk, timers=_in_order(moved))
        case CancelTimers():
            left = tuple(timer for timer in desk.timers if timer.number not in deed.numbers)
            return replace(desk, timers=left)
        case AddItems():
            items = (*desk.lists.get(deed.name, ()), *deed.items)
            return replace(desk, lists={**desk.lists, deed.name: items})
        case RemoveItems():
            kept = tuple(
                item
                for place, item in enumerate(desk.lists.get(deed.name, ()))
                if place not in deed.places
            )
            others = {name: items for name, items in desk.lists.items() if name != deed.name}
            return replace(desk, lists={**others, deed.name: kept} if kept else others)
        case _:
            assert_never(deed)


def _in_order(timers: Iterable[Timer]) -> tuple[Timer, ...]:
    return tuple(sorted(timers, key=lambda timer: (timer.due, timer.number)))


def ring_due(desk: Desk, now: datetime) -> tuple[Desk, tuple[Timer, ...]]:
    """Take off the desk what is due, and set what repeats to its next day.

    Args:
        desk: As it is.
        now: The user's wall clock; its zone decides what "every day at seven" is.

    Returns:
        The desk afterwards and what rings now, earliest first.
    """
    due = tuple(timer for timer in desk.timers if timer.due <= now)
    if not due:
        return desk, ()
    waiting = [timer for timer in desk.timers if timer.due > now]
    again = [replace(timer, due=next_due(timer, now)) for timer in due if timer.weekdays]
    return replace(desk, timers=_in_order(waiting + again), rung=due[-1]), due


def next_due(timer: Timer, now: datetime) -> datetime:
    """Find when a repeating alarm comes next, at the same time by the wall clock."""
    clock = timer.due.astimezone(now.tzinfo)
    for ahead in range(8):
        day = now.date() + timedelta(days=ahead)
        moment = datetime.combine(day, clock.time(), tzinfo=now.tzinfo)
        if moment > now and day.weekday() in timer.weekdays:
            return moment
    return timer.due + timedelta(days=7)


def ring_text(timer: Timer, now: datetime) -> str:
    """Say that something rings, and since when if nobody could be told at the time."""
    late = now - timer.due
    what = {
        "timer": f"Your {timer.name} timer is done." if timer.name else "Your timer is done.",
        "alarm": f"This is your {timer.name} alarm." if timer.name else "This is your alarm.",
        "reminder": f"Here is your reminder: {to_you(timer.name)}.",
    }[timer.kind]
    if late < timedelta(minutes=1):
        return what
    return f"{what} It was due {say_duration(late, parts=1)} ago."
