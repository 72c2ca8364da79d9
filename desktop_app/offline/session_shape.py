"""The session as it is in force: its defaults, complete answers, and how to read it.  Pure."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from msgspec import UNSET, Struct, structs

from desktop_app.offline.turn_detector import PATIENCE, Rules
from desktop_app.wire.base import known
from desktop_app.wire.session import (
    PCM_24K,
    PCMA,
    PCMU,
    Audio,
    AudioFormat,
    AudioInput,
    AudioOutput,
    RealtimeSession,
    SemanticVad,
    ServerVad,
    Session,
    TranscriptionAudio,
    TranscriptionSession,
    TurnDetection,
)

INSTRUCTIONS = "You are a helpful voice assistant. Answer briefly, in the language of the user."
SERVER_VAD = ServerVad(
    threshold=0.5,
    prefix_padding_ms=300,
    silence_duration_ms=500,
    idle_timeout_ms=None,
    create_response=True,
    interrupt_response=True,
)
SEMANTIC_VAD = SemanticVad(eagerness="auto", create_response=True, interrupt_response=True)

S = TypeVar("S", bound=Struct)


def realtime_session(
    session_id: str, model: str, voice: str, expires_at_unix_s: int
) -> RealtimeSession:
    """Make the session as it is before anybody changed it."""
    return RealtimeSession(
        id=session_id,
        object="realtime.session",
        expires_at=expires_at_unix_s,
        include=None,
        model=model,
        output_modalities=("audio",),
        instructions=INSTRUCTIONS,
        audio=Audio(input=_input(), output=AudioOutput(format=PCM_24K, voice=voice, speed=1.0)),
        tools=(),
        tool_choice="auto",
        max_output_tokens="inf",
        truncation="auto",
        prompt=None,
        tracing=None,
    )


def transcription_session(session_id: str, expires_at_unix_s: int) -> TranscriptionSession:
    """Make the session that only writes down what it hears."""
    return TranscriptionSession(
        id=session_id,
        object="realtime.transcription_session",
        expires_at=expires_at_unix_s,
        include=None,
        audio=TranscriptionAudio(input=_input()),
    )


def input_of(session: Session) -> AudioInput:
    """How the user's sound is treated."""
    audio = session.audio
    if isinstance(audio, Audio | TranscriptionAudio):
        return known(audio.input, AudioInput())
    return AudioInput()


def turns_of(heard: AudioInput) -> TurnDetection | None:
    """How turns are detected; None when the client says itself what is one."""
    turns = heard.turn_detection
    return turns if isinstance(turns, ServerVad | SemanticVad) else None


def output_of(session: RealtimeSession) -> AudioOutput:
    """How the assistant sounds."""
    return known(known(session.audio, Audio()).output, AudioOutput())


def rules_of(turns: TurnDetection) -> Rules:
    """How the turn detector is to work."""
    if isinstance(turns, SemanticVad):
        eagerness = known(turns.eagerness, "auto")
        return Rules(patience=PATIENCE["medium" if eagerness == "auto" else eagerness])
    return Rules(
        threshold=known(turns.threshold, 0.5),
        prefix_ms=known(turns.prefix_padding_ms, 300),
        silence_ms=known(turns.silence_duration_ms, 500),
        idle_ms=known(turns.idle_timeout_ms, None),
    )


def whole_audio(audio: object, voice_of: Callable[[str], str]) -> Audio:
    """Fill in what null or another kind of turn detector left open."""
    whole = audio if isinstance(audio, Audio) else Audio()
    output = known(whole.output, AudioOutput())
    voice: object = known(output.voice, "")
    output = structs.replace(
        output,
        format=_whole_format(output.format),
        voice=voice_of(voice if isinstance(voice, str) else ""),
        speed=known(output.speed, 1.0),
    )
    return Audio(input=whole_input(whole.input), output=output)


def whole_input(audio: object) -> AudioInput:
    """Fill in what null or another kind of turn detector left open."""
    heard = audio if isinstance(audio, AudioInput) else _input()
    turns = heard.turn_detection
    if isinstance(turns, ServerVad):
        turns = _filled(SERVER_VAD, turns)
    elif isinstance(turns, SemanticVad):
        turns = _filled(SEMANTIC_VAD, turns)
    return AudioInput(
        format=_whole_format(heard.format),
        noise_reduction=None,  # There is none here, whatever was asked for.
        transcription=known(heard.transcription, None),
        turn_detection=turns if isinstance(turns, ServerVad | SemanticVad) else None,
    )


def _input() -> AudioInput:
    return AudioInput(
        format=PCM_24K, noise_reduction=None, transcription=None, turn_detection=SERVER_VAD
    )


def _whole_format(wanted: object) -> AudioFormat:
    kind = wanted.type if isinstance(wanted, AudioFormat) else "audio/pcm"
    return {"audio/pcm": PCM_24K, "audio/pcmu": PCMU, "audio/pcma": PCMA}[kind]


def _filled(defaults: S, given: S) -> S:
    """Put the defaults where a field is absent, or null without that being a value of its own."""
    fields = {
        name: getattr(defaults, name)
        for name in given.__struct_fields__
        if getattr(given, name) is UNSET or getattr(given, name) is None
    }
    return structs.replace(given, **fields)
