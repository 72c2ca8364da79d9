from __future__ import annotations

import json

import pytest

from tests.servers.checking import check_client, check_server, client_event_types
from tests.servers.checking import server_event_types as typed
from tests.servers.flows import flows


def _codes(event: object) -> list[tuple[str, str | None]]:
    return [(flaw.code, flaw.param) for flaw in check_client(json.dumps(event))]


def test_the_types_know_eleven_client_events_and_forty_six_server_events() -> None:
    assert (len(client_event_types()), len(typed())) == (11, 46)


def test_every_line_of_every_flow_is_right() -> None:
    lines = [line for flow in flows().values() for line in flow.lines]
    assert len(lines) > 80
    for line in lines:
        flaws = check_server(line.event) if line.by_server else check_client(json.dumps(line.event))
        assert not flaws, line.event


def test_all_flows_are_there() -> None:
    assert "".join(flows()) == "ABCDEFGHIJKL"


@pytest.mark.parametrize(
    ("event", "code", "param"),
    [
        ({"type": "session.update"}, "missing_required_parameter", "session"),
        (
            {"type": "session.update", "session": {"instructions": "x"}},
            "missing_required_parameter",
            "session.type",
        ),
        (
            {"type": "session.update", "session": {"type": "realtime", "voice": "cedar"}},
            "unknown_parameter",
            "session.voice",
        ),
        (
            {
                "type": "session.update",
                "session": {
                    "type": "realtime",
                    "audio": {"input": {"turn_detection": {"type": "server_vad", "x": 1}}},
                },
            },
            "unknown_parameter",
            "session.audio.input.turn_detection.x",
        ),
        (
            {
                "type": "conversation.item.truncate",
                "item_id": "i",
                "content_index": 0,
                "audio_end_ms": 12.5,
            },
            "invalid_type",
            "audio_end_ms",
        ),
        ({"type": "input_audio_buffer.flush"}, "invalid_value", "type"),
        ({"type": "response.create", "event_id": "e" * 513}, "string_above_max_length", "event_id"),
        (
            {
                "type": "conversation.item.create",
                "item": {
                    "id": "i" * 33,
                    "type": "message",
                    "role": "user",
                    "content": [{"type": "input_text", "text": "hi"}],
                },
            },
            "string_above_max_length",
            "item.id",
        ),
        ([1], "invalid_type", None),
    ],
)
def test_a_wrong_client_event_is_named(event: object, code: str, param: str | None) -> None:
    assert _codes(event) == [(code, param)]


def test_a_binary_frame_and_broken_json_are_wrong() -> None:
    assert check_client(b"{}")[0].message == "binary frame"
    assert check_client("{")[0].code == "invalid_json"


def test_a_server_event_without_id_is_wrong() -> None:
    event = {"type": "input_audio_buffer.cleared"}
    assert [flaw.param for flaw in check_server(event)] == ["event_id"]
