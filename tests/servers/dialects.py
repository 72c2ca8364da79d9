"""The beta's names: what servers say that never moved on, and what they want to be told."""

from __future__ import annotations

from typing import Any

from tests.servers.config import Refused
from tests.servers.events import Event

BETA_NAMES = {
    "conversation.item.added": "conversation.item.created",
    "response.output_audio.delta": "response.audio.delta",
    "response.output_audio.done": "response.audio.done",
    "response.output_audio_transcript.delta": "response.audio_transcript.delta",
    "response.output_audio_transcript.done": "response.audio_transcript.done",
    "response.output_text.delta": "response.text.delta",
    "response.output_text.done": "response.text.done",
}
# The beta had no word for a finished item.
UNSPEAKABLE = {"conversation.item.done"}
BETA_CONTENT = {"output_text": "text", "output_audio": "audio"}
BETA_FORMATS = {"audio/pcm": "pcm16", "audio/pcmu": "g711_ulaw", "audio/pcma": "g711_alaw"}
FLAT_FIELDS = frozenset(
    {
        "modalities",
        "instructions",
        "voice",
        "input_audio_format",
        "output_audio_format",
        "input_audio_transcription",
        "input_audio_noise_reduction",
        "turn_detection",
        "tools",
        "tool_choice",
        "temperature",
        "max_response_output_tokens",
        "speed",
        "model",
        "tracing",
        "include",
    }
)


def to_beta(event: Event) -> Event | None:
    """Say it the old way; None when it cannot be said."""
    name = event["type"]
    if name in UNSPEAKABLE:
        return None
    said = {**event, "type": BETA_NAMES.get(name, name)}
    if "session" in said:
        said["session"] = _flat_session(said["session"])
    if "item" in said:
        said["item"] = _old_item(said["item"])
    if "response" in said:
        said["response"] = _old_response(said["response"])
    return said


def from_beta(session: Event, *, strict: bool) -> Event:
    """Read a flat session as a nested one.

    Raises:
        Refused: If it has fields the beta did not have, and ``strict``.
    """
    for name in session:
        if strict and name not in FLAT_FIELDS:
            path = f"session.{name}"
            raise Refused("unknown_parameter", f"Unknown parameter: '{path}'.", path)
    heard: dict[str, Any] = {}
    said: dict[str, Any] = {}
    for old, new in (
        ("turn_detection", "turn_detection"),
        ("input_audio_transcription", "transcription"),
        ("input_audio_noise_reduction", "noise_reduction"),
    ):
        if old in session:
            heard[new] = session[old]
    for name in ("voice", "speed"):
        if name in session:
            said[name] = session[name]
    read: Event = {"type": "realtime", "audio": {"input": heard, "output": said}}
    for name in ("instructions", "tools", "tool_choice"):
        if name in session:
            read[name] = session[name]
    if "modalities" in session:
        read["output_modalities"] = ["audio"] if "audio" in session["modalities"] else ["text"]
    return read


def _flat_session(session: Event) -> Event:
    heard, said = session["audio"]["input"], session["audio"].get("output", {})
    sounds = session.get("output_modalities") == ["audio"]
    return {
        "id": session["id"],
        "object": "realtime.session",
        "model": session.get("model"),
        "modalities": ["audio", "text"] if sounds else ["text"],
        "instructions": session.get("instructions", ""),
        "voice": said.get("voice"),
        "input_audio_format": BETA_FORMATS[heard["format"]["type"]],
        "output_audio_format": "pcm16",
        "input_audio_transcription": heard["transcription"],
        "turn_detection": heard["turn_detection"],
        "tools": session.get("tools", []),
        "tool_choice": session.get("tool_choice", "auto"),
        "temperature": 0.8,
        "max_response_output_tokens": "inf",
        "expires_at": session["expires_at"],
    }


def _old_item(item: Event) -> Event:
    if "content" not in item:
        return item
    content = [
        {**part, "type": BETA_CONTENT.get(part["type"], part["type"])} for part in item["content"]
    ]
    return {**item, "content": content}


def _old_response(response: Event) -> Event:
    known = {k: v for k, v in response.items() if k not in {"audio", "output_modalities"}}
    sounds = response.get("output_modalities") == ["audio"]
    known["modalities"] = ["audio", "text"] if sounds else ["text"]
    known["output"] = [_old_item(item) for item in response.get("output", [])]
    return known
