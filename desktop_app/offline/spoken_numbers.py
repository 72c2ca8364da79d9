"""Numbers in English words. Pure."""

from __future__ import annotations

_TO_NINETEEN = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
    "sixteen seventeen eighteen nineteen"
)
_TO_NINETY = "zero ten twenty thirty forty fifty sixty seventy eighty ninety"
_SMALL = _TO_NINETEEN.split()
_TENS = _TO_NINETY.split()
_GROUPS = ("", "thousand", "million", "billion", "trillion", "quadrillion")
_ORDINALS = {
    "one": "first",
    "two": "second",
    "three": "third",
    "five": "fifth",
    "eight": "eighth",
    "nine": "ninth",
    "twelve": "twelfth",
}
_MOST_DIGITS = 18


def cardinal(number: int) -> str:
    """Spell a whole number: 1234 is "one thousand two hundred thirty-four"."""
    if number < 0:
        return f"minus {cardinal(-number)}"
    if len(str(number)) > _MOST_DIGITS:
        return digits(str(number))
    if number < 1000:
        return _below_1000(number)
    words: list[str] = []
    group = 0
    while number:
        number, part = divmod(number, 1000)
        if part:
            words.append(f"{_below_1000(part)} {_GROUPS[group]}".strip())
        group += 1
    return " ".join(reversed(words))


def ordinal(number: int) -> str:
    """Spell a rank: 21 is "twenty-first"."""
    head, joint, last = _split_last(cardinal(number))
    if last in _ORDINALS:
        last = _ORDINALS[last]
    elif last.endswith("y"):
        last = f"{last[:-1]}ieth"
    else:
        last += "th"
    return head + joint + last


def year(number: int) -> str:
    """Spell a year: 1984 is "nineteen eighty-four", 2005 "two thousand five"."""
    century, rest = divmod(number, 100)
    if not 10 <= century <= 99 or (century % 10 == 0 and rest < 10):
        return cardinal(number)
    if rest == 0:
        return f"{_below_1000(century)} hundred"
    return f"{_below_1000(century)} {'oh ' if rest < 10 else ''}{_below_1000(rest)}"


def digits(text: str) -> str:
    """Spell digit by digit, anything else left out: "007" is "zero zero seven"."""
    return " ".join(_SMALL[int(char)] for char in text if char in "0123456789")


def number(text: str) -> str:
    """Spell a numeral as it is written: "-1,234.50" is "minus one thousand ... point five zero"."""
    text = text.replace(",", "")
    sign = "minus " if text[:1] in "-−" and text else ""  # noqa: RUF001
    whole, point, fraction = text.lstrip("-−+").partition(".")  # noqa: RUF001
    if (len(whole) > 1 and whole.startswith("0")) or len(whole) > _MOST_DIGITS:
        spelled = digits(whole)
    else:
        spelled = cardinal(int(whole or "0"))
    return sign + spelled + (f" point {digits(fraction)}" if point and fraction else "")


def _below_1000(number: int) -> str:
    words: list[str] = []
    hundreds, rest = divmod(number, 100)
    if hundreds:
        words.append(f"{_SMALL[hundreds]} hundred")
    if rest >= 20:
        tens, ones = divmod(rest, 10)
        words.append(_TENS[tens] + (f"-{_SMALL[ones]}" if ones else ""))
    elif rest or not hundreds:
        words.append(_SMALL[rest])
    return " ".join(words)


def _split_last(words: str) -> tuple[str, str, str]:
    at = max(words.rfind(" "), words.rfind("-"))
    return (words[:at], words[at], words[at + 1 :]) if at >= 0 else ("", "", words)
