"""Reading weights: the real file, files made for the test, and what is no such file."""

from __future__ import annotations

import contextlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.audio.speech_net import SHAPES
from desktop_app.offline.onnx_weights import float_tensors
from desktop_app.offline.vad import weights_file

FLOAT, INT64 = 1, 7


def varint(value: int) -> bytes:
    parts = []
    while value > 0x7F:
        parts.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*parts, value])


def number(field: int, value: int) -> bytes:
    return varint(field << 3) + varint(value)


def length(field: int, content: bytes) -> bytes:
    return varint(field << 3 | 2) + varint(len(content)) + content


def tensor(name: str, shape: tuple[int, ...], raw: bytes, kind: int = FLOAT) -> bytes:
    dims = b"".join(number(1, size) for size in shape)
    return length(5, dims + number(2, kind) + length(8, name.encode()) + length(9, raw))


def model(*tensors: bytes) -> bytes:
    other = number(1, 8) + length(2, b"maker") + varint(3 << 3 | 5) + bytes(4)
    return (
        other + length(7, length(1, b"a node") + b"".join(tensors)) + varint(9 << 3 | 1) + bytes(8)
    )


TWO_BY_THREE = np.arange(6, dtype="<f4").reshape(2, 3)
SMALL = model(
    tensor("whole", (2,), bytes(16), kind=INT64), tensor("ä.b", (2, 3), TWO_BY_THREE.tobytes())
)


def test_the_published_file_has_all_weights_of_the_network() -> None:
    found = float_tensors(weights_file().read_bytes())
    assert {name: found[name].shape for name in SHAPES} == SHAPES
    assert all(np.isfinite(array).all() for array in found.values())


def test_tensors_of_floats_are_found_and_others_left_out() -> None:
    found = float_tensors(SMALL)
    assert list(found) == ["ä.b"]
    assert found["ä.b"].dtype == np.float32
    np.testing.assert_array_equal(found["ä.b"], TWO_BY_THREE)


@pytest.mark.parametrize("shape", [(2, 2), (7,), (0, 6), (), (2**62, 2**62, 0), (6, 2**64 - 1)])
def test_a_tensor_of_another_length_than_it_says_is_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="not as long"):
        float_tensors(model(tensor("w", shape, bytes(24))))


def test_a_name_that_is_no_text_is_refused() -> None:
    broken = model(tensor("name", (1,), bytes(4)).replace(b"name", b"na\xff\xfe"))
    with pytest.raises(ValueError, match="utf-8"):
        float_tensors(broken)


def test_a_number_without_end_and_a_field_of_no_known_form_are_refused() -> None:
    with pytest.raises(ValueError, match="no end"):
        float_tensors(b"\x80" * 1000)
    with pytest.raises(ValueError, match="unknown form"):
        float_tensors(b"\x0b")


@given(st.binary(max_size=400))
def test_garbage_gives_nothing_or_is_refused(garbage: bytes) -> None:
    with contextlib.suppress(ValueError):
        assert isinstance(float_tensors(garbage), dict)


@given(st.integers(0, len(SMALL) - 1), st.binary(max_size=12), st.integers(0, 12))
def test_a_damaged_file_gives_other_floats_or_is_refused(at: int, put: bytes, without: int) -> None:
    damaged = SMALL[:at] + put + SMALL[at + without :]
    try:
        found = float_tensors(damaged)
    except ValueError:
        return
    # Whatever it says of itself, no array is larger than the file.
    assert sum(array.nbytes for array in found.values()) <= len(damaged)


@given(st.integers(1, len(SMALL) - 13))
def test_a_file_that_was_cut_off_is_refused_or_lacks_its_weights(size: int) -> None:
    with contextlib.suppress(ValueError):
        assert float_tensors(SMALL[:size]) == {}
