"""What a server sends becomes a value, whatever it is."""

from __future__ import annotations

import base64
import json
import os
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET

from desktop_app.wire.base import known
from desktop_app.wire.census import Census
from desktop_app.wire.codec import MAX_FRAME_BYTES, decode_server, encode_server
from desktop_app.wire.input_events import InputTranscriptUpdated, SpeechStarted
from desktop_app.wire.items import FunctionCall, Message, OtherItem, OutputAudio, OutputText
from desktop_app.wire.legacy_events import CURRENT
from desktop_app.wire.outcome import Malformed, Unknown
from desktop_app.wire.response import ResponseError, Usage
from desktop_app.wire.response_events import OutputAudioDelta, ResponseDone
from desktop_app.wire.server_events import (
    ErrorEvent,
    ItemAdded,
    ItemDone,
    RateLimitsUpdated,
    ServerEvent,
    SessionUpdated,
)
from desktop_app.wire.session import Audio, AudioInput, AudioOutput, RealtimeSession
from tests.wire import strategies
from tests.wire.frames import examples, frame

WORLDLY = [kind for kind in get_args(ServerEvent) if kind not in CURRENT]
NARROWER = strategies.overrides({(ResponseDone, "usage"): st.just(UNSET)})
TYPES = sorted(str(kind.__struct_config__.tag) for kind in WORLDLY)
FIELDS = (
    *("item", "session", "response", "part", "error", "delta", "item_id", "response_id"),
    *("usage", "rate_limits", "event_id", "content_index"),
)
IN_PART = {"response_id": "r", "item_id": "i", "output_index": 0, "content_index": 0}


@pytest.mark.parametrize("text", examples("S<"))
@pytest.mark.parametrize("as_bytes", [False, True])
def test_an_example_of_the_protocol_survives_the_round_trip(text: str, as_bytes: bool) -> None:
    event = decode_server(text.encode() if as_bytes else text)
    assert not isinstance(event, Unknown | Malformed), event
    assert json.loads(encode_server(event)) == json.loads(text)


def test_there_is_an_example_of_every_stage_of_a_turn() -> None:
    assert len(examples("S<")) + len(examples("C>")) == 102


def test_audio_arrives_as_bytes() -> None:
    pcm = os.urandom(4_800)
    event = decode_server(
        frame("response.output_audio.delta", **IN_PART, delta=base64.b64encode(pcm).decode())
    )
    assert event == OutputAudioDelta(
        response_id="r", item_id="i", output_index=0, content_index=0, delta=pcm
    )


@pytest.mark.parametrize("kind", WORLDLY, ids=lambda kind: kind.__name__)
@given(data=st.data())
def test_any_event_survives_the_round_trip(kind: type, data: st.DataObject) -> None:
    event = data.draw(strategies.structs(kind, NARROWER))
    assert decode_server(encode_server(event)) == event


@given(st.binary() | st.text())
def test_no_garbage_raises(garbage: bytes | str) -> None:
    assert isinstance(decode_server(garbage, Census()), Malformed | Unknown)


@given(
    st.sampled_from(TYPES),
    st.dictionaries(
        st.sampled_from(FIELDS),
        strategies.JSON_VALUES
        | st.dictionaries(
            st.sampled_from(["type", "role", "content", "output", "audio", "id", "modalities"]),
            strategies.JSON_VALUES,
        ),
    ),
)
def test_no_nonsense_in_a_known_event_raises(kind: str, fields: dict[str, object]) -> None:
    event = decode_server(json.dumps({**fields, "type": kind}), Census())
    assert isinstance(event, (Malformed, *get_args(ServerEvent)))


@pytest.mark.parametrize(
    ("garbage", "reason"),
    [
        ("", "truncated"),
        ("null", "object with a type"),
        ("[]", "object with a type"),
        ("{}", "object with a type"),
        ('{"type": 7}', "object with a type"),
        ('{"type": "error"', "truncated"),
        (b"\xff\x00\xfe", "malformed"),
        (b'{"type": "x", "a": "\xff"}', "UnicodeDecodeError"),
        ('{"type": "\udc00"}', "UnicodeEncodeError"),
        ('{"type": "error", "a": ' + "[" * 200_000, "recursion"),
    ],
)
def test_garbage_becomes_a_value_with_a_reason(garbage: str | bytes, reason: str) -> None:
    census = Census()
    event = decode_server(garbage, census)
    assert isinstance(event, Malformed)
    assert reason in event.reason
    assert event.size == len(garbage)
    assert census.malformed == {event.reason: 1}


def test_a_frame_of_twenty_megabytes_is_refused_unread() -> None:
    huge = frame("response.output_audio.delta", **IN_PART, delta="A" * 20_000_000)
    event = decode_server(huge)
    assert isinstance(event, Malformed)
    assert (event.size, str(MAX_FRAME_BYTES) in event.reason) == (len(huge), True)
    assert isinstance(decode_server(huge, limit=len(huge)), OutputAudioDelta)


def test_an_unknown_type_is_kept_and_counted() -> None:
    census = Census()
    event = decode_server(frame("ping", event_id="e", n=1), census)
    assert event == Unknown("ping", {"type": "ping", "event_id": "e", "n": 1})
    assert census.unknown_types == {"ping": 1}


def test_an_event_needs_no_event_id() -> None:
    event = decode_server(frame("input_audio_buffer.speech_started", audio_start_ms=7))
    assert event == SpeechStarted(audio_start_ms=7)
    assert isinstance(event, SpeechStarted)
    assert known(event.item_id, "none") == "none"


