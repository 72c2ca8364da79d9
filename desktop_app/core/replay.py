"""What of the transcript a new session is told, and what waits to be said in it.

Nothing persists at the server (protocol page, section 5.6): earlier turns are put back as text.
"""

from __future__ import annotations

from dataclasses import replace

from desktop_app.core import effects as fx
from desktop_app.core.changes import numbered
from desktop_app.core.state import AppState, Effects, Step
from desktop_app.core.transcript import OPEN, Role, Row, Rows, Text

REPLAYED_ROWS = 40
REPLAYED_CHARS = 12_000
"""Limits of what is put back into a new session; it is billed as input with every answer."""

MAX_ID_CHARS = 32
"""Longest item id a client may choose (protocol page, section 4.8)."""

COPY = "copy_"
"""Begins the id of an item that repeats a row whose own id is too long to be chosen by us."""


def replayed(state: AppState) -> Step:
    """Put back earlier turns, newest kept; assistant turns are cut to what was heard already."""
    kept: list[Row] = []
    chars = 0
    for row in reversed(state.rows):
        if row.role not in (Role.USER, Role.ASSISTANT) or not row.sent or not row.text.strip():
            continue
        chars += len(row.text)
        if len(kept) >= REPLAYED_ROWS or chars > REPLAYED_CHARS:
            break
        kept.append(row)
    effects: list[fx.Effect] = []
    for row in reversed(kept):
        item_id = row.item_id
        if len(item_id) > MAX_ID_CHARS:
            state, item_id = numbered(state, COPY.removesuffix("_"))
        effects.append(fx.AddText(item_id, row.role.value, row.text.strip()))
    return state, tuple(effects)


def texts_sent(state: AppState) -> Step:
    """Send the typed messages that waited for the session."""
    if not state.texts:
        return state, ()
    ids = {item_id for item_id, _ in state.texts}
    rows = tuple(replace(r, sent=True) if r.item_id in ids else r for r in state.rows)
    effects: Effects = tuple(fx.AddText(item_id, "user", text) for item_id, text in state.texts)
    return replace(state, rows=rows, texts=()), effects


def waits_for_answer(rows: Rows) -> bool:
    """Whether the last thing said is the user's, in words, and nothing was begun in reply."""
    for row in reversed(rows):
        if row.role is Role.USER and row.state is Text.DONE and row.sent:
            return True
        if row.role is Role.ASSISTANT or row.role is Role.TOOL:
            return False
    return False


def awaited(rows: Rows) -> bool:
    """Whether the user has said something whose words or answer are still to come."""
    for row in reversed(rows):
        if row.role is Role.ASSISTANT:
            return False
        if row.role is Role.USER and row.state in (*OPEN, Text.DONE):
            return True
    return False
