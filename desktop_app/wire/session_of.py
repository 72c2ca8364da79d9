"""The session a user's settings ask for; complete, for servers disagree on absent fields."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal, cast

import msgspec
from msgspec import UNSET, Struct, structs

from desktop_app.core.effects import ConfigureSession
from desktop_app.core.own_tools import declarations
from desktop_app.core.settings import Settings
from desktop_app.wire.base import JsonObject
from desktop_app.wire.session import (
    PCM_24K,
    Audio,
    AudioInput,
    AudioOutput,
    Effort,
    NoiseReduction,
    RealtimeSession,
    Reasoning,
    SemanticVad,
    ServerVad,
    Transcription,
    TurnDetection,
    Voice,
    VoiceId,
    for_model,
)
from desktop_app.wire.tools import Tool

SHORTEST_IDLE_MS = 5000
"""The server takes 5,000 to 30,000 ms (protocol page: turn_detection)."""

Eagerness = Literal["low", "medium", "high", "auto"]

_TAKES_LANGUAGES = re.compile(r"^gpt-(?:live-)?transcribe(?:-|$)")
_OWN_VOICE = "voice_"
# How a server of the beta era names what it refuses.
_FLAT = {
    "voice": "audio.output.voice",
    "speed": "audio.output.speed",
    "output_audio_format": "audio.output.format",
    "input_audio_format": "audio.input.format",
    "input_audio_transcription": "audio.input.transcription",
    "input_audio_noise_reduction": "audio.input.noise_reduction",
    "turn_detection": "audio.input.turn_detection",
    "modalities": "output_modalities",
    "max_response_output_tokens": "max_output_tokens",
}


def session_of(
    order: ConfigureSession, tools: Sequence[JsonObject] = (), model: str = ""
) -> RealtimeSession:
    """Build the session that ``order`` asks for.

    Args:
        order: The settings, and what this server has refused of them.
        tools: Declarations of the tools that the assistant may call.
        model: The model the server really runs, where it is known; else that of the settings.
    """
    settings = order.settings
    own = declarations() if order.own_tools else ()
    session = RealtimeSession(
        output_modalities=("audio",),
        instructions=settings.instructions,
        audio=Audio(input=_input(order), output=_output(settings, order.voice_fixed)),
        tools=tuple(_tool(tool) for tool in (*tools, *own)),
        tool_choice="auto",
        reasoning=Reasoning(effort=cast("Effort", settings.reasoning_effort)),
        max_output_tokens=settings.max_output_tokens or "inf",
        truncation="auto",
    )
    session = for_model(session, model or settings.model)
    for path in sorted(order.omit):
        session = _without(session, _steps(path))
    return session


def languages_of(text: str) -> tuple[str, ...]:
    """Read language codes as people write them: ``en, de`` or ``en de``."""
    return tuple(dict.fromkeys(re.findall(r"[^\s,;]+", text)))


def _input(order: ConfigureSession) -> AudioInput:
    settings = order.settings
    return AudioInput(
        format=PCM_24K,
        noise_reduction=_noise_reduction(settings),
        transcription=_transcription(settings),
        turn_detection=_turns(
            settings, interrupts=settings.interrupt_response and not order.hold_back
        ),
    )


def _noise_reduction(settings: Settings) -> NoiseReduction | None:
    match settings.noise_reduction:
        case "near_field" | "far_field" as where:
            return NoiseReduction(type=where)
        case _:
            return None


def _output(settings: Settings, voice_fixed: bool) -> AudioOutput:
    output = AudioOutput(format=PCM_24K, speed=settings.speed)
    name = settings.voice.strip()
    if voice_fixed or not name:
        return output
    voice: Voice = VoiceId(id=name) if name.startswith(_OWN_VOICE) else name
    return structs.replace(output, voice=voice)


def _transcription(settings: Settings) -> Transcription | None:
    model = settings.transcription_model.strip()
    if not model:
        return None
    languages = languages_of(settings.transcription_language)
    if not languages:
        return Transcription(model=model)
    if _TAKES_LANGUAGES.match(model):
        return Transcription(model=model, languages=languages)
    # A model that takes one language hears the others better when it is told none.
    return Transcription(model=model, language=languages[0] if len(languages) == 1 else UNSET)


def _turns(settings: Settings, *, interrupts: bool) -> TurnDetection | None:
    match settings.turn_detection:
        case "server_vad":
            idle_ms = settings.idle_timeout_ms
            return ServerVad(
                threshold=settings.threshold,
                prefix_padding_ms=settings.prefix_padding_ms,
                silence_duration_ms=settings.silence_duration_ms,
                idle_timeout_ms=max(idle_ms, SHORTEST_IDLE_MS) if idle_ms else None,
                create_response=settings.create_response,
                interrupt_response=interrupts,
            )
        case "semantic_vad":
            return SemanticVad(
                eagerness=cast("Eagerness", settings.eagerness),
                create_response=settings.create_response,
                interrupt_response=interrupts,
            )
        case _:
            return None


def _tool(declared: JsonObject) -> Tool:
    return cast("Tool", msgspec.convert(declared, Tool))


def _steps(path: str) -> tuple[str, ...]:
    """Read a parameter's path as servers write it, down to the list it may lead into."""
    name = path.removeprefix("session.").partition("[")[0]
    first, dot, rest = name.partition(".")
    return tuple((_FLAT.get(first, first) + dot + rest).split("."))


def _without(value: RealtimeSession, steps: tuple[str, ...]) -> RealtimeSession:
    return cast("RealtimeSession", _dropped(value, steps))


def _dropped(value: Struct, steps: tuple[str, ...]) -> Struct:
    """Leave out the field at the end of ``steps``; the same value when there is none."""
    name, rest = steps[0], steps[1:]
    if name not in value.__struct_fields__:
        return value
    inner = getattr(value, name)
    if rest and isinstance(inner, Struct):
        return structs.replace(value, **{name: _dropped(inner, rest)})
    return structs.replace(value, **{name: UNSET})
