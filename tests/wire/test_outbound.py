from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.core import effects as fx
from desktop_app.core.settings import Settings, specs
from desktop_app.wire.codec import decode_client, encode_client
from desktop_app.wire.dialects import BETA
from desktop_app.wire.outbound import to_wire
from desktop_app.wire.outcome import Malformed, Unknown
from desktop_app.wire.session_of import languages_of
from tests.wire.oracle import CLIENT

PCM = b"\x01\x00\x02\x00"
TOOL: dict[str, object] = {
    "type": "function",
    "name": "set_timer",
    "description": "Set a timer.",
    "parameters": {"type": "object", "properties": {"minutes": {"type": "number"}}},
}


def said(order: fx.Order, **known: Any) -> list[dict[str, Any]]:
    """What goes over the wire, after the package of the protocol's authors has agreed."""
    frames = [encode_client(event) for event in to_wire(order, **known)]
    for frame in frames:
        CLIENT.validate_json(frame)
        assert not isinstance(decode_client(frame), Malformed | Unknown)
    return [json.loads(frame) for frame in frames]


def session(**changed: Any) -> dict[str, Any]:
    return configured(fx.ConfigureSession(replace(Settings(), **changed), "e"))


def configured(order: fx.ConfigureSession, **known: Any) -> dict[str, Any]:
    (event,) = said(order, **known)
    assert (event["type"], event["event_id"]) == ("session.update", "e")
    return event["session"]  # type: ignore[no-any-return]


def without(*paths: str, **changed: Any) -> dict[str, Any]:
    settings = replace(Settings(), **changed)
    return configured(fx.ConfigureSession(settings, "e", frozenset(paths)), tools=[TOOL])


# --- the session ------------------------------------------------------------------------------


def test_everything_is_said_for_no_server_s_default_can_be_trusted() -> None:
    order = fx.ConfigureSession(replace(Settings(), instructions="Be brief."), "e")
    assert configured(order, tools=[TOOL]) == {
        "type": "realtime",
        "output_modalities": ["audio"],
        "instructions": "Be brief.",
        "audio": {
            "input": {
                "format": {"type": "audio/pcm", "rate": 24000},
                "noise_reduction": {"type": "near_field"},
                "transcription": {"model": "gpt-live-transcribe"},
                "turn_detection": {
                    "type": "server_vad",
                    "threshold": 0.5,
                    "prefix_padding_ms": 300,
                    "silence_duration_ms": 500,
                    "idle_timeout_ms": None,
                    "create_response": True,
                    "interrupt_response": True,
                },
            },
            "output": {
                "format": {"type": "audio/pcm", "rate": 24000},
                "voice": "marin",
                "speed": 1.0,
            },
        },
        "tools": [TOOL],
        "tool_choice": "auto",
        "reasoning": {"effort": "low"},
        "max_output_tokens": "inf",
        "truncation": "auto",
    }


def test_what_is_off_is_said_to_be_off() -> None:
    heard = session(noise_reduction="off", transcription_model="", turn_detection="manual")
    assert heard["tools"] == []
    assert heard["audio"]["input"] == {
        "format": {"type": "audio/pcm", "rate": 24000},
        "noise_reduction": None,
        "transcription": None,
        "turn_detection": None,
    }


def test_turns_by_meaning_have_parameters_of_their_own() -> None:
    heard = session(turn_detection="semantic_vad", eagerness="high", create_response=False)
    assert heard["audio"]["input"]["turn_detection"] == {
        "type": "semantic_vad",
        "eagerness": "high",
        "create_response": False,
        "interrupt_response": True,
    }


@pytest.mark.parametrize(("wish", "sent"), [(0, None), (1000, 5000), (5000, 5000), (30000, 30000)])
def test_the_idle_time_is_one_that_the_server_takes(wish: int, sent: int | None) -> None:
    turns = session(idle_timeout_ms=wish)["audio"]["input"]["turn_detection"]
    assert turns["idle_timeout_ms"] == sent


