"""A noise suppressor that makes everything half as loud, and a little late."""

from __future__ import annotations

from desktop_app.audio.pcm import BLOCK_BYTES, BYTES_PER_SAMPLE, from_bytes, to_bytes


class FakeNoiseSuppressor:
    """A `NoiseSuppressor`.

    Attributes:
        calls: Blocks it was given.
        resets: How often it had to forget.
    """

    def __init__(self, delay_samples: int = 24) -> None:
        self.delay_samples = delay_samples
        self.calls: list[bytes] = []
        self.resets = 0
        self._held = bytes(BLOCK_BYTES)

    def process(self, pcm: bytes) -> bytes:
        """Return ``pcm``, softer."""
        self.calls.append(pcm)
        sound, self._held = self._held + pcm, pcm
        end = len(sound) - self.delay_samples * BYTES_PER_SAMPLE
        return to_bytes(from_bytes(sound[end - len(pcm) : end]) // 2)

    def reset(self) -> None:
        """Forget."""
        self.resets += 1
        self._held = bytes(BLOCK_BYTES)