def test_a_missing_field_that_matters_makes_the_frame_malformed() -> None:
    event = decode_server(frame("response.output_text.delta", response_id="r", item_id="i"))
    assert isinstance(event, Malformed)
    assert (event.code, event.param) == ("missing_required_parameter", "delta")


def test_bad_base64_makes_the_frame_malformed() -> None:
    event = decode_server(frame("response.output_audio.delta", **IN_PART, delta="**"))
    assert isinstance(event, Malformed)
    assert event.param == "delta"


def test_a_field_of_the_wrong_type_costs_only_itself() -> None:
    census = Census()
    event = decode_server(
        frame(
            "response.done",
            response={
                "id": "r",
                "status": "completed",
                "usage": {"total_tokens": "many", "input_tokens": 3.0},
                "output": [
                    {"type": "message", "role": "assistant", "content": [{"type": "hologram"}]},
                    {"type": "web_search_call", "id": "w"},
                    {"type": "function_call", "name": "look"},
                ],
            },
        ),
        census,
    )
    assert isinstance(event, ResponseDone)
    assert event.response.usage == Usage(input_tokens=3)
    assert event.response.output == (
        Message(role="assistant", content=()),
        OtherItem(id="w", kind="web_search_call"),
        FunctionCall(name="look"),
    )
    assert "response.done: response.usage.total_tokens" in census.unknown_fields


def test_a_number_where_text_belongs_is_read_as_text() -> None:
    event = decode_server(
        frame("response.done", response={"status_details": {"error": {"code": 429}}})
    )
    assert isinstance(event, ResponseDone)
    details = known(event.response.status_details, None)
    assert details is not None
    assert details.error == ResponseError(code="429")


def test_an_item_of_an_unknown_kind_keeps_its_place() -> None:
    event = decode_server(
        frame("conversation.item.added", previous_item_id="a", item={"id": "b", "type": "dance"})
    )
    assert event == ItemAdded(previous_item_id="a", item=OtherItem(id="b", kind="dance"))


@pytest.mark.parametrize("item", ["dance", None, {"type": "message", "role": "user", "content": 3}])
def test_an_item_that_is_none_is_never_more_than_malformed(item: object) -> None:
    event = decode_server(frame("response.done", response={"output": [item]}))
    assert isinstance(event, ResponseDone)
    event = decode_server(frame("conversation.item.added", item=item))
    assert isinstance(event, ItemAdded | Malformed)


def test_a_content_part_that_is_none_costs_only_itself() -> None:
    content = ["text", {"text": "no type"}, {"type": "text", "text": "Hi."}]
    item = {"type": "message", "role": "assistant", "content": content}
    event = decode_server(frame("conversation.item.done", item=item))
    assert isinstance(event, ItemDone)
    assert event.item == Message(role="assistant", content=(OutputText(text="Hi."),))


def test_numbers_are_bent_and_never_break_an_event() -> None:
    event = decode_server(
        frame("input_audio_buffer.speech_started", item_id=7, audio_start_ms=1e300, event_id=True)
    )
    assert event == SpeechStarted(item_id="7")


@pytest.mark.parametrize(
    "fields",
    [
        {"error": "The model is on fire."},
        {"message": "The model is on fire."},
        {"error": {"message": "The model is on fire."}},
        {"error": {"message": "The model is on fire.", "code": 451}},
    ],
)
def test_an_error_is_found_wherever_a_server_puts_it(fields: dict[str, object]) -> None:
    event = decode_server(frame("error", **fields))
    assert isinstance(event, ErrorEvent)
    assert event.error.message == "The model is on fire."


def test_an_unknown_turn_detection_does_not_cost_the_session() -> None:
    event = decode_server(
        frame(
            "session.updated",
            session={
                "type": "realtime",
                "audio": {
                    "input": {"turn_detection": {"type": "azure_semantic_vad"}},
                    "output": {"voice": "cedar"},
                },
            },
        )
    )
    audio = Audio(input=AudioInput(), output=AudioOutput(voice="cedar"))
    assert event == SessionUpdated(session=RealtimeSession(audio=audio))


def test_usage_beside_the_response_is_moved_into_it() -> None:
    event = decode_server(frame("response.done", response={"id": "r"}, usage={"total_tokens": 5}))
    assert isinstance(event, ResponseDone)
    assert (event.response.usage, event.usage) == (Usage(total_tokens=5), UNSET)


def test_usage_inside_the_response_wins_over_that_beside_it() -> None:
    event = decode_server(
        frame(
            "response.done",
            response={"id": "r", "usage": {"total_tokens": 4}},
            usage={"total_tokens": 5},
        )
    )
    assert isinstance(event, ResponseDone)
    assert event.response.usage == Usage(total_tokens=4)


def test_the_cumulative_transcript_of_another_server_is_known() -> None:
    kind = "conversation.item.input_audio_transcription.updated"
    event = decode_server(frame(kind, item_id="i", transcript="so far"))
    assert event == InputTranscriptUpdated(item_id="i", transcript="so far")


def test_rate_limits_come_with_fractions() -> None:
    event = decode_server(
        frame("rate_limits.updated", rate_limits=[{"name": "tokens", "reset_seconds": 2}])
    )
    assert isinstance(event, RateLimitsUpdated)
    assert event.rate_limits[0].reset_seconds == 2.0


def test_speech_in_an_item_is_bytes_too() -> None:
    item = Message(role="assistant", content=(OutputAudio(audio=b"\0\1", transcript="Hm."),))
    event = ItemAdded(item=item, previous_item_id=None)
    assert json.loads(encode_server(event))["item"]["content"][0]["audio"] == "AAE="
    assert decode_server(encode_server(event)) == event
