"""A response: what the client asks of it, what became of it, and what it cost."""

from __future__ import annotations

from typing import Literal

from msgspec import UNSET, Struct

from desktop_app.wire.base import Nullable
from desktop_app.wire.items import InputItem, Item
from desktop_app.wire.session import AudioFormat, MaxTokens, Modality, Prompt, Reasoning, Voice
from desktop_app.wire.tools import Tool, ToolChoice

ResponseStatus = Literal["in_progress", "completed", "cancelled", "failed", "incomplete"]


class ResponseVoice(Struct, frozen=True, kw_only=True):
    """How one response sounds."""

    format: Nullable[AudioFormat] = UNSET
    voice: Nullable[Voice] = UNSET


class ResponseAudio(Struct, frozen=True, kw_only=True):
    """A response has no audio input."""

    output: Nullable[ResponseVoice] = UNSET


class ResponseConfig(Struct, frozen=True, kw_only=True):
    """What a client may ask of one response; ``instructions`` replace those of the session.

    ``conversation="none"`` keeps the response out of the conversation, ``input`` gives it a context
    of its own, and ``metadata`` comes back with it (16 pairs, 64 and 512 characters at most).
    """

    output_modalities: Nullable[tuple[Modality, ...]] = UNSET
    audio: Nullable[ResponseAudio] = UNSET
    instructions: Nullable[str] = UNSET
    conversation: Nullable[str] = UNSET
    input: Nullable[tuple[InputItem, ...]] = UNSET
    metadata: Nullable[dict[str, str]] = UNSET
    max_output_tokens: Nullable[MaxTokens] = UNSET
    tools: Nullable[tuple[Tool, ...]] = UNSET
    tool_choice: Nullable[ToolChoice] = UNSET
    parallel_tool_calls: Nullable[bool] = UNSET
    reasoning: Nullable[Reasoning] = UNSET
    prompt: Nullable[Prompt] = UNSET


class ResponseError(Struct, frozen=True, kw_only=True):
    """Why a response failed.  No ``error`` event comes with it: this is the only notice."""

    type: Nullable[str] = UNSET
    code: Nullable[str] = UNSET
    message: Nullable[str] = UNSET


class StatusDetails(Struct, frozen=True, kw_only=True):
    """Why a response ended as it did.

    ``reason`` is ``turn_detected``, ``client_cancelled``, ``max_output_tokens``,
    ``content_filter``, or whatever another server says.
    """

    type: Nullable[str] = UNSET
    reason: Nullable[str] = UNSET
    error: Nullable[ResponseError] = UNSET


class CachedTokens(Struct, frozen=True, kw_only=True):
    """The cached part of the input, by kind."""

    text_tokens: Nullable[int] = UNSET
    audio_tokens: Nullable[int] = UNSET
    image_tokens: Nullable[int] = UNSET


class InputTokens(Struct, frozen=True, kw_only=True):
    """The input by kind; what was cached is counted in the kinds as well."""

    text_tokens: Nullable[int] = UNSET
    audio_tokens: Nullable[int] = UNSET
    image_tokens: Nullable[int] = UNSET
    cached_tokens: Nullable[int] = UNSET
    cached_tokens_details: Nullable[CachedTokens] = UNSET


class OutputTokens(Struct, frozen=True, kw_only=True):
    """The output by kind."""

    text_tokens: Nullable[int] = UNSET
    audio_tokens: Nullable[int] = UNSET
    reasoning_tokens: Nullable[int] = UNSET


class Usage(Struct, frozen=True, kw_only=True):
    """What one response cost, in tokens."""

    total_tokens: Nullable[int] = UNSET
    input_tokens: Nullable[int] = UNSET
    output_tokens: Nullable[int] = UNSET
    input_token_details: Nullable[InputTokens] = UNSET
    output_token_details: Nullable[OutputTokens] = UNSET


class Response(Struct, frozen=True, kw_only=True):
    """One response, as the server tells of it at its beginning and its end.

    ``conversation_id`` is null when the response stands outside the conversation.
    """

    id: Nullable[str] = UNSET
    object: Nullable[Literal["realtime.response"]] = UNSET
    status: Nullable[ResponseStatus] = UNSET
    status_details: Nullable[StatusDetails] = UNSET
    output: Nullable[tuple[Item, ...]] = UNSET
    conversation_id: Nullable[str] = UNSET
    output_modalities: Nullable[tuple[Modality, ...]] = UNSET
    max_output_tokens: Nullable[MaxTokens] = UNSET
    audio: Nullable[ResponseAudio] = UNSET
    usage: Nullable[Usage] = UNSET
    metadata: Nullable[dict[str, str]] = UNSET


class TranscriptionTokens(Struct, frozen=True, kw_only=True, tag_field="type", tag="tokens"):
    """What a transcript cost, from a model that bills tokens."""

    input_tokens: Nullable[int] = UNSET
    output_tokens: Nullable[int] = UNSET
    total_tokens: Nullable[int] = UNSET
    input_token_details: Nullable[InputTokens] = UNSET


class TranscriptionDuration(Struct, frozen=True, kw_only=True, tag_field="type", tag="duration"):
    """What a transcript cost, from a model that bills time."""

    seconds: Nullable[float] = UNSET


TranscriptionUsage = TranscriptionTokens | TranscriptionDuration
