"""What a server says about the session and the conversation.

With `input_events` and `response_events` these are the 46 events of the protocol, and one more
that another server sends.
"""

from __future__ import annotations

from msgspec import UNSET, Struct

from desktop_app.wire.base import Nullable, ServerEventBase
from desktop_app.wire.input_events import InputEvent
from desktop_app.wire.items import Item
from desktop_app.wire.response_events import ResponseEvent
from desktop_app.wire.session import Session


class ErrorDetail(Struct, frozen=True, kw_only=True):
    """What went wrong; ``event_id`` is that of the client's event, if the server names it."""

    type: str = ""
    message: str = ""
    code: Nullable[str] = UNSET
    param: Nullable[str] = UNSET
    event_id: Nullable[str] = UNSET


class ErrorEvent(ServerEventBase, frozen=True, kw_only=True, tag="error"):
    """Something was refused or failed; the session normally stays open."""

    error: ErrorDetail


class SessionCreated(ServerEventBase, frozen=True, kw_only=True, tag="session.created"):
    """The first event of a connection."""

    session: Session


class SessionUpdated(ServerEventBase, frozen=True, kw_only=True, tag="session.updated"):
    """A ``session.update`` was taken; this is the whole session now."""

    session: Session


class Conversation(Struct, frozen=True, kw_only=True):
    """A conversation's name."""

    id: Nullable[str] = UNSET
    object: Nullable[str] = UNSET


class ConversationCreated(ServerEventBase, frozen=True, kw_only=True, tag="conversation.created"):
    """Said by older and other servers, right after the session began."""

    conversation: Conversation


class ItemEvent(ServerEventBase, frozen=True, kw_only=True):
    """An item, and the one before it (null at the beginning of the conversation)."""

    item: Item
    previous_item_id: Nullable[str] = UNSET


class ItemAdded(ItemEvent, frozen=True, kw_only=True, tag="conversation.item.added"):
    """An item exists now; it may still be empty."""


class ItemDone(ItemEvent, frozen=True, kw_only=True, tag="conversation.item.done"):
    """An item is complete, or cut."""


class ItemCreated(ItemEvent, frozen=True, kw_only=True, tag="conversation.item.created"):
    """The older name of `ItemAdded`, which the decoder makes of it."""


class ItemRetrieved(ServerEventBase, frozen=True, kw_only=True, tag="conversation.item.retrieved"):
    """The server's copy of an item."""

    item: Item


class ItemTruncated(ServerEventBase, frozen=True, kw_only=True, tag="conversation.item.truncated"):
    """An answer was cut; its transcript is gone from the server's context."""

    item_id: str
    content_index: int = 0
    audio_end_ms: int = 0


class ItemDeleted(ServerEventBase, frozen=True, kw_only=True, tag="conversation.item.deleted"):
    """An item is gone."""

    item_id: str


class OutputBufferEvent(ServerEventBase, frozen=True, kw_only=True):
    """Playback where the server owns it (WebRTC, SIP)."""

    response_id: str


class OutputBufferStarted(
    OutputBufferEvent, frozen=True, kw_only=True, tag="output_audio_buffer.started"
):
    """The server began to play."""


class OutputBufferStopped(
    OutputBufferEvent, frozen=True, kw_only=True, tag="output_audio_buffer.stopped"
):
    """The server played all there was."""


class OutputBufferCleared(
    OutputBufferEvent, frozen=True, kw_only=True, tag="output_audio_buffer.cleared"
):
    """The server dropped what it had not yet played."""


class McpListInProgress(
    ServerEventBase, frozen=True, kw_only=True, tag="mcp_list_tools.in_progress"
):
    """The server asks a remote server for its tools."""

    item_id: str


class McpListCompleted(ServerEventBase, frozen=True, kw_only=True, tag="mcp_list_tools.completed"):
    """The remote tools are known."""

    item_id: str


class McpListFailed(ServerEventBase, frozen=True, kw_only=True, tag="mcp_list_tools.failed"):
    """The remote tools could not be listed."""

    item_id: str


class RateLimit(Struct, frozen=True, kw_only=True):
    """What is left of one allowance (``requests`` or ``tokens``)."""

    name: Nullable[str] = UNSET
    limit: Nullable[int] = UNSET
    remaining: Nullable[int] = UNSET
    reset_seconds: Nullable[float] = UNSET


class RateLimitsUpdated(ServerEventBase, frozen=True, kw_only=True, tag="rate_limits.updated"):
    """What is left of the account's allowances."""

    rate_limits: tuple[RateLimit, ...] = ()


ServerEvent = (
    ResponseEvent
    | InputEvent
    | ErrorEvent
    | SessionCreated
    | SessionUpdated
    | ConversationCreated
    | ItemAdded
    | ItemDone
    | ItemCreated
    | ItemRetrieved
    | ItemTruncated
    | ItemDeleted
    | OutputBufferStarted
    | OutputBufferStopped
    | OutputBufferCleared
    | McpListInProgress
    | McpListCompleted
    | McpListFailed
    | RateLimitsUpdated
)
