"""Spoken arithmetic: words to an expression, the expression to a number, the number to words.

Nothing is a sum unless every word of it is: "what is the weather" has none, so it is not swallowed.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field

from desktop_app.offline.skills.numbers import digits, is_numeral, say_number

MAX_TOKENS = 60
MAX_DIGITS = 30
"""Longer results are said to be too big: nobody can listen to them."""

_OPERATORS = (
    (r"to the power of|raised to the power of|raised to(?: the)?|to the", "**"),
    (r"multiplied by|times|x", "*"),
    (r"divided by|over", "/"),
    (r"added to|plus|and(?= \d)", "+"),
    (r"take away|subtract|minus|less", "-"),
    (r"modulo|mod", "%"),
)
_WORDS = tuple(
    (re.compile(rf"(?<=[\d)pi]) (?:{words}) "), f" {sign} ") for words, sign in _OPERATORS
)
_SYMBOLS = {"+": "+", "-": "-", "*": "*", "/": "/", "^": "**", "**": "**", "%": "%"}
_SAID = {"+": "plus", "-": "minus", "*": "times", "/": "divided by", "**": "to the power of"}
_SAID |= {"%": "modulo"}
_PARTS = {"half": 2, "third": 3, "quarter": 4, "fifth": 5, "tenth": 10}
_PART = "|".join(_PARTS)


class SumError(ValueError):
    """A sum that has no result to say; the message is the answer."""


@dataclass(frozen=True, slots=True)
class Sum:
    """An arithmetic expression: for the evaluator and for the listener."""

    expression: str
    said: str


def parse_sum(text: str) -> Sum | None:
    """Read the whole of ``text``, a tidied phrase, as a sum with at least one operation.

    Args:
        text: E.g. "17 times 23", "15 percent of 80", "the square root of 2", "2 + 2".

    Returns:
        None if anything in it is not arithmetic.
    """
    text = re.sub(r"(?:\bequals?|\bis|=)$", "", digits(text).strip()).strip()
    text = re.sub(r"^=|^the (?=sum|product|difference)", "", text).strip()
    return _named_operation(text) or _expression(text)


def _named_operation(text: str) -> Sum | None:
    """Read what is not said in the order of its operators: "subtract 3 from 10"."""
    number = r"(-?[\d.]+)"
    pairs = (
        (rf"(?:add|sum of|the sum of) {number} (?:and|to|plus) {number}", "{0} + {1}"),
        (rf"subtract {number} from {number}|take {number} (?:away )?from {number}", "{1} - {0}"),
        (rf"(?:difference between|difference of) {number} and {number}", "{0} - {1}"),
        (rf"(?:product of|multiply) {number} (?:and|by|times|with) {number}", "{0} * {1}"),
        (rf"divide {number} by {number}", "{0} / {1}"),
    )
    for shape, order in pairs:
        if found := re.fullmatch(shape, text):
            numbers = [group for group in found.groups() if group is not None]
            return _expression(order.format(*numbers))
    return None


def _expression(text: str) -> Sum | None:
    text = re.sub(r"\b([\d.]+) percent (?:of|from) ", r"\1 % of ", text)
    text = re.sub(rf"\b(?:a|one|1|the) ({_PART}) of (?=\d)|^({_PART}) of (?=\d)", _part_of, text)
    text = re.sub(r"\b(\d+) (?:squared|square)\b", r"\1 ^ 2", text)
    text = re.sub(r"\b(\d+) cubed\b", r"\1 ^ 3", text)
    text = re.sub(r"to the (\d+)(?:st|nd|rd|th)?(?: power)?\b", r"^ \1", text)
    text = re.sub(r"\b(?:the )?cube root of\b", "cbrt", text)
    text = re.sub(r"\b(?:the )?(?:square )?root of\b", "sqrt", text)
    for pattern, sign in _WORDS:
        text = pattern.sub(sign, text)
    return _assemble(text.split())


def _part_of(found: re.Match[str]) -> str:
    return f"{found[1] or found[2]}_of "


def _assemble(words: list[str]) -> Sum | None:
    """Turn tokens into the two forms, checking that operands and operators alternate."""
    if not 2 <= len(words) <= MAX_TOKENS:
        return None
    sentence = _Sentence(words)
    while sentence.at < len(words):
        if not (sentence.take_operand() if sentence.want_operand else sentence.take_operator()):
            return None
        sentence.at += 1
    if sentence.want_operand or sentence.depth or not sentence.operations:
        return None
    code = " ".join(sentence.code)
    if "(" in words:
        return Sum(code, "that")  # Brackets can't be heard.
    return Sum(code, re.sub(r" (squared|cubed) [23]\b", r" \1", " ".join(sentence.said)))


@dataclass
class _Sentence:
    """A sum while it is being read, word by word."""

    words: list[str]
    at: int = 0
    code: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    operations: int = 0
    depth: int = 0
    want_operand: bool = True
    closing: str = ""
    """The bracket of a root whose operand is still to come."""

    def take_operand(self) -> bool:
        """Read a number or what can stand before one; False if the word is neither."""
        word = self.words[self.at]
        part = word.removesuffix("_of")
        if word in {"-", "minus", "negative"}:
            self._add("-", "minus")
        elif is_numeral(word) or word == "pi":
            self._add(
                _exact(word) + self.closing, word if word == "pi" else say_number(_number(word))
            )
            self.want_operand, self.closing = False, ""
            return self._take_percent()
        elif self.closing:
            return False
        elif word in {"sqrt", "cbrt"}:
            self._add(f"{word}(", f"the {'square' if word == 'sqrt' else 'cube'} root of")
            self.operations, self.closing = self.operations + 1, ")"
        elif part in _PARTS and part != word and self._begins_a_term(self.code):
            self._add(f"1 / {_PARTS[part]} *", f"{'' if part == 'half' else 'a '}{part} of")
            self.operations += 1
        elif word == "(":
            self._add(word, word)
            self.depth += 1
        else:
            return False
        return True

    def take_operator(self) -> bool:
        """Read an operator or a closing bracket; False if the word is neither."""
        word = self.words[self.at]
        if word == ")" and self.depth:
            self._add(word, word)
            self.depth -= 1
        elif word in _SYMBOLS:
            self._add(_SYMBOLS[word], _said_power(self.words, self.at) or _SAID[_SYMBOLS[word]])
            self.operations, self.want_operand = self.operations + 1, True
        else:
            return False
        return True

    def _take_percent(self) -> bool:
        if self.words[self.at + 1 : self.at + 3] == ["%", "of"]:
            if not self._begins_a_term(self.code[:-1]):
                return False
            self._add("/ 100 *", "percent of")
            self.operations, self.want_operand, self.at = self.operations + 1, True, self.at + 2
        return True

    def _begins_a_term(self, code: list[str]) -> bool:
        """Tell whether nothing binds to the left: "100 over half of 4" would be misread."""
        return not code or code[-1] in {"+", "-", "(", "/ 100 *"}

    def _add(self, code: str, said: str) -> None:
        self.code.append(code)
        self.said.append(said)


def _said_power(words: list[str], at: int) -> str | None:
    if words[at] != "^" or at + 1 >= len(words):
        return None
    return {"2": "squared", "3": "cubed"}.get(words[at + 1])


def _exact(word: str) -> str:
    return word if word == "pi" or "." in word else str(int(word))


def _number(word: str) -> float:
    return float(word) if "." in word else int(word)


def work_out(wanted: Sum) -> str:
    """Evaluate a sum and say its result.

    Raises:
        SumError: There is no result, or none that can be said.
    """
    value = _evaluate(wanted.expression)
    if abs(value) >= 10**MAX_DIGITS:
        raise SumError("That number is too big for me to say.")
    exact = say_number(value, 12)
    shown = say_number(value, 6) if isinstance(value, float) and len(exact) > 9 else exact
    about = "about " if isinstance(value, float) and not math.isclose(
        float(shown.replace(",", "")), value, rel_tol=1e-12) else ""  # fmt: skip
    return f"{about}{shown.replace('-', 'minus ', 1) if shown.startswith('-') else shown}"


def _evaluate(expression: str) -> float:
    import simpleeval  # type: ignore[import-untyped]  # On first use: most conversations have no sum.

    evaluator = simpleeval.SimpleEval(
        functions={"sqrt": math.sqrt, "cbrt": math.cbrt}, names={"pi": math.pi}
    )
    try:
        value = evaluator.eval(expression)
    except ZeroDivisionError:
        raise SumError("Nothing can be divided by zero.") from None
    except (OverflowError, simpleeval.NumberTooHigh):
        raise SumError("That number is too big for me to say.") from None
    except (ValueError, simpleeval.InvalidExpression, SyntaxError, MemoryError, RecursionError):
        raise SumError("That sum has no answer I can say.") from None
    if isinstance(value, int) or (isinstance(value, float) and math.isfinite(value)):
        return value
    raise SumError("That sum has no answer among the ordinary numbers.")
