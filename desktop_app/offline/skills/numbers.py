"""Number words to numerals and back: "two and a half", "a hundred and five", "1.5"."""

from __future__ import annotations

import re
from collections.abc import Sequence

_ONES = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
    "sixteen seventeen eighteen nineteen"
)
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
ONES = {word: value for value, word in enumerate(_ONES.split())} | {"nought": 0, "naught": 0}
TENS = {word: 10 * value for value, word in enumerate(_TENS.split(), start=2)} | {"fourty": 40}
SCALES = {
    "thousand": 10**3,
    "million": 10**6,
    "billion": 10**9,
    "trillion": 10**12,
}
_SMALL = ONES | TENS
_NUMERAL = re.compile(r"\d+(?:\.\d+)?")


def is_numeral(word: str) -> bool:
    """Tell whether ``word`` is a plain decimal number."""
    return _NUMERAL.fullmatch(word) is not None and word.isascii()


def digits(text: str) -> str:
    """Replace every run of number words by its numeral: "seventeen times two" -> "17 times 2"."""
    words = text.split()
    out: list[str] = []
    at = 0
    while at < len(words):
        value, after = _read(words, at)
        if value is None:
            out.append(words[at])
            at += 1
        else:
            out.append(value)
            at = after
    return " ".join(out)


def _read(words: Sequence[str], at: int) -> tuple[str | None, int]:
    """Read the number that begins at ``words[at]``: its numeral and where it ends."""
    whole, after = _read_whole(words, at)
    if whole is None:
        return None, at
    if words[after : after + 1] == ["point"]:
        decimals, end = _read_decimals(words, after + 1)
        if decimals and "." not in whole:
            return f"{whole}.{decimals}", end
    if words[after : after + 3] == ["and", "a", "half"] and "." not in whole:
        return f"{whole}.5", after + 3
    if words[after : after + 3] == ["and", "a", "quarter"] and "." not in whole:
        return f"{whole}.25", after + 3
    return whole, after


def _read_whole(words: Sequence[str], at: int) -> tuple[str | None, int]:
    first = words[at]
    if is_numeral(first):
        scale = SCALES.get(words[at + 1]) if at + 1 < len(words) else None
        if scale is None:
            return first, at + 1
        return say_number(float(first) * scale).replace(",", ""), at + 2
    counted_article = (
        first == "a"
        and at + 1 < len(words)
        and (words[at + 1] == "hundred" or words[at + 1] in SCALES)
    )
    if counted_article:
        return _read_words(words, at + 1, implied_one=True)
    if first == "a" and words[at + 1 : at + 2] == ["dozen"]:
        return "12", at + 2
    if first in _SMALL:
        return _read_words(words, at, implied_one=False)
    return None, at


def _read_words(words: Sequence[str], at: int, *, implied_one: bool) -> tuple[str | None, int]:
    """Read "two hundred and five thousand and one" by the usual grouping."""
    total, group, room = 0, int(implied_one), 1 if implied_one else 100
    # ``room``: what the next small word must stay below.  "Five thirty" is two numbers.
    while at < len(words):
        word = words[at]
        if word in TENS and room >= 100:
            group, room = group + TENS[word], 10
        elif word in ONES and (ONES[word] < room) and not (room == 10 and ONES[word] == 0):
            group, room = group + ONES[word], 0
        elif word == "hundred" and 0 < group < 100:
            group, room = group * 100, 100
        elif word in SCALES and group:
            total, group, room = total + group * SCALES[word], 0, 100
        elif not (word == "and" and _continues(words, at, group, total)):
            break
        at += 1
    return str(total + group), at


def _continues(words: Sequence[str], at: int, group: int, total: int) -> bool:
    """Tell whether this "and" sits inside a number: "a hundred and five", not "two and three"."""
    next_is_small = at + 1 < len(words) and words[at + 1] in _SMALL
    return next_is_small and ((group >= 100 and group % 100 == 0) or (total > 0 and group == 0))


def _read_decimals(words: Sequence[str], at: int) -> tuple[str, int]:
    decimals = ""
    while at < len(words):
        word = words[at]
        if word == "oh" or ONES.get(word) == 0:
            decimals += "0"
        elif word in ONES and ONES[word] < 10:
            decimals += str(ONES[word])
        elif word in TENS or (word in ONES and not decimals):
            value, after = _read_whole(words, at)
            return decimals + str(value), after
        elif word.isascii() and word.isdigit():
            decimals += word
        else:
            break
        at += 1
    return decimals, at


def say_number(value: float, places: int = 10) -> str:
    """Write a number as a reply does: no needless decimals, commas from 10,000 on.

    Args:
        value: Any finite number.
        places: How many significant digits matter.
    """
    if isinstance(value, int):
        return f"{value:,}" if abs(value) >= 10_000 else str(value)
    rounded = float(f"{value:.{places}g}")
    if rounded == int(rounded):
        return say_number(int(rounded))
    text = f"{rounded:,f}" if abs(rounded) >= 10_000 else repr(rounded)
    return text.rstrip("0") if "e" not in text else text


def counted(count: float, noun: str, plural: str | None = None) -> str:
    """Say how many: "1 minute", "2 minutes"."""
    return f"{say_number(count)} {noun if count == 1 else plural or noun + 's'}"
