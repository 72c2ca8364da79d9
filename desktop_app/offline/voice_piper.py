"""Piper voices that the user has installed: many languages, 18 times quicker than speech.

Piper itself is GPL-3, so Parley does not bring it. If `piper` can be imported and a voice (an .onnx
file with its .json beside it) lies in one of the usual folders, it is offered.
"""

from __future__ import annotations

import importlib.util
import re
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import numpy as np
import platformdirs

from desktop_app.offline.memory import give_back
from desktop_app.offline.voice import (
    RATE_HZ,
    Block,
    VoiceError,
    VoiceInfo,
    blocks,
    clamped_speed,
    to_pcm,
)

if TYPE_CHECKING:
    import piper


class _Audio(msgspec.Struct):
    sample_rate: int = RATE_HZ


class _Language(msgspec.Struct):
    code: str = ""


class _Espeak(msgspec.Struct):
    voice: str = ""


class _Card(msgspec.Struct):
    """What Parley needs from the .onnx.json beside a voice."""

    audio: _Audio
    language: _Language = msgspec.field(default_factory=_Language)
    espeak: _Espeak = msgspec.field(default_factory=_Espeak)
    dataset: str = ""


class PiperVoice:
    """Speaks with one Piper voice."""

    def __init__(self, info: VoiceInfo) -> None:
        self._info = info
        self._path = Path(info.id.partition(":")[2])
        self._engine: piper.PiperVoice | None = None
        self._lock = threading.Lock()

    @property
    def info(self) -> VoiceInfo:
        """Which voice this is."""
        return self._info

    def load(self) -> None:
        """Load the network and say a word to nobody."""
        with self._lock:
            self._ready()

    def unload(self) -> None:
        """Give the memory back; the next `speak` loads again."""
        with self._lock:
            self._engine = None
            give_back()

    def speak(self, text: str, speed: float = 1.0) -> Iterator[Block]:
        """Speak; see `voice.Voice`."""
        import soxr  # type: ignore[import-untyped]  # Lazy: not everyone has a Piper voice.
        from piper import SynthesisConfig

        with self._lock:
            engine = self._ready()
        how = SynthesisConfig(length_scale=1 / clamped_speed(speed))
        for chunk in engine.synthesize(text, how):
            sound = chunk.audio_float_array
            if chunk.sample_rate != RATE_HZ:
                sound = soxr.resample(sound, chunk.sample_rate, RATE_HZ)
            yield from blocks(to_pcm(np.asarray(sound, np.float32)))

    def _ready(self) -> piper.PiperVoice:
        if self._engine is None:
            import piper  # Lazy: 0.5 s.

            try:
                self._engine = piper.PiperVoice.load(self._path)
            except Exception as failure:  # Damage shows itself in many ways, none of them listed.
                raise VoiceError(
                    f"The Piper voice {self._path.name} can't be loaded: {failure}. "
                    "Install it again or choose another voice in the settings."
                ) from failure
        return self._engine


def piper_voices(folders: Iterable[Path] | None = None) -> list[VoiceInfo]:
    """List the installed voices, if Piper is installed."""
    if importlib.util.find_spec("piper") is None:
        return []
    found: list[VoiceInfo] = []
    for folder in folders if folders is not None else piper_folders():
        for path in sorted(folder.glob("**/*.onnx")) if folder.is_dir() else ():
            if (info := _read_card(path)) is not None:
                found.append(info)
    return found


def piper_folders() -> list[Path]:
    """Where people keep Piper voices, and Parley's own folder for them."""
    return [
        Path(platformdirs.user_data_dir("parley", appauthor=False), "voices"),
        Path(platformdirs.user_data_dir("piper", appauthor=False)),
        Path(platformdirs.user_data_dir("piper-voices", appauthor=False)),
        Path("/usr/share/piper-voices"),
    ]


def _read_card(path: Path) -> VoiceInfo | None:
    try:
        card = msgspec.json.decode(path.with_name(f"{path.name}.json").read_bytes(), type=_Card)
    except (OSError, msgspec.DecodeError):
        return None  # Not a Piper voice.
    tag = (card.language.code or card.espeak.voice).replace("_", "-") or "en"
    name = re.sub(r"^[a-z]{2,3}_[A-Z]{2}-", "", path.stem)
    return VoiceInfo(f"piper:{path}", f"{name.replace('-', ', ').capitalize()} (Piper)", tag)
