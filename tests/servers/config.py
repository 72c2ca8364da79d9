"""The configuration of a session as the server keeps it: defaults, updates, refusals."""

from __future__ import annotations

import copy
import re
from typing import Any

from tests.servers.events import Event

REASONING_MODEL = re.compile(r"^gpt-realtime-2(?:[.-]|$)")
PCM = {"type": "audio/pcm", "rate": 24000}
SERVER_VAD: dict[str, Any] = {
    "type": "server_vad",
    "threshold": 0.5,
    "prefix_padding_ms": 300,
    "silence_duration_ms": 200,
    "idle_timeout_ms": None,
    "create_response": True,
    "interrupt_response": True,
}
SEMANTIC_VAD: dict[str, Any] = {
    "type": "semantic_vad",
    "eagerness": "auto",
    "create_response": True,
    "interrupt_response": True,
}
# How long the semantic detector waits; the real one asks a model.
EAGERNESS_MS = {"low": 900, "medium": 600, "auto": 600, "high": 300}


class Refused(Exception):  # noqa: N818 - reads as what happened
    """The server will not do what an event asks; it answers with an ``error`` instead."""

    def __init__(self, code: str, message: str, param: str | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.param = param


class Config:
    """What is in force, and the rules for changing it."""

    def __init__(self, model: str, session_id: str, expires_at: int, kind: str) -> None:
        self.kind = kind
        self.now = _fresh(model, session_id, expires_at, kind)

    @property
    def turn_detection(self) -> dict[str, Any] | None:
        found: dict[str, Any] | None = self.now["audio"]["input"]["turn_detection"]
        return found

    @property
    def transcription(self) -> dict[str, Any] | None:
        found: dict[str, Any] | None = self.now["audio"]["input"]["transcription"]
        return found

    @property
    def silence_ms(self) -> int:
        """How much silence ends a turn."""
        detection = self.turn_detection or SERVER_VAD
        if detection["type"] == "semantic_vad":
            return EAGERNESS_MS[str(detection["eagerness"])]
        return int(detection["silence_duration_ms"])

    def update(self, change: Event, *, spoken: bool, refuses: frozenset[str]) -> None:
        """Take all of ``change``, or nothing.

        Raises:
            Refused: If one field cannot be taken.
        """
        if change.get("type") != self.kind:
            raise Refused("invalid_value", "The session type cannot be changed.", "session.type")
        self._check_model(change)
        self._check_voice(change, spoken)
        for refused in refuses:
            path, _, null = refused.partition("=")
            if _has(change, path.removeprefix("session.").split("."), null=bool(null)):
                raise Refused("unknown_parameter", f"Unknown parameter: '{path}'.", path)
        merged = copy.deepcopy(self.now)
        _merge(merged, change)
        self.now = merged

    def _check_model(self, change: Event) -> None:
        model = self.now.get("model")
        if change.get("model") not in (None, model):
            raise Refused("invalid_value", "The model cannot be changed.", "session.model")
        for name in ("reasoning", "parallel_tool_calls"):
            if change.get(name) is not None and not REASONING_MODEL.match(str(model)):
                message = f"Unsupported option for this model: '{name}'."
                raise Refused("invalid_value", message, f"session.{name}")
        if self.now.get("tracing") and "tracing" in change:
            raise Refused("invalid_value", "Tracing is fixed once enabled.", "session.tracing")

    def _check_voice(self, change: Event, spoken: bool) -> None:
        voice = ((change.get("audio") or {}).get("output") or {}).get("voice")
        if spoken and voice is not None and voice != self.now["audio"]["output"]["voice"]:
            message = "Cannot update a conversation's voice if assistant audio is present."
            raise Refused("cannot_update_voice", message, "session.audio.output.voice")


def _fresh(model: str, session_id: str, expires_at: int, kind: str) -> Event:
    heard = {
        "format": dict(PCM),
        "transcription": None,
        "noise_reduction": None,
        "turn_detection": dict(SERVER_VAD),
    }
    if kind == "transcription":
        return {
            "type": kind,
            "object": "realtime.transcription_session",
            "id": session_id,
            "expires_at": expires_at,
            "audio": {"input": heard},
            "include": None,
        }
    return {
        "type": kind,
        "object": "realtime.session",
        "id": session_id,
        "model": model,
        "output_modalities": ["audio"],
        "instructions": "You are a helpful, witty and friendly AI.",
        "tools": [],
        "tool_choice": "auto",
        "max_output_tokens": "inf",
        "tracing": None,
        "truncation": "auto",
        "prompt": None,
        "expires_at": expires_at,
        "audio": {
            "input": heard,
            "output": {"format": dict(PCM), "voice": "marin", "speed": 1.0},
        },
        "include": None,
    }


def _merge(into: Event, change: Event) -> None:
    for name, value in change.items():
        before = into.get(name)
        if name == "turn_detection" and isinstance(value, dict):
            kind = value.get("type", (before or SERVER_VAD)["type"])
            base = SERVER_VAD if kind == "server_vad" else SEMANTIC_VAD
            if before and before["type"] == kind:
                base = before
            into[name] = {**base, **value}
        elif isinstance(value, dict) and isinstance(before, dict) and name != "format":
            _merge(before, value)
        else:
            into[name] = copy.deepcopy(value)


def _has(change: object, path: list[str], *, null: bool) -> bool:
    """Whether a change sets what ``path`` leads to: to something, or to null."""
    for name in path:
        if not isinstance(change, dict) or name not in change:
            return False
        change = change[name]
    return (change is None) is null
