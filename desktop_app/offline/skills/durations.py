"""Lengths of time as people say them: "an hour and a half", "90 seconds", "1 hour 20"."""

from __future__ import annotations

import re
from datetime import timedelta

from desktop_app.offline.skills.numbers import counted, digits, is_numeral

SECONDS = {
    "second": 1,
    "minute": 60,
    "hour": 3600,
    "day": 86_400,
    "week": 7 * 86_400,
    "fortnight": 14 * 86_400,
}
_SPELLINGS = {
    "sec": "second",
    "s": "second",
    "min": "minute",
    "m": "minute",
    "hr": "hour",
    "h": "hour",
}
_UNITS = (
    SECONDS
    | {f"{name}s": seconds for name, seconds in SECONDS.items()}
    | {short: SECONDS[name] for short, name in _SPELLINGS.items()}
    | {f"{short}s": SECONDS[name] for short, name in _SPELLINGS.items() if len(short) > 1}
)
LONGEST = timedelta(days=366)

_PHRASES = (
    (re.compile(r"\b(?:a|1) couple(?: of)?\b"), "2"),
    (
        re.compile(r"\b(?:a|one|1) quarter of an hour\b|\b(?:a |one |1 )?quarter hour\b"),
        "15 minutes",
    ),
    (re.compile(r"\b(?:3|three) quarters? of an hour\b"), "45 minutes"),
    (
        re.compile(r"\bhalf of an? |\bhalf an? |\b(?<!and )\b(?:a|one|1) half (?=hour|minute|day)"),
        "0.5 ",
    ),
    (re.compile(r"(?<!\ba )\bhalf (?=hour|minute|day)"), "0.5 "),
    (re.compile(r"\b(?:an? |one |1 |^)(hour|minute|day|week) and (?:a|one|1) half\b"), r"1.5 \1"),
    (re.compile(r"\b(?:an? |one |1 |^)(hour) and (?:a|one|1) quarter\b"), r"1.25 \1"),
    (re.compile(r"\b(\S+) (hours|minutes|days|weeks) and a half\b"), r"\1 and a half \2"),
)


def parse_duration(text: str) -> timedelta | None:
    """Read the whole of ``text`` as a length of time.

    Args:
        text: A tidied phrase such as "half an hour" or "1 minute and 30 seconds".

    Returns:
        None if anything else is said, or if it is not between zero and `LONGEST`.
    """
    for pattern, plain in _PHRASES:
        text = pattern.sub(plain, text)
    words = [word for word in digits(text).split() if word not in {"and", "of", "about", "exactly"}]
    total, last_unit, at = 0.0, 0, 0
    while at < len(words):
        word = "1" if words[at] in {"a", "an"} else words[at]
        if not is_numeral(word):
            return None
        unit = _UNITS.get(words[at + 1], 0) if at + 1 < len(words) else 0
        if not unit and at + 1 == len(words) and last_unit in {60, 3600}:
            unit = last_unit // 60  # "1 hour 20"
        if not unit or (last_unit and unit >= last_unit):
            return None
        total, last_unit, at = total + float(word) * unit, unit, at + 2
    if not 0 < total <= LONGEST.total_seconds():
        return None
    return timedelta(seconds=round(total))


def say_duration(length: timedelta, parts: int = 2) -> str:
    """Say a length of time: "1 hour and 20 minutes".

    Args:
        length: Not negative; fractions of a second are dropped.
        parts: How many units to say at most; the rest is dropped.
    """
    left = int(length.total_seconds())
    said: list[str] = []
    for name in ("day", "hour", "minute", "second"):
        count, left = divmod(left, SECONDS[name])
        if count and len(said) < parts:
            said.append(counted(count, name))
    if not said:
        return "0 seconds"
    return " and ".join([", ".join(said[:-1]), said[-1]] if len(said) > 1 else said)
