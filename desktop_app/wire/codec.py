"""Frames to events and back.  Nothing here raises, whatever the other side sends.

A frame is parsed once: the tagged union does it all.  Only a frame that the union refuses is looked
at again, as plain JSON values: renamed, mended, and taken as far as it goes.
"""

from __future__ import annotations

from typing import cast, get_args

import msgspec
from msgspec import UNSET, Struct, structs

from desktop_app.wire.base import ClientEventBase, JsonObject, type_of
from desktop_app.wire.census import Census
from desktop_app.wire.client_events import ClientEvent, InputAudioAppend, ItemCreate
from desktop_app.wire.dialects import (
    GA,
    Dialect,
    is_old,
    normalised,
    said_by_client,
    said_by_server,
)
from desktop_app.wire.faults import Fault, dotted, fault_of, lost_fields
from desktop_app.wire.items import CONTENT_OF, Message
from desktop_app.wire.legacy_events import CURRENT, LegacyEvent, current
from desktop_app.wire.outcome import Malformed, Unknown
from desktop_app.wire.repair import mend
from desktop_app.wire.response_events import ResponseDone
from desktop_app.wire.server_events import ServerEvent, SessionCreated, SessionUpdated

MAX_FRAME_BYTES = 16 * 1024 * 1024

_SERVER = msgspec.json.Decoder(ServerEvent | LegacyEvent)
_CLIENT = msgspec.json.Decoder(ClientEvent)
_PLAIN = msgspec.json.Decoder()
_ENCODER = msgspec.json.Encoder()
_SERVER_KINDS = {str(kind.__struct_config__.tag): kind for kind in get_args(ServerEvent)}
_CLIENT_KINDS = {str(kind.__struct_config__.tag): kind for kind in get_args(ClientEvent)}
_NOT_JSON = (msgspec.DecodeError, UnicodeError, RecursionError)
_LONGEST_REASON = 300


def decode_server(
    frame: str | bytes, census: Census | None = None, limit: int = MAX_FRAME_BYTES
) -> ServerEvent | Unknown | Malformed:
    """Read what a server sent, under whatever name and in whatever shape.

    Args:
        frame: One WebSocket message, text or binary.
        census: Where to count what we do not know.
        limit: The longest frame that is looked at, in bytes (characters for text).

    Returns:
        The event under its present name, or what came of the frame instead.
    """
    if len(frame) > limit:
        return _refused(f"A frame of more than {limit} bytes.", frame, census)
    try:
        event = _SERVER.decode(frame)
    except msgspec.ValidationError:
        return _second_look(frame, census)
    except _NOT_JSON as error:
        return _refused(_reason(error), frame, census)
    kind = type(event)
    if kind is SessionCreated or kind is SessionUpdated:
        # Some servers speak today's names and leave a few fields where they used to be.
        return _second_look(frame, census)
    if census is not None and census.wants_to_look(type_of(event)):
        _look(frame, event, census)
    if kind in CURRENT:
        if census is not None:
            census.add_old_name(type_of(event))
        return current(event)
    return _with_usage_inside(event) if isinstance(event, ResponseDone) else event


def decode_client(
    frame: str | bytes, limit: int = MAX_FRAME_BYTES
) -> ClientEvent | Unknown | Malformed:
    """Read what a client sent, as strictly as the protocol's own servers do.

    Args:
        frame: One WebSocket message, text or binary.
        limit: The longest frame that is looked at, in bytes (characters for text).

    Returns:
        The event, or what is wrong with it, with the code and the path that belong in the answer.
    """
    if len(frame) > limit:
        return Malformed(f"A frame of more than {limit} bytes.", len(frame), "message_too_large")
    try:
        event: ClientEvent = _CLIENT.decode(frame)
        if isinstance(event, InputAudioAppend):
            return event
        raw = _PLAIN.decode(frame)
    except msgspec.ValidationError as error:
        return _client_fault(frame, fault_of(str(error)))
    except _NOT_JSON as error:
        return Malformed(_reason(error), len(frame), "invalid_json")
    for path in lost_fields(raw, _plain(event)):
        param = dotted(path)
        return _blamed(f"Unknown parameter: '{param}'.", frame, "unknown_parameter", param, raw)
    if isinstance(event, ItemCreate) and isinstance(event.item, Message):
        return _with_fitting_content(event, event.item, frame, raw)
    return event


def encode_client(event: ClientEvent, dialect: Dialect = GA) -> str:
    """Write what a client says, as a text frame."""
    if dialect.is_plain or isinstance(event, InputAudioAppend):
        return _text(event)
    return _text(said_by_client(_json_object(event), dialect))


def encode_server(event: ServerEvent, dialect: Dialect = GA) -> str:
    """Write what a server says, as a text frame."""
    if dialect.is_plain:
        return _text(event)
    return _text(said_by_server(_json_object(event), dialect))


