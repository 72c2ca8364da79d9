"""Answers about clocks and calendars."""

from __future__ import annotations

import calendar
from collections.abc import Callable
from datetime import date, datetime, timedelta

from desktop_app.offline.skills.cities import MANY_ZONES, say_difference, say_place, zone_of
from desktop_app.offline.skills.clock_times import next_moment, parse_time, say_time
from desktop_app.offline.skills.dates import MONTHS, parse_date, say_date, say_day
from desktop_app.offline.skills.durations import say_duration
from desktop_app.offline.skills.numbers import counted
from desktop_app.offline.skills.scene import Answer, Scene, Slots


def tell_time(_: Slots, scene: Scene) -> Answer:
    """Say what the clock shows."""
    return Answer(f"It's {say_time(scene.now)}.")


def tell_time_in(slots: Slots, scene: Scene) -> Answer | None:
    """Say what a clock elsewhere shows."""
    place = slots["place"]
    if (spans := _several(place)) is not None:
        return spans
    zone = zone_of(place)
    if zone is None:
        return Answer(f"I don't know the time zone of {say_place(place)}.")
    there = scene.now.astimezone(zone)
    day = _other_day(there.date(), scene.now.date())
    return Answer(f"In {say_place(place)} it's {say_time(there)}{day}.")


def _several(place: str) -> Answer | None:
    if place not in MANY_ZONES:
        return None
    return Answer(f"{say_place(place)} has more than one time zone. Which city do you mean?")


def _other_day(there: date, here: date) -> str:
    match (there - here).days:
        case 0:
            return ""
        case 1:
            return " tomorrow"
        case _:
            return " yesterday"


def tell_difference(slots: Slots, scene: Scene) -> Answer | None:
    """Say how far another place's clock is from this one."""
    place = slots["place"]
    if (spans := _several(place)) is not None:
        return spans
    zone = zone_of(place)
    if zone is None:
        about_time = "time" in scene.said.lower()  # "How far away is the moon?" is not.
        return Answer(f"I don't know the time zone of {say_place(place)}.") if about_time else None
    here = scene.now.utcoffset() or timedelta()
    there = scene.now.astimezone(zone).utcoffset() or timedelta()
    if here == there:
        return Answer(f"{say_place(place)} has the same time as here.")
    return Answer(f"{say_place(place)} is {say_difference(here, there)}.")


def tell_date(_: Slots, scene: Scene) -> Answer:
    """Say today's date."""
    return Answer(f"Today is {say_day(scene.now.date())}, {scene.now.year}.")


def tell_period(slots: Slots, scene: Scene) -> Answer | None:
    """Say the day, week, month or year."""
    today = scene.now.date()
    match slots["period"]:
        case "week":
            return Answer(f"It's week {today.isocalendar().week}.")
        case "month":
            return Answer(f"It's {calendar.month_name[today.month]}.")
        case "year":
            return Answer(f"It's {today.year}.")
        case _:
            return tell_date(slots, scene)


def tell_date_of(slots: Slots, scene: Scene) -> Answer | None:
    """Say which date or weekday another day has."""
    today = scene.now.date()
    day = parse_date(slots["day"], today)
    if day is None:
        return None
    name = slots["day"].removeprefix("on ")
    verb = "was" if day < today else "is"
    return Answer(f"{_as_subject(name)} {verb} {say_date(day, today)}.")


_FEASTS = "christmas easter halloween thanksgiving valentine's patrick's st saint eve boxing"
_PROPER = {
    name.lower() for name in (*calendar.month_name[1:], *calendar.day_name, *_FEASTS.split())
}


def _as_subject(name: str) -> str:
    words = [word.capitalize() if word in _PROPER else word for word in name.split()]
    said = " ".join(words).replace("new year", "New Year")
    return said[:1].upper() + said[1:]


def tell_until(slots: Slots, scene: Scene) -> Answer | None:
    """Say how long it still is until a day or a time."""
    today = scene.now.date()
    name = slots["day"]
    span = slots.get("span", "days")
    day = parse_date(name, today)
    if day is None or span in {"hours", "minutes"}:
        return _until_time(name, day, scene)
    said = _as_subject(name) if name.split()[0] not in {"the", "a"} else name
    left = (day - today).days
    if left == 0:
        return Answer(f"{said[:1].upper()}{said[1:]} is today.")
    if left < 0:
        return Answer(f"{said[:1].upper()}{said[1:]} was {counted(-left, 'day')} ago.")
    return Answer(f"{_there_are(_in_span(left, span, today, day))} until {_mid_sentence(said)}.")


