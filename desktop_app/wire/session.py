"""The session's configuration: what a client asks for and what a server says is in force.

In a ``session.update`` an absent field stays as it is and null switches it off; in
``session.created`` and ``session.updated`` the object is complete and is the truth.
"""

from __future__ import annotations

import re
from typing import Literal, TypeVar

from msgspec import UNSET, Struct, structs

from desktop_app.wire.base import JsonObject, Maybe, Nullable
from desktop_app.wire.tools import Tool, ToolChoice

_REASONING_MODEL = re.compile(r"^gpt-realtime-2(?:[.-]|$)")

Modality = Literal["audio", "text"]
Effort = Literal["minimal", "low", "medium", "high", "xhigh"]
Delay = Literal["minimal", "low", "medium", "high", "xhigh"]
MaxTokens = int | Literal["inf"]


class AudioFormat(Struct, frozen=True, kw_only=True):
    """Samples on the wire: 16-bit little-endian mono PCM, or G.711 at 8 kHz (no ``rate`` then)."""

    type: Literal["audio/pcm", "audio/pcmu", "audio/pcma"] = "audio/pcm"
    rate: Nullable[int] = UNSET


PCM_24K = AudioFormat(rate=24_000)
PCMU = AudioFormat(type="audio/pcmu")
PCMA = AudioFormat(type="audio/pcma")


class NoiseReduction(Struct, frozen=True, kw_only=True):
    """Filtering before the turn detector and the model hear the user.

    ``strength`` is 1 when first switched on, and stays as it was when left out.
    """

    type: Nullable[Literal["near_field", "far_field"]] = UNSET
    strength: Nullable[float] = UNSET


class Transcription(Struct, frozen=True, kw_only=True):
    """The separate model that writes down what the user said; its options depend on the model."""

    model: Nullable[str] = UNSET
    language: Nullable[str] = UNSET
    languages: Nullable[tuple[str, ...]] = UNSET
    keywords: Nullable[tuple[str, ...]] = UNSET
    prompt: Nullable[str] = UNSET
    delay: Nullable[Delay] = UNSET


class ServerVad(Struct, frozen=True, kw_only=True, tag_field="type", tag="server_vad"):
    """Turns by loudness.  Servers disagree on the defaults, so a client always sends values."""

    threshold: Nullable[float] = UNSET
    prefix_padding_ms: Nullable[int] = UNSET
    silence_duration_ms: Nullable[int] = UNSET
    idle_timeout_ms: Nullable[int] = UNSET
    create_response: Nullable[bool] = UNSET
    interrupt_response: Nullable[bool] = UNSET


class SemanticVad(Struct, frozen=True, kw_only=True, tag_field="type", tag="semantic_vad"):
    """Turns by meaning: waits 8, 4 or 2 s at most for ``low``, ``medium`` and ``high``."""

    eagerness: Nullable[Literal["low", "medium", "high", "auto"]] = UNSET
    create_response: Nullable[bool] = UNSET
    interrupt_response: Nullable[bool] = UNSET


TurnDetection = ServerVad | SemanticVad


class AudioInput(Struct, frozen=True, kw_only=True):
    """What happens to the user's sound."""

    format: Nullable[AudioFormat] = UNSET
    noise_reduction: Nullable[NoiseReduction] = UNSET
    transcription: Nullable[Transcription] = UNSET
    turn_detection: Nullable[TurnDetection] = UNSET


class VoiceId(Struct, frozen=True, kw_only=True):
    """A voice made for this account."""

    id: str


Voice = str | VoiceId


class AudioOutput(Struct, frozen=True, kw_only=True):
    """How the assistant sounds; the voice is fixed once it has spoken."""

    format: Nullable[AudioFormat] = UNSET
    voice: Nullable[Voice] = UNSET
    speed: Nullable[float] = UNSET


class Audio(Struct, frozen=True, kw_only=True):
    """Both directions of sound."""

    input: Nullable[AudioInput] = UNSET
    output: Nullable[AudioOutput] = UNSET


class Reasoning(Struct, frozen=True, kw_only=True):
    """How long a reasoning model may think."""

    effort: Nullable[Effort] = UNSET


