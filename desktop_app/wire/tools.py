"""Tools of a session or a response, and how the model must choose among them."""

from __future__ import annotations

from typing import Literal

from msgspec import UNSET, Struct

from desktop_app.wire.base import JsonObject, Nullable


class FunctionTool(Struct, frozen=True, kw_only=True, tag_field="type", tag="function"):
    """A tool that the client runs; ``parameters`` is a JSON Schema."""

    name: Nullable[str] = UNSET
    description: Nullable[str] = UNSET
    parameters: Nullable[JsonObject] = UNSET


class ToolFilter(Struct, frozen=True, kw_only=True):
    """Some tools of a remote server, by name or by being read-only."""

    tool_names: Nullable[tuple[str, ...]] = UNSET
    read_only: Nullable[bool] = UNSET


class ApprovalFilter(Struct, frozen=True, kw_only=True):
    """Which remote tools always need the user's consent, and which never do."""

    always: Nullable[ToolFilter] = UNSET
    never: Nullable[ToolFilter] = UNSET


class McpServer(Struct, frozen=True, kw_only=True, tag_field="type", tag="mcp"):
    """A remote tool server that the Realtime server calls by itself.

    One of ``server_url``, ``tunnel_id`` and ``connector_id`` must be there.
    """

    server_label: str
    server_url: Nullable[str] = UNSET
    tunnel_id: Nullable[str] = UNSET
    connector_id: Nullable[str] = UNSET
    authorization: Nullable[str] = UNSET
    headers: Nullable[dict[str, str]] = UNSET
    allowed_tools: Nullable[tuple[str, ...] | ToolFilter] = UNSET
    require_approval: Nullable[Literal["always", "never"] | ApprovalFilter] = UNSET
    server_description: Nullable[str] = UNSET
    allowed_callers: Nullable[tuple[Literal["direct", "programmatic"], ...]] = UNSET
    defer_loading: Nullable[bool] = UNSET


Tool = FunctionTool | McpServer


class ChooseFunction(Struct, frozen=True, kw_only=True, tag_field="type", tag="function"):
    """The model must call this function."""

    name: str


class ChooseMcp(Struct, frozen=True, kw_only=True, tag_field="type", tag="mcp"):
    """The model must call this remote server, or this tool of it."""

    server_label: str
    name: Nullable[str] = UNSET


ToolChoice = Literal["auto", "none", "required"] | ChooseFunction | ChooseMcp
