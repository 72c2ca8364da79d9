"""JSON schemas of tool parameters: checking a value, and making one out of a sentence.  Pure.

Covers what tools use: type, enum, const, default, properties, required, additionalProperties,
items, minItems, maxItems, minimum, maximum, exclusive bounds, multipleOf, length and pattern.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

MAX_DEPTH = 12
Schema = Mapping[str, Any]


_NUMBERS = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf")
_COUNTS = ("minLength", "maxLength", "minItems", "maxItems")


def sound(raw: object, depth: int = 0) -> Schema:
    """Keep of a client's schema what is well-formed; the rest of this file relies on it.

    What is deeper than `MAX_DEPTH` allows anything.
    """
    if not isinstance(raw, Mapping) or depth > MAX_DEPTH:
        return {}
    kept: dict[str, Any] = {key: raw[key] for key in ("const", "default") if key in raw}
    for key in ("enum", "examples", "required"):
        if isinstance(raw.get(key), list) and raw[key]:
            kept[key] = raw[key]
    if "required" in kept:
        kept["required"] = [name for name in kept["required"] if isinstance(name, str)]
    names = raw.get("type")
    names = names if isinstance(names, list) else [names]
    if types := [name for name in names if isinstance(name, str)]:
        kept["type"] = types
    for key in _NUMBERS:
        value = raw.get(key)
        if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value):
            kept[key] = value
    if kept.get("multipleOf", 1) <= 0:
        del kept["multipleOf"]
    for key in _COUNTS:
        if type(raw.get(key)) is int and raw[key] >= 0:
            kept[key] = raw[key]
    if isinstance(raw.get("pattern"), str):
        kept["pattern"] = raw["pattern"]
    if isinstance(raw.get("properties"), Mapping):
        kept["properties"] = {
            str(name): sound(part, depth + 1) for name, part in raw["properties"].items()
        }
    if isinstance(raw.get("items"), Mapping):
        kept["items"] = sound(raw["items"], depth + 1)
    if raw.get("additionalProperties") is False:
        kept["additionalProperties"] = False
    return kept


def problems(schema: Schema, value: object, where: str = "arguments") -> list[str]:
    """List in words what is wrong with ``value``; empty if it is valid for a `sound` schema."""
    found: list[str] = []
    if "const" in schema and value != schema["const"]:
        found.append(f"{where} is not {schema['const']!r}")
    if "enum" in schema and value not in schema["enum"]:
        found.append(f"{where} is none of {schema['enum']!r}")
    types = _types(schema)
    if types and not any(_is(value, name) for name in types):
        return [*found, f"{where} is not of type {' or '.join(types)}"]
    if isinstance(value, str):
        found += _string_problems(schema, value, where)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        found += _number_problems(schema, value, where)
    elif isinstance(value, list):
        found += _list_problems(schema, value, where)
    elif isinstance(value, dict):
        found += _object_problems(schema, value, where)
    return found


def _types(schema: Schema) -> list[str]:
    types: list[str] = schema.get("type", [])
    return types


def _is(value: object, name: str) -> bool:
    match name:
        case "string":
            return isinstance(value, str)
        case "integer":
            whole = isinstance(value, int) or (isinstance(value, float) and value.is_integer())
            return whole and not isinstance(value, bool)
        case "number":
            return isinstance(value, int | float) and not isinstance(value, bool)
        case "boolean":
            return isinstance(value, bool)
        case "array":
            return isinstance(value, list)
        case "object":
            return isinstance(value, dict)
        case "null":
            return value is None
        case _:
            return True


def _string_problems(schema: Schema, value: str, where: str) -> list[str]:
    found: list[str] = []
    if len(value) < schema.get("minLength", 0):
        found.append(f"{where} is too short")
    if len(value) > schema.get("maxLength", math.inf):
        found.append(f"{where} is too long")
    if "pattern" in schema and not matches(schema["pattern"], value):
        found.append(f"{where} does not match {schema['pattern']!r}")
    return found


def matches(pattern: str, value: str) -> bool:
    """Tell whether a schema's pattern occurs in ``value``; an unreadable one occurs nowhere."""
    try:
        return re.search(pattern, value) is not None
    except re.error:
        return False


def _number_problems(schema: Schema, value: float, where: str) -> list[str]:
    too_small = value < schema.get("minimum", -math.inf)
    too_small |= value <= schema.get("exclusiveMinimum", -math.inf)
    too_big = value > schema.get("maximum", math.inf)
    too_big |= value >= schema.get("exclusiveMaximum", math.inf)
    found = [f"{where} is too small"] if too_small else []
    found += [f"{where} is too big"] if too_big else []
    step = schema.get("multipleOf")
    if step and not math.isclose(value / step, round(value / step), abs_tol=1e-9):
        found.append(f"{where} is no multiple of {step}")
    return found


def _list_problems(schema: Schema, value: list[Any], where: str) -> list[str]:
    found: list[str] = []
    if not schema.get("minItems", 0) <= len(value) <= schema.get("maxItems", math.inf):
        found.append(f"{where} has {len(value)} items")
    for place, item in enumerate(value):
        found += problems(schema.get("items") or {}, item, f"{where}[{place}]")
    return found


def _object_problems(schema: Schema, value: dict[str, Any], where: str) -> list[str]:
    known = schema.get("properties") or {}
    found = [
        f"{where}.{name} is missing" for name in schema.get("required", ()) if name not in value
    ]
    for name, part in value.items():
        if name in known:
            found += problems(known[name], part, f"{where}.{name}")
        elif schema.get("additionalProperties", True) is False:
            found.append(f"{where}.{name} is unknown")
    return found


def simplest(schema: Schema, depth: int = 0) -> object:
    """Make the plainest value a schema allows: its default, its first choice, its least number.

    A pattern is not solved: the result may then be invalid, which `problems` tells.
    """
    for key in ("const", "default"):
        if key in schema:
            value: object = schema[key]
            return value
    for key in ("enum", "examples"):
        if schema.get(key) and isinstance(schema[key], Sequence):
            first: object = schema[key][0]
            return first
    if depth > MAX_DEPTH:
        return None
    types = _types(schema) or (["object"] if "properties" in schema else ["string"])
    match types[0]:
        case "integer" | "number":
            return _simplest_number(schema, whole=types[0] == "integer")
        case "boolean":
            return False
        case "array":
            item = schema.get("items") or {}
            return [simplest(item, depth + 1) for _ in range(schema.get("minItems", 0))]
        case "object":
            known = schema.get("properties") or {}
            required = schema.get("required", ())
            return {name: simplest(known.get(name, {}), depth + 1) for name in required}
        case "null":
            return None
        case _:
            return "-" * schema.get("minLength", 0)


def _simplest_number(schema: Schema, *, whole: bool) -> float:
    step = schema.get("multipleOf") or (1 if whole else 0)
    low = schema.get("minimum", schema.get("exclusiveMinimum", -math.inf))
    high = schema.get("maximum", schema.get("exclusiveMaximum", math.inf))
    value: float = 0
    if low > 0 or (low == 0 and "exclusiveMinimum" in schema):
        value = low
    elif high < 0 or (high == 0 and "exclusiveMaximum" in schema):
        value = high
    if step:
        value = (math.ceil if value >= 0 else math.floor)(value / step) * step
    if value == schema.get("exclusiveMinimum"):
        value += step or min(1, (high - value) / 2)
    if value == schema.get("exclusiveMaximum"):
        value -= step or min(1, (value - low) / 2)
    return int(value) if whole else value
