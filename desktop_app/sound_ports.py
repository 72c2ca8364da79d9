"""Sockets for what listens to the microphone's sound (see `desktop_app.ports`)."""

from __future__ import annotations

from typing import Protocol


class VoiceDetector(Protocol):
    """Tells speech from other sound on this computer."""

    @property
    def available(self) -> bool:
        """Whether `load` is likely to work; answers at once."""

    async def load(self) -> bool:
        """Get ready; False if it cannot."""

    def feed(self, block: bytes) -> list[float]:
        """Take a block; return how likely (0 to 1) each 32 ms that it completes are speech."""

    def reset(self) -> None:
        """Forget what was heard: what comes does not join on."""


class EchoCanceller(Protocol):
    """Takes out of the microphone's sound what the speaker plays.

    PCM16, in blocks of 10 ms or a few of them at once.
    """

    delay_samples: int
    """How late the sound comes out; less than a block."""

    def process(self, near: bytes, far: bytes | None) -> bytes:
        """Return ``near`` (heard) without the echo of ``far`` (played; None: silence)."""

    def reset(self) -> None:
        """Forget the room and the devices."""


class NoiseSuppressor(Protocol):
    """Takes noise out of the microphone's sound.

    PCM16, in blocks of 10 ms or a few of them at once.
    """

    delay_samples: int
    """How late the sound comes out; less than a block."""

    def process(self, pcm: bytes) -> bytes:
        """Return ``pcm`` with less noise."""

    def reset(self) -> None:
        """Forget the noise."""
