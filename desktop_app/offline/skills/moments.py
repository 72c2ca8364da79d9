"""When something is to happen: "tomorrow at seven", "in 20 minutes", "every weekday at 6:30"."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from desktop_app.offline.skills.clock_times import SpokenTime, next_moment, parse_time, say_time
from desktop_app.offline.skills.dates import WEEKDAYS, parse_date, say_day_near
from desktop_app.offline.skills.durations import parse_duration

_EVERY = re.compile(
    r"\b(?:(?:on )?every (?P<day>day|morning|evening|night|weekday|weekend|"
    rf"{'|'.join(WEEKDAYS)})|(?P<plain>daily)|(?:on )?(?P<many>weekdays|weekends|"
    rf"{'|'.join(f'{day}s' for day in WEEKDAYS)}))\b"
)
_IN = re.compile(r"in (?P<after>.+)|(?P<ahead>.+) from now")
_GROUPS = {"weekday": (0, 1, 2, 3, 4), "weekend": (5, 6)}
_PARTS_OF_DAY = {
    "morning": ("in the morning", time(9)),
    "afternoon": ("in the afternoon", time(15)),
    "evening": ("in the evening", time(19)),
    "night": ("at night", time(20)),
}
_ALONE = dict(_PARTS_OF_DAY.values()) | {"tonight": time(20)}
_DAY_PART = re.compile(
    r"\b(tomorrow|this|" + "|".join(WEEKDAYS) + r") (morning|afternoon|evening|night)\b"
)


@dataclass(frozen=True, slots=True)
class When:
    """A moment, and the weekdays on which it comes again."""

    due: datetime
    weekdays: tuple[int, ...] = ()


def parse_when(text: str, now: datetime, *, waking: bool = False) -> When | None:
    """Read the whole of ``text``, a tidied phrase, as a moment to come.

    Args:
        text: E.g. "at 5 pm", "in half an hour", "tomorrow at 7", "on friday", "every day at 8".
        now: The user's wall clock.
        waking: Whether it is for an alarm: a doubtful hour tomorrow is in the morning.

    Returns:
        None if it is no moment, or one that has passed.
    """
    length = _IN.fullmatch(text.strip())
    if length and (found := parse_duration(length["after"] or length["ahead"])):
        return When(later(now, found))
    text, weekdays = _take_repeat(text.strip())
    text = re.sub(r"^(?:for|by) ", "", text)
    if weekdays:
        return _repeated(text, weekdays, now, waking=waking)
    moment = _moment(text, now, waking=waking)
    return When(moment) if moment is not None and moment > now else None


def later(now: datetime, length: timedelta) -> datetime:
    """Add real time, not wall clock time: an hour is an hour also when clocks change."""
    return (now.astimezone(UTC) + length).astimezone(now.tzinfo)


def _repeated(text: str, weekdays: tuple[int, ...], now: datetime, *, waking: bool) -> When | None:
    first = _moment(text, now + timedelta(days=1), waking=waking)
    spoken = parse_time(text)
    if spoken is not None:
        first = next_moment(spoken, now.date() + timedelta(days=1), now, waking=waking)
    if first is None:
        return None
    for ahead in range(8):
        day = now.date() + timedelta(days=ahead)
        moment = datetime.combine(day, first.time(), tzinfo=now.tzinfo)
        if moment > now and day.weekday() in weekdays:
            return When(moment, weekdays)
    return None


def _take_repeat(text: str) -> tuple[str, tuple[int, ...]]:
    found = _EVERY.search(text)
    if found is None:
        return text, ()
    name = (found["day"] or found["plain"] or found["many"]).removesuffix("s")
    rest = f"{text[: found.start()]} {text[found.end() :]}"
    if name in WEEKDAYS:
        days: tuple[int, ...] = (WEEKDAYS.index(name),)
    else:
        days = _GROUPS.get(name, tuple(range(7)))
    if name in _PARTS_OF_DAY and not re.search(r"\b(?:am|pm)\b", rest):
        rest = f"{rest} {_PARTS_OF_DAY[name][0]}"
    return re.sub(r"\s+", " ", rest).strip(), days


def _moment(text: str, now: datetime, *, waking: bool) -> datetime | None:
    if text in _ALONE:
        return datetime.combine(now.date(), _ALONE[text], tzinfo=now.tzinfo)
    if part := _DAY_PART.fullmatch(text):
        day = parse_date("today" if part[1] == "this" else part[1], now.date())
        clock = time(7) if waking and part[2] == "morning" else _PARTS_OF_DAY[part[2]][1]
        return datetime.combine(day, clock, tzinfo=now.tzinfo) if day else None
    if part := _DAY_PART.search(text):
        day_said = "today" if part[1] == "this" else part[1]
        rest = f"{text[: part.start()]} {text[part.end() :]}".strip()
        if found := parse_time(f"{rest} {_PARTS_OF_DAY[part[2]][0]}"):
            day = parse_date(day_said, now.date())
            return next_moment(found, day, now, waking=waking)
    if spoken := parse_time(text):
        return next_moment(spoken, None, now, waking=waking)
    if day := parse_date(text, now.date()):
        return None if waking else datetime.combine(day, time(9), tzinfo=now.tzinfo)
    return _day_and_time(text.split(), now, waking=waking)


def _day_and_time(words: list[str], now: datetime, *, waking: bool) -> datetime | None:
    """Try every place where the day can end and the time begin, and the other way round."""
    for cut in range(1, len(words)):
        first, second = " ".join(words[:cut]), " ".join(words[cut:])
        for day_said, time_said in ((first, second), (second, first)):
            day = parse_date(day_said, now.date())
            spoken = parse_time(time_said) if day else None
            if day is not None and spoken is not None:
                return _on_day(day, spoken, now, waking=waking)
    return None


def _on_day(day: date, spoken: SpokenTime, now: datetime, *, waking: bool) -> datetime:
    moment = next_moment(spoken, day, now, waking=waking)
    is_midnight = (spoken.hour, spoken.minute) == (0, 0)
    return moment + timedelta(days=1) if is_midnight and moment <= now else moment


def split_when(text: str, now: datetime) -> tuple[str, When] | None:
    """Split "call mum at five" into "call mum" and the moment, which may also come first.

    Returns:
        None if neither end of ``text`` is a moment.
    """
    words = text.split()
    for cut in range(1, len(words)):
        if cut == len(words) - 1 and words[cut].isdigit():
            break  # "Buy eggs 12" says how many, not when.
        if when := parse_when(" ".join(words[cut:]), now):
            return " ".join(words[:cut]), when
    for cut in range(len(words) - 1, 0, -1):
        if when := parse_when(" ".join(words[:cut]), now):
            rest = re.sub(r"^(?:to|that|about) ", "", " ".join(words[cut:]))
            return rest, when
    return None


def say_when(when: When, now: datetime) -> str:
    """Say a moment: "at 5:00 p.m. today", "at 7:00 a.m. every weekday"."""
    clock = say_time(when.due)
    if when.weekdays:
        return f"at {clock} {_say_weekdays(when.weekdays)}"
    if timedelta() < when.due - now < timedelta(hours=12) and when.due.date() == now.date():
        return f"at {clock}"
    return f"at {clock} {say_day_near(when.due.date(), now.date())}"


def _say_weekdays(days: tuple[int, ...]) -> str:
    if len(days) == 7:
        return "every day"
    for name, group in _GROUPS.items():
        if days == group:
            return f"every {name}"
    return "every " + " and ".join(WEEKDAYS[day].capitalize() for day in days)
