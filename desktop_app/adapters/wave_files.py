"""Recordings as files: any uncompressed WAV in, 24 kHz mono out."""

from __future__ import annotations

import os
import struct
import wave
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import soxr  # type: ignore[import-untyped]

from desktop_app.audio.pcm import RATE_HZ

LONGEST_S = 600
LOWEST_HZ, HIGHEST_HZ = 1_000, 400_000
MOST_CHANNELS = 64

_PCM, _FLOAT, _EXTENSIBLE = 1, 3, 0xFFFE
_FULL_SCALE = {8: 128.0, 16: 32768.0, 24: 8388608.0, 32: 2147483648.0}
_SAVE_AS = "save it as 16-bit PCM"


class WaveError(Exception):
    """The file can't be used; ``str(error)`` says why, for people."""


@dataclass(frozen=True, slots=True)
class _Form:
    """The chunk ``fmt `` of a file, as Microsoft's multimedia programming interface has it."""

    kind: int
    channels: int
    rate_hz: int
    bits: int

    @property
    def frame_bytes(self) -> int:
        return self.channels * self.bits // 8

    @property
    def readable(self) -> bool:
        sizes = {_PCM: _FULL_SCALE, _FLOAT: (32, 64)}.get(self.kind, ())
        usual = 1 <= self.channels <= MOST_CHANNELS and LOWEST_HZ <= self.rate_hz <= HIGHEST_HZ
        return self.bits in sizes and usual


def read_wave(path: Path) -> bytes:
    """Read a WAV file (8 to 32 bit PCM or floating point, any rate, any number of channels).

    Returns:
        PCM16, mono, 24 kHz, little-endian.

    Raises:
        WaveError: There is no such file, or it is not such a recording.
    """
    form, frames = _parse(path, _content(path))
    if not form.readable:
        raise WaveError(f"{path} has a format that Parley can't read: {_SAVE_AS}.")
    whole = len(frames) - len(frames) % form.frame_bytes
    if not whole:
        raise WaveError(f"{path} is empty.")
    if whole > LONGEST_S * form.rate_hz * form.frame_bytes:
        raise WaveError(f"{path} is too long: {LONGEST_S // 60} minutes are the most.")
    samples = _samples(frames[:whole], form).reshape(-1, form.channels).mean(axis=1)
    if form.rate_hz != RATE_HZ:
        samples = soxr.resample(samples, form.rate_hz, RATE_HZ)
    scaled = np.rint(np.nan_to_num(samples) * 32768)
    return bytes(np.clip(scaled, -32768, 32767).astype("<i2").tobytes())


def check_writable(path: Path) -> None:
    """Make sure that a file can be put at ``path``, without touching what is there.

    Raises:
        WaveError: It can't.
    """
    folder = path.absolute().parent
    if path.is_dir():
        raise WaveError(f"{path} can't be written: it is a folder.")
    if not folder.is_dir():
        raise WaveError(f"{path} can't be written: there is no folder {folder}.")
    if not os.access(path if path.exists() else folder, os.W_OK):
        raise WaveError(f"{path} can't be written: it is protected.")


def write_wave(path: Path, pcm: bytes) -> None:
    """Write PCM16, mono, 24 kHz to ``path``.

    Raises:
        WaveError: The file can't be written.
    """
    try:
        with open(path, "wb") as target, wave.open(target, "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(RATE_HZ)
            file.writeframes(pcm)
    except OSError as error:
        raise WaveError(f"{path} can't be written: {error.strerror or error}.") from error


def _content(path: Path) -> memoryview:
    # The longest recording in the largest usual form: 96 kHz, eight channels of 32 bits.
    limit = LONGEST_S * 96_000 * 8 * 4
    try:
        with open(path, "rb") as file:
            return memoryview(file.read(limit))
    except FileNotFoundError as error:
        raise WaveError(f"there is no file {path}.") from error
    except OSError as error:
        raise WaveError(f"{path} can't be read: {error.strerror or error}.") from error


def _parse(path: Path, content: memoryview) -> tuple[_Form, memoryview]:
    """Find the form and the samples among the chunks; whatever else is there does not matter.

    The library's reader knows neither floating point nor, before Python 3.12, the header that
    recorders write for more than 16 bits.
    """
    head = bytes(content[:12])
    if not (head.startswith(b"RIFF") and head.endswith(b"WAVE")):
        raise WaveError(f"{path} is not a WAV recording: {_SAVE_AS}.")
    form = None
    at = 12
    while at + 8 <= len(content):
        name, size = bytes(content[at : at + 4]), struct.unpack_from("<I", content, at + 4)[0]
        # What was written into a pipe has a size of 0 or of all ones: the rest is meant.
        chunk = content[at + 8 : at + 8 + size]
        if name == b"fmt " and len(chunk) >= 16:
            form = _form(chunk)
        if name == b"data" and form is not None:
            return form, chunk if size else content[at + 8 :]
        at += 8 + size + size % 2
    raise WaveError(f"{path} is not a whole WAV recording: it ends too early.")


def _form(chunk: memoryview) -> _Form:
    kind, channels, rate_hz, _, _, bits = struct.unpack_from("<HHIIHH", chunk)
    if kind == _EXTENSIBLE and len(chunk) >= 26:
        kind = struct.unpack_from("<H", chunk, 24)[0]
    return _Form(kind, channels, rate_hz, bits)


def _samples(frames: memoryview, form: _Form) -> npt.NDArray[np.float32]:
    if form.kind == _FLOAT:
        return np.frombuffer(frames, f"<f{form.bits // 8}").astype(np.float32)
    if form.bits == 8:
        values = np.frombuffer(frames, np.uint8).astype(np.float32) - 128
    elif form.bits == 24:
        raw = np.frombuffer(frames, np.uint8).reshape(-1, 3)
        padded = np.zeros((len(raw), 4), np.uint8)
        padded[:, 1:] = raw
        values = (padded.view("<i4").reshape(-1) >> 8).astype(np.float32)
    else:
        values = np.frombuffer(frames, f"<i{form.bits // 8}").astype(np.float32)
    return np.asarray(values / _FULL_SCALE[form.bits], np.float32)
