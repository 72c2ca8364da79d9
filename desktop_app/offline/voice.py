"""Voices: text in, sound out, behind one small interface whatever engine makes the sound."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

RATE_HZ = 24_000
BLOCK_SAMPLES = 2_400
"""The longest block a voice yields: 100 ms, so that whoever plays it can stop at once."""
SLOWEST = 0.25
FASTEST = 1.5
Block = npt.NDArray[np.int16]


class VoiceError(Exception):
    """A voice can't speak; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class VoiceInfo:
    """A voice one can choose."""

    id: str
    """Engine and name, such as "hibari:heart" or "system:de"."""
    title: str
    language: str
    """A tag such as "en-US"."""


@runtime_checkable
class Voice(Protocol):
    """Something that speaks. Loads on first use; sessions may share one and speak at once."""

    @property
    def info(self) -> VoiceInfo:
        """Which voice this is."""

    def load(self) -> None:
        """Get ready, so that the first sentence is as quick as the rest."""

    def unload(self) -> None:
        """Give the memory back; the next `speak` loads again."""

    def speak(self, text: str, speed: float = 1.0) -> Iterator[Block]:
        """Speak a text that is already in spoken form (see `spoken_text.spoken`).

        Args:
            text: One sentence or a few; they come out one after the other.
            speed: 0.25 to 1.5; beyond that it is clamped.

        Yields:
            Mono int16 at 24 kHz, at most `BLOCK_SAMPLES` a block. Stop iterating to stop synthesis.
        """


def clamped_speed(speed: float) -> float:
    """Keep a speed within what the protocol allows."""
    return min(FASTEST, max(SLOWEST, speed))


def blocks(pcm: Block) -> Iterator[Block]:
    """Cut sound into blocks of at most 100 ms."""
    for start in range(0, len(pcm), BLOCK_SAMPLES):
        yield pcm[start : start + BLOCK_SAMPLES]


def to_pcm(sound: npt.NDArray[np.float32]) -> Block:
    """Turn -1 to 1 into int16, clipped."""
    return (np.clip(sound, -1.0, 1.0) * 32_767).astype(np.int16)
