"""Reads the weights out of an ONNX file, without the library that runs it.

Only what an exported network holds is understood: 32-bit floats, written as they lie in memory.
Source: ``onnx.proto`` (ModelProto, GraphProto, TensorProto), and protobuf's page on encoding.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from desktop_app.audio.pcm import Float32

_GRAPH = 7  # Of a model.
_INITIALIZER = 5  # Of a graph.
_DIMENSION, _DATA_TYPE, _NAME, _RAW_DATA = 1, 2, 8, 9  # Of a tensor.
_FLOAT = 1
_FLOAT_BYTES = 4
_VARINT, _LENGTH = 0, 2
_FIXED_BYTES = {1: 8, 5: 4}
_LONGEST_VARINT = 10

Value = int | memoryview
"""What a field holds: a number, or bytes (text, an array, another message)."""


def float_tensors(model: bytes) -> dict[str, Float32]:
    """Return a copy of each tensor of floats, by its name; others are left out.

    Args:
        model: What is in the file.

    Raises:
        ValueError: If it is no such file, or is broken.
    """
    found: dict[str, Float32] = {}
    for graph in _messages(memoryview(model), _GRAPH):
        for message in _messages(graph, _INITIALIZER):
            tensor = list(_fields(message))
            if (_DATA_TYPE, _FLOAT) in tensor:
                name = str(_bytes_of(tensor, _NAME), "utf-8")
                found[name] = _array(tensor, name)
    return found


def _array(tensor: list[tuple[int, Value]], name: str) -> Float32:
    shape = [value for number, value in tensor if number == _DIMENSION and isinstance(value, int)]
    raw = _bytes_of(tensor, _RAW_DATA)
    if not raw or math.prod(shape) * _FLOAT_BYTES != len(raw):
        raise ValueError(f"The tensor {name} is not as long as it says.")
    return np.frombuffer(raw, "<f4").astype(np.float32).reshape(shape)


def _messages(message: memoryview, wanted: int) -> Iterator[memoryview]:
    for number, value in _fields(message):
        if number == wanted and isinstance(value, memoryview):
            yield value


def _bytes_of(fields: list[tuple[int, Value]], wanted: int) -> memoryview:
    for number, value in fields:
        if number == wanted and isinstance(value, memoryview):
            return value
    return memoryview(b"")


def _fields(message: memoryview) -> Iterator[tuple[int, Value]]:
    """Go through a message: the number of each field, and what it holds."""
    at = 0
    while at < len(message):
        tag, at = _varint(message, at)
        number, form = tag >> 3, tag & 7
        if form == _VARINT:
            value, at = _varint(message, at)
            yield number, value
            continue
        if form == _LENGTH:
            length, at = _varint(message, at)
        elif form in _FIXED_BYTES:
            length = _FIXED_BYTES[form]
        else:
            raise ValueError("This is no ONNX file: it has a field of an unknown form.")
        if length > len(message) - at:
            raise ValueError("This is no whole ONNX file: a field is longer than the rest.")
        yield number, message[at : at + length]
        at += length


def _varint(message: memoryview, at: int) -> tuple[int, int]:
    """Return the number that begins at ``at``, seven bits a byte, and where the next field is."""
    value = 0
    for place, byte in enumerate(message[at : at + _LONGEST_VARINT]):
        value |= (byte & 0x7F) << 7 * place
        if byte < 0x80:
            return value, at + place + 1
    raise ValueError("This is no ONNX file: a number has no end.")
