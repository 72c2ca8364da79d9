"""What servers call things.  A dialect is data; the mappings are pure.

Whatever comes in is brought to today's names, whoever sends it: servers mix.  What goes out is said
as the dialect says it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, assert_never, get_args

from desktop_app.wire.base import JsonObject
from desktop_app.wire.items import Item
from desktop_app.wire.shapes import flattened, is_flat, lifted, nested

SessionShape = Literal["nested", "flat", "lifted"]


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a server wants to be spoken to.

    Args:
        name: What settings call it.
        session: Nested as today, flat as in the beta era, or nested with voice and turn detection
            lifted to the top.
        old_names: Whether content and events bear their beta names.
    """

    name: str
    session: SessionShape = "nested"
    old_names: bool = False

    @property
    def is_plain(self) -> bool:
        """Whether nothing needs mapping."""
        return self.session == "nested" and not self.old_names


GA = Dialect("ga")
BETA = Dialect("beta", session="flat", old_names=True)
XAI = Dialect("xai", session="lifted")
DIALECTS = {dialect.name: dialect for dialect in (GA, BETA, XAI)}

_OLD_TYPES = {
    "response.output_text.delta": "response.text.delta",
    "response.output_text.done": "response.text.done",
    "response.output_audio.delta": "response.audio.delta",
    "response.output_audio.done": "response.audio.done",
    "response.output_audio_transcript.delta": "response.audio_transcript.delta",
    "response.output_audio_transcript.done": "response.audio_transcript.done",
    "conversation.item.added": "conversation.item.created",
}
_NEW_TYPES = {old: new for new, old in _OLD_TYPES.items()} | {
    "transcription_session.created": "session.created",
    "transcription_session.updated": "session.updated",
}
_NEW_ASSISTANT = {"text": "output_text", "audio": "output_audio"}
_OLD_ASSISTANT = {new: old for old, new in _NEW_ASSISTANT.items()}
_NEW_USER = {"text": "input_text", "audio": "input_audio"}
_ROLES = ("system", "user", "assistant")
_ITEM_TYPES = frozenset(str(kind.__struct_config__.tag) for kind in get_args(Item))
_FAILURE_FIELDS = ("message", "code", "param")


def normalised(event: JsonObject) -> JsonObject:
    """Bring a server's event to today's names and shapes.

    Args:
        event: The event as plain JSON values; it stays as it is.

    Returns:
        The same event as today's servers would send it.
    """
    old_type = event.get("type")
    kind = _NEW_TYPES.get(old_type, old_type) if isinstance(old_type, str) else old_type
    result = {**event, "type": kind}
    if kind == "error":
        result["error"] = _error(event)
    session = event.get("session")
    if isinstance(session, dict):
        result["session"] = _session(session, listens=str(old_type).startswith("transcription"))
    if "item" in event:
        result["item"] = _item(event["item"])
    if "part" in event:
        result["part"] = _renamed_type(event["part"], _OLD_ASSISTANT)
    response = event.get("response")
    if isinstance(response, dict):
        result["response"] = _response(response)
    return result


def is_old(event: JsonObject) -> bool:
    """Tell whether a server's event bears a name or a shape of the beta era."""
    inner = event.get("session") or event.get("response")
    return event.get("type") in _NEW_TYPES or (isinstance(inner, dict) and is_flat(inner))


def said_by_client(event: JsonObject, dialect: Dialect) -> JsonObject:
    """Say a client's event, given with today's names, as ``dialect`` says it."""
    result = dict(event)
    session = event.get("session")
    if isinstance(session, dict):
        result["session"] = _shaped(session, dialect)
        if dialect.session == "flat" and session.get("type") == "transcription":
            result["type"] = "transcription_session.update"
    if dialect.old_names:
        result |= _with_old_content(event)
    response = event.get("response")
    if isinstance(response, dict) and dialect.session == "flat":
        result["response"] = _old_response(response)
    return result


def said_by_server(event: JsonObject, dialect: Dialect) -> JsonObject:
    """Say a server's event, given with today's names, as ``dialect`` says it."""
    result = said_by_client(event, dialect)
    if dialect.old_names:
        result["type"] = _OLD_TYPES.get(str(event.get("type")), event.get("type"))
    return result


def _shaped(session: JsonObject, dialect: Dialect) -> JsonObject:
    match dialect.session:
        case "nested":
            return session
        case "flat":
            return flattened(session)
        case "lifted":
            return lifted(session)
        case _:
            assert_never(dialect.session)


def _with_old_content(event: JsonObject) -> JsonObject:
    return {"item": _old_item(event["item"])} if "item" in event else {}


def _old_item(item: object) -> object:
    if not isinstance(item, dict) or item.get("role") != "assistant":
        return item
    return _with_content(item, _OLD_ASSISTANT)


def _old_response(response: JsonObject) -> JsonObject:
    result = flattened(response)
    for name in ("input", "output"):
        items = response.get(name)
        if isinstance(items, list | tuple):
            result[name] = [_old_item(item) for item in items]
    return result


def _session(session: JsonObject, *, listens: bool) -> JsonObject:
    result = nested(session)
    if not isinstance(result.get("type"), str):
        listens = listens or "transcription" in str(session.get("object"))
        result["type"] = "transcription" if listens else "realtime"
    return result


def _response(response: JsonObject) -> JsonObject:
    result = nested(response)
    output = response.get("output")
    if isinstance(output, list):
        result["output"] = [_item(item) for item in output]
    return result


def _item(item: object) -> object:
    """Bring an item to today's names, and one of an unknown kind to `OtherItem`."""
    if not isinstance(item, dict):
        return item
    kind = item.get("type")
    if kind is None and "role" in item:
        kind = "message"
    role = item.get("role")
    known = isinstance(kind, str) and kind in _ITEM_TYPES
    if not known or (kind == "message" and role not in _ROLES):
        kept = {name: item[name] for name in ("id", "status") if name in item}
        return {**kept, "type": "other", "kind": str(kind)}
    if kind != "message":
        return item
    return _with_content(
        {**item, "type": kind}, _NEW_ASSISTANT if role == "assistant" else _NEW_USER
    )


def _with_content(item: JsonObject, names: dict[str, str]) -> JsonObject:
    content = item.get("content")
    if not isinstance(content, list | tuple):
        return item
    return {**item, "content": [_renamed_type(part, names) for part in content]}


def _renamed_type(part: object, names: dict[str, str]) -> object:
    if not isinstance(part, dict):
        return part
    kind = part.get("type")
    return {**part, "type": names.get(kind, kind)} if isinstance(kind, str) else part


def _error(event: JsonObject) -> object:
    """Find the error where others put it: at the top, or as mere text."""
    error = event.get("error")
    if isinstance(error, str):
        return {"message": error}
    if error is None:
        return {name: event[name] for name in _FAILURE_FIELDS if name in event}
    return error
