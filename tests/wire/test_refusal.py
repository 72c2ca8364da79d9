"""A frame that is no event is answered with an error the client can use."""

from __future__ import annotations

import json

import pytest
from openai.types.realtime import RealtimeErrorEvent

from desktop_app.wire.codec import decode_client, encode_server
from desktop_app.wire.outcome import Malformed, Unknown
from desktop_app.wire.refusal import refusal_of
from tests.wire import oracle
from tests.wire.frames import frame


@pytest.mark.parametrize(
    ("text", "error"),
    [
        (
            frame("session.update", event_id="mine", session={}),
            {
                "code": "missing_required_parameter",
                "param": "session.type",
                "message": "Missing required parameter: 'session.type'.",
                "event_id": "mine",
            },
        ),
        (
            frame("conversation.item.delete", item_id=3),
            {
                "code": "invalid_type",
                "param": "item_id",
                "message": "Expected 'str', got 'int' at 'item_id'.",
                "event_id": None,
            },
        ),
        (
            frame("session.update", event_id=7, session={"type": "realtime", "temperature": 1}),
            {
                "code": "invalid_type",
                "param": "event_id",
                "message": "Expected 'str | null', got 'int' at 'event_id'.",
                "event_id": None,
            },
        ),
        (
            frame("session.dance", event_id="mine"),
            {
                "code": "invalid_value",
                "param": "type",
                "message": "Invalid value: 'session.dance'.",
                "event_id": "mine",
            },
        ),
        (
            "[]",
            {
                "code": "invalid_type",
                "param": None,
                "message": "An event must be an object.",
                "event_id": None,
            },
        ),
    ],
)
def test_a_refusal_says_what_was_wrong_and_where(text: str, error: dict[str, object]) -> None:
    outcome = decode_client(text)
    assert isinstance(outcome, Unknown | Malformed)
    said = json.loads(encode_server(refusal_of(outcome, "event_1")))
    assert said == {
        "type": "error",
        "event_id": "event_1",
        "error": {"type": "invalid_request_error", **error},
    }
    assert type(oracle.SERVER.validate_python(said)) is RealtimeErrorEvent
