"""The judge: is what passes over the wire what the protocol's published types say?

The types of the ``openai`` package are the oracle.  They let unknown fields pass, so those are
looked for separately.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, get_args

from openai.types.realtime import RealtimeClientEvent, RealtimeServerEvent
from pydantic import BaseModel, TypeAdapter, ValidationError

# Seen on the wire, but missing in the types.
UNTYPED = frozenset(
    {
        "session.id",
        "session.object",
        "session.expires_at",
        "response.status_details.error.message",
    }
)
MAX_EVENT_ID = 512
MAX_ITEM_ID = 32
MAX_APPEND_CHARS = 15 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Flaw:
    """What is wrong with an event, in the terms of the protocol's ``error``."""

    code: str
    message: str
    param: str | None = None


@cache
def _models(client: bool) -> dict[str, TypeAdapter[Any]]:
    """The published type of each event, by its name."""
    union = RealtimeClientEvent if client else RealtimeServerEvent
    members = get_args(get_args(union)[0])
    found = {}
    for member in members:
        (name,) = get_args(member.model_fields["type"].annotation)
        found[name] = TypeAdapter(member)
    return found


def client_event_types() -> frozenset[str]:
    """Names of all client events."""
    return frozenset(_models(True))


def server_event_types() -> frozenset[str]:
    """Names of all typed server events."""
    return frozenset(_models(False))


def check_client(raw: str | bytes) -> list[Flaw]:
    """Find what is wrong with a client's event; empty when nothing is."""
    event, flaws = _parse(raw)
    if flaws:
        return flaws
    flaws = _check(event, client=True)
    if len(str(event.get("event_id") or "")) > MAX_EVENT_ID:
        flaws.append(Flaw("string_above_max_length", "event_id is too long", "event_id"))
    item = event.get("item")
    if isinstance(item, dict) and len(str(item.get("id") or "")) > MAX_ITEM_ID:
        flaws.append(Flaw("string_above_max_length", "item.id is too long", "item.id"))
    if len(str(event.get("audio") or "")) > MAX_APPEND_CHARS:
        flaws.append(Flaw("invalid_value", "audio is larger than 15 MiB", "audio"))
    return flaws


def check_server(event: dict[str, Any]) -> list[Flaw]:
    """Find what is wrong with a server's event."""
    return [flaw for flaw in _check(event, client=False) if flaw.param not in UNTYPED]


def _parse(raw: str | bytes) -> tuple[dict[str, Any], list[Flaw]]:
    if isinstance(raw, bytes):
        return {}, [Flaw("invalid_value", "binary frame")]
    try:
        event = json.loads(raw)
    except ValueError as broken:
        return {}, [Flaw("invalid_json", f"Invalid JSON: {broken}")]
    if not isinstance(event, dict):
        return {}, [Flaw("invalid_type", "an event is an object")]
    return event, []


def _check(event: dict[str, Any], *, client: bool) -> list[Flaw]:
    model = _models(client).get(str(event.get("type")))
    if model is None:
        named = f"Invalid value: '{event.get('type')}'."
        return [Flaw("invalid_value", named, "type")]
    try:
        value = model.validate_json(json.dumps(event), strict=True)
    except ValidationError as failure:
        return [_flaw(failure)]
    return [
        Flaw("unknown_parameter", f"Unknown parameter: '{path}'.", path) for path in _unknown(value)
    ]


def _flaw(failure: ValidationError) -> Flaw:
    """Name the first error that is not just the wrong member of a union."""
    errors = failure.errors(include_url=False, include_input=False)
    tagged = [e for e in errors if not (e["type"] == "literal_error" and e["loc"][-1] == "type")]
    # In a union the member that got furthest is the one that was meant.
    chosen = max(tagged or errors, key=lambda e: len(e["loc"]))
    path = ".".join(str(p) for p in chosen["loc"] if not _is_member(p))
    if chosen["type"] == "missing":
        message = f"Missing required parameter: '{path}'."
        return Flaw("missing_required_parameter", message, path)
    code = "invalid_type" if chosen["type"].endswith("_type") else "invalid_value"
    return Flaw(code, f"{path}: {chosen['msg']}", path)


def _is_member(part: int | str) -> bool:
    return isinstance(part, str) and (part[:1].isupper() or "[" in part)


def _unknown(value: object, path: str = "") -> Iterator[str]:
    """Yield the paths of fields that the types do not have."""
    match value:
        case BaseModel():
            for name in value.model_extra or {}:
                yield path + name
            for name in type(value).model_fields:
                yield from _unknown(getattr(value, name), f"{path}{name}.")
        case list():
            for index, member in enumerate(value):
                yield from _unknown(member, f"{path[:-1]}[{index}].")
        case _:
            return
