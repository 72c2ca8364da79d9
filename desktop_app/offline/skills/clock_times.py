"""Times of day as people say them: "half past five", "5:30 pm", "seven in the evening"."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from desktop_app.offline.skills.numbers import digits

_PART = (
    "(?P<part>am|pm|in the (?:morning|afternoon|evening)|at night|tonight"
    "|this (?:morning|afternoon|evening))"
)
_HOUR = r"(?P<hour>\d{1,2})"
_COUNT = r"half|quarter|a quarter|\d{1,2}(?: minutes)?"
_SHAPES = tuple(
    re.compile(rf"(?:at |for |by )?{shape}")
    for shape in (
        rf"(?:exactly )?{_HOUR}(?: o'clock)?(?: {_PART})?",
        rf"{_HOUR}[:. ](?P<minute>\d{{2}})(?: o'clock)?(?: {_PART})?",
        rf"{_HOUR} (?:oh|o) (?P<minute>\d)(?: {_PART})?",
        rf"(?P<past>{_COUNT}) past {_HOUR}(?: o'clock)?(?: {_PART})?",
        rf"(?P<to>{_COUNT}) to {_HOUR}(?: o'clock)?(?: {_PART})?",
        rf"(?P<hour>\d{{1,2}})(?P<minute>\d{{2}})(?: hours)?(?: {_PART})?",
    )
)
_NAMED = {
    "noon": time(12),
    "midday": time(12),
    "12 noon": time(12),
    "midnight": time(0),
    "12 midnight": time(0),
    "12 o'clock noon": time(12),
}
_MINUTES = {"half": 30, "quarter": 15, "a quarter": 15}


@dataclass(frozen=True, slots=True)
class SpokenTime:
    """A time of day, and whether morning or afternoon was said."""

    hour: int
    minute: int
    certain: bool

    @property
    def clock(self) -> time:
        """The time as a 24 hour clock has it; a doubtful one is before noon."""
        return time(self.hour, self.minute)


def parse_time(text: str) -> SpokenTime | None:
    """Read the whole of ``text``, a tidied phrase, as a time of day."""
    text = digits(text.replace("half a past", "half past"))
    named = _NAMED.get(re.sub(r"^(?:at|for) ", "", text))
    if named is not None:
        return SpokenTime(named.hour, named.minute, certain=True)
    for shape in _SHAPES:
        if found := shape.fullmatch(text):
            return _spoken(found.groupdict())
    return None


def _spoken(said: dict[str, str | None]) -> SpokenTime | None:
    hour, minute = int(said["hour"] or 0), int(said.get("minute") or 0)
    if past := said.get("past"):
        minute = _MINUTES.get(past) or int(past.split()[0])
    elif to := said.get("to"):
        minute = -(_MINUTES.get(to) or int(to.split()[0]))
    part = said.get("part")
    if not 0 <= hour <= 23 or not -59 <= minute <= 59 or (part and not 1 <= hour <= 12):
        return None
    certain = part is not None or hour > 12 or hour == 0
    if part is not None:
        hour = hour % 12 + (12 if _is_afternoon(part, hour) else 0)
    total = (hour * 60 + minute) % (24 * 60)
    return SpokenTime(total // 60, total % 60, certain)


def _is_afternoon(part: str, hour: int) -> bool:
    if part in {"at night", "tonight"}:
        return 5 <= hour < 12  # "2 at night" is early, "12 at night" is midnight
    return part in {"pm", "in the afternoon", "in the evening", "this evening", "this afternoon"}


def next_moment(
    spoken: SpokenTime, day: date | None, now: datetime, *, waking: bool = False
) -> datetime:
    """Find the moment somebody means.

    Args:
        spoken: The time that was said.
        day: The day that was said, or None for the next time the clock shows it.
        now: The user's wall clock.
        waking: Whether a doubtful time on a named day is in the morning, as alarms are; else
            one to six o'clock is in the afternoon.

    Returns:
        A moment in the zone of ``now``; in the past only if ``day`` is.
    """
    if day is None:
        moments = (_at(now.date() + timedelta(days=ahead), clock, now) for ahead in (0, 1)
                   for clock in sorted(_readings(spoken)))  # fmt: skip
        return min(moment for moment in moments if moment > now)
    clock = spoken.clock
    if not spoken.certain:
        early, late = sorted(_readings(spoken))
        clock = late if (not waking and 1 <= early.hour <= 6) else early
        if early.hour == 0:
            clock = late  # twelve o'clock without more is noon
        if _at(day, clock, now) <= now < _at(day, late, now):
            clock = late
    return _at(day, clock, now)


def _readings(spoken: SpokenTime) -> set[time]:
    if spoken.certain:
        return {spoken.clock}
    return {time(spoken.hour % 12, spoken.minute), time(spoken.hour % 12 + 12, spoken.minute)}


def _at(day: date, clock: time, now: datetime) -> datetime:
    return datetime.combine(day, clock, tzinfo=now.tzinfo)


def say_time(moment: datetime | time) -> str:
    """Say a time of day: "5:30 p.m."."""
    half = "a.m." if moment.hour < 12 else "p.m."
    if moment.minute == 0 and moment.hour in {0, 12}:
        return "midnight" if moment.hour == 0 else "noon"
    return f"{moment.hour % 12 or 12}:{moment.minute:02d} {half}"