class TokenLimits(Struct, frozen=True, kw_only=True):
    """The most the conversation may take after the instructions, in tokens."""

    post_instructions: Nullable[int] = UNSET


class RetentionRatio(Struct, frozen=True, kw_only=True, tag_field="type", tag="retention_ratio"):
    """When the context is full, keep this fraction of it (0 to 1): later turns stay cached."""

    retention_ratio: float
    token_limits: Nullable[TokenLimits] = UNSET


Truncation = Literal["auto", "disabled"] | RetentionRatio


class Prompt(Struct, frozen=True, kw_only=True):
    """A prompt stored at the server; deprecated there since 2026-06."""

    id: str
    version: Nullable[str] = UNSET
    variables: Nullable[JsonObject] = UNSET


class Tracing(Struct, frozen=True, kw_only=True):
    """What the trace at the server is called; fixed once tracing is on."""

    workflow_name: Nullable[str] = UNSET
    group_id: Nullable[str] = UNSET
    metadata: Nullable[JsonObject] = UNSET


class SessionBase(Struct, frozen=True, kw_only=True, tag_field="type"):
    """What both kinds of session share.

    ``id``, ``object`` and ``expires_at`` (unix seconds) are only in answers.
    """

    id: Nullable[str] = UNSET
    object: Nullable[str] = UNSET
    expires_at: Nullable[int] = UNSET
    include: Nullable[tuple[str, ...]] = UNSET


class RealtimeSession(SessionBase, frozen=True, kw_only=True, tag="realtime"):
    """A conversation."""

    model: Nullable[str] = UNSET
    output_modalities: Nullable[tuple[Modality, ...]] = UNSET
    instructions: Nullable[str] = UNSET
    audio: Nullable[Audio] = UNSET
    tools: Nullable[tuple[Tool, ...]] = UNSET
    tool_choice: Nullable[ToolChoice] = UNSET
    parallel_tool_calls: Nullable[bool] = UNSET
    reasoning: Nullable[Reasoning] = UNSET
    max_output_tokens: Nullable[MaxTokens] = UNSET
    truncation: Nullable[Truncation] = UNSET
    prompt: Nullable[Prompt] = UNSET
    tracing: Nullable[Literal["auto"] | Tracing] = UNSET


class TranscriptionAudio(Struct, frozen=True, kw_only=True):
    """A session that only listens has no output."""

    input: Nullable[AudioInput] = UNSET


class TranscriptionSession(SessionBase, frozen=True, kw_only=True, tag="transcription"):
    """A session that only writes down what it hears."""

    audio: Nullable[TranscriptionAudio] = UNSET


Session = RealtimeSession | TranscriptionSession


S = TypeVar("S", bound=Struct)


def merged(base: S, change: S) -> S:
    """Apply a ``session.update`` to the session in force.

    Args:
        base: What is in force.
        change: What was asked for: absent fields stay, null ones are switched off.

    Returns:
        The session as it is now.  An object is merged field by field, unless its kind changes, as
        from one turn detector to another.
    """
    fields = {}
    for name in change.__struct_fields__:
        old, new = getattr(base, name), getattr(change, name)
        if new is UNSET:
            continue
        same_kind = isinstance(new, Struct) and type(old) is type(new)
        fields[name] = merged(old, new) if same_kind else new
    return structs.replace(base, **fields)


def is_reasoning_model(model: str) -> bool:
    """Tell whether ``model`` knows ``reasoning``; ``gpt-realtime-2025-08-28`` does not."""
    return _REASONING_MODEL.match(model) is not None


def for_model(session: RealtimeSession, model: str) -> RealtimeSession:
    """Leave out what ``model`` would refuse, because one refused field loses the whole update.

    Args:
        session: What the user wishes for.
        model: The model the connection was opened with.

    Returns:
        The session without ``reasoning`` and ``parallel_tool_calls``, unless the model reasons.
    """
    if is_reasoning_model(model):
        return session
    absent: Maybe[Reasoning] = UNSET
    return structs.replace(session, reasoning=absent, parallel_tool_calls=absent)
