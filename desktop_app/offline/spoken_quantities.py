"""Says money, times, dates, measures and numbers as people do. English, pure."""

from __future__ import annotations

import re
from collections.abc import Callable

from desktop_app.offline.spoken_numbers import cardinal, digits, number, ordinal, year

_NUMBER = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+"
_MONTH_NAMES = (
    "January February March April May June July August September October November December"
)
_MONTHS = _MONTH_NAMES.split()
_MONTH = r"(Jan|Feb|Mar|Apr|May|June?|July?|Aug|Sept?|Oct|Nov|Dec)\b\.?|(" + "|".join(_MONTHS) + ")"
_MAGNITUDE = r"(?:\s?(thousand|million|billion|trillion|[kKMB]|bn|m)\b)?"
_MAGNITUDES = {"k": "thousand", "m": "million", "b": "billion", "bn": "billion"}
_MONEY = {
    "$": ("dollar", "dollars", "cent", "cents"),
    "€": ("euro", "euros", "cent", "cents"),
    "£": ("pound", "pounds", "penny", "pence"),
    "¥": ("yen", "yen", "", ""),
    "₹": ("rupee", "rupees", "paisa", "paise"),
}
_CODES = {"USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥", "INR": "₹"}
_UNITS = {
    "km/h": "kilometer per hour", "kph": "kilometer per hour", "mph": "mile per hour",
    "m/s": "meter per second", "km²": "square kilometer", "m²": "square meter",
    "m³": "cubic meter", "km": "kilometer", "m": "meter", "cm": "centimeter", "mm": "millimeter",
    "µm": "micrometer", "nm": "nanometer", "mi": "mile", "yd": "yard", "ft": "foot",
    "kg": "kilogram", "g": "gram", "mg": "milligram", "lb": "pound", "lbs": "pound", "oz": "ounce",
    "L": "liter", "l": "liter", "mL": "milliliter", "ml": "milliliter", "dl": "deciliter",
    "cl": "centiliter", "tsp": "teaspoon", "tbsp": "tablespoon", "gal": "gallon",
    "kWh": "kilowatt hour", "kW": "kilowatt", "MW": "megawatt", "W": "watt", "V": "volt",
    "mAh": "milliamp hour", "mA": "milliamp", "Hz": "hertz", "kHz": "kilohertz",
    "MHz": "megahertz", "GHz": "gigahertz", "kB": "kilobyte", "KB": "kilobyte", "MB": "megabyte",
    "GB": "gigabyte", "TB": "terabyte", "Mbps": "megabit per second", "Gbps": "gigabit per second",
    "ms": "millisecond", "sec": "second", "secs": "second", "s": "second", "min": "minute",
    "mins": "minute", "hr": "hour", "hrs": "hour", "h": "hour", "kcal": "kilocalorie",
    "cal": "calorie", "kJ": "kilojoule", "kPa": "kilopascal", "hPa": "hectopascal",
    "mbar": "millibar", "psi": "P S I", "dB": "decibel", "ha": "hectare",
}  # fmt: skip
_SAME_IN_PLURAL = frozenset({"hertz", "kilohertz", "megahertz", "gigahertz", "P S I"})
_UNIT = "|".join(re.escape(unit) for unit in sorted(_UNITS, key=len, reverse=True))
_FRACTIONS = {
    "1/2": "one half", "1/3": "one third", "2/3": "two thirds", "1/4": "one quarter",
    "3/4": "three quarters", "1/5": "one fifth", "1/8": "one eighth", "3/8": "three eighths",
    "5/8": "five eighths", "7/8": "seven eighths",
}  # fmt: skip
_FRACTION = "|".join(_FRACTIONS)
_SIGN = r"(?<![\w.])[-−]?"  # noqa: RUF001
_TO = r"\s?[-–—]\s?"  # noqa: RUF001

Say = Callable[[re.Match[str]], str]


def with_words(text: str) -> str:
    """Replace every figure in ``text`` by words."""
    for pattern, say in _RULES:
        text = pattern.sub(say, text)
    return text


def clock(hour: int, minute: int, half: str = "") -> str:
    """Say a time of day: (7, 5, "p.m.") is "seven oh five PM"."""
    half = half.replace(".", "").replace(" ", "").upper()
    if minute == 0:
        if half:
            return f"{cardinal(hour)} {half}"
        if hour in {0, 24}:
            return "midnight"
        return f"{cardinal(hour)} o'clock" if 1 <= hour <= 12 else f"{cardinal(hour)} hundred"
    minutes = f"oh {cardinal(minute)}" if minute < 10 else cardinal(minute)
    return f"{cardinal(hour)} {minutes} {half}".rstrip()


