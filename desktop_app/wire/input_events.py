"""What a server says about the user's sound: turns, speech, and the words in it.

The words may come before, during or after the answer, or never.
"""

from __future__ import annotations

from msgspec import UNSET, Struct

from desktop_app.wire.base import Nullable, ServerEventBase
from desktop_app.wire.response import TranscriptionUsage


class LogProb(Struct, frozen=True, kw_only=True):
    """How sure the transcription was of one token."""

    token: str
    logprob: float
    bytes: Nullable[tuple[int, ...]] = UNSET


class InputTranscriptDelta(
    ServerEventBase,
    frozen=True,
    kw_only=True,
    tag="conversation.item.input_audio_transcription.delta",
):
    """More of what the user said."""

    item_id: str
    content_index: Nullable[int] = UNSET
    delta: Nullable[str] = UNSET
    logprobs: Nullable[tuple[LogProb, ...]] = UNSET
    obfuscation: Nullable[str] = UNSET


class Language(Struct, frozen=True, kw_only=True):
    """A language that was heard."""

    code: str


class InputTranscriptCompleted(
    ServerEventBase,
    frozen=True,
    kw_only=True,
    tag="conversation.item.input_audio_transcription.completed",
):
    """All that the user said in this turn."""

    item_id: str
    content_index: int = 0
    transcript: str
    usage: Nullable[TranscriptionUsage] = UNSET
    logprobs: Nullable[tuple[LogProb, ...]] = UNSET
    languages: Nullable[tuple[Language, ...]] = UNSET


class InputTranscriptUpdated(
    ServerEventBase,
    frozen=True,
    kw_only=True,
    tag="conversation.item.input_audio_transcription.updated",
):
    """The user's words so far, from the beginning; xAI sends it where others send deltas."""

    item_id: str
    content_index: int = 0
    transcript: str


class InputTranscriptSegment(
    ServerEventBase,
    frozen=True,
    kw_only=True,
    tag="conversation.item.input_audio_transcription.segment",
):
    """A stretch of the user's sound with its speaker; ``start`` and ``end`` in seconds."""

    id: str
    item_id: str
    content_index: int = 0
    speaker: str
    start: float
    end: float
    text: str


class TranscriptionError(Struct, frozen=True, kw_only=True):
    """Why the user's words could not be written down."""

    type: Nullable[str] = UNSET
    code: Nullable[str] = UNSET
    message: Nullable[str] = UNSET
    param: Nullable[str] = UNSET


class InputTranscriptFailed(
    ServerEventBase,
    frozen=True,
    kw_only=True,
    tag="conversation.item.input_audio_transcription.failed",
):
    """There will be no transcript of this turn; the turn itself goes on."""

    item_id: str
    content_index: int = 0
    error: TranscriptionError = TranscriptionError()


class InputAudioCommitted(
    ServerEventBase, frozen=True, kw_only=True, tag="input_audio_buffer.committed"
):
    """The user's sound is a turn now."""

    item_id: str
    previous_item_id: Nullable[str] = UNSET


class InputAudioCleared(
    ServerEventBase, frozen=True, kw_only=True, tag="input_audio_buffer.cleared"
):
    """The user's sound is forgotten."""


class SpeechStarted(
    ServerEventBase, frozen=True, kw_only=True, tag="input_audio_buffer.speech_started"
):
    """The user began to speak, at this millisecond of all the sound sent."""

    item_id: Nullable[str] = UNSET
    audio_start_ms: int = 0


class SpeechStopped(
    ServerEventBase, frozen=True, kw_only=True, tag="input_audio_buffer.speech_stopped"
):
    """The user stopped speaking, at this millisecond of all the sound sent."""

    item_id: Nullable[str] = UNSET
    audio_end_ms: int = 0


class TimeoutTriggered(
    ServerEventBase, frozen=True, kw_only=True, tag="input_audio_buffer.timeout_triggered"
):
    """Nobody spoke for the idle time; the server makes a turn of the silence."""

    item_id: str
    audio_start_ms: int = 0
    audio_end_ms: int = 0


class DtmfReceived(
    ServerEventBase, frozen=True, kw_only=True, tag="input_audio_buffer.dtmf_event_received"
):
    """A telephone key was pressed (``received_at`` in unix seconds)."""

    event: str
    received_at: int


InputEvent = (
    InputTranscriptDelta
    | InputTranscriptCompleted
    | InputTranscriptUpdated
    | InputTranscriptSegment
    | InputTranscriptFailed
    | InputAudioCommitted
    | InputAudioCleared
    | SpeechStarted
    | SpeechStopped
    | TimeoutTriggered
    | DtmfReceived
)
