"""Recordings come in as people have them, and go out as everybody takes them."""

from __future__ import annotations

import struct
import wave
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from desktop_app.adapters.wave_files import WaveError, check_writable, read_wave, write_wave

PCM, FLOAT, EXTENSIBLE = 1, 3, 0xFFFE
SUBTYPE = bytes.fromhex("0000000010008000 00aa00389b71".replace(" ", ""))


def riff(
    data: bytes,
    *,
    kind: int = PCM,
    channels: int = 1,
    rate: int = 24_000,
    bits: int = 16,
    before: bytes = b"",
    size: int | None = None,
    extensible: bool = False,
) -> bytes:
    frame = channels * bits // 8
    tag = EXTENSIBLE if extensible else kind
    form = struct.pack("<HHIIHH", tag, channels, rate, rate * frame, frame, bits)
    if extensible:
        form += struct.pack("<HHIH", 22, bits, 0, kind) + SUBTYPE
    told = len(data) if size is None else size
    body = b"WAVE" + b"fmt " + struct.pack("<I", len(form)) + form + before
    body += b"data" + struct.pack("<I", told) + data
    return b"RIFF" + struct.pack("<I", len(body)) + body


def read(tmp_path: Path, content: bytes) -> list[int]:
    path = tmp_path / "some.wav"
    path.write_bytes(content)
    return [int(one) for one in np.frombuffer(read_wave(path), "<i2")]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(samples=st.lists(st.integers(-32768, 32767), min_size=1, max_size=300))
def test_what_was_written_is_read_bit_by_bit(tmp_path: Path, samples: list[int]) -> None:
    pcm = np.array(samples, "<i2").tobytes()
    write_wave(tmp_path / "some.wav", pcm)
    assert read_wave(tmp_path / "some.wav") == pcm


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    samples=st.lists(st.integers(-128, 127), min_size=1, max_size=200),
    channels=st.integers(1, 6),
    bits=st.sampled_from([8, 16, 24, 32]),
    extensible=st.booleans(),
)
def test_every_depth_and_number_of_channels_means_the_same(
    tmp_path: Path, samples: list[int], channels: int, bits: int, extensible: bool
) -> None:
    whole = np.repeat(np.array(samples, np.int64), channels) * 2 ** (bits - 8)
    shifted = whole + 128 if bits == 8 else whole
    data = shifted.astype("<i4").view(np.uint8).reshape(-1, 4)[:, : bits // 8].tobytes()
    content = riff(data, channels=channels, bits=bits, extensible=extensible)
    assert read(tmp_path, content) == [one * 256 for one in samples]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rate=st.sampled_from([8_000, 11_025, 16_000, 22_050, 44_100, 48_000, 96_000]),
    count=st.integers(1, 5_000),
)
def test_every_rate_keeps_the_length(tmp_path: Path, rate: int, count: int) -> None:
    heard = read(tmp_path, riff(bytes(2 * count), rate=rate))
    assert abs(len(heard) - count * 24_000 / rate) <= 2


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.one_of(st.binary(max_size=80), st.binary(max_size=80).map(lambda b: riff(b"")[:36] + b)))
def test_any_bytes_are_a_recording_or_explained(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "some.wav"
    path.write_bytes(content)
    said = ""
    try:
        read_wave(path)
    except WaveError as error:
        said = str(error)
    assert said == "" or "some.wav" in said


def test_floating_point_is_read_and_clipped(tmp_path: Path) -> None:
    data = np.array([0.0, 0.5, -0.5, 2.0, -2.0, np.nan], "<f4").tobytes()
    expected = [0, 16384, -16384, 32767, -32768, 0]
    assert read(tmp_path, riff(data, kind=FLOAT, bits=32)) == expected


def test_chunks_that_do_not_matter_are_passed_over(tmp_path: Path) -> None:
    note = b"LIST" + struct.pack("<I", 3) + b"abc\0"
    assert read(tmp_path, riff(b"\x01\x00\x02\x00", before=note)) == [1, 2]


@pytest.mark.parametrize("size", [0, 0xFFFFFFFF, 0x7FFFF000])
def test_a_recording_that_went_through_a_pipe_is_read_to_its_end(tmp_path: Path, size: int) -> None:
    assert read(tmp_path, riff(b"\x01\x00\x02\x00", size=size)) == [1, 2]


def test_half_a_frame_at_the_end_is_dropped(tmp_path: Path) -> None:
    assert read(tmp_path, riff(b"\x01\x00\x02")) == [1]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (riff(b"\0\0", kind=6, bits=8), "has a format that Parley can't read"),
        (riff(b"\0\0", bits=12), "has a format that Parley can't read"),
        (riff(b"\0\0", channels=0), "has a format that Parley can't read"),
        (riff(b"\0\0", rate=1), "has a format that Parley can't read"),
        (riff(b""), "is empty"),
        (riff(b"\0" * 1_300_000, rate=1_000), "is too long"),
    ],
)
def test_what_cannot_be_used_is_explained(tmp_path: Path, content: bytes, words: str) -> None:
    with pytest.raises(WaveError, match=words):
        read(tmp_path, content)


def test_a_folder_is_no_recording(tmp_path: Path) -> None:
    with pytest.raises(WaveError, match="can't be read"):
        read_wave(tmp_path)


def test_looking_whether_a_file_can_be_written_leaves_it_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "answer.wav"
    check_writable(path)
    assert not path.exists()
    path.write_bytes(b"dear to somebody")
    check_writable(path)
    assert path.read_bytes() == b"dear to somebody"


def test_a_full_disk_is_told(tmp_path: Path) -> None:
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("no device here is always full")
    with pytest.raises(WaveError, match="can't be written"):
        write_wave(full, bytes(100_000))


def test_others_can_read_what_is_written(tmp_path: Path) -> None:
    write_wave(tmp_path / "answer.wav", bytes(480))
    with wave.open(str(tmp_path / "answer.wav"), "rb") as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, 24_000)
