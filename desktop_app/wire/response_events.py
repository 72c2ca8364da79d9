"""What a server says about a response while it is being made, in the order it usually comes."""

from __future__ import annotations

from typing import Literal

from msgspec import UNSET, Struct

from desktop_app.wire.base import Nullable, ServerEventBase
from desktop_app.wire.items import Item
from desktop_app.wire.response import Response, Usage


class ResponseCreated(ServerEventBase, frozen=True, kw_only=True, tag="response.created"):
    """A response has begun."""

    response: Response


class ResponseDone(ServerEventBase, frozen=True, kw_only=True, tag="response.done"):
    """A response has ended, well or not; playback usually goes on for long after it.

    ``usage`` beside the response is another server's habit; the decoder moves it into the response.
    """

    response: Response
    usage: Nullable[Usage] = UNSET


class OutputItemAdded(ServerEventBase, frozen=True, kw_only=True, tag="response.output_item.added"):
    """The response has one item more."""

    response_id: str
    output_index: int = 0
    item: Item


class OutputItemDone(ServerEventBase, frozen=True, kw_only=True, tag="response.output_item.done"):
    """An item of the response is complete, or cut."""

    response_id: str
    output_index: int = 0
    item: Item


class ResponsePart(Struct, frozen=True, kw_only=True):
    """A content part as these two events spell it, unlike the items."""

    type: Nullable[Literal["text", "audio"]] = UNSET
    text: Nullable[str] = UNSET
    transcript: Nullable[str] = UNSET
    audio: Nullable[bytes] = UNSET


class InItem(ServerEventBase, frozen=True, kw_only=True):
    """Where in a response an event belongs: which item, and which of the output."""

    response_id: str
    item_id: str
    output_index: int = 0


class InPart(InItem, frozen=True, kw_only=True):
    """Where in a response an event belongs, down to the content part."""

    content_index: int = 0


class ContentPartAdded(InPart, frozen=True, kw_only=True, tag="response.content_part.added"):
    """A content part begins."""

    part: ResponsePart


class ContentPartDone(InPart, frozen=True, kw_only=True, tag="response.content_part.done"):
    """A content part is complete, or cut."""

    part: ResponsePart


class OutputTextDelta(InPart, frozen=True, kw_only=True, tag="response.output_text.delta"):
    """More written text.  ``obfuscation`` is padding against eavesdroppers, to be ignored."""

    delta: str
    obfuscation: Nullable[str] = UNSET


class OutputTextDone(InPart, frozen=True, kw_only=True, tag="response.output_text.done"):
    """The whole written text."""

    text: str


class OutputAudioDelta(InPart, frozen=True, kw_only=True, tag="response.output_audio.delta"):
    """More speech, in the session's output format."""

    delta: bytes
    obfuscation: Nullable[str] = UNSET


class OutputAudioDone(InPart, frozen=True, kw_only=True, tag="response.output_audio.done"):
    """No more speech in this part."""


class OutputTranscriptDelta(
    InPart, frozen=True, kw_only=True, tag="response.output_audio_transcript.delta"
):
    """More of the words being spoken; they run ahead of the sound."""

    delta: str
    obfuscation: Nullable[str] = UNSET


class OutputTranscriptDone(
    InPart, frozen=True, kw_only=True, tag="response.output_audio_transcript.done"
):
    """All the words of this part."""

    transcript: str


class FunctionArgumentsDelta(
    InItem, frozen=True, kw_only=True, tag="response.function_call_arguments.delta"
):
    """More of a function call's arguments."""

    call_id: Nullable[str] = UNSET
    delta: str
    obfuscation: Nullable[str] = UNSET


class FunctionArgumentsDone(
    InItem, frozen=True, kw_only=True, tag="response.function_call_arguments.done"
):
    """A function call is complete; older servers leave the name to the item."""

    call_id: Nullable[str] = UNSET
    name: Nullable[str] = UNSET
    arguments: str


class McpArgumentsDelta(InItem, frozen=True, kw_only=True, tag="response.mcp_call_arguments.delta"):
    """More of a remote call's arguments."""

    delta: str
    obfuscation: Nullable[str] = UNSET


class McpArgumentsDone(InItem, frozen=True, kw_only=True, tag="response.mcp_call_arguments.done"):
    """The arguments of a remote call."""

    arguments: str


class McpProgress(ServerEventBase, frozen=True, kw_only=True):
    """How a remote call goes; no response is named, and the result is in the item."""

    item_id: str
    output_index: int = 0


class McpCallInProgress(
    McpProgress, frozen=True, kw_only=True, tag="response.mcp_call.in_progress"
):
    """The server has begun a remote call."""


class McpCallCompleted(McpProgress, frozen=True, kw_only=True, tag="response.mcp_call.completed"):
    """A remote call has succeeded."""


class McpCallFailed(McpProgress, frozen=True, kw_only=True, tag="response.mcp_call.failed"):
    """A remote call has failed; the item says why."""


ResponseEvent = (
    ResponseCreated
    | ResponseDone
    | OutputItemAdded
    | OutputItemDone
    | ContentPartAdded
    | ContentPartDone
    | OutputTextDelta
    | OutputTextDone
    | OutputAudioDelta
    | OutputAudioDone
    | OutputTranscriptDelta
    | OutputTranscriptDone
    | FunctionArgumentsDelta
    | FunctionArgumentsDone
    | McpArgumentsDelta
    | McpArgumentsDone
    | McpCallInProgress
    | McpCallCompleted
    | McpCallFailed
)
