"""Tells speech from other sound on this computer, with a small network on one thread."""

from __future__ import annotations

import asyncio
import importlib.util
import logging
from collections.abc import Callable
from typing import Protocol

from desktop_app.audio.pcm import Int16, from_bytes

NEEDED = ("faster_whisper", "soxr")
"""The libraries that bring the weights, and the sound to the rate of the network."""

_log = logging.getLogger(__name__)


class Network(Protocol):
    """What judges: PCM in, one probability for each 32 ms that it completes out."""

    def feed(self, pcm: Int16) -> list[float]:
        """Take the next samples (mono, 24 kHz)."""
        ...

    def reset(self) -> None:
        """Forget the stream so far."""
        ...


class LocalVoiceDetector:
    """A `VoiceDetector`.

    Args:
        make: Builds the network; imports its libraries, so it is called in a pool thread.
    """

    def __init__(self, make: Callable[[], Network]) -> None:
        self._make = make
        self._network: Network | None = None

    @property
    def available(self) -> bool:
        """Whether its libraries are installed."""
        return all(importlib.util.find_spec(name) for name in NEEDED)

    async def load(self) -> bool:
        """Load the network; False if that fails, which the log explains."""
        try:
            self._network = await asyncio.to_thread(self._make)
        except (ImportError, OSError, ValueError):
            # A library that does not load, weights that are missing or broken.  The log says
            # which; the server can judge speech as well.
            _log.exception("the speech detector cannot be loaded")
            return False
        return True

    def feed(self, block: bytes) -> list[float]:
        """Take a block (PCM16, mono, 24 kHz); return what it completes.  Takes 0.15 ms."""
        return [] if self._network is None else self._network.feed(from_bytes(block))

    def reset(self) -> None:
        """Forget what was heard so far."""
        if self._network is not None:
            self._network.reset()
