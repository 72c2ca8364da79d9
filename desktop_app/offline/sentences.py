"""Cuts a reply into sentences while it is still being written: speaking can begin at once."""

from __future__ import annotations

import re

LONGEST_CHARS = 240
"""A sentence that grows beyond this is cut at a comma or a space: nobody waits for a full stop."""
_CLAUSE_FROM = 120
_END = re.compile(r"[.!?…]+[\"'”’)\]*_»]*(?=\s)|[。！？]+[”’」』）]*|\n")  # noqa: RUF001
_CLAUSE = re.compile(r"[,;:—][\"'”’)]*(?=\s)|[，、；]")  # noqa: RUF001
_FENCE = re.compile(r"^[ \t]*```", re.MULTILINE)
_TITLES = (
    "mr mrs ms dr prof st sr jr vs etc eg ie e.g i.e a.k.a cf ca inc ltd ave blvd rd mt ft col sgt "
    "lt capt rev hon approx dept u.s u.k u.n d.c z.b bzw"
)
_BEFORE_NUMBERS = (
    "no nos fig vol p pp ch sec jan feb mar apr jun jul aug sep sept oct nov dec mon tue wed thu "
    "fri sat sun tel ext"
)
_NEVER_LAST = frozenset(_TITLES.split())
_NUMBER_FOLLOWS = frozenset(_BEFORE_NUMBERS.split())


class SentenceSplitter:
    """Takes text as it comes and gives back each sentence as soon as it is sure to be one.

    How the text is chopped up on its way in makes no difference to the sentences, and together they
    are the text, but for white space. A fenced block of code is one piece.
    """

    def __init__(self) -> None:
        self._text = ""

    def feed(self, delta: str) -> list[str]:
        """Take the next bit of text; return the sentences it completed."""
        self._text += delta
        done: list[str] = []
        while (at := self._boundary()) is not None:
            if sentence := self._text[:at].strip():
                done.append(sentence)
            self._text = self._text[at:].lstrip() if sentence else self._text[at:]
        return done

    def flush(self) -> list[str]:
        """Say that the text is over; return what is left of it."""
        rest, self._text = self._text.strip(), ""
        return [rest] if rest else []

    def _boundary(self) -> int | None:
        """Where the first sentence ends, or None if that can't be known yet."""
        text = self._text
        if _FENCE.match(text):
            return _end_of_fence(text)
        for end in _END.finditer(text):
            if end.end() > LONGEST_CHARS:
                break
            after = text[end.end() :].lstrip(" \t")
            if end[0] == "\n":
                return end.end()
            if not after:
                return None
            if not _goes_on(text[: end.end()], end[0], after[0]):
                return end.end()
        # One more character than the limit, so that the cut does not depend on how the text came.
        return _cut(text) if len(text) > LONGEST_CHARS + 1 else None


def sentences(text: str) -> list[str]:
    """Cut a whole text into sentences."""
    splitter = SentenceSplitter()
    return [*splitter.feed(text), *splitter.flush()]


def _goes_on(before: str, mark: str, following: str) -> bool:
    """Tell whether the mark at the end of ``before`` is not the end of a sentence."""
    if following.islower():
        return True
    if not mark.startswith(".") or mark.startswith(".."):
        return False
    word = before[: -len(mark)].rsplit(None, 1)[-1:] or [""]
    bare = word[0].lstrip("(\"'“‘[*_")  # noqa: RUF001
    if len(bare) == 1 and bare.isalpha() and bare != "I":
        return True  # An initial: J. K. Rowling.
    if bare.isdigit() and before.strip() == word[0] + mark:
        return True  # The number of an item in a list.
    word_before = bare.lower()
    return word_before in _NEVER_LAST or (following.isdigit() and word_before in _NUMBER_FOLLOWS)


def _end_of_fence(text: str) -> int | None:
    opening = text.find("\n")
    closing = _FENCE.search(text, opening) if opening >= 0 else None
    if closing is None:
        return None
    line_end = text.find("\n", closing.end())
    return line_end + 1 if line_end >= 0 else None


def _cut(text: str) -> int:
    head = text[: LONGEST_CHARS + 1]
    clauses = [clause.end() for clause in _CLAUSE.finditer(head) if clause.end() > _CLAUSE_FROM]
    if clauses:
        return clauses[-1]
    space = head.rfind(" ")
    return space if space > 0 else LONGEST_CHARS
