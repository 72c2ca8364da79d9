"""All that a client can say: eleven events, in the order of the protocol's table."""

from __future__ import annotations

from msgspec import UNSET

from desktop_app.wire.base import ClientEventBase, Nullable
from desktop_app.wire.items import (
    FunctionCall,
    FunctionCallOutput,
    McpApprovalRequest,
    McpApprovalResponse,
    McpCall,
    McpListTools,
    Message,
)
from desktop_app.wire.response import ResponseConfig
from desktop_app.wire.session import Session

NewItem = (
    Message
    | FunctionCall
    | FunctionCallOutput
    | McpApprovalRequest
    | McpApprovalResponse
    | McpListTools
    | McpCall
)


class SessionUpdate(ClientEventBase, frozen=True, kw_only=True, tag="session.update"):
    """Change the session; all of it is taken or nothing."""

    session: Session


class InputAudioAppend(ClientEventBase, frozen=True, kw_only=True, tag="input_audio_buffer.append"):
    """Sound of the user, in the session's input format; never acknowledged."""

    audio: bytes


class InputAudioCommit(ClientEventBase, frozen=True, kw_only=True, tag="input_audio_buffer.commit"):
    """Make the sound so far a turn of the user; refused under 100 ms."""


class InputAudioClear(ClientEventBase, frozen=True, kw_only=True, tag="input_audio_buffer.clear"):
    """Forget the sound that is not yet a turn."""


class OutputAudioClear(ClientEventBase, frozen=True, kw_only=True, tag="output_audio_buffer.clear"):
    """Stop what the server still plays; only where the server owns playback (WebRTC, SIP)."""


class ItemCreate(ClientEventBase, frozen=True, kw_only=True, tag="conversation.item.create"):
    """Add an item after ``previous_item_id``: at the end without it, at the front with ``root``."""

    item: NewItem
    previous_item_id: Nullable[str] = UNSET


class ItemRetrieve(ClientEventBase, frozen=True, kw_only=True, tag="conversation.item.retrieve"):
    """Ask for the server's copy of an item, sound included."""

    item_id: str


class ItemTruncate(ClientEventBase, frozen=True, kw_only=True, tag="conversation.item.truncate"):
    """Tell how much of an answer was heard, in milliseconds of that content part."""

    item_id: str
    content_index: int
    audio_end_ms: int


class ItemDelete(ClientEventBase, frozen=True, kw_only=True, tag="conversation.item.delete"):
    """Remove an item from the conversation."""

    item_id: str


class ResponseCreate(ClientEventBase, frozen=True, kw_only=True, tag="response.create"):
    """Ask for an answer."""

    response: Nullable[ResponseConfig] = UNSET


class ResponseCancel(ClientEventBase, frozen=True, kw_only=True, tag="response.cancel"):
    """Stop a response: the one of the conversation, unless another is named."""

    response_id: Nullable[str] = UNSET


ClientEvent = (
    SessionUpdate
    | InputAudioAppend
    | InputAudioCommit
    | InputAudioClear
    | OutputAudioClear
    | ItemCreate
    | ItemRetrieve
    | ItemTruncate
    | ItemDelete
    | ResponseCreate
    | ResponseCancel
)
