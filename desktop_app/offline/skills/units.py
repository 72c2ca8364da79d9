"""Conversions between the units people say: "how many ounces are in two pounds"."""

from __future__ import annotations

import functools
import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from desktop_app.offline.skills.numbers import digits, is_numeral, say_number

if TYPE_CHECKING:
    import pint


@dataclass(frozen=True, slots=True)
class Unit:
    """One unit: its name for the reckoner, and for one and several of it."""

    code: str
    one: str
    many: str


_NAMES = {
    "millimeter": "mm, millimetre",
    "centimeter": "cm, centimetre",
    "meter": "m, metre",
    "kilometer": "km, kilometre, k m",
    "inch": "in",
    "foot": "ft, feet",
    "yard": "yd",
    "mile": "mi",
    "nautical_mile": "nautical mile",
    "light_year": "light year",
    "milligram": "mg, milligramme",
    "gram": "g, gramme",
    "kilogram": "kg, kilo, kilogramme",
    "metric_ton": "tonne, metric ton",
    "ounce": "oz",
    "pound": "lb, lbs",
    "stone": "",
    "ton": "us ton, short ton",
    "milliliter": "ml, millilitre",
    "centiliter": "cl, centilitre",
    "liter": "l, litre",
    "teaspoon": "tsp, tea spoon",
    "tablespoon": "tbsp, table spoon",
    "fluid_ounce": "fluid ounce, fl oz",
    "cup": "us cup",
    "pint": "us pint",
    "quart": "qt",
    "gallon": "gal, us gallon",
    "imperial_pint": "imperial pint, british pint, uk pint",
    "imperial_gallon": "imperial gallon, british gallon, uk gallon",
    "degree_Celsius": "degrees celsius, celsius, degree celsius, degrees c, c, degrees centigrade, "
    "centigrade",
    "degree_Fahrenheit": "degrees fahrenheit, fahrenheit, degree fahrenheit, degrees f, f",
    "kelvin": "k, degrees kelvin",
    "second": "sec, s",
    "minute": "min",
    "hour": "hr, h",
    "day": "",
    "week": "",
    "year": "",
    "mile_per_hour": "mph, miles per hour, miles an hour, mile per hour",
    "kilometer_per_hour": "kph, kmh, km per hour, kilometers per hour, kilometres per hour, "
    "kilometers an hour, kilometres an hour, kilometer per hour, kilometre per hour",
    "meter_per_second": "meters per second, metres per second, meter per second, metre per second",
    "knot": "",
    "square_meter": "square meter, square metre, meters squared, metres squared",
    "square_foot": "square foot, square feet, sq ft",
    "square_kilometer": "square kilometer, square kilometre",
    "square_mile": "square mile",
    "hectare": "ha",
    "acre": "",
    "calorie": "cal",
    "kilocalorie": "kcal",
    "joule": "",
    "kilojoule": "kj",
    "kilowatt_hour": "kwh, kilowatt hour",
    "watt": "",
    "kilowatt": "kw",
    "horsepower": "",
    "pascal": "",
    "bar": "",
    "psi": "pounds per square inch",
    "radian": "",
    "degree": "",
    "byte": "",
    "kilobyte": "kb",
    "megabyte": "mb",
    "gigabyte": "gb",
    "terabyte": "tb",
}
_MANY = {
    "inch": "inches",
    "foot": "feet",
    "stone": "stone",
    "psi": "pounds per square inch",
    "mile_per_hour": "miles per hour",
    "kilometer_per_hour": "kilometers per hour",
    "meter_per_second": "meters per second",
    "square_foot": "square feet",
    "degree_Celsius": "degrees Celsius",
    "degree_Fahrenheit": "degrees Fahrenheit",
    "kelvin": "kelvin",
    "horsepower": "horsepower",
}
_CODES = {
    "mile_per_hour": "mile / hour",
    "kilometer_per_hour": "kilometer / hour",
    "meter_per_second": "meter / second",
    "square_meter": "meter ** 2",
    "square_foot": "foot ** 2",
    "square_kilometer": "kilometer ** 2",
    "square_mile": "mile ** 2",
    "kilowatt_hour": "kilowatt * hour",
    "ton": "short_ton",
}


