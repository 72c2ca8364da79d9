"""The `openai` package's types and ours agree on every event, in both directions."""

from __future__ import annotations

import json
from typing import Any, get_args

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from desktop_app.wire import client_events, items, response, server_events, session, tools
from desktop_app.wire.base import type_of
from desktop_app.wire.census import Census
from desktop_app.wire.codec import decode_client, decode_server, encode_client, encode_server
from desktop_app.wire.outcome import Malformed, Unknown
from tests.wire import oracle, strategies

SERVER_KINDS = {str(k.__struct_config__.tag): k for k in get_args(server_events.ServerEvent)}
CLIENT_KINDS = {str(k.__struct_config__.tag): k for k in get_args(client_events.ClientEvent)}
OURS_ALONE = {"conversation.item.input_audio_transcription.updated"}

# Where our types are wider than the oracle's, because other servers are, or because a client that
# leaves a field out is refused by the server anyway.
CONTENT = {
    role: st.lists(st.one_of([strategies.structs(kind) for kind in kinds]), max_size=2).map(tuple)
    for role, kinds in items.CONTENT_OF.items()
}
MESSAGES = st.one_of(
    [
        strategies.structs(
            items.Message,
            strategies.overrides(
                {(items.Message, "role"): st.just(role), (items.Message, "content"): content}
            ),
        )
        for role, content in CONTENT.items()
    ]
)
NARROWER = strategies.overrides(
    {
        (items.Message, ""): MESSAGES,
        # The package does not type the references that the API documents for this place.
        (response.ResponseConfig, "input"): st.lists(MESSAGES, max_size=2).map(tuple),
        (session.AudioFormat, "rate"): st.just(24_000),
        (session.RealtimeSession, "include"): st.just(("item.input_audio_transcription.logprobs",)),
        (session.TranscriptionSession, "include"): st.none(),
        (session.Prompt, "variables"): st.just({"name": "Ada"}),
        (tools.McpServer, "connector_id"): st.just("connector_dropbox"),
        (items.McpTool, "input_schema"): st.just({"type": "object"}),
        (items.McpApprovalRequest, "id"): strategies.TEXT,
        (items.McpCall, "id"): strategies.TEXT,
        (response.StatusDetails, "type"): st.just("failed"),
        (response.StatusDetails, "reason"): st.just("turn_detected"),
    }
)


def test_the_two_sides_name_the_same_46_and_11_events() -> None:
    assert set(SERVER_KINDS) - OURS_ALONE == set(oracle.SERVER_CLASSES)
    assert set(CLIENT_KINDS) == set(oracle.CLIENT_CLASSES)
    assert (len(oracle.SERVER_CLASSES), len(oracle.CLIENT_CLASSES)) == (46, 11)


@pytest.mark.parametrize("event_type", sorted(oracle.SERVER_CLASSES))
def test_every_field_of_a_server_event_is_understood(event_type: str) -> None:
    for event in oracle.full(oracle.SERVER_CLASSES[event_type]):
        census = Census()
        decoded = decode_server(json.dumps(event), census)
        assert not isinstance(decoded, Unknown | Malformed), decoded
        assert not census.unknown_fields
        assert not census.malformed


@pytest.mark.parametrize("event_type", sorted(oracle.SERVER_CLASSES))
def test_a_server_event_with_nothing_but_the_required_is_understood(event_type: str) -> None:
    event = oracle.smallest(oracle.SERVER_CLASSES[event_type])
    event.pop("event_id", None)
    decoded = decode_server(json.dumps(event))
    assert not isinstance(decoded, Unknown | Malformed), decoded


@pytest.mark.parametrize("event_type", sorted(oracle.CLIENT_CLASSES))
def test_every_field_of_a_client_event_is_understood(event_type: str) -> None:
    model = oracle.CLIENT_CLASSES[event_type]
    for event in [oracle.smallest(model), *oracle.full(model)]:
        decoded = decode_client(json.dumps(event))
        assert not isinstance(decoded, Unknown | Malformed), decoded
        assert type_of(decoded) == event_type


@pytest.mark.parametrize("event_type", sorted(oracle.SERVER_CLASSES))
def test_what_we_say_as_a_server_is_what_the_oracle_expects(event_type: str) -> None:
    for event in oracle.full(oracle.SERVER_CLASSES[event_type]):
        kind = SERVER_KINDS[event_type]
        said = json.loads(encode_server(_as(event, kind)))
        _expect(oracle.SERVER.validate_python(said), oracle.SERVER_CLASSES[event_type])
        assert said == event


@pytest.mark.parametrize("event_type", sorted(oracle.CLIENT_CLASSES))
def test_what_we_say_as_a_client_is_what_the_oracle_expects(event_type: str) -> None:
    for event in oracle.full(oracle.CLIENT_CLASSES[event_type]):
        decoded = decode_client(json.dumps(event))
        assert not isinstance(decoded, Unknown | Malformed)
        said = json.loads(encode_client(decoded))
        _expect(oracle.CLIENT.validate_python(said), oracle.CLIENT_CLASSES[event_type])
        assert said == event


@pytest.mark.parametrize("event_type", sorted(oracle.CLIENT_CLASSES))
def test_the_oracle_notices_a_missing_field(event_type: str) -> None:
    model = oracle.CLIENT_CLASSES[event_type]
    event = oracle.smallest(model)
    for name in event:
        broken = {k: v for k, v in event.items() if k != name}
        with pytest.raises(ValidationError):
            oracle.CLIENT.validate_python(broken)


@pytest.mark.parametrize("event_type", sorted(CLIENT_KINDS))
@given(data=st.data())
def test_any_client_event_we_can_build_satisfies_the_oracle(
    event_type: str, data: st.DataObject
) -> None:
    event = data.draw(strategies.structs(CLIENT_KINDS[event_type], NARROWER))
    said = json.loads(encode_client(event))
    _expect(oracle.CLIENT.validate_python(said), oracle.CLIENT_CLASSES[event_type])


def _as(event: dict[str, Any], kind: type[Any]) -> Any:
    return msgspec.convert(event, kind)


def _expect(got: object, model: type[BaseModel]) -> None:
    assert type(got) is model
