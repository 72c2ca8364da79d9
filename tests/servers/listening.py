"""The input buffer, and turns found by loudness, in the sound's own time."""

from __future__ import annotations

import numpy as np

BYTES_PER_MS = 48
FRAME_MS = 20
FRAME_BYTES = FRAME_MS * BYTES_PER_MS
SPEECH_FRAMES = 3
# A threshold of 0.5 means -36 dBFS: well under speech, well over a room's noise.
RMS_PER_THRESHOLD = 0.032


class InputBuffer:
    """Sound that is not yet an item.  Positions count all sound of the session, in bytes."""

    def __init__(self) -> None:
        self.pcm = bytearray()
        self.start = 0

    @property
    def end(self) -> int:
        return self.start + len(self.pcm)

    @property
    def ms(self) -> float:
        return len(self.pcm) / BYTES_PER_MS

    @property
    def end_ms(self) -> int:
        return self.end // BYTES_PER_MS

    def append(self, pcm: bytes) -> None:
        self.pcm += pcm

    def keep_from(self, position: int) -> None:
        """Forget what came before ``position``."""
        cut = max(0, min(position - self.start, len(self.pcm)))
        del self.pcm[:cut]
        self.start += cut

    def take(self) -> bytes:
        """Return all of it and be empty."""
        taken = bytes(self.pcm)
        self.start = self.end
        self.pcm.clear()
        return taken


class Detector:
    """Finds the begin and the end of speech by loudness.

    Feed it the sound with `hear`; it answers with ``("start", ms)`` and ``("stop", ms)``.
    """

    def __init__(self) -> None:
        self.speaking = False
        self.start_ms = 0
        self._seen = 0
        self._rest = bytearray()
        self._loud = 0
        self._quiet_ms = 0

    def reset(self) -> None:
        """Forget the turn that goes on."""
        self.speaking = False
        self._loud = self._quiet_ms = 0

    def hear(
        self, pcm: bytes, *, threshold: float, prefix_ms: int, silence_ms: int
    ) -> list[tuple[str, int]]:
        """Listen to more sound."""
        found = []
        self._rest += pcm
        while len(self._rest) >= FRAME_BYTES:
            frame = np.frombuffer(bytes(self._rest[:FRAME_BYTES]), dtype="<i2")
            del self._rest[:FRAME_BYTES]
            self._seen += FRAME_MS
            rms = float(np.sqrt(np.mean(np.square(frame / 32768.0))))
            if self._turns(rms >= threshold * RMS_PER_THRESHOLD, silence_ms):
                if self.speaking:
                    begin = self._seen - SPEECH_FRAMES * FRAME_MS - prefix_ms
                    self.start_ms = max(0, begin)
                    found.append(("start", self.start_ms))
                else:
                    found.append(("stop", self._seen))
        return found

    def _turns(self, loud: bool, silence_ms: int) -> bool:
        """Take one frame; return whether speech began or ended with it."""
        self._loud = self._loud + 1 if loud else 0
        self._quiet_ms = 0 if loud else self._quiet_ms + FRAME_MS
        if not self.speaking and self._loud >= SPEECH_FRAMES:
            self.speaking = True
            return True
        if self.speaking and self._quiet_ms >= silence_ms:
            self.speaking = False
            return True
        return False
