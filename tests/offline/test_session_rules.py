from __future__ import annotations

from typing import Any, cast

import msgspec
import pytest

from desktop_app.offline.refused import Refused
from desktop_app.offline.session_rules import Facts, updated
from desktop_app.offline.session_shape import realtime_session, rules_of, transcription_session
from desktop_app.offline.turn_detector import PATIENCE
from desktop_app.wire.session import Session
from tests.wire.oracle import SERVER

FACTS = Facts(frozenset({"gpt-realtime"}), lambda name: "b" if name == "b" else "a")
BASE = realtime_session("sess_1", "Brain", "a", 1_900_000_000)
QUIET = transcription_session("sess_1", 1_900_000_000)
MCP = {"type": "mcp", "server_label": "x", "server_url": "https://x.example"}


def change(fields: dict[str, Any], kind: str = "realtime") -> Session:
    return cast("Session", msgspec.convert({"type": kind, **fields}, Session))


def audio_in(**fields: Any) -> dict[str, Any]:
    return {"audio": {"input": fields}}


def out(**fields: Any) -> dict[str, Any]:
    return {"audio": {"output": fields}}


def vad(**fields: Any) -> dict[str, Any]:
    return audio_in(turn_detection={"type": "server_vad", **fields})


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"model": "other"}, "model"),
        ({"id": "mine"}, "id"),
        ({"output_modalities": ["audio", "text"]}, "output_modalities"),
        ({"output_modalities": []}, "output_modalities"),
        ({"instructions": "x" * 200_001}, "instructions"),
        ({"tools": [MCP]}, "tools[0].type"),
        ({"tools": [{"type": "function"}]}, "tools[0].name"),
        ({"tool_choice": {"type": "function", "name": "x"}}, "tool_choice.name"),
        ({"tool_choice": {"type": "mcp", "server_label": "x"}}, "tool_choice.type"),
        ({"max_output_tokens": 0}, "max_output_tokens"),
        ({"max_output_tokens": 4097}, "max_output_tokens"),
        ({"reasoning": {"effort": "low"}}, "reasoning"),
        ({"prompt": {"id": "p"}}, "prompt"),
        ({"tracing": "auto"}, "tracing"),
        ({"include": ["item.input_audio_transcription.logprobs"]}, "include"),
        (out(voice={"id": "voice_1"}), "audio.output.voice"),
        (out(speed=1.6), "audio.output.speed"),
        (out(format={"type": "audio/pcm", "rate": 16_000}), "audio.output.format.rate"),
        (audio_in(format={"type": "audio/pcm", "rate": 16_000}), "audio.input.format.rate"),
        (vad(threshold=1.5), "audio.input.turn_detection.threshold"),
        (vad(prefix_padding_ms=-1), "audio.input.turn_detection.prefix_padding_ms"),
        (vad(silence_duration_ms=99_999), "audio.input.turn_detection.silence_duration_ms"),
        (vad(idle_timeout_ms=100), "audio.input.turn_detection.idle_timeout_ms"),
    ],
)
def test_what_can_not_be_had_is_refused_by_name(fields: dict[str, Any], param: str) -> None:
    with pytest.raises(Refused) as refused:
        updated(BASE, change(fields), FACTS)
    assert refused.value.param == f"session.{param}"


@pytest.mark.parametrize(
    "fields",
    [
        {"model": "gpt-realtime", "prompt": None, "tracing": None, "include": []},
        {"tools": [{"type": "function", "name": "x"}], "tool_choice": "required"},
        {"truncation": {"type": "retention_ratio", "retention_ratio": 0.8}},
        audio_in(noise_reduction={"type": "near_field"}, transcription={"model": "whisper-1"}),
        audio_in(turn_detection=None),
        audio_in(turn_detection={"type": "semantic_vad"}),
        audio_in(format={"type": "audio/pcmu"}),
        vad(idle_timeout_ms=5_000),
        out(voice="b", speed=0.5, format={"type": "audio/pcma"}),
        {"audio": None},
    ],
)
def test_a_session_in_force_is_complete_and_valid(fields: dict[str, Any]) -> None:
    session = updated(BASE, change(fields), FACTS)
    told: dict[str, Any] = {
        "type": "session.updated",
        "event_id": "e",
        "session": msgspec.to_builtins(session),
    }
    SERVER.validate_python(told)
    assert set(told["session"]["audio"]["output"]) == {"format", "voice", "speed"}
    assert "turn_detection" in told["session"]["audio"]["input"]


def test_noise_is_not_reduced_here_and_nobody_is_told_otherwise() -> None:
    session = updated(BASE, change(audio_in(noise_reduction={"type": "near_field"})), FACTS)
    assert session.audio.input.noise_reduction is None  # type: ignore[union-attr]


def test_another_turn_detector_starts_from_its_defaults() -> None:
    session = updated(BASE, change(vad(threshold=0.9)), FACTS)
    session = updated(session, change(audio_in(turn_detection={"type": "semantic_vad"})), FACTS)
    session = updated(session, change(vad(silence_duration_ms=300)), FACTS)
    turns = session.audio.input.turn_detection  # type: ignore[union-attr]
    rules = rules_of(turns)  # type: ignore[arg-type]
    assert (rules.threshold, rules.silence_ms, rules.prefix_ms) == (0.5, 300, 300)


def test_eagerness_decides_on_patience() -> None:
    for eagerness, name in (("auto", "medium"), ("low", "low"), ("high", "high")):
        wish = audio_in(turn_detection={"type": "semantic_vad", "eagerness": eagerness})
        session = updated(BASE, change(wish), FACTS)
        turns = session.audio.input.turn_detection  # type: ignore[union-attr]
        assert rules_of(turns).patience == PATIENCE[name]  # type: ignore[arg-type]


def test_a_voice_that_has_spoken_stays() -> None:
    spoke = Facts(FACTS.models, FACTS.voice_of, spoke=True)
    assert updated(BASE, change(out(voice="marin", speed=1.2)), spoke)
    with pytest.raises(Refused) as refused:
        updated(BASE, change(out(voice="b")), spoke)
    assert refused.value.code == "cannot_update_voice"


def test_a_session_keeps_its_kind() -> None:
    for base, kind in ((BASE, "transcription"), (QUIET, "realtime")):
        with pytest.raises(Refused) as refused:
            updated(base, change({}, kind), FACTS)
        assert refused.value.param == "session.type"
    wish = audio_in(transcription={"model": "m"}, turn_detection=None)
    session = updated(QUIET, change(wish, "transcription"), FACTS)
    assert session.audio.input.turn_detection is None  # type: ignore[union-attr]
