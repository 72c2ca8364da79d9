"""Days as people say them: "next Friday", "in three days", "the 5th of December", "Christmas"."""

from __future__ import annotations

import calendar
import re
from datetime import date, timedelta

from desktop_app.offline.skills.numbers import digits

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MONTHS = tuple(name.lower() for name in calendar.month_name)[1:]
_SHORT_MONTHS = {name[:3]: number for number, name in enumerate(MONTHS, start=1)} | {"sept": 9}
_MONTH_NUMBERS = {name: number for number, name in enumerate(MONTHS, start=1)} | _SHORT_MONTHS

_TO_NINETEENTH = (
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth "
    "fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth"
)
_ORDINALS = {word: number for number, word in enumerate(_TO_NINETEENTH.split(), start=1)} | {
    "twentieth": 20,
    "thirtieth": 30,
}
_FIXED_FEASTS = {
    "christmas": (12, 25),
    "christmas day": (12, 25),
    "christmas eve": (12, 24),
    "xmas": (12, 25),
    "boxing day": (12, 26),
    "new year": (1, 1),
    "new years": (1, 1),
    "new year's": (1, 1),
    "the new year": (1, 1),
    "new year's day": (1, 1),
    "new years day": (1, 1),
    "new year's eve": (12, 31),
    "new years eve": (12, 31),
    "halloween": (10, 31),
    "valentine's day": (2, 14),
    "valentines day": (2, 14),
    "saint patrick's day": (3, 17),
    "st patrick's day": (3, 17),
}
_COUNTED = {"day": 1, "week": 7, "fortnight": 14}
_DAY = r"(?:the )?(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_MONTH = rf"(?P<month>{'|'.join(sorted(_MONTH_NUMBERS, key=len, reverse=True))})\.?"
_YEAR = r"(?:,? (?:in )?(?P<year>\d{4}|20 \d{2}|19 \d{2}))?"
_CALENDAR = (
    re.compile(rf"{_MONTH} {_DAY}{_YEAR}"),
    re.compile(rf"{_DAY}(?: of)? {_MONTH}{_YEAR}"),
    re.compile(r"(?P<year>\d{4}) - (?P<month>\d{2}) - (?P<day>\d{2})"),
    re.compile(r"(?:the )?(?P<day>\d{1,2})(?:st|nd|rd|th)"),
)
_AHEAD = re.compile(
    r"(?:in )?(?P<count>\d{1,4}|an?|the)? ?(?P<unit>day|week|fortnight|month|year)s?"
    r"(?P<way> from (?:now|today|tomorrow)| ago| time|)"
)
_WEEKDAY = re.compile(
    rf"(?:on )?(?P<which>this |next |last |this coming |the )?(?P<day>{'|'.join(WEEKDAYS)})"
)


def parse_date(text: str, today: date) -> date | None:
    """Read the whole of ``text``, a tidied phrase, as a day.

    A day of the month or year without its year is the next one, today included.

    Args:
        text: What was said, e.g. "the day after tomorrow".
        today: The user's date.

    Returns:
        None if it is no day, or none the calendar has.
    """
    text = re.sub(r"^(?:on|for|by) ", "", _plain_ordinals(digits(text)))
    try:
        return (
            _near(text, today)
            or _weekday(text, today)
            or _ahead(text, today)
            or _feast(text, today)
            or _calendar_day(text, today)
        )
    except (ValueError, OverflowError):
        return None  # "February 30th", "in 9999 years"


def _plain_ordinals(text: str) -> str:
    words = text.split()
    out: list[str] = []
    for word in words:
        number = _ORDINALS.get(word)
        if number is None:
            out.append(word)
        elif out and out[-1] in {"20", "30"} and number < 10:
            out[-1] = f"{int(out[-1]) + number}th"
        else:
            out.append(f"{number}th")
    return " ".join(out)


def _near(text: str, today: date) -> date | None:
    steps = {
        "today": 0,
        "tonight": 0,
        "this morning": 0,
        "this afternoon": 0,
        "this evening": 0,
        "tomorrow": 1,
        "tomorrow morning": 1,
        "tomorrow afternoon": 1,
        "tomorrow evening": 1,
        "yesterday": -1,
        "day after tomorrow": 2,
        "the day after tomorrow": 2,
        "day before yesterday": -2,
        "the day before yesterday": -2,
    }
    step = steps.get(text)
    return None if step is None else today + timedelta(days=step)


