"""The `openai` package as an oracle: its event classes, and example events derived from them."""

from __future__ import annotations

import types
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from openai.types.realtime import RealtimeClientEvent, RealtimeServerEvent
from pydantic import BaseModel, TypeAdapter

SERVER = TypeAdapter(RealtimeServerEvent)
CLIENT = TypeAdapter(RealtimeClientEvent)
BASE64 = "AAEC"
# One class of the package stands for all kinds of content; these are the fields each kind has.
CONTENT = {
    "input_text": {"text"},
    "input_audio": {"audio", "transcript"},
    "input_image": {"image_url", "detail"},
    "output_text": {"text"},
    "output_audio": {"audio", "transcript"},
    "text": {"text"},
    "audio": {"audio", "transcript"},
}


def classes(union: Any) -> dict[str, type[BaseModel]]:
    """The classes of an event union, by event type."""
    members = get_args(get_args(union)[0])
    return {get_args(m.model_fields["type"].annotation)[0]: m for m in members}


SERVER_CLASSES = classes(RealtimeServerEvent)
CLIENT_CLASSES = classes(RealtimeClientEvent)


def smallest(model: type[BaseModel]) -> dict[str, Any]:
    """An event with nothing but what the class requires."""
    return {
        name: smallest_value(name, field.annotation)
        for name, field in model.model_fields.items()
        if field.is_required()
    }


def smallest_value(name: str, annotation: Any) -> Any:
    for option in options(annotation):
        if isinstance(option, type) and issubclass(option, BaseModel):
            return smallest(option)
        return values(name, option)[0]
    raise TypeError(annotation)


def full(model: type[BaseModel]) -> list[dict[str, Any]]:
    """Events with every field, so that together every alternative of every field occurs."""
    choices = {name: values(name, f.annotation) for name, f in model.model_fields.items()}
    first = {name: options_[0] for name, options_ in choices.items()}
    rest = [{**first, n: v} for n, options_ in choices.items() for v in options_[1:]]
    return [_sensible(model, event) for event in (first, *rest)]


def _sensible(model: type[BaseModel], event: dict[str, Any]) -> dict[str, Any]:
    if model.__name__ not in ("Content", "Part"):
        return event
    fields = CONTENT[event["type"]] | {"type"}
    return {name: value for name, value in event.items() if name in fields}


def values(name: str, annotation: Any) -> list[Any]:
    """Every alternative of one field."""
    found = [value for option in options(annotation) for value in _of(name, option)]
    # The classes let a tag be null; nobody sends that.
    return [v for v in found if v is not None] if name == "type" else found


def options(annotation: Any) -> list[Any]:
    origin = get_origin(annotation)
    if origin is Annotated:
        return options(get_args(annotation)[0])
    if origin in (Union, types.UnionType):
        return [o for part in get_args(annotation) for o in options(part)]
    return [annotation]


def _of(name: str, option: Any) -> list[Any]:
    origin = get_origin(option)
    if option is type(None):
        return [None]
    if origin is Literal:
        return list(get_args(option))
    if origin is list:
        return [[v] for v in values(name, get_args(option)[0])]
    if origin is dict:
        return [{"k": v} for v in values(name, get_args(option)[1])]
    if isinstance(option, type) and issubclass(option, BaseModel):
        return list(full(option))
    return [_scalar(name, option)]


def _scalar(name: str, option: Any) -> Any:
    if option is str:
        return BASE64 if name in ("audio", "delta") else "words"
    return {bool: True, int: 3, float: 0.5, object: {"any": [1, None]}}[option]
