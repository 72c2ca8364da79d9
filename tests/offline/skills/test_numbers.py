from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.offline.skills.numbers import ONES, TENS, counted, digits, is_numeral, say_number

SCALES = ((10**9, "billion"), (10**6, "million"), (1000, "thousand"))


def in_words(number: int) -> str:
    """Write a number as people say it; the other way round from what is tested."""
    for size, name in SCALES:
        if number >= size:
            rest = number % size
            joint = " and " if 0 < rest < 100 else " " if rest else ""
            return f"{in_words(number // size)} {name}{joint}{in_words(rest) if rest else ''}"
    if number >= 100:
        rest = number % 100
        return f"{in_words(number // 100)} hundred" + (f" and {in_words(rest)}" if rest else "")
    if number >= 20:
        tens = next(word for word, value in TENS.items() if value == number // 10 * 10)
        return tens + (f" {in_words(number % 10)}" if number % 10 else "")
    return next(word for word, value in ONES.items() if value == number)


@given(st.integers(0, 10**12 - 1))
def test_every_whole_number_is_read_from_its_words(number: int) -> None:
    assert digits(in_words(number)) == str(number)


@given(st.integers(0, 99), st.integers(0, 99))
def test_two_numbers_with_a_word_between_stay_two(first: int, second: int) -> None:
    assert digits(f"{in_words(first)} times {in_words(second)}") == f"{first} times {second}"


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("five thirty", "5 30"),
        ("nineteen eighty four", "19 84"),
        ("two and a half", "2.5"),
        ("three and a quarter", "3.25"),
        ("two point oh five", "2.05"),
        ("three point one four", "3.14"),
        ("a hundred", "100"),
        ("a hundred and five", "105"),
        ("a thousand", "1000"),
        ("a dozen", "12"),
        ("1.5 million", "1500000"),
        ("a cat and two dogs", "a cat and 2 dogs"),
        ("two and three", "2 and 3"),
        ("point five", "point 5"),
        ("two hundred thousand and one", "200001"),
        ("", ""),
    ],
)
def test_words_become_numerals_where_they_are_numbers(said: str, written: str) -> None:
    assert digits(said) == written


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (3, "3"),
        (3.0, "3"),
        (9999, "9999"),
        (10_000, "10,000"),
        (-0.5, "-0.5"),
        (0.1 + 0.2, "0.3"),
        (12345.678, "12,345.678"),
        (1e16, "10,000,000,000,000,000"),
        (1e-9, "1e-09"),
        (1234567.0, "1,234,567"),
    ],
)
def test_numbers_are_written_without_needless_digits(value: float, said: str) -> None:
    assert say_number(value) == said


def test_only_plain_decimals_are_numerals() -> None:
    assert is_numeral("12")
    assert is_numeral("1.5")
    for word in ("", "1.", ".5", "1e5", "-1", "١٢", "²", "one"):
        assert not is_numeral(word)


def test_one_is_singular() -> None:
    assert [counted(1, "day"), counted(2, "day"), counted(0, "foot", "feet")] == [
        "1 day",
        "2 days",
        "0 feet",
    ]
