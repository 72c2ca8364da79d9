"""What timers are called: by people, and back to them.  Pure."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from desktop_app.offline.skills.desk import Timer
from desktop_app.offline.skills.durations import parse_duration, say_duration
from desktop_app.offline.skills.moments import When, parse_when, say_when
from desktop_app.offline.skills.phrase import to_you

_NO_NAME = re.compile(
    r"\b(?:what|how|why|who|where|when|which|is|are|does|do|can|set|start|stop|cancel|timers?|"
    r"alarms?|reminders?|for|left|until|to|on|by|more|minutes?|seconds?|hours?)\b"
)
ARTICLE = re.compile(r"^(?:(?:the|my|a|an|our|another|new|all|this|that|one|for)\s+)+")


def clean_name(name: str) -> str | None:
    """Take the articles off a timer's name; None if it cannot be one."""
    name = ARTICLE.sub("", name).strip()
    if not name or len(name.split()) > 4 or _NO_NAME.search(name) or name in {"the", "my", "a"}:
        return None
    return name


def called(name: str, timers: list[Timer], now: datetime) -> list[Timer]:
    """Find timers by their name, their length or their time."""
    name = ARTICLE.sub("", name).strip()
    same = [timer for timer in timers if timer.name.lower() == name]
    if same:
        return same
    length = parse_duration(name)
    if length is not None:
        return [timer for timer in timers if timer.length_s == int(length.total_seconds())]
    when = parse_when(name, now, waking=True) or parse_when(name, now)
    if when is not None:
        clock = when.due.astimezone(now.tzinfo).time()
        return [timer for timer in timers if timer.due.astimezone(now.tzinfo).time() == clock]
    place = {"first": 0, "next": 0, "second": 1, "third": 2, "last": -1}.get(name)
    if place is not None and -1 <= place < len(timers):
        return [timers[place]]
    wanted = set(name.split())
    return [timer for timer in timers if wanted and wanted <= set(timer.name.lower().split())]


def left_on(timer: Timer, now: datetime) -> str:
    """Say how long a timer still runs."""
    return say_duration(max(timer.due - now.astimezone(UTC), timedelta(seconds=1)))


def the_timer(timer: Timer) -> str:
    """Name a timer in a sentence: "the pasta timer", "the 10 minute timer"."""
    if timer.kind == "timer":
        which = timer.name or (
            say_duration(timedelta(seconds=timer.length_s)) if timer.length_s else ""
        )
        which = re.sub(r"^(\d+) (\w+?)s?$", r"\1 \2", which)
        return f"the {which} timer" if which else "the timer"
    return f"the {timer.name} {timer.kind}" if timer.name else f"the {timer.kind}"


def described(timer: Timer, now: datetime) -> str:
    """Say what a timer is and when it rings."""
    if timer.kind == "timer":
        return f"{the_timer(timer).removeprefix('the ')}, {left_on(timer, now)} left"
    moment = say_when(When(timer.due.astimezone(now.tzinfo), timer.weekdays), now)
    match timer.kind, timer.name:
        case "reminder", name:
            return f"{moment}: {to_you(name)}"
        case _, "":
            return moment
        case _, name:
            return f"{name}, {moment}"
