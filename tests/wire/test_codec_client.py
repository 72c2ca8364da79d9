"""What a client says is written, and read as strictly as the protocol's own servers read it."""

from __future__ import annotations

import json
import os
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET

from desktop_app.wire.client_events import (
    ClientEvent,
    InputAudioAppend,
    ItemCreate,
    SessionUpdate,
)
from desktop_app.wire.codec import decode_client, encode_client
from desktop_app.wire.dialects import BETA
from desktop_app.wire.items import InputText, Message
from desktop_app.wire.outcome import Malformed, Unknown
from desktop_app.wire.session import Audio, AudioInput, RealtimeSession
from desktop_app.wire.tools import FunctionTool
from tests.wire import strategies
from tests.wire.frames import examples, frame
from tests.wire.test_conformance import MESSAGES

NARROWER = strategies.overrides({(Message, ""): MESSAGES})


@pytest.mark.parametrize("text", examples("C>"))
def test_an_example_of_the_protocol_survives_the_round_trip(text: str) -> None:
    event = decode_client(text)
    assert not isinstance(event, Unknown | Malformed), event
    assert json.loads(encode_client(event)) == json.loads(text)


@pytest.mark.parametrize("kind", get_args(ClientEvent), ids=lambda kind: kind.__name__)
@given(data=st.data())
def test_any_event_survives_the_round_trip(kind: type, data: st.DataObject) -> None:
    event = data.draw(strategies.structs(kind, NARROWER))
    assert decode_client(encode_client(event)) == event


@given(st.binary() | st.text())
def test_no_garbage_raises(garbage: bytes | str) -> None:
    assert isinstance(decode_client(garbage), Malformed | Unknown)


@given(st.dictionaries(strategies.TEXT, strategies.JSON_VALUES))
def test_no_nonsense_in_a_session_raises(session: dict[str, object]) -> None:
    answer = decode_client(frame("session.update", session={"type": "realtime", **session}))
    assert isinstance(answer, Malformed | SessionUpdate)


def test_a_sound_frame_is_text_with_base64() -> None:
    pcm = os.urandom(960)
    text = encode_client(InputAudioAppend(audio=pcm))
    assert isinstance(text, str)
    assert decode_client(text) == InputAudioAppend(audio=pcm)


def test_absent_and_null_are_told_apart() -> None:
    text = encode_client(
        SessionUpdate(session=RealtimeSession(audio=Audio(input=AudioInput(turn_detection=None))))
    )
    session = json.loads(text)["session"]
    assert session == {"type": "realtime", "audio": {"input": {"turn_detection": None}}}
    event = decode_client(text)
    assert isinstance(event, SessionUpdate)
    assert isinstance(event.session.audio, Audio)
    assert isinstance(event.session.audio.input, AudioInput)
    assert event.session.audio.input.turn_detection is None
    assert event.session.audio.input.transcription is UNSET


def _faults() -> list[tuple[str, str, str | None]]:
    return [
        (frame("session.update"), "missing_required_parameter", "session"),
        (frame("session.update", session={}), "missing_required_parameter", "session.type"),
        (frame("session.update", session=3), "invalid_type", "session"),
        (frame("session.update", session={"type": "dance"}), "invalid_value", "session.type"),
        (
            frame("session.update", session={"type": "realtime", "temperature": 0.8}),
            "unknown_parameter",
            "session.temperature",
        ),
        (
            frame(
                "session.update",
                session={"type": "realtime", "tools": [{"type": "function", "strict": True}]},
            ),
            "unknown_parameter",
            "session.tools[0].strict",
        ),
        (
            frame("session.update", session={"type": "realtime", "output_modalities": ["smell"]}),
            "invalid_value",
            "session.output_modalities[0]",
        ),
        (frame("input_audio_buffer.append", audio="***"), "invalid_value", "audio"),
        (frame("input_audio_buffer.append", audio=[0]), "invalid_type", "audio"),
        (
            frame("conversation.item.truncate", item_id="i", content_index=0, audio_end_ms=1.5),
            "invalid_type",
            "audio_end_ms",
        ),
        (
            frame("response.create", response={"metadata": {"a": 1}}),
            "invalid_type",
            "response.metadata",
        ),
        (_message("assistant", "text"), "invalid_value", "item.content[0].type"),
        (_message("assistant", "input_text"), "invalid_value", "item.content[0].type"),
        (_message("system", "input_audio"), "invalid_value", "item.content[0].type"),
        ("{}", "missing_required_parameter", "type"),
        ('{"type": 4}', "invalid_type", "type"),
        ("[]", "invalid_type", None),
        ("{", "invalid_json", None),
        ("", "invalid_json", None),
        ('{"type": "\udc00"}', "invalid_json", None),
        ('{"type": "response.create", "x": ' + "9" * 5_000 + "}", "invalid_json", None),
        ('{"type": 4, "x": ' + "9" * 5_000 + "}", "invalid_json", None),
    ]


def _message(role: str, content: str) -> str:
    return frame(
        "conversation.item.create",
        item={"type": "message", "role": role, "content": [{"type": content}]},
    )


@pytest.mark.parametrize(("text", "code", "param"), _faults())
def test_a_fault_is_named_as_the_protocol_names_it(text: str, code: str, param: str | None) -> None:
    answer = decode_client(text)
    assert isinstance(answer, Malformed)
    assert (answer.code, answer.param) == (code, param)


def test_a_fault_refers_to_the_event_that_has_it() -> None:
    answer = decode_client(frame("conversation.item.delete", event_id="mine"))
    assert isinstance(answer, Malformed)
    assert (answer.event_id, answer.param) == ("mine", "item_id")


def test_an_unknown_type_is_told_apart_from_a_fault() -> None:
    answer = decode_client(frame("session.dance", event_id="mine"))
    assert answer == Unknown("session.dance", {"type": "session.dance", "event_id": "mine"})


def test_a_frame_beyond_the_limit_is_refused_unread() -> None:
    answer = decode_client(frame("response.create"), limit=10)
    assert isinstance(answer, Malformed)
    assert answer.code == "message_too_large"


def test_half_a_character_does_not_stop_a_tool_from_being_offered() -> None:
    tool = FunctionTool(name="\ud83d", parameters={"maxItems": 3, "enum": ["\ud83d"]})
    said = json.loads(encode_client(SessionUpdate(session=RealtimeSession(tools=(tool,))), BETA))
    assert said["session"]["tools"] == [
        {"type": "function", "name": "\ufffd", "parameters": {"maxItems": 3, "enum": ["\ufffd"]}}
    ]


def test_half_a_character_does_not_stop_a_message() -> None:
    halved = Message(role="user", content=(InputText(text="so \ud83d what \U0001f600"),))
    said = json.loads(encode_client(ItemCreate(item=halved)))
    assert said["item"]["content"][0]["text"] == "so \ufffd what \U0001f600"
