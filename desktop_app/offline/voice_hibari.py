"""The voice that comes with Parley: hibari, English, a hundred times quicker than speech."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from desktop_app.offline.memory import give_back
from desktop_app.offline.voice import Block, VoiceInfo, blocks, clamped_speed, to_pcm

if TYPE_CHECKING:
    import hibari  # type: ignore[import-untyped]


class HibariVoice:
    """Speaks with one of hibari's voices."""

    def __init__(self, info: VoiceInfo) -> None:
        self._info = info
        self._engine: hibari.Hibari | None = None
        self._lock = threading.Lock()

    @property
    def info(self) -> VoiceInfo:
        """Which voice this is."""
        return self._info

    def load(self) -> None:
        """Load the network and the dictionary, and say a word to nobody."""
        with self._lock:
            self._ready()

    def unload(self) -> None:
        """Give the memory back; the next `speak` loads again."""
        with self._lock:
            self._engine = None
            give_back()

    def speak(self, text: str, speed: float = 1.0) -> Iterator[Block]:
        """Speak; see `voice.Voice`."""
        with self._lock:
            engine = self._ready()
            sentences = engine.phonemize(text)
        for phonemes in sentences:
            sound = engine.from_phonemes(phonemes, speed=clamped_speed(speed))
            yield from blocks(to_pcm(np.asarray(sound)))

    def _ready(self) -> hibari.Hibari:
        if self._engine is None:
            import hibari  # Lazy: 0.6 s.

            self._engine = hibari.Hibari(voice=self._info.id.partition(":")[2])
            self._engine("Ready.")
        return self._engine


def hibari_voices() -> list[VoiceInfo]:
    """List the voices whose weights are on this machine."""
    from hibari import voices  # Lazy: 0.6 s.

    here: list[VoiceInfo] = []
    for name, facts in voices.VOICES.items():
        try:
            voices.voice_path(name, download_missing=False)
        except FileNotFoundError:
            continue
        title = f"{name.capitalize()} ({facts['accent']}, {facts['gender']})"
        here.append(VoiceInfo(f"hibari:{name}", title, facts["language"]))
    return here
