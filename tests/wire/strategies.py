"""Arbitrary wire structs for hypothesis, built from the structs' own types."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from hypothesis import strategies as st
from msgspec import UNSET, inspect

SIZES = st.integers(0, 2**53)
TEXT = st.text(max_size=12)
JSON_VALUES = st.recursive(
    st.none() | st.booleans() | SIZES | TEXT,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(TEXT, inner, max_size=2),
    max_leaves=4,
)


Overrides = Mapping[tuple[type, str], st.SearchStrategy[Any]]


class Builder:
    """Builds one strategy for each struct, once."""

    def __init__(self, narrower: Overrides) -> None:
        self._narrower = narrower
        self._known: dict[type, st.SearchStrategy[Any]] = {}

    def struct(self, kind: type[msgspec.Struct]) -> st.SearchStrategy[Any]:
        if (kind, "") in self._narrower:
            return self._narrower[kind, ""]
        if kind not in self._known:
            info = inspect.type_info(kind)
            assert isinstance(info, inspect.StructType)
            fields = {f.name: self._field(kind, f) for f in info.fields}
            self._known[kind] = st.builds(kind, **fields)
        return self._known[kind]

    def _field(self, kind: type, field: inspect.Field) -> st.SearchStrategy[Any]:
        for (owner, name), strategy in self._narrower.items():
            if name == field.name and issubclass(kind, owner):
                return strategy
        # Absent first: hypothesis shrinks towards it.
        absent = [st.just(UNSET)] if field.default is UNSET else []
        return st.one_of(*absent, self._any(field.type))

    def _any(self, info: inspect.Type) -> st.SearchStrategy[Any]:
        match info:
            case inspect.UnionType():
                return st.one_of(*map(self._any, info.types))
            case inspect.StructType():
                return self.struct(info.cls)
            case inspect.VarTupleType():
                return st.lists(self._any(info.item_type), max_size=2).map(tuple)
            case inspect.DictType():
                return st.dictionaries(TEXT, self._any(info.value_type), max_size=2)
            case inspect.LiteralType():
                return st.sampled_from(info.values)
            case _:
                return _scalar(info)


_PLAIN = Builder({})


def overrides(narrower: Overrides) -> Builder:
    """Use ``narrower`` strategies for some fields (or, with "", the whole) of some structs."""
    return Builder(narrower)


def structs(kind: type[msgspec.Struct], builder: Builder = _PLAIN) -> st.SearchStrategy[Any]:
    """Any ``kind``."""
    return builder.struct(kind)


def _scalar(info: inspect.Type) -> st.SearchStrategy[Any]:
    match info:
        case inspect.StrType():
            return TEXT
        case inspect.BytesType():
            return st.binary(max_size=9)
        case inspect.BoolType():
            return st.booleans()
        case inspect.IntType():
            return SIZES
        case inspect.FloatType():
            return st.floats(0, 1e9)
        case inspect.NoneType():
            return st.none()
        case inspect.CustomType(cls=cls) if cls is object:
            return JSON_VALUES
        case _:
            raise TypeError(info)