def money(sign: str, amount: str, magnitude: str = "") -> str:
    """Say a sum: ("$", "1.50") is "one dollar and fifty cents"."""
    one, many, small, smalls = _MONEY[sign]
    if magnitude:
        return f"{number(amount)} {_magnitude(magnitude)} {many}"
    whole, _, part = amount.replace(",", "").partition(".")
    if len(part) != 2 or not small:
        return f"{number(amount)} {one if amount == '1' else many}"
    units, cents = int(whole or "0"), int(part)
    said_cents = f"{cardinal(cents)} {small if cents == 1 else smalls}"
    if units == 0 and cents:
        return said_cents
    said = f"{number(whole)} {one if units == 1 else many}"
    return f"{said} and {said_cents}" if cents else said


def measure(amount: str, unit: str) -> str:
    """Say an amount of a unit: ("5", "km/h") is "five kilometers per hour"."""
    name = _UNITS[unit]
    if amount != "1" and name not in _SAME_IN_PLURAL:
        first, per, rest = name.partition(" per ")
        name = ("feet" if first == "foot" else f"{first}s") + per + rest
    return f"{number(amount)} {name}"


def _magnitude(short: str) -> str:
    return _MAGNITUDES.get(short.lower(), short)


def _date(month: int, day: int, in_year: str | None) -> str:
    said = f"{_MONTHS[month - 1]} {ordinal(day)}"
    return f"{said}, {year(int(in_year))}" if in_year else said


def _iso_date(found: re.Match[str]) -> str:
    month, day = int(found[2]), int(found[3])
    return _date(month, day, found[1]) if 1 <= month <= 12 and 1 <= day <= 31 else found[0]


def _slash_date(found: re.Match[str]) -> str:
    month, day = int(found[1]), int(found[2])
    if month > 12:
        month, day = day, month
    return _date(month, day, found[3]) if 1 <= month <= 12 and 1 <= day <= 31 else found[0]


def _month_of(short: str | None, full: str | None) -> int:
    name = (full or short or "")[:3]
    return next(index for index, month in enumerate(_MONTHS, 1) if month.startswith(name))


def _month_day(found: re.Match[str]) -> str:
    day = int(found[3])
    if not 1 <= day <= 31:
        return found[0]
    return _date(_month_of(found[1], found[2]), day, found[4])


def _day_month(found: re.Match[str]) -> str:
    day = int(found[1])
    if not 1 <= day <= 31:
        return found[0]
    return _date(_month_of(found[2], found[3]), day, found[4])


def _month_year(found: re.Match[str]) -> str:
    return f"{_MONTHS[_month_of(found[1], found[2]) - 1]} {year(int(found[3]))}"


def _time(found: re.Match[str]) -> str:
    hour, minute = int(found[1]), int(found[2])
    if hour > 24 or minute > 59:
        return found[0]
    if found[3]:
        seconds = int(found[3])
        return f"{clock(hour, minute)} and {cardinal(seconds)} seconds {found[4] or ''}".strip()
    return clock(hour, minute, found[4] or "")


def _degrees(found: re.Match[str]) -> str:
    scale = {"C": " Celsius", "F": " Fahrenheit", None: ""}[found[2]]
    return f"{number(found[1])} degree{'' if found[1] == '1' else 's'}{scale}"


def _decade(found: re.Match[str]) -> str:
    said = year(int(found[1]))
    return f"{said[:-1]}ies" if said.endswith("y") else f"{said}s"


def _mixed(found: re.Match[str]) -> str:
    part = _FRACTIONS[found[2]]
    return f"{number(found[1])} and {'a half' if part == 'one half' else part}"


def _plain(found: re.Match[str]) -> str:
    text = found[0]
    said = year(int(text)) if re.fullmatch(r"1[1-9]\d\d|20[1-9]\d", text) else number(text)
    return f"{said} " if found.string[found.end() : found.end() + 1].isalnum() else said


def _version(found: re.Match[str]) -> str:
    return " point ".join(number(part) for part in found[0].split("."))


def _rule(pattern: str, say: Say) -> tuple[re.Pattern[str], Say]:
    return re.compile(pattern), say


