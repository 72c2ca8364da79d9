"""Conversation items and their content parts, as both sides write them.

Servers of the beta era call assistant content ``text`` and ``audio``; `repair` renames those before
they come here, so that the rest of the program knows one spelling.
"""

from __future__ import annotations

from typing import Literal

from msgspec import UNSET, Struct

from desktop_app.wire.base import JsonObject, Maybe, Nullable

ItemStatus = Literal["completed", "incomplete", "in_progress"]
Role = Literal["system", "user", "assistant"]
ItemObject = Literal["realtime.item"]


class Part(Struct, frozen=True, kw_only=True, tag_field="type"):
    """One piece of a message's content."""


class InputText(Part, frozen=True, kw_only=True, tag="input_text"):
    """Text of the user or of the system."""

    text: Nullable[str] = UNSET


class InputAudio(Part, frozen=True, kw_only=True, tag="input_audio"):
    """Speech of the user; the bytes are rarely there, the transcript often comes later."""

    audio: Nullable[bytes] = UNSET
    transcript: Nullable[str] = UNSET


class InputImage(Part, frozen=True, kw_only=True, tag="input_image"):
    """A picture, as a data URI of PNG or JPEG."""

    image_url: Nullable[str] = UNSET
    detail: Nullable[Literal["auto", "low", "high"]] = UNSET


class OutputText(Part, frozen=True, kw_only=True, tag="output_text"):
    """Written text of the assistant."""

    text: Nullable[str] = UNSET


class OutputAudio(Part, frozen=True, kw_only=True, tag="output_audio"):
    """Speech of the assistant; servers normally leave the bytes out."""

    audio: Nullable[bytes] = UNSET
    transcript: Nullable[str] = UNSET


Content = InputText | InputAudio | InputImage | OutputText | OutputAudio
CONTENT_OF: dict[Role, tuple[type[Content], ...]] = {
    "system": (InputText,),
    "user": (InputText, InputAudio, InputImage),
    "assistant": (OutputText, OutputAudio),
}


class ItemBase(Struct, frozen=True, kw_only=True, tag_field="type"):
    """What every item may carry; a client may choose the id (at most 32 characters)."""

    id: Nullable[str] = UNSET
    object: Nullable[ItemObject] = UNSET
    status: Nullable[ItemStatus] = UNSET


class Message(ItemBase, frozen=True, kw_only=True, tag="message"):
    """Something said or written by the user, the assistant or the system."""

    role: Role
    content: tuple[Content, ...] = ()
    phase: Nullable[str] = UNSET
    """``commentary`` or ``final_answer``, from models that think aloud before they answer."""


class FunctionCall(ItemBase, frozen=True, kw_only=True, tag="function_call"):
    """The model asks for a tool; ``arguments`` is JSON text, and may be invalid or empty."""

    name: str
    arguments: str = ""
    call_id: Nullable[str] = UNSET


class FunctionCallOutput(ItemBase, frozen=True, kw_only=True, tag="function_call_output"):
    """What the tool answered, as text."""

    call_id: str
    output: str


class McpApprovalRequest(ItemBase, frozen=True, kw_only=True, tag="mcp_approval_request"):
    """The server asks whether it may call a remote tool."""

    server_label: str
    name: str
    arguments: str = ""


class McpApprovalResponse(ItemBase, frozen=True, kw_only=True, tag="mcp_approval_response"):
    """The user's answer to a `McpApprovalRequest`; the client chooses the id, and must."""

    id: str
    approval_request_id: str
    approve: bool
    reason: Nullable[str] = UNSET


class McpTool(Struct, frozen=True, kw_only=True):
    """One tool of a remote server."""

    name: str
    input_schema: Nullable[JsonObject] = UNSET
    description: Nullable[str] = UNSET
    annotations: Nullable[JsonObject] = UNSET


class McpListTools(ItemBase, frozen=True, kw_only=True, tag="mcp_list_tools"):
    """The tools a remote server offers."""

    server_label: str
    tools: tuple[McpTool, ...] = ()


class McpError(Struct, frozen=True, kw_only=True, tag_field="type"):
    """Why a remote call failed."""

    message: str = ""


class McpProtocolError(McpError, frozen=True, kw_only=True, tag="protocol_error"):
    """The remote server broke its protocol."""

    code: int = 0


class McpToolError(McpError, frozen=True, kw_only=True, tag="tool_execution_error"):
    """The tool itself failed."""


class McpHttpError(McpError, frozen=True, kw_only=True, tag="http_error"):
    """The remote server could not be reached, or refused."""

    code: int = 0


class McpCall(ItemBase, frozen=True, kw_only=True, tag="mcp_call"):
    """A call of a remote tool, made by the server itself, with its result once there is one."""

    server_label: str
    name: str
    arguments: str = ""
    approval_request_id: Nullable[str] = UNSET
    output: Nullable[str] = UNSET
    error: Nullable[McpProtocolError | McpToolError | McpHttpError] = UNSET


class ItemReference(ItemBase, frozen=True, kw_only=True, tag="item_reference"):
    """An item already in the conversation, named in the input of an out-of-band response."""


class OtherItem(ItemBase, frozen=True, kw_only=True, tag="other"):
    """An item of a type that we do not know, kept because its neighbours link to its id."""

    kind: Maybe[str] = UNSET


Item = (
    Message
    | FunctionCall
    | FunctionCallOutput
    | McpApprovalRequest
    | McpApprovalResponse
    | McpListTools
    | McpCall
    | OtherItem
)
InputItem = (
    Message
    | FunctionCall
    | FunctionCallOutput
    | McpApprovalRequest
    | McpApprovalResponse
    | McpListTools
    | McpCall
    | ItemReference
)
