"""How the words of both sides reach the transcript, and how typed words leave it."""

from __future__ import annotations

from dataclasses import replace

from desktop_app.core import effects as fx
from desktop_app.core.changes import live, numbered, with_row
from desktop_app.core.connection import connect_asked
from desktop_app.core.far_end import (
    AssistantTextArrived,
    AssistantTextDone,
    ItemAdded,
    ResponseEnded,
    UserTextArrived,
    UserTextDone,
    UserTextFailed,
)
from desktop_app.core.replay import COPY
from desktop_app.core.responses import ask
from desktop_app.core.state import AppState, Phase, Step
from desktop_app.core.transcript import OPEN, Role, Row, Text, find, grown, place, worded
from desktop_app.core.turn_taking import TRANSCRIPT_TIMER, yielded

_ROLES = {"user": Role.USER, "assistant": Role.ASSISTANT}


def item_added(state: AppState, event: ItemAdded) -> Step:
    """An item stands in the conversation: give it its place, and its text if it has one."""
    if event.item_id.startswith(COPY):
        return state, ()
    role = _ROLES.get(event.role, Role.SYSTEM) if event.kind == "message" else Role.SYSTEM
    if event.kind == "function_call":
        role = Role.TOOL
    row = Row(event.item_id, role)
    state = replace(state, rows=place(state.rows, row, event.previous_item_id))
    row = find(state.rows, event.item_id) or row
    text = event.name if role is Role.TOOL else event.text
    spoken = row.role in (Role.USER, Role.ASSISTANT)  # Only to these words come later.
    if row.state is Text.WAITING and (text or not spoken):
        state = with_row(state, worded(row, text, Text.DONE))
    return state, ()


def user_text_arrived(state: AppState, event: UserTextArrived) -> Step:
    """A piece of what the user said."""
    row = find(state.rows, event.item_id) or Row(event.item_id, Role.USER)
    if row.state not in OPEN:
        return state, ()
    new = worded(row, event.text, Text.PARTIAL) if event.whole else grown(row, event.text)
    return with_row(state, new), ()


def user_text_done(state: AppState, event: UserTextDone) -> Step:
    """All that the user said; nothing but noise leaves no row."""
    row = find(state.rows, event.item_id) or Row(event.item_id, Role.USER)
    text = event.text.strip()
    state = with_row(state, worded(row, text, Text.DONE if text else Text.NONE))
    return state, (fx.StopTimer(TRANSCRIPT_TIMER + event.item_id),)


def user_text_failed(state: AppState, event: UserTextFailed) -> Step:
    """The user's words could not be written down; the turn goes on."""
    row = find(state.rows, event.item_id) or Row(event.item_id, Role.USER)
    if row.state not in OPEN:
        return state, ()
    return with_row(state, replace(row, state=Text.FAILED)), ()


def transcript_timed_out(state: AppState, item_id: str) -> Step:
    """The transcript did not come."""
    row = find(state.rows, item_id)
    if row is None or row.state not in OPEN:
        return state, ()
    return with_row(state, replace(row, state=Text.DONE if row.tail else Text.FAILED)), ()


def assistant_text_arrived(state: AppState, event: AssistantTextArrived) -> Step:
    """A piece of what the assistant says; it runs ahead of the sound."""
    row = find(state.rows, event.item_id) or Row(event.item_id, Role.ASSISTANT)
    # A row may be done and go on: an item can have several parts.
    if event.response_id in state.responses.silenced or row.state not in (*OPEN, Text.DONE):
        return state, ()
    return with_row(state, grown(row, event.text)), ()


def assistant_text_done(state: AppState, event: AssistantTextDone) -> Step:
    """All words of one part: authoritative, unless deltas of several parts stand there already."""
    row = find(state.rows, event.item_id) or Row(event.item_id, Role.ASSISTANT)
    if event.response_id in state.responses.silenced or row.state not in OPEN:
        return state, ()
    if event.text and row.text.endswith(event.text):
        return with_row(state, replace(row, state=Text.DONE)), ()
    return with_row(state, worded(row, event.text or row.text, Text.DONE)), ()


def answer_ended(state: AppState, event: ResponseEnded) -> AppState:
    """Settle the rows of a response: repair missing words, mark what is not whole."""
    end = Text.DONE
    if event.status == "cancelled":
        end = Text.INTERRUPTED
    elif event.status == "incomplete":
        end = Text.FILTERED if event.reason == "content_filter" else Text.CUT
    elif event.status == "failed":
        end = Text.FAILED
    for item_id, text in event.texts:
        row = find(state.rows, item_id)
        if row is None or row.role is not Role.ASSISTANT or row.heard_ms is not None:
            continue
        if row.state in OPEN:
            words = text if text and event.response_id not in state.responses.silenced else row.text
            state = with_row(state, worded(row, words, end))
        elif row.state is Text.DONE and end in (Text.CUT, Text.FILTERED):
            state = with_row(state, replace(row, state=end))
    if not event.in_conversation or state.responses.active not in (None, event.response_id):
        return state
    # Only one response writes at a time: what it left open and did not repeat ends here.
    for row in state.rows:
        if row.role is Role.ASSISTANT and row.state in OPEN:
            state = with_row(state, replace(row, state=end))
    return state


def text_submitted(state: AppState, text: str) -> Step:
    """The user typed: it stands in the transcript at once, and is sent when it can be."""
    text = text.strip()
    if not text:
        return state, ()
    state, item_id = numbered(state, "msg")
    while find(state.rows, item_id):  # A server may name its items as we do.
        state, item_id = numbered(state, "msg")
    row = worded(Row(item_id, Role.USER, typed=True), text, Text.DONE)
    if not live(state):
        state = replace(
            state,
            rows=(*state.rows, replace(row, sent=False)),
            texts=(*state.texts, (item_id, text)),
        )
        return connect_asked(state) if state.link.phase is Phase.OFFLINE else (state, ())
    state, effects = yielded(replace(state, rows=(*state.rows, row)), tell_server=True)
    state, asked = ask(state)
    return state, (*effects, fx.AddText(item_id, "user", text), *asked)
