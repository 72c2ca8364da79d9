"""Which sentences a phrase may be, most particular first.  Deciding is left to the answers."""

from __future__ import annotations

import functools
import itertools
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import resources
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hassil import Intents

MAX_WORDS = 60
MAX_CANDIDATES = 200
"""Wildcards can be cut in many ways; what has not matched by then is no sentence of ours."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One way to understand a phrase."""

    intent: str
    slots: Mapping[str, str]


@functools.cache
def _sentences() -> Intents:
    from hassil import Intents  # 0.1 s: not before somebody speaks, or `warm_up`.

    text = resources.files(__package__ or "").joinpath("sentences.json").read_text("utf-8")
    return Intents.from_dict(json.loads(text))


def warm_up() -> None:
    """Load and compile the sentences now, so that the first answer need not wait for them."""
    for _ in candidates("set a timer for ten minutes"):
        pass


def candidates(phrase: str) -> Iterator[Candidate]:
    """Find every sentence that fits ``phrase``.

    Args:
        phrase: A tidied phrase.

    Yields:
        Candidates in the order of the sentences file; of one intent those first that explain more
        of the phrase by words of ours.  What stands in the slots is mostly not sensible.
    """
    if not phrase or phrase.count(" ") >= MAX_WORDS:
        return
    from hassil import recognize_all

    found: dict[str, list[Candidate]] = {}
    for result in itertools.islice(recognize_all(phrase, _sentences()), MAX_CANDIDATES):
        slots = {name: str(entity.value).strip() for name, entity in result.entities.items()}
        kept = {name: text for name, text in slots.items() if text}
        found.setdefault(result.intent.name, []).append(Candidate(result.intent.name, kept))
    for of_intent in found.values():
        yield from sorted(of_intent, key=_unexplained)


def _unexplained(candidate: Candidate) -> int:
    return sum(len(text.split()) for text in candidate.slots.values())