_RANGE = rf"(?<![\w.-])({_NUMBER}){_TO}(?=(?:{_NUMBER})(?:\s?(?:{_UNIT}|%)|(?![\w-]|\.\d)))"
_PHONE = r"\+\d[\d\s().-]{6,}\d|\b\d{3}[-.\s]\d{3}[-.\s]\d{4}\b|\b\d{3}-\d{4}\b"
_HEIGHT = r"\b(\d)['\u2032]\s?(\d{1,2})(?:[\"\u2033]|\b)"
_MIXED = rf"\b(\d+)\s(?:and\s)?({_FRACTION})(?![\d/])"
_DAY = r"(\d{1,2})(?:st|nd|rd|th)?"
_HALF_OF_DAY = r"(?:\s?([AaPp]\.\s?[Mm]\b\.?|[AaPp][Mm]\b))"
_RULES: tuple[tuple[re.Pattern[str], Say], ...] = (
    _rule(r"\b(\d{4})-(\d{2})-(\d{2})\b", _iso_date),
    _rule(r"\b(\d{1,2})/(\d{1,2})/(\d{4})\b", _slash_date),
    _rule(rf"\b(?:{_MONTH})\s+{_DAY}\b(?!:)(?:,?\s+(\d{{4}})\b)?", _month_day),
    _rule(rf"\b{_DAY}(?:\s+of)?\s+(?:{_MONTH})\b(?:,?\s+(\d{{4}})\b)?", _day_month),
    _rule(rf"\b(?:{_MONTH}),?\s+(\d{{4}})\b", _month_year),
    _rule(rf"\b(\d{{1,2}}):(\d{{2}})(?::(\d{{2}}))?{_HALF_OF_DAY}?(?![:\d])", _time),
    _rule(rf"\b(\d{{1,2}})\.([0-5]\d){_HALF_OF_DAY}", lambda m: clock(int(m[1]), int(m[2]), m[3])),
    _rule(rf"\b(\d{{1,2}}){_HALF_OF_DAY}", lambda m: clock(int(m[1]), 0, m[2])),
    _rule(_PHONE, lambda m: digits(m[0])),
    _rule(rf"([$€£¥₹])\s?({_NUMBER}){_MAGNITUDE}", lambda m: money(m[1], m[2], m[3] or "")),
    _rule(r"\b(\d+),(\d\d)\s?([€£])", lambda m: money(m[3], f"{m[1]}.{m[2]}")),
    _rule(rf"({_NUMBER}){_MAGNITUDE}\s?([€£₹])", lambda m: money(m[3], m[1], m[2] or "")),
    _rule(
        rf"\b({_NUMBER}){_MAGNITUDE}\s?(USD|EUR|GBP|JPY|INR)\b",
        lambda m: money(_CODES[m[3]], m[1], m[2] or ""),
    ),
    _rule(_HEIGHT, lambda m: f"{number(m[1])} foot {number(m[2])}"),
    _rule(r"\b(1\d\d0|20\d0)s\b", _decade),
    _rule(rf"({_SIGN}(?:{_NUMBER}))\s?(?:°|º)\s?([CF]\b)?", _degrees),
    _rule(rf"({_SIGN}(?:{_NUMBER}))\s?%", lambda m: f"{number(m[1])} percent"),
    _rule(rf"({_NUMBER})\s?[-\u2212](?=\s?\d+\s*=)", lambda m: f"{number(m[1])} minus "),
    _rule(_RANGE, lambda m: f"{number(m[1])} to "),
    _rule(rf"\b({_NUMBER})(k|K|M|B|bn)\b", lambda m: f"{number(m[1])} {_magnitude(m[2])}"),
    _rule(rf"({_SIGN}(?:{_NUMBER}))\s?({_UNIT})(?![\w²³/])", lambda m: measure(m[1], m[2])),
    _rule(r"\b(\d+)(?:st|nd|rd|th)\b", lambda m: ordinal(int(m[1]))),
    _rule(_MIXED, _mixed),
    _rule(rf"(?<![\d/])({_FRACTION})(?![\d/])", lambda m: _FRACTIONS[m[1]]),
    _rule(r"\b\d+(?:\.\d+){2,}\b", _version),
    _rule(r"(?<=\d)\s?/\s?(?=\d)", lambda _: " over "),
    _rule(r"(?<=\d):(?=\d)", lambda _: " to "),
    _rule(rf"{_SIGN}(?:{_NUMBER})", _plain),
)
