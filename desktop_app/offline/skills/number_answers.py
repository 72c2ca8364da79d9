"""Answers that are reckoned: sums, conversions, chance and spelling."""

from __future__ import annotations

import math
import random
import re
from collections.abc import Callable

from desktop_app.offline.skills.numbers import digits, say_number
from desktop_app.offline.skills.phrase import as_said
from desktop_app.offline.skills.scene import Answer, Scene, Slots
from desktop_app.offline.skills.sums import SumError, parse_sum, work_out
from desktop_app.offline.skills.units import (
    Conversion,
    convert,
    parse_amount,
    parse_conversion,
    say_quantity,
)

MAX_DICE = 20
MAX_SIDES = 1000
MAX_LETTERS = 60
_NOT_A_WORD = frozenset({"my", "your", "our", "his", "her", "their", "about", "that", "it", "this"})


def answer_sum(slots: Slots, scene: Scene) -> Answer | None:
    """Work a sum out, if every word is part of one."""
    first = scene.said.lower().split()[:1]
    verb = (
        first[0] if first and first[0] in {"add", "subtract", "multiply", "divide", "take"} else ""
    )
    wanted = parse_sum(slots["expr"]) or (parse_sum(f"{verb} {slots['expr']}") if verb else None)
    if wanted is None:
        return None
    try:
        return Answer(f"{_capital(wanted.said)} is {work_out(wanted)}.")
    except SumError as failure:
        return Answer(str(failure))


def answer_conversion(slots: Slots, _: Scene) -> Answer | None:
    """Convert an amount, if both units are known."""
    amount = re.sub(r"^(?:is|are|the|in) ", "", slots["amount"])
    if parse_amount(amount) is None:
        amount = f"1 {amount}"
    wanted = parse_conversion(amount, slots["unit"])
    if wanted is None:
        return None
    value = convert(wanted)
    if value is None:
        return Answer(f"{_capital(wanted.source.many)} and {wanted.target.many} measure "
                      "different things.")  # fmt: skip
    verb = "is" if wanted.amount == 1 and wanted.rest is None else "are"
    if wanted.source.code.startswith("degree_"):
        verb = "is"
    said = say_quantity(value, wanted.target)
    about = "" if math.isclose(_shown(value), value, rel_tol=1e-9) else "about "
    return Answer(f"{_capital(_said_amount(wanted))} {verb} {about}{said}.")


def _shown(value: float) -> float:
    return round(value) if abs(value) >= 10**4 else float(f"{value:.4g}")


def _said_amount(wanted: Conversion) -> str:
    said = say_quantity(wanted.amount, wanted.source, 10)
    return f"{said} {say_quantity(*wanted.rest, 10)}" if wanted.rest else said


def flip_coin(_: Slots, scene: Scene) -> Answer:
    """Toss a coin."""
    return Answer(random.Random(scene.seed).choice(("Heads.", "Tails.")))


def roll_dice(slots: Slots, scene: Scene) -> Answer | None:
    """Roll dice with any number of sides."""
    count, sides = _whole(slots.get("count", "1")), _whole(slots.get("sides", "6"))
    if count is None or sides is None:
        return None
    if not (1 <= count <= MAX_DICE and 2 <= sides <= MAX_SIDES):
        return Answer(f"I can roll up to {MAX_DICE} dice with 2 to {MAX_SIDES} sides.")
    chance = random.Random(scene.seed)
    rolls = [chance.randint(1, sides) for _ in range(count)]
    if count == 1:
        return Answer(f"{rolls[0]}.")
    listed = f"{', '.join(map(str, rolls[:-1]))} and {rolls[-1]}"
    return Answer(f"{listed}. Together {sum(rolls)}.")


def pick_number(slots: Slots, scene: Scene) -> Answer | None:
    """Pick a whole number from a range."""
    low, high = _whole(slots.get("low", "1")), _whole(slots.get("high", "100"))
    if low is None or high is None:
        return None
    low, high = sorted((low, high))
    return Answer(f"{say_number(random.Random(scene.seed).randint(low, high))}.")


def pick_word(slots: Slots, scene: Scene) -> Answer | None:
    """Pick one of two things."""
    chosen = random.Random(scene.seed).choice((slots["low"], slots["high"]))
    return Answer(f"{_capital(as_said(chosen, scene.said))}.")


def _whole(said: str) -> int | None:
    text = digits(said)
    text = {"two": "2", "a": "1", "an": "1"}.get(text, text)
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 12 else None


def spell(slots: Slots, scene: Scene) -> Answer | None:
    """Spell a word or two, letter by letter."""
    word = as_said(slots["word"], scene.said).strip("\"'")
    words = [re.sub(r"[^\w]", "", part) for part in word.split()]
    letters = [part for part in words if part]
    is_speech = _NOT_A_WORD & set(slots["word"].split())
    if is_speech or not 0 < len(letters) <= 4 or sum(map(len, letters)) > MAX_LETTERS:
        return None
    spelled = "; ".join(", ".join(part.upper()) for part in letters)
    return Answer(f"{_capital(word)}: {spelled}.")


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


ANSWERS: dict[str, Callable[[Slots, Scene], Answer | None]] = {
    "convert": answer_conversion,
    "sum": answer_sum,
    "spell": spell,
    "coin": flip_coin,
    "dice": roll_dice,
    "random": pick_number,
    "pick": pick_word,
}