def _weekday(text: str, today: date) -> date | None:
    found = _WEEKDAY.fullmatch(text)
    if found is None:
        return None
    ahead = (WEEKDAYS.index(found["day"]) - today.weekday()) % 7
    match (found["which"] or "").strip():
        case "last":
            return today - timedelta(days=(-ahead) % 7 or 7)
        case "next":
            return today + timedelta(days=ahead or 7)
        case _:
            return today + timedelta(days=ahead)


def _ahead(text: str, today: date) -> date | None:
    found = _AHEAD.fullmatch(text)
    if found is None or not (text.startswith("in ") or found["way"]):
        return None
    count = int(found["count"]) if (found["count"] or "").isdigit() else 1
    way = found["way"].strip()
    if way == "ago":
        count = -count
    start = today + timedelta(days=1) if way.endswith("tomorrow") else today
    unit = found["unit"]
    if unit in _COUNTED:
        return start + timedelta(days=count * _COUNTED[unit])
    return _months_on(start, count if unit == "month" else 12 * count)


def _months_on(start: date, months: int) -> date:
    index = start.year * 12 + start.month - 1 + months
    year, month = index // 12, index % 12 + 1
    if not date.min.year <= year <= date.max.year:
        raise OverflowError
    return date(year, month, min(start.day, calendar.monthrange(year, month)[1]))


def _feast(text: str, today: date) -> date | None:
    text = re.sub(r"^(?:this|next) | (?:this|next) year$", "", text)
    for year in (today.year, today.year + 1):
        day = feast_in(text, year)
        if day is not None and day >= today:
            return day
    return None


def feast_in(name: str, year: int) -> date | None:
    """Find the day a feast falls on in ``year``; None for one that is not known here."""
    if name in _FIXED_FEASTS:
        return date(year, *_FIXED_FEASTS[name])
    match name.removesuffix(" sunday").removesuffix(" day"):
        case "easter":
            return _easter(year)
        case "thanksgiving":
            first = date(year, 11, 1)
            return first + timedelta(days=(3 - first.weekday()) % 7 + 21)
        case _:
            return None


def _easter(year: int) -> date:
    """Reckon Western Easter Sunday.  Source: the anonymous Gregorian algorithm (Meeus, Butcher)."""
    a, (b, c) = year % 19, divmod(year, 100)
    d, e = divmod(b, 4)
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    weekday = (32 + 2 * e + 2 * i - h - k) % 7
    m = (a + 11 * h + 22 * weekday) // 451
    month, day = divmod(h + weekday - 7 * m + 114, 31)
    return date(year, month, day + 1)


def _calendar_day(text: str, today: date) -> date | None:
    for shape in _CALENDAR:
        found = shape.fullmatch(text)
        if found is None:
            continue
        said = found.groupdict()
        day = int(said["day"])
        if said.get("month") is None:
            return _next_day_of_month(day, today)
        month = _MONTH_NUMBERS.get(said["month"]) or int(said["month"])
        if said.get("year"):
            return date(int(said["year"].replace(" ", "")), month, day)
        return _next_day_of_year(month, day, today)
    return None


def _next_day_of_month(day: int, today: date) -> date | None:
    for ahead in range(13):
        first = _months_on(today.replace(day=1), ahead)
        if day <= calendar.monthrange(first.year, first.month)[1]:
            candidate = first.replace(day=day)
            if candidate >= today:
                return candidate
    return None


def _next_day_of_year(month: int, day: int, today: date) -> date | None:
    for year in range(today.year, today.year + 9):  # a leap day can be eight years away
        if day <= calendar.monthrange(year, month)[1] and date(year, month, day) >= today:
            return date(year, month, day)
    return None


def ordinal(number: int) -> str:
    """Write "1st", "22nd", "13th"."""
    if 10 <= number % 100 <= 20:
        return f"{number}th"
    return f"{number}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th') }"


def say_day(day: date) -> str:
    """Say a day without its year: "Tuesday, November 24th"."""
    return (
        f"{calendar.day_name[day.weekday()]}, {calendar.month_name[day.month]} {ordinal(day.day)}"
    )


def say_date(day: date, today: date) -> str:
    """Say a day, with its year if that is not this one."""
    return say_day(day) if day.year == today.year else f"{say_day(day)}, {day.year}"


def say_day_near(day: date, today: date) -> str:
    """Say a day as people refer to it: "today", "tomorrow", "on Friday", "on December 5th"."""
    ahead = (day - today).days
    if ahead in {-1, 0, 1}:
        return {-1: "yesterday", 0: "today", 1: "tomorrow"}[ahead]
    if 1 < ahead < 7:
        return f"on {calendar.day_name[day.weekday()]}"
    year = "" if day.year == today.year else f", {day.year}"
    return f"on {calendar.month_name[day.month]} {ordinal(day.day)}{year}"
