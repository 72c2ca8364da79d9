from __future__ import annotations

import math
from fractions import Fraction  # noqa: F401 - for eval

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop_app.offline.skills.phrase import tidy
from desktop_app.offline.skills.sums import SumError, parse_sum, work_out
from desktop_app.offline.skills.units import (
    UNITS,
    convert,
    parse_amount,
    parse_conversion,
    say_quantity,
    warm_up,
)

warm_up()

SIGNS = {"plus": "+", "minus": "-", "times": "*", "divided by": "/"}


@given(
    st.integers(0, 10**6),
    st.lists(
        st.tuples(st.sampled_from(sorted(SIGNS)), st.integers(1, 10**6)), min_size=1, max_size=5
    ),
)
def test_a_sum_has_the_result_that_fractions_have(first: int, rest: list[tuple[str, int]]) -> None:
    said = f"{first} " + " ".join(f"{word} {number}" for word, number in rest)
    exact = eval(
        f"Fraction({first})" + "".join(f"{SIGNS[word]}Fraction({number})" for word, number in rest)
    )
    wanted = parse_sum(said)
    assert wanted is not None
    if abs(exact) >= 10**30:
        with pytest.raises(SumError):
            work_out(wanted)
        return
    spoken = work_out(wanted).removeprefix("about ").replace("minus ", "-").replace(",", "")
    assert math.isclose(float(spoken), float(exact), rel_tol=1e-5, abs_tol=1e-12)


def test_whole_numbers_are_exact_however_large() -> None:
    wanted = parse_sum("123456789012 times 987654321098")
    assert wanted is not None
    assert work_out(wanted).replace(",", "") == str(123456789012 * 987654321098)


@pytest.mark.parametrize(
    ("said", "result"),
    [
        ("the cube root of 27", "3"),
        ("a third of 90", "30"),
        ("minus 5 plus 3", "minus 2"),
        ("subtract 3 from 10", "7"),
        ("the sum of 5 and 7", "12"),
        ("the product of 6 and 7", "42"),
        ("3 cubed", "27"),
        ("2 to the 10th power", "1024"),
        ("pi times 2", "about 6.28319"),
        ("10 modulo 3", "1"),
        ("0.1 plus 0.2", "0.3"),
        ("1/2 + 1/4", "0.75"),
        ("(1 + 2) * 3", "9"),
        ("2 x ((1+1)^3)", "16"),
    ],
)
def test_sums_are_said_in_many_ways(said: str, result: str) -> None:
    wanted = parse_sum(tidy(said))
    assert wanted is not None
    assert work_out(wanted) == result


@pytest.mark.parametrize(
    "said",
    [
        "",
        "5",
        "plus",
        "two",
        "5 plus",
        "plus 5 plus",
        "5 5",
        "the weather",
        "two plus blue",
        "50 percent",
        "import os",
        "__import__('os')",
        "1 + a",
        "1 + 1 )",
        "( )",
        "()",
        "100 over half of 4",
        "200 over 15 percent of 80",
        "( 1 + 1",
        "5 squared squared cat",
        "1.2.3 + 4",
    ],
)
def test_what_is_no_sum_is_not_reckoned(said: str) -> None:
    assert parse_sum(tidy(said)) is None


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ("1 / 0", "zero"),
        ("5 modulo 0", "zero"),
        ("9 ^ 9 ^ 9", "too big"),
        ("10 ^ 400", "too big"),
        ("square root of minus 4", "no answer"),
        ("minus 8 to the power of 0.5", ""),
    ],
)
def test_a_sum_without_a_result_says_why(said: str, why: str) -> None:
    wanted = parse_sum(tidy(said))
    assert wanted is not None
    if not why:
        assert work_out(wanted)  # Python reads it as minus (8 to the power of a half).
        return
    with pytest.raises(SumError, match=why):
        work_out(wanted)


@pytest.mark.parametrize("unit", sorted({unit.code for unit in UNITS.values()}))
def test_every_unit_is_known_to_the_reckoner_and_equals_itself(unit: str) -> None:
    named = next(one for one in UNITS.values() if one.code == unit)
    wanted = parse_conversion(f"3 {named.many.lower()}", named.one.lower())
    assert wanted is not None
    value = convert(wanted)
    assert value is not None
    assert math.isclose(value, 3)


@given(st.floats(0.001, 10**6), st.sampled_from(["mile", "pound", "gallon", "hour", "fahrenheit"]))
@settings(deadline=None)
def test_a_conversion_comes_back_to_where_it_was(amount: float, unit: str) -> None:
    other = {
        "mile": "km",
        "pound": "kg",
        "gallon": "liter",
        "hour": "second",
        "fahrenheit": "celsius",
    }[unit]
    there = parse_conversion(f"{amount:.6f} {unit}", other)
    assert there is not None
    value = convert(there)
    assert value is not None
    if value < 0:
        return  # Numerals of phrases carry no sign; "minus" does.
    back = parse_conversion(f"{value:.9f} {other}", unit)
    assert back is not None
    returned = convert(back)
    assert returned is not None
    assert math.isclose(returned, amount, rel_tol=1e-4, abs_tol=1e-5)


@pytest.mark.parametrize(
    ("amount", "target", "value"),
    [
        ("minus 40 celsius", "fahrenheit", -40.0),
        ("5 foot 11", "cm", 180.34),
        ("5 feet and 11 inches", "cm", 180.34),
        ("11 stone 4", "kilos", 71.6676),
        ("100 degrees", "celsius", 37.7778),
        ("30 degrees", "fahrenheit", 86.0),
        ("half a liter", "ml", 500.0),
        ("60 miles per hour", "km per hour", 96.5606),
    ],
)
def test_amounts_are_read_as_people_say_them(amount: str, target: str, value: float) -> None:
    wanted = parse_conversion(amount, target)
    assert wanted is not None
    reckoned = convert(wanted)
    assert reckoned is not None
    assert math.isclose(reckoned, value, rel_tol=1e-4)


@pytest.mark.parametrize(
    ("amount", "target"),
    [
        ("5 miles", "smiles"),
        ("5 elephants", "kg"),
        ("miles", "km"),
        ("the weather", "paris"),
        ("5", "km"),
        ("5 feet of snow 3", "cm"),
        ("100 dollars", "euros"),
    ],
)
def test_unknown_units_are_no_conversion(amount: str, target: str) -> None:
    assert parse_conversion(amount, target) is None


def test_units_of_different_things_do_not_convert() -> None:
    wanted = parse_conversion("5 miles", "kilograms")
    assert wanted is not None
    assert convert(wanted) is None


def test_amounts_split_and_are_said_with_their_unit() -> None:
    assert parse_amount("two and a half cups") == (2.5, "cups")
    assert parse_amount("cups") is None
    assert say_quantity(1.0, UNITS["ft"]) == "1 foot"
    assert say_quantity(-40.0, UNITS["c"]) == "minus 40 degrees Celsius"
    assert say_quantity(123456.7, UNITS["km"]) == "123,457 kilometers"
