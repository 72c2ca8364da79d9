"""What of a ``session.update`` is refused, field by field.  Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from msgspec import UNSET, UnsetType, structs

from desktop_app.offline.refused import Refused
from desktop_app.offline.session_shape import output_of, whole_audio, whole_input
from desktop_app.wire.base import known
from desktop_app.wire.session import (
    Audio,
    AudioFormat,
    RealtimeSession,
    ServerVad,
    Session,
    TranscriptionAudio,
    TranscriptionSession,
    VoiceId,
    merged,
)
from desktop_app.wire.tools import ChooseFunction, ChooseMcp, FunctionTool, Tool, ToolChoice

MOST_TOKENS = 4096
LONGEST_INSTRUCTIONS = 200_000
MOST_TOOLS = 256
_SPEEDS = (0.25, 1.5)
_IDLE_MS = (5_000, 30_000)
_LONGEST_PADDING_MS = 10_000
_LONGEST_SILENCE_MS = 20_000
_READ_ONLY = ("id", "object", "expires_at")


@dataclass(frozen=True, slots=True)
class Facts:
    """What decides about an update beside the update itself.

    Args:
        models: The names under which the model may be called.
        voice_of: The voice that answers to a name.
        spoke: Whether the assistant has already been heard.
    """

    models: frozenset[str]
    voice_of: Callable[[str], str]
    spoke: bool = False


def updated(base: Session, change: Session, facts: Facts) -> Session:
    """Apply an update: all of it, or none.

    Raises:
        Refused: It asks for something that can't be had; names the first such field.
    """
    if isinstance(base, RealtimeSession) and isinstance(change, RealtimeSession):
        _check_realtime(base, change, facts)
        session = merged(base, change)
        return structs.replace(session, audio=whole_audio(session.audio, facts.voice_of))
    if isinstance(base, TranscriptionSession) and isinstance(change, TranscriptionSession):
        _check_fixed(base, change)
        only = merged(base, change)
        audio = known(only.audio, TranscriptionAudio())
        return structs.replace(only, audio=TranscriptionAudio(input=whole_input(audio.input)))
    message = (
        "Passing a session of another type than the connection was opened with is not allowed."
    )
    raise Refused("invalid_value", message, "session.type")


def check_tools(tools: tuple[Tool, ...], where: str) -> None:
    """Refuse tools that nobody here can call."""
    if len(tools) > MOST_TOOLS:
        raise Refused("array_above_max_length", f"At most {MOST_TOOLS} tools.", where)
    for index, tool in enumerate(tools):
        if not isinstance(tool, FunctionTool):
            message = "This server calls no MCP servers: offer their tools as functions."
            raise Refused("invalid_value", message, f"{where}[{index}].type")
        if not known(tool.name, ""):
            param = f"{where}[{index}].name"
            raise Refused(
                "missing_required_parameter", f"Missing required parameter: '{param}'.", param
            )


def check_choice(choice: ToolChoice, tools: tuple[Tool, ...], where: str) -> None:
    """Refuse a choice among tools that are not there."""
    if isinstance(choice, ChooseMcp):
        raise Refused("invalid_value", "This server calls no MCP servers.", f"{where}.type")
    names = {known(tool.name, "") for tool in tools if isinstance(tool, FunctionTool)}
    if isinstance(choice, ChooseFunction) and choice.name not in names:
        message = f"Tool choice '{choice.name}' not found in 'tools'."
        raise Refused("invalid_value", message, f"{where}.name")


def check_tokens(limit: object, where: str) -> None:
    """Refuse a number of tokens out of range."""
    if isinstance(limit, int) and not 1 <= limit <= MOST_TOKENS:
        message = f'Expected an integer from 1 to {MOST_TOKENS}, or "inf".'
        raise Refused("invalid_value", message, where)


def check_modalities(modalities: object, where: str) -> None:
    """Refuse anything but one of text and audio."""
    if modalities not in (("audio",), ("text",)):
        message = "Invalid modalities. Supported combinations are: ['text'] and ['audio']."
        raise Refused("invalid_value", message, where)


def check_format(wanted: AudioFormat, where: str) -> None:
    """Refuse what is not 24 kHz PCM or G.711."""
    if wanted.type == "audio/pcm" and known(wanted.rate, 24_000) != 24_000:
        message = "Only a rate of 24000 is supported for audio/pcm."
        raise Refused("invalid_value", message, f"{where}.rate")


def _check_fixed(base: Session, change: Session) -> None:
    """What both kinds of session refuse."""
    for name in _READ_ONLY:
        value = getattr(change, name)
        if value is not UNSET and value != getattr(base, name):
            raise Refused(
                "unknown_parameter", f"Unknown parameter: 'session.{name}'.", f"session.{name}"
            )
    if known(change.include, ()):
        message = "This server's recognition has no log probabilities to give."
        raise Refused("invalid_value", message, "session.include")
    audio = change.audio
    _check_input(audio if isinstance(audio, Audio | TranscriptionAudio) else None)


def _check_input(audio: Audio | TranscriptionAudio | None) -> None:
    heard = known(audio.input, None) if audio else None
    if heard is None:
        return
    where = "session.audio.input"
    if isinstance(heard.format, AudioFormat):
        check_format(heard.format, f"{where}.format")
    if isinstance(heard.turn_detection, ServerVad):
        turns, where = heard.turn_detection, f"{where}.turn_detection"
        _in_range(turns.threshold, 0.0, 1.0, f"{where}.threshold")
        _in_range(turns.prefix_padding_ms, 0, _LONGEST_PADDING_MS, f"{where}.prefix_padding_ms")
        _in_range(turns.silence_duration_ms, 0, _LONGEST_SILENCE_MS, f"{where}.silence_duration_ms")
        _in_range(turns.idle_timeout_ms, *_IDLE_MS, f"{where}.idle_timeout_ms")


def _check_realtime(base: RealtimeSession, change: RealtimeSession, facts: Facts) -> None:
    _check_fixed(base, change)
    if known(change.model, None) not in (None, base.model, *facts.models):
        message = "The model is fixed when the connection is opened."
        raise Refused("invalid_value", message, "session.model")
    _check_unsupported(change)
    if change.output_modalities is not UNSET:
        check_modalities(change.output_modalities, "session.output_modalities")
    if len(known(change.instructions, "")) > LONGEST_INSTRUCTIONS:
        message = f"At most {LONGEST_INSTRUCTIONS} characters."
        raise Refused("string_above_max_length", message, "session.instructions")
    tools = known(base.tools, ()) if change.tools is UNSET else known(change.tools, ())
    check_tools(tools, "session.tools")
    choice = base.tool_choice if change.tool_choice is UNSET else change.tool_choice
    if choice is not None and not isinstance(choice, UnsetType):
        check_choice(choice, tools, "session.tool_choice")
    check_tokens(change.max_output_tokens, "session.max_output_tokens")
    _check_output(base, change, facts)


def _check_unsupported(change: RealtimeSession) -> None:
    if known(change.reasoning, None) is not None:
        message = "Unsupported option for this model: 'reasoning'."
        raise Refused("unsupported_parameter", message, "session.reasoning")
    if known(change.prompt, None) is not None:
        raise Refused("unsupported_parameter", "This server stores no prompts.", "session.prompt")
    if known(change.tracing, None) is not None:
        raise Refused("unsupported_parameter", "This server keeps no traces.", "session.tracing")


def _check_output(base: RealtimeSession, change: RealtimeSession, facts: Facts) -> None:
    output = known(known(change.audio, Audio()).output, None)
    if output is None:
        return
    where = "session.audio.output"
    if isinstance(output.format, AudioFormat):
        check_format(output.format, f"{where}.format")
    _in_range(output.speed, *_SPEEDS, f"{where}.speed")
    voice = output.voice
    if isinstance(voice, VoiceId):
        raise Refused("invalid_value", f"There is no voice '{voice.id}'.", f"{where}.voice")
    if isinstance(voice, str) and facts.spoke and facts.voice_of(voice) != output_of(base).voice:
        message = "Cannot update a conversation's voice if assistant audio is present."
        raise Refused("cannot_update_voice", message, f"{where}.voice")


def _in_range(value: object, lowest: float, highest: float, where: str) -> None:
    if isinstance(value, int | float) and not lowest <= value <= highest:
        message = f"Invalid value: expected a number from {lowest} to {highest}, but got {value}."
        raise Refused("invalid_value", message, where)
