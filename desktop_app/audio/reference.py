"""What the loudspeaker took, in the pace of the microphone: how an echo canceller knows the echo.

The microphone's blocks and the device's takes come in bursts of their own, yet both last as long
as they last.  So each block of the microphone gets the next stretch of the tape.  The stretch must
be taken before its echo arrives: it is never later than the burst in hand explains.

Two devices have two clocks.  What comes of that is made up for by single samples, for a canceller
that has learnt the way of an echo loses it for seconds when that jumps.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

import numpy as np

from desktop_app.audio.pcm import BLOCK_MS, RATE_HZ, Float32, samples_of_ms, to_bytes
from desktop_app.audio.resample import Resampler
from desktop_app.audio.tape import Tape

MOST_BEHIND_MS = 300
"""What was taken longer ago is of no use, and is dropped."""
MOST_TAKEN_MS = 100
"""So much is taken at once, at the most."""
KEPT_MS = MOST_BEHIND_MS + MOST_TAKEN_MS
MOST_AHEAD_MS = 20
"""How far the device may be overtaken: what it takes next stands on the tape already."""
LASTING_TAKES = 100
"""What is behind in each of so many takes is no burst: sound of the microphone is missing."""
BORNE_BEHIND_MS = 10
"""More than this is caught up with at once then."""
BORNE_MS = 4
"""So much more or less than at first, on average over those takes, is no sign of other clocks."""
MOST_USUAL_AHEAD_MS = 5
"""So much we may be ahead at first: then there is room for bursts."""
SETTLING_S = 6.0
"""What is more is made up for in about this time."""


class Reference:
    """Hands out the tape as it passes the head.

    Args:
        tape: What is read.  It must keep `KEPT_MS` of what its head has passed.
        head: Returns the position that the device takes next.
        rate_hz: The device's rate.
    """

    def __init__(self, tape: Tape, head: Callable[[], int], rate_hz: int = RATE_HZ) -> None:
        self._tape, self._head, self._rate_hz = tape, head, rate_hz
        self._at = head()
        self._behind: deque[int] = deque(maxlen=LASTING_TAKES)
        self._usual: float | None = None
        self._owed = 0.0
        # What is on the tape came from 24 kHz: little can go wrong on its way back.
        self._resampler = Resampler(rate_hz, RATE_HZ, "QQ") if rate_hz != RATE_HZ else None
        self._rest = np.zeros(0, np.float32)
        self._read_ahead = 0
        """What the resampler was given before its time."""

    def take(self, samples: int) -> bytes | None:
        """Return the next ``samples`` at 24 kHz as PCM; None if all of them are silent."""
        size = samples * self._rate_hz // RATE_HZ
        head = self._head()
        self._keep_up(head - size, size)
        if self._at >= self._tape.end:
            # What comes next is written at the head: nobody may have passed it by then.
            self._at = min(self._at + size, head)
            self._forget_rest()
            return None
        if self._at + size > head + samples_of_ms(MOST_AHEAD_MS, self._rate_hz):
            return None  # The device stands still, and so does the tape.
        if self._resampler is None:
            taken = self._read(size)
        else:
            taken = self._resampled(samples, size, self._resampler)
        return to_bytes(taken) if taken.any() else None

    def _keep_up(self, newest: int, size: int) -> None:
        """Go on to where the device is: at once if we lag far behind it, else bit by bit."""
        behind = newest - (self._at - self._read_ahead)
        self._behind.append(behind)
        known = len(self._behind) == LASTING_TAKES
        if behind > samples_of_ms(MOST_BEHIND_MS, self._rate_hz):
            self._jump(behind)
        elif known and (least := min(self._behind)) > samples_of_ms(BORNE_BEHIND_MS, self._rate_hz):
            self._jump(least)
        elif known:
            self._drift_along(size / self._rate_hz)

    def _jump(self, samples: int) -> None:
        self._at += samples
        self._behind.clear()
        self._usual = None
        self._owed = 0.0

    def _drift_along(self, taken_s: float) -> None:
        """Skip or repeat a sample now and then, if the device's clock is not the microphone's."""
        mean = sum(self._behind) / LASTING_TAKES
        if self._usual is None:
            self._usual = max(mean, -samples_of_ms(MOST_USUAL_AHEAD_MS, self._rate_hz))
        more, borne = mean - self._usual, samples_of_ms(BORNE_MS, self._rate_hz)
        self._owed += (more - max(-borne, min(borne, more))) * taken_s / SETTLING_S
        step = int(self._owed)
        self._owed -= step
        self._at += step

    def _read(self, size: int) -> Float32:
        begin, self._at = self._at, self._at + size
        return self._tape.read(begin, self._at)

    def _resampled(self, samples: int, size: int, resampler: Resampler) -> Float32:
        self._read_ahead -= size
        # The filter may hold a few samples back: then it gets more, for later would be too late.
        while len(self._rest) < samples:
            self._rest = np.concatenate([self._rest, resampler.push(self._read(size))])
            self._read_ahead += size
            size = min(size, samples_of_ms(BLOCK_MS, self._rate_hz))
        taken, self._rest = self._rest[:samples], self._rest[samples:]
        return taken

    def _forget_rest(self) -> None:
        self._read_ahead = 0
        if self._resampler is not None and len(self._rest):
            self._resampler.flush()
            self._rest = np.zeros(0, np.float32)