def _in_span(left: int, span: str, today: date, day: date) -> str:
    if span == "weeks" and left >= 7:
        weeks, days = divmod(left, 7)
        return counted(weeks, "week") + (f" and {counted(days, 'day')}" if days else "")
    if span == "months":
        months = (day.year - today.year) * 12 + day.month - today.month - (day.day < today.day)
        if months > 0:
            return f"about {counted(months, 'month')}"
    return counted(left, "day")


def _there_are(amount: str) -> str:
    one = amount.startswith(("1 ", "about 1 ")) and " and " not in amount
    return f"There {'is' if one else 'are'} {amount}"


def _mid_sentence(name: str) -> str:
    first = name.split()[0].lower().rstrip(".,")
    keep = first in _PROPER or name.startswith("New Year")
    return name if keep else name[:1].lower() + name[1:]


def _until_time(name: str, day: date | None, scene: Scene) -> Answer | None:
    spoken = parse_time(name)
    if spoken is not None:
        moment = next_moment(spoken, None, scene.now)
        named = say_time(moment)
    elif day is not None and day > scene.now.date():
        moment = datetime.combine(day, datetime.min.time(), tzinfo=scene.now.tzinfo)
        named = _mid_sentence(_as_subject(name))
    else:
        return None
    left = moment - scene.now.astimezone(moment.tzinfo)
    return Answer(f"It's {say_duration(left)} until {named}.")


def tell_since(slots: Slots, scene: Scene) -> Answer | None:
    """Say how long ago a day was."""
    today = scene.now.date()
    name = slots["day"]
    day = parse_date(name, today)
    if day is not None and day > today:
        # Dates without a year are read as those to come; "since" means the one before.
        day = parse_date(name, _a_year_before(day))
    if day is None or day > today:
        return None
    ago = _in_span((today - day).days, slots.get("span", "days"), day, today)
    return Answer(f"It's been {ago} since {say_date(day, today)}.")


def _a_year_before(day: date) -> date:
    return day.replace(year=day.year - 1, day=min(day.day, 28))


def tell_month_length(slots: Slots, scene: Scene) -> Answer | None:
    """Say how many days a month or year has."""
    name, _, year_said = slots["day"].partition(" ")
    year = int(year_said) if year_said.isascii() and year_said.isdigit() else scene.now.year
    whole = slots["day"].removeprefix("a ").removeprefix("this ")
    if whole == "week":
        return Answer("A week has 7 days.")
    if whole == "month":
        name = MONTHS[scene.now.month - 1]
    elif whole == "year" or not 1 <= year <= 9999:
        days = 366 if calendar.isleap(scene.now.year) else 365
        return Answer(f"{scene.now.year} has {days} days.") if whole == "year" else None
    elif name not in MONTHS or (year_said and not year_said.isdigit()):
        return None
    number = MONTHS.index(name) + 1
    days = calendar.monthrange(year, number)[1]
    in_year = f" {year}" if number == 2 else ""
    return Answer(f"{name.capitalize()}{in_year} has {days} days.")


def tell_leap_year(slots: Slots, scene: Scene) -> Answer | None:
    """Say whether a year is a leap year, or which the next one is."""
    this = scene.now.year
    if "year" not in slots:
        following = next(year for year in range(this + 1, this + 9) if calendar.isleap(year))
        return Answer(f"The next leap year is {following}.")
    said = slots["year"]
    near = {"this": this, "this year": this, "it": this, "next year": this + 1}
    near["last year"] = this - 1
    if said in near:
        year = near[said]
    elif said.isascii() and said.isdigit() and 1 <= int(said) <= 9999:
        year = int(said)
    else:
        return None
    return Answer(f"{year} is {'' if calendar.isleap(year) else 'not '}a leap year.")


ANSWERS: dict[str, Callable[[Slots, Scene], Answer | None]] = {
    "time": tell_time,
    "time_in": tell_time_in,
    "time_difference": tell_difference,
    "date": tell_date,
    "period": tell_period,
    "date_of": tell_date_of,
    "until": tell_until,
    "since": tell_since,
    "month_length": tell_month_length,
    "leap_year": tell_leap_year,
}
