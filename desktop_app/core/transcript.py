"""The transcript: rows ordered by the links between items, filled whenever the text comes.

Pure functions from rows to rows.  Untouched rows keep their identity, so a view can find what
changed with ``is``.  Order follows ``previous_item_id`` and never arrival, for the user's words
often come after the answer to them (protocol page, section 5.5).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

BLOCK_CHARS = 1024
"""Settled text is kept in blocks of about this size: appending a word to a long answer copies at
most one block, so that 20,000 deltas cost 20,000 small steps and not their square."""

_UNSPACED = 0x0E00
"""From Thai on, most scripts of Unicode write no spaces between words (Chinese, Japanese...)."""


class Role(StrEnum):
    """Who speaks in a row."""

    USER = "user"
    ASSISTANT = "assistant"
    SYSTEM = "system"
    TOOL = "tool"


class Text(StrEnum):
    """How far a row's text is."""

    WAITING = "waiting"
    PARTIAL = "partial"
    DONE = "done"
    INTERRUPTED = "interrupted"
    CUT = "cut"
    FILTERED = "filtered"
    FAILED = "failed"
    NONE = "none"
    """There was nothing to write down (noise); not shown."""
    LOST = "lost"
    """The connection broke before the server had it."""


@dataclass(frozen=True, slots=True)
class Row:
    """One bubble.

    Attributes:
        item_id: The server's (or our) id of the item.
        role: Who speaks.
        state: How far the text is.
        blocks: Settled text, in order.
        tail: The newest text, behind ``blocks``.
        typed: The user typed it.
        sent: The far end has been given it.
        spoken: Some audio of it has arrived.
        heard_ms: Milliseconds the listener heard, once playback of it ended early.
    """

    item_id: str
    role: Role
    state: Text = Text.WAITING
    blocks: tuple[str, ...] = ()
    tail: str = ""
    typed: bool = False
    sent: bool = True
    spoken: bool = False
    heard_ms: int | None = None

    @property
    def text(self) -> str:
        """Everything said so far."""
        return "".join(self.blocks) + self.tail if self.blocks else self.tail

    @property
    def shown(self) -> bool:
        """Whether people should see this row."""
        if self.role is Role.SYSTEM or self.state is Text.NONE:
            return False
        return bool(self.tail or self.blocks) or self.role is Role.USER


Rows = tuple[Row, ...]

OPEN = (Text.WAITING, Text.PARTIAL)
"""States of a row that is still being written."""


def index_of(rows: Rows, item_id: str) -> int:
    """Return the place of ``item_id``, newest first, or -1."""
    for i in range(len(rows) - 1, -1, -1):
        if rows[i].item_id == item_id:
            return i
    return -1


def find(rows: Rows, item_id: str) -> Row | None:
    """Return the row of ``item_id``, if there is one."""
    i = index_of(rows, item_id)
    return rows[i] if i >= 0 else None


def place(rows: Rows, row: Row, previous_item_id: str | None) -> Rows:
    """Put ``row`` behind its predecessor; keep the text of a row that stands already.

    Args:
        rows: The transcript.
        row: What to place; only its id, role and flags count when the row exists.
        previous_item_id: Its predecessor; None or unknown means the end (or where it stands).
    """
    at = index_of(rows, row.item_id)
    before = -1
    if previous_item_id and previous_item_id != row.item_id:
        before = index_of(rows, previous_item_id)
    if before < 0:
        return rows if at >= 0 else (*rows, row)
    if at >= 0:
        # A row that is settled stays where people have read it, if the order holds at all.
        stays = rows[at].state not in OPEN or all(_ours_alone(r) for r in rows[before + 1 : at])
        if before < at and stays:
            return rows
        row = rows[at]
        rows = (*rows[:at], *rows[at + 1 :])
        before = index_of(rows, previous_item_id or "")
    behind = before + 1
    while behind < len(rows) and _ours_alone(rows[behind]):
        behind += 1
    return (*rows[:behind], row, *rows[behind:])


def _ours_alone(row: Row) -> bool:
    """Whether no item of the server links to ``row``: it never had it, or has it no more."""
    if not row.sent or row.state in (Text.LOST, Text.NONE):
        return True
    return row.state is Text.FAILED and not row.text


def put(rows: Rows, row: Row) -> Rows:
    """Replace the row of the same id; unknown ones go to the end."""
    at = index_of(rows, row.item_id)
    if at < 0:
        return (*rows, row)
    if rows[at] == row:
        return rows
    return (*rows[:at], row, *rows[at + 1 :])


def grown(row: Row, delta: str) -> Row:
    """Return ``row`` with ``delta`` at its end."""
    if len(row.tail) + len(delta) <= BLOCK_CHARS:
        return replace(row, tail=row.tail + delta, state=Text.PARTIAL)
    return replace(row, blocks=(*row.blocks, row.tail), tail=delta, state=Text.PARTIAL)


def worded(row: Row, text: str, state: Text) -> Row:
    """Return ``row`` with exactly ``text``."""
    return replace(row, blocks=(), tail=text, state=state)


def heard_part(text: str, heard_ms: int, received_ms: int) -> str:
    """Return the words of ``text`` that fit into what was heard.

    The transcript carries no times, so words are taken in proportion and cut at a word's end.
    """
    if received_ms <= 0 or heard_ms >= received_ms:
        return text
    cut = len(text) * max(heard_ms, 0) // received_ms
    while cut and not (_ends_words(text[cut]) or _ends_words(text[cut - 1])):
        cut -= 1
    return text[:cut].rstrip()


def _ends_words(char: str) -> bool:
    """Whether a word ends before and behind ``char``."""
    return char.isspace() or ord(char) >= _UNSPACED


def remove(rows: Rows, item_id: str) -> Rows:
    """Drop the row of ``item_id``."""
    at = index_of(rows, item_id)
    return rows if at < 0 else (*rows[:at], *rows[at + 1 :])
