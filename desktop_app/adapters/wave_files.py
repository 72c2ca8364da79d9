"""Recordings as files: any PCM WAV in, 24 kHz mono out."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np
import soxr  # type: ignore[import-untyped]

from desktop_app.audio.pcm import RATE_HZ

_LONGEST_S = 600
_FULL_SCALE = {1: 128.0, 2: 32768.0, 3: 8388608.0, 4: 2147483648.0}


class WaveError(Exception):
    """The file can't be used; ``str(error)`` says why, for people."""


def read_wave(path: Path) -> bytes:
    """Read a WAV file (8 to 32 bit PCM, any rate, any number of channels).

    Returns:
        PCM16, mono, 24 kHz, little-endian.

    Raises:
        WaveError: There is no such file, or it is not such a recording.
    """
    try:
        with wave.open(str(path), "rb") as file:
            width, channels, rate_hz = file.getsampwidth(), file.getnchannels(), file.getframerate()
            frames = file.readframes(min(file.getnframes(), _LONGEST_S * rate_hz))
    except FileNotFoundError as error:
        raise WaveError(f"there is no file {path}.") from error
    except (OSError, EOFError, wave.Error) as error:
        raise WaveError(
            f"{path} is not a WAV recording ({error or 'it ends too early'})."
        ) from error
    if width not in _FULL_SCALE or not channels or not rate_hz:
        raise WaveError(f"{path} has a format that Parley can't read; save it as 16-bit PCM.")
    whole = len(frames) - len(frames) % (width * channels)
    samples = _samples(frames[:whole], width).reshape(-1, channels).mean(axis=1)
    if not samples.size:
        raise WaveError(f"{path} is empty.")
    if rate_hz != RATE_HZ:
        samples = soxr.resample(samples, rate_hz, RATE_HZ)
    return bytes((np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes())


def write_wave(path: Path, pcm: bytes) -> None:
    """Write PCM16, mono, 24 kHz to ``path``.

    Raises:
        WaveError: The file can't be written.
    """
    try:
        with wave.open(str(path), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(RATE_HZ)
            file.writeframes(pcm)
    except OSError as error:
        raise WaveError(f"{path} can't be written: {error.strerror or error}.") from error


def _samples(frames: bytes, width: int) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    if width == 1:
        values = np.frombuffer(frames, np.uint8).astype(np.float32) - 128
    elif width == 3:
        raw = np.frombuffer(frames, np.uint8).reshape(-1, 3)
        padded = np.zeros((len(raw), 4), np.uint8)
        padded[:, 1:] = raw
        values = (padded.view("<i4").reshape(-1) >> 8).astype(np.float32)
    else:
        values = np.frombuffer(frames, f"<i{width}").astype(np.float32)
    return np.asarray(values / _FULL_SCALE[width], np.float32)