def _second_look(frame: str | bytes, census: Census | None) -> ServerEvent | Unknown | Malformed:
    """Take what can be had from a frame that the union refuses."""
    try:
        raw = _PLAIN.decode(frame)
        if not isinstance(raw, dict) or not isinstance(raw.get("type"), str):
            return _refused("An event must be an object with a type.", frame, census)
        event = normalised(raw)
        kind = _SERVER_KINDS.get(str(event["type"]))
        if kind is None:
            if census is not None:
                census.add_type(raw["type"])
            return Unknown(raw["type"], raw)
        got = mend(event, kind)
        if isinstance(got, Fault):
            return _refused(got.reason, frame, census, got)
        bent, paths = got
        if census is not None:
            census.add_fields(type_of(bent), paths)
            _note(raw, bent, census)
    except _NOT_JSON as error:
        return _refused(_reason(error), frame, census)
    now = current(bent)
    return _with_usage_inside(now) if isinstance(now, ResponseDone) else now


def _note(raw: JsonObject, event: ServerEvent, census: Census) -> None:
    """Count what a second look finds old or unknown."""
    if is_old(raw):
        census.add_old_name(str(raw["type"]))
    if census.wants_to_look(type_of(event)):
        census.add_fields(type_of(event), lost_fields(normalised(raw), _plain(event)))


def _look(frame: str | bytes, event: ServerEvent | LegacyEvent, census: Census) -> None:
    """Count the fields that a well-formed event has beyond those we know."""
    try:
        raw = _PLAIN.decode(frame)
    except _NOT_JSON as error:
        # The union skips over fields that it does not know, even if they are no valid JSON.
        census.add_malformed(_reason(error))
        return
    census.add_fields(type_of(event), lost_fields(raw, _plain(event)))


def _with_usage_inside(event: ResponseDone) -> ResponseDone:
    if event.usage is UNSET:
        return event
    response = event.response
    if response.usage is UNSET or response.usage is None:
        response = structs.replace(response, usage=event.usage)
    return structs.replace(event, response=response, usage=UNSET)


def _refused(
    reason: str, frame: str | bytes, census: Census | None, fault: Fault | None = None
) -> Malformed:
    if census is not None:
        census.add_malformed(reason)
    if fault is None:
        return Malformed(reason, len(frame))
    return Malformed(reason, len(frame), fault.code, fault.param)


def _client_fault(frame: str | bytes, fault: Fault) -> Unknown | Malformed:
    """Say what is wrong with a client's event, or that its type is unknown."""
    try:
        raw = _PLAIN.decode(frame)
    except _NOT_JSON as error:
        return Malformed(_reason(error), len(frame), "invalid_json")
    if not isinstance(raw, dict):
        return Malformed("An event must be an object.", len(frame), "invalid_type")
    kind = raw.get("type")
    if isinstance(kind, str) and kind not in _CLIENT_KINDS:
        return Unknown(kind, raw)
    return _blamed(fault.message, frame, fault.code, fault.param, raw)


def _with_fitting_content(
    event: ItemCreate, message: Message, frame: str | bytes, raw: JsonObject
) -> ItemCreate | Malformed:
    """Refuse content that the message's role does not have, such as speech of the system."""
    for index, part in enumerate(message.content):
        if not isinstance(part, CONTENT_OF[message.role]):
            kind = part.__struct_config__.tag
            reason = f"Invalid value: '{kind}' is no content of a {message.role} message."
            return _blamed(reason, frame, "invalid_value", f"item.content[{index}].type", raw)
    return event


def _blamed(
    reason: str, frame: str | bytes, code: str, param: str | None, raw: JsonObject
) -> Malformed:
    event_id = raw.get("event_id")
    return Malformed(
        reason, len(frame), code, param, event_id if isinstance(event_id, str) else None
    )


def _reason(error: Exception) -> str:
    # The text of a UnicodeError repeats the whole input.
    text = type(error).__name__ if isinstance(error, UnicodeError) else str(error)
    return text[:_LONGEST_REASON]


def _plain(event: Struct) -> object:
    return msgspec.to_builtins(event, builtin_types=(bytes,))


def _json_object(event: ClientEventBase | ServerEvent) -> JsonObject:
    return cast("JsonObject", msgspec.to_builtins(event))


def _text(event: Struct | JsonObject) -> str:
    try:
        return _ENCODER.encode(event).decode()
    except UnicodeEncodeError:
        # Half of a character, as keyboards may yield it; the rest is still worth saying.
        return _ENCODER.encode(_whole(msgspec.to_builtins(event))).decode()


def _whole(value: object) -> object:
    """Replace halves of characters (lone surrogates), which UTF-8 cannot carry."""
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, dict):
        return {_whole(name): _whole(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_whole(inner) for inner in value]
    return value
