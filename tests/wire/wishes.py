"""What the dialect tests say, in today's shape and in that of the beta era."""

from __future__ import annotations

from typing import Any

from desktop_app.wire.items import Message, OutputAudio
from desktop_app.wire.session import (
    PCM_24K,
    PCMU,
    Audio,
    AudioInput,
    AudioOutput,
    NoiseReduction,
    RealtimeSession,
    Reasoning,
    ServerVad,
    Transcription,
)

PART: dict[str, Any] = {"response_id": "r", "item_id": "i", "output_index": 1, "content_index": 2}
SAID = Message(id="a", role="assistant", content=(OutputAudio(transcript="Hi."),))
WISH = RealtimeSession(
    output_modalities=("audio",),
    instructions="Be brief.",
    audio=Audio(
        input=AudioInput(
            format=PCM_24K,
            noise_reduction=NoiseReduction(type="near_field"),
            transcription=Transcription(model="whisper-1", languages=("de",), keywords=("Rhine",)),
            turn_detection=ServerVad(threshold=0.5, silence_duration_ms=500),
        ),
        output=AudioOutput(format=PCMU, voice="cedar", speed=1.0),
    ),
    tools=(),
    tool_choice="auto",
    max_output_tokens="inf",
    reasoning=Reasoning(effort="low"),
    truncation="auto",
)
FLAT_WISH = {
    "modalities": ["audio", "text"],
    "instructions": "Be brief.",
    "voice": "cedar",
    "speed": 1.0,
    "input_audio_format": "pcm16",
    "output_audio_format": "g711_ulaw",
    "input_audio_transcription": {"model": "whisper-1", "language": "de"},
    "input_audio_noise_reduction": {"type": "near_field"},
    "turn_detection": {"type": "server_vad", "threshold": 0.5, "silence_duration_ms": 500},
    "tools": [],
    "tool_choice": "auto",
    "max_response_output_tokens": "inf",
}