def _vocabulary() -> dict[str, Unit]:
    known: dict[str, Unit] = {}
    for name, others in _NAMES.items():
        one = name.replace("_", " ").replace("Celsius", "Celsius")
        unit = Unit(_CODES.get(name, name), one, _MANY.get(name, f"{one}s"))
        spellings = [one.lower(), unit.many.lower(), *(o.strip() for o in others.split(",") if o)]
        for spelling in spellings:
            known[spelling] = unit
            known.setdefault(f"{spelling}s", unit)
    return known


UNITS = _vocabulary()
"""Every unit that is understood, by each of its spellings."""

_VAGUE = {"degrees", "degree"}
"""Said alone beside a temperature: "70 degrees in celsius"."""


@dataclass(frozen=True, slots=True)
class Conversion:
    """An amount in one unit, wanted in another."""

    amount: float
    source: Unit
    target: Unit
    rest: tuple[float, Unit] | None = None
    """The second part of "five foot eleven"."""


def parse_amount(text: str) -> tuple[float, str] | None:
    """Split "two and a half cups" into 2.5 and "cups"."""
    text = re.sub(r"^(?:half an?|a half|half a) ", "0.5 ", digits(text))
    text = re.sub(r"^an? ", "1 ", re.sub(r"^(?:minus|negative) ", "-", text))
    first, _, unit = text.partition(" ")
    if not is_numeral(first.removeprefix("-")) or not unit:
        return None
    return float(first), unit


def parse_conversion(amount: str, target: str) -> Conversion | None:
    """Read "5 feet 11 inches" and "centimeters" as a conversion.

    Returns:
        None unless both are known; whether they go together is for `convert` to say.
    """
    wanted = UNITS.get(target)
    split = parse_amount(amount)
    if wanted is None or split is None:
        return None
    count, words = split
    if words in _VAGUE and wanted.code.startswith("degree_"):
        other = "fahrenheit" if wanted.code.endswith("Celsius") else "celsius"
        return Conversion(count, UNITS[other], wanted)
    if (source := UNITS.get(words)) is not None:
        return Conversion(count, source, wanted)
    two = re.fullmatch(r"(\S+) (?:and )?([\d.]+)(?: (\S+))?", words)
    if two and two[1] in UNITS and is_numeral(two[2]):
        smaller = two[3] or {"foot": "inch", "stone": "pound", "pound": "ounce"}.get(
            UNITS[two[1]].code, ""
        )
        if smaller in UNITS:
            return Conversion(count, UNITS[two[1]], wanted, (float(two[2]), UNITS[smaller]))
    return None


@functools.cache
def _registry() -> pint.UnitRegistry[float]:
    import pint  # Half a second: on first use, or by `warm_up` while nobody waits.

    return pint.UnitRegistry()


def warm_up() -> None:
    """Load the unit definitions now, so that the first conversion need not wait for them."""
    _registry()


def convert(wanted: Conversion) -> float | None:
    """Reckon a conversion; None where the units measure different things."""
    import pint

    registry = _registry()
    try:
        quantity = registry.Quantity(wanted.amount, wanted.source.code)
        if wanted.rest is not None:
            quantity = quantity + registry.Quantity(wanted.rest[0], wanted.rest[1].code)
        value = float(quantity.to(wanted.target.code).magnitude)
    except (pint.errors.DimensionalityError, pint.errors.OffsetUnitCalculusError, OverflowError):
        return None
    return value if math.isfinite(value) else None


def say_quantity(value: float, unit: Unit, places: int = 4) -> str:
    """Say an amount: "8.047 kilometers"."""
    if abs(value) >= 10**places:
        value, places = round(value), 20
    number = say_number(value, places)
    return f"{number.replace('-', 'minus ')} {unit.one if number == '1' else unit.many}"
