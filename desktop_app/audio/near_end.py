"""Whether somebody else than the loudspeaker is heard, while an echo is taken out.

A canceller that hears two at once takes much of the person with the echo, and what slips through
is too short for a speech detector.  But of an echo alone next to nothing is left: whatever
passes it nearly whole, for longer than a click lasts, comes from the room.
"""

from __future__ import annotations

from collections import deque

from desktop_app.audio.pcm import FULL_SCALE, from_bytes

PASSES = 10 ** (-15 / 10)
"""More of the power than this passes; of the echo of a clipping loudspeaker 0.001 does."""
LEAST_POWER = 10 ** (-42 / 10)
"""Nobody speaks more softly to this microphone, and echoes leave less."""
OF_LOUDNESS = 10 ** (-16 / 10)
"""More than this part of the last second's power: a room rings on after what made it ring."""
LOUDEST_ECHO = 10 ** (-20 / 10)
"""Of an echo far louder than a voice enough is left to be taken for one."""
OVER_NOISE = 20.0
"""So much more power than the noise of the room: a fan passes as well, and stays."""
SPAN_BLOCKS = 100
OF_BLOCKS = 4
ENOUGH_BLOCKS = 3
"""Three blocks of 10 ms of four: a key is shorter, a syllable is not."""


class NearEnd:
    """Compares blocks of 10 ms before and after the canceller.

    Attributes:
        heard: Somebody else than the loudspeaker is heard, as of the newest block.
    """

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Begin anew."""
        self.heard = False
        self._before: deque[float] = deque(maxlen=SPAN_BLOCKS)
        self._left: deque[float] = deque(maxlen=SPAN_BLOCKS)
        self._passed: deque[bool] = deque(maxlen=OF_BLOCKS)

    def compare(self, before: bytes, after: bytes) -> None:
        """Take a block that was heard, and what is left of it."""
        self._before.append(_power(before))
        # The canceller holds nearly a block back.
        heard = max(list(self._before)[-2:])
        loudness = sum(self._before) / len(self._before)
        left = _power(after)
        self._left.append(left)
        relative = max(OVER_NOISE * min(self._left), OF_LOUDNESS * loudness, PASSES * heard)
        self._passed.append(loudness < LOUDEST_ECHO and left > max(LEAST_POWER, relative))
        self.heard = sum(self._passed) >= ENOUGH_BLOCKS


def _power(pcm: bytes) -> float:
    samples = from_bytes(pcm).astype("f4")
    return float(samples @ samples) / (FULL_SCALE**2 * max(1, len(samples)))