@pytest.mark.parametrize(
    ("model", "languages", "expected"),
    [
        ("gpt-live-transcribe", "", {}),
        ("gpt-live-transcribe", "de", {"languages": ["de"]}),
        ("gpt-live-transcribe", " en,de ", {"languages": ["en", "de"]}),
        ("gpt-transcribe", "en de", {"languages": ["en", "de"]}),
        ("gpt-transcribe-2027-01-01", "en", {"languages": ["en"]}),
        ("gpt-realtime-whisper", "de", {"language": "de"}),
        ("gpt-realtime-whisper", "en, de", {}),
        ("whisper-1", "", {}),
        ("gpt-4o-transcribe", "fr", {"language": "fr"}),
    ],
)
def test_languages_are_told_as_each_transcription_model_takes_them(
    model: str, languages: str, expected: dict[str, object]
) -> None:
    heard = session(transcription_model=model, transcription_language=languages)
    assert heard["audio"]["input"]["transcription"] == {"model": model, **expected}


def test_languages_are_read_as_people_write_them() -> None:
    assert languages_of(" en, de;fr  en,") == ("en", "de", "fr")
    assert languages_of(" , ") == ()
    assert languages_of("") == ()


@pytest.mark.parametrize(
    ("model", "reported", "thinks"),
    [
        ("gpt-realtime-2.1", "", True),
        ("gpt-realtime-2", "", True),
        ("gpt-realtime-1.5", "", False),
        ("gpt-realtime-2025-08-28", "", False),
        ("my-deployment", "gpt-realtime-2.1-mini", True),
        ("gpt-realtime-2.1", "gpt-realtime", False),
    ],
)
def test_thinking_is_asked_only_of_a_model_that_can(
    model: str, reported: str, thinks: bool
) -> None:
    order = fx.ConfigureSession(replace(Settings(), model=model, reasoning_effort="high"), "e")
    heard = configured(order, model=reported)
    assert heard.get("reasoning") == ({"effort": "high"} if thinks else None)
    assert ("reasoning" in heard) is thinks


@pytest.mark.parametrize(
    ("voice", "expected"),
    [("cedar", "cedar"), (" eve ", "eve"), ("voice_123", {"id": "voice_123"})],
)
def test_a_voice_of_one_s_own_is_named_by_its_id(voice: str, expected: object) -> None:
    assert session(voice=voice)["audio"]["output"]["voice"] == expected


def test_no_voice_is_sent_where_there_is_none_or_it_is_fixed() -> None:
    fixed = configured(fx.ConfigureSession(Settings(), "e", voice_fixed=True))
    for heard in (session(voice=" "), fixed):
        assert heard["audio"]["output"] == {
            "format": {"type": "audio/pcm", "rate": 24000},
            "speed": 1.0,
        }


def test_a_longest_answer_is_a_number() -> None:
    assert session(max_output_tokens=64)["max_output_tokens"] == 64


# --- what a server refuses --------------------------------------------------------------------


@pytest.mark.parametrize(
    "path",
    [
        "session.audio.input.noise_reduction",
        "audio.input.noise_reduction",
        "session.input_audio_noise_reduction",
        "input_audio_noise_reduction",
    ],
)
def test_what_was_refused_is_left_out_however_the_server_names_it(path: str) -> None:
    heard, whole = without(path), without()
    del whole["audio"]["input"]["noise_reduction"]
    assert heard == whole


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ("session.reasoning.effort", ("reasoning", "effort")),
        ("session.audio.output.speed", ("audio", "output", "speed")),
        ("session.speed", ("audio", "output", "speed")),
        (
            "session.turn_detection.idle_timeout_ms",
            ("audio", "input", "turn_detection", "idle_timeout_ms"),
        ),
        ("session.tools[0].parameters", ("tools",)),
        ("session.modalities", ("output_modalities",)),
        ("session.max_response_output_tokens", ("max_output_tokens",)),
        ("session.instructions", ("instructions",)),
    ],
)
def test_only_what_was_refused_is_left_out(path: str, place: tuple[str, ...]) -> None:
    heard, whole = without(path), without()
    inner = whole
    for step in place[:-1]:
        inner = inner[step]
    del inner[place[-1]]
    assert heard == whole


@pytest.mark.parametrize(
    "path", ["", "session", "session.", "type", "session.type", "session.audio.x", "a.b", "[0]"]
)
def test_a_refusal_of_what_is_not_there_changes_nothing(path: str) -> None:
    assert without(path) == without()


def test_what_was_refused_of_something_that_is_off_is_not_there() -> None:
    heard = without("session.audio.input.turn_detection.threshold", turn_detection="manual")
    assert "turn_detection" not in heard["audio"]["input"]


