"""Whether a piece of sound holds nothing but the room, so that nobody need ask who speaks.

A network that tells speech from noise costs as much as all the rest of listening.  Whoever speaks
to a microphone is far louder than the quiet room around it.
"""

from __future__ import annotations

from desktop_app.audio.pcm import BLOCK_BYTES, BLOCK_MS, FULL_SCALE, from_bytes

SILENT = 20
"""Largest sample (-64 dBFS) of a microphone behind which nothing is heard."""
OVER_ROOM = 2.0
"""So much louder than the room somebody who speaks must be: 6 dB."""
LOUDEST_STILL = 130
"""Largest sample (-48 dBFS) in which nobody speaks, whatever the room: a peak of speech at -60."""
RISE_DB_PER_S = 2.0
"""How fast what stays is taken for the room."""
LASTS_MS = 400
"""So long after a sound one listens on: words pause."""

LULL_MS = 2_000
"""After so much stillness nobody waits for what is heard: servers find the end of speech sooner."""

_RISE_PER_BLOCK = 10 ** (RISE_DB_PER_S / 20 * BLOCK_MS / 1000)


class Stillness:
    """Follows the microphone, one block of 10 ms or a few at a time.

    Args:
        loudest: Largest sample in which nobody speaks, if that is what the room is like.
    """

    def __init__(self, loudest: int = LOUDEST_STILL) -> None:
        self._loudest = loudest
        self.reset()

    def reset(self) -> None:
        """Another microphone: nothing is known of the room."""
        self._room = 1.0
        self._listens_ms = 0

    def still(self, pcm: bytes) -> bool:
        """Return whether ``pcm`` (PCM16) is no more than the room, nor was a moment ago."""
        samples = from_bytes(pcm)
        # Not abs(): int16 has no +32768.
        peak = max(int(samples.max(initial=0)), -int(samples.min(initial=0)))
        return self.goes_on(peak, len(pcm) // BLOCK_BYTES)

    def goes_on(self, peak: int, blocks: int) -> bool:
        """Return the same of so many ``blocks`` whose largest sample is ``peak``."""
        self._room = max(1.0, min(peak, self._room * _RISE_PER_BLOCK**blocks))
        if peak >= max(SILENT, min(self._loudest, OVER_ROOM * self._room)):
            self._listens_ms = LASTS_MS
        elif peak < SILENT:
            self._listens_ms = 0
        else:
            self._listens_ms = max(0, self._listens_ms - blocks * BLOCK_MS)
        return not self._listens_ms


class Lull:
    """Tells when what is heard can wait a moment: there has been nothing but the room for a while.

    Here a louder room is one as well, for nothing is lost: a voice is noticed with its first block
    that is louder, and one that begins more softly than the room comes a moment later.
    """

    def __init__(self) -> None:
        self._stillness = Stillness(FULL_SCALE)
        self._still_ms = 0

    def lasts(self, peak: int, blocks: int) -> bool:
        """Take the largest sample of the next ``blocks``; return whether they can wait."""
        still = self._stillness.goes_on(peak, blocks)
        self._still_ms = self._still_ms + blocks * BLOCK_MS if still else 0
        return self._still_ms > LULL_MS