@given(st.frozensets(st.text("abcdefghijklmnopqrstuvwxyz_.[]0", max_size=30), max_size=4))
def test_no_refusal_whatever_makes_it_stumble(paths: frozenset[str]) -> None:
    assert without(*paths)["type"] == "realtime"


# --- every setting ----------------------------------------------------------------------------


def wishes() -> st.SearchStrategy[Settings]:
    """Any settings that the dialog lets through."""
    fields: dict[str, st.SearchStrategy[Any]] = {}
    for name, spec in specs().items():
        default = getattr(Settings(), name)
        if isinstance(default, bool):
            fields[name] = st.booleans()
        elif isinstance(default, int):
            fields[name] = st.integers(int(spec.low or 0), int(spec.high or 0))
        elif isinstance(default, float):
            fields[name] = st.floats(spec.low, spec.high)
        elif spec.choices:
            chosen = st.sampled_from([value for value, _ in spec.choices])
            fields[name] = chosen | st.text(max_size=9) if spec.editable else chosen
        else:
            fields[name] = st.text(max_size=20)
    return st.builds(Settings, **fields)


@given(wishes(), st.booleans(), st.booleans())
def test_whatever_is_set_the_protocol_allows(
    settings: Settings, fixed: bool, has_tool: bool
) -> None:
    order = fx.ConfigureSession(settings, "e", voice_fixed=fixed)
    heard = configured(order, tools=[TOOL] if has_tool else [])
    assert heard["instructions"] == settings.instructions
    assert len(heard["tools"]) == has_tool


# --- the other orders -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        (fx.SendAudio(PCM), {"type": "input_audio_buffer.append", "audio": "AQACAA=="}),
        (fx.CommitInput("e"), {"type": "input_audio_buffer.commit", "event_id": "e"}),
        (fx.ClearInput(), {"type": "input_audio_buffer.clear"}),
        (fx.CreateResponse("e"), {"type": "response.create", "event_id": "e"}),
        (
            fx.CancelResponse("r", "e"),
            {"type": "response.cancel", "event_id": "e", "response_id": "r"},
        ),
        (fx.CancelResponse("", "e"), {"type": "response.cancel", "event_id": "e"}),
        (
            fx.TruncateItem("i", 1480, "e", content_index=1),
            {
                "type": "conversation.item.truncate",
                "event_id": "e",
                "item_id": "i",
                "content_index": 1,
                "audio_end_ms": 1480,
            },
        ),
        (
            fx.DeleteItem("i", "e"),
            {"type": "conversation.item.delete", "event_id": "e", "item_id": "i"},
        ),
        (
            fx.AddToolOutput("c", "4 o'clock"),
            {
                "type": "conversation.item.create",
                "item": {"type": "function_call_output", "call_id": "c", "output": "4 o'clock"},
            },
        ),
    ],
)
def test_each_order_has_its_event(order: fx.Order, expected: dict[str, Any]) -> None:
    assert said(order) == [expected]


@pytest.mark.parametrize(
    ("role", "part"),
    [("user", "input_text"), ("system", "input_text"), ("assistant", "output_text")],
)
def test_text_is_of_the_kind_that_its_role_has(role: str, part: str) -> None:
    item = {
        "type": "message",
        "id": "m1",
        "role": role,
        "content": [{"type": part, "text": "Hi."}],
    }
    expected = {"type": "conversation.item.create", "item": item}
    assert said(fx.AddText("m1", role, "Hi.")) == [expected]


def test_without_an_id_the_server_chooses_one() -> None:
    (event,) = said(fx.AddText("", "user", "Hi."))
    assert "id" not in event["item"]


def test_half_a_character_does_not_keep_the_rest_from_being_said() -> None:
    (event,) = said(fx.AddText("m1", "user", "Hi \ud83d."))
    assert event["item"]["content"][0]["text"] == "Hi \ufffd."


def test_to_a_server_of_the_beta_era_the_same_is_said_in_its_words() -> None:
    (event,) = to_wire(fx.ConfigureSession(Settings(), "e"))
    flat = json.loads(encode_client(event, BETA))["session"]
    assert (flat["voice"], flat["modalities"]) == ("marin", ["audio", "text"])
    assert flat["turn_detection"]["silence_duration_ms"] == 500
    assert "reasoning" not in flat
