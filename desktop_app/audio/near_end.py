"""Whether somebody else than the loudspeaker is heard, while an echo is taken out.

A canceller that hears two at once takes much of the person with the echo, often the whole first
word.  So what it leaves is not asked, but what the microphone hears: an echo is, in each band of
frequencies, at most so much louder than what was played, which is soon learnt.  Two voices hardly
ever fill the same bands at the same time: whoever speaks stands out in some of them.
"""

from __future__ import annotations

import functools
from collections import deque

import numpy as np

from desktop_app.audio.pcm import (
    BLOCK_BYTES,
    BLOCK_SAMPLES,
    BYTES_PER_SAMPLE,
    FULL_SCALE,
    RATE_HZ,
    Float64,
    Int16,
)

EDGES_HZ = (
    *(150, 250, 350, 450, 570, 700, 840, 1000, 1170, 1370, 1600),
    *(1850, 2150, 2500, 2900, 3400, 4000, 4800, 5800, 7000, 9000),
)
"""Between these are the bands: about one critical band of the ear each."""
STANDS_OUT = 10 ** (4 / 10)
"""So much more power than the loudest echo of what was played is somebody else's."""
ENOUGH_BANDS = 3
OF_BLOCKS, ENOUGH_BLOCKS = 5, 3
"""Three blocks of five: a click is in two of the overlapping frames, a syllable in more."""
LEAST_POWER = 10 ** (-62 / 10)
"""In a band; whoever speaks before a microphone is louder."""
OVER_NOISE = 20.0
NOISE_RISES = 1.01
"""By so much a block the noise is taken to rise until it is heard to be less."""
LEAST_NOISE = LEAST_POWER / OVER_NOISE

LATEST_BLOCKS = 4
"""An echo may come a block earlier than it was measured to come, or two later, and in frames."""
RING = 10 ** (-1.0 / 10)
"""What is left of a sound in the room after a block: reverberation of 600 ms."""
DISTORTION = 5e-4
"""So much of all that is played comes out of a loudspeaker in bands where it was not."""
QUIETEST_PLAYED = 1e-8
LEARNING_BLOCKS = 60
"""The loudest of so much echo is how loud it gets in a band, at first."""
SURE_BLOCKS = 100
"""After so much echo, in whatever band, that is relied on."""
LOUDER, SOFTER = 10 ** (0.285 / 10), 10 ** (-0.015 / 10)
"""How the loudest echo follows what is heard: 95 of 100 blocks are below it."""

_SIZE = 2 * BLOCK_SAMPLES
_HANN = np.hanning(_SIZE)
_WINDOW = (_HANN * np.sqrt(2 / (FULL_SCALE**2 * float(_HANN @ _HANN) * _SIZE))).astype(np.float32)
"""Scaled, so that a bin's square is power."""
_PARTS = 2 * np.searchsorted(np.fft.rfftfreq(_SIZE, 1 / RATE_HZ), EDGES_HZ)
"""Where bands begin among real and imaginary parts."""
_BANDS = len(EDGES_HZ) - 1


class NearEnd:
    """Compares blocks of 10 ms that are heard with those they may be the echo of.

    Several may come at once, and are compared together: what is learnt of them counts from the
    next ones on.

    Attributes:
        heard: Somebody else than the loudspeaker is heard, as of the newest block.
    """

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Begin anew."""
        self.heard = False
        self._last_heard = self._last_played = bytes(BLOCK_BYTES)
        self._played = np.zeros((LATEST_BLOCKS - 1, _BANDS))
        self._ringing = np.zeros(_BANDS)
        self._loudest = np.zeros(_BANDS)
        self._learnt = np.zeros(_BANDS, np.int64)
        self._noise = np.full(_BANDS, np.inf)
        self._others: deque[bool] = deque(maxlen=OF_BLOCKS)

    def compare(self, heard: bytes, played: bytes | None) -> bool:
        """Compare blocks that were heard with what was played whose echo comes within the next.

        Args:
            heard: PCM16, whole blocks of 10 ms.
            played: As long; None: silence.

        Returns:
            Whether somebody else was heard, as of any of them.
        """
        power, made_by = self._bands(heard, played)
        ringing, noise = self._rung(made_by), self._risen(power)
        audible = power > OVER_NOISE * noise
        stands_out = audible & (power > STANDS_OUT * self._loudest * ringing)
        bands = np.count_nonzero(stands_out & (self._learnt >= LEARNING_BLOCKS), axis=1)
        sure = int(self._learnt.max()) >= SURE_BLOCKS
        was_heard = False
        for count in bands.tolist():
            self._others.append(sure and count >= ENOUGH_BANDS)
            self.heard = sum(self._others) >= ENOUGH_BLOCKS
            was_heard = was_heard or self.heard
        self._learn(power, ringing, noise)
        return was_heard

    def _bands(self, heard: bytes, played: bytes | None) -> tuple[Float64, Float64]:
        """Power of both by block and band, shape ``(blocks, bands)``, in frames of 20 ms."""
        count = len(heard) // BLOCK_BYTES
        played = bytes(len(heard)) if played is None else played
        both = b"".join((self._last_heard, heard, self._last_played, played))
        self._last_heard, self._last_played = heard[-BLOCK_BYTES:], played[-BLOCK_BYTES:]
        # Each frame begins with the second half of the one before.
        steps = (len(heard) + BLOCK_BYTES, BLOCK_BYTES, BYTES_PER_SAMPLE)
        frames: Int16 = np.ndarray((2, count, _SIZE), "<i2", both, strides=steps)
        parts = np.fft.rfft(frames * _WINDOW).view(np.float32)
        np.square(parts, out=parts)
        sums = np.add.reduceat(parts, _PARTS, axis=2, dtype=np.float64)
        return sums[0, :, :-1], sums[1, :, :-1]

    def _rung(self, made_by: Float64) -> Float64:
        """Return what of the loudspeaker's sound the room may still hold, block by block."""
        count = len(made_by)
        played = made_by + DISTORTION * made_by.sum(axis=1, keepdims=True)
        known = np.concatenate([self._played, played])
        self._played = known[count:]
        newest = np.maximum(known[:count], known[1 : count + 1])
        newest = np.maximum(newest, np.maximum(known[2 : count + 2], known[3:]))
        # The loudest so far, if all fades alike: what is divided first does not fade.
        fading = _powers_of(RING, count)
        newest[0] = np.maximum(newest[0], RING * self._ringing)
        ringing: Float64 = np.maximum.accumulate(newest / fading, axis=0) * fading
        self._ringing = ringing[-1]
        return ringing

    def _risen(self, power: Float64) -> Float64:
        """Return how loud the noise is at least taken to be, block by block."""
        rising = _powers_of(NOISE_RISES, len(power))
        softest = np.maximum(power, LEAST_NOISE)
        softest[0] = np.minimum(softest[0], NOISE_RISES * self._noise)
        noise: Float64 = np.minimum.accumulate(softest / rising, axis=0) * rising
        self._noise = noise[-1]
        return noise

    def _learn(self, power: Float64, ringing: Float64, noise: Float64) -> None:
        """Follow how loud the echo of what was played gets, at the most."""
        echo = (ringing > QUIETEST_PLAYED) & (power > OVER_NOISE / 2 * noise)
        ratio = power / np.maximum(ringing, QUIETEST_PLAYED)
        follows = np.where(ratio > self._loudest, LOUDER, SOFTER)
        followed = self._loudest * np.prod(follows, axis=0, where=echo)
        if int(self._learnt.min()) < LEARNING_BLOCKS:
            loudest = np.max(ratio, axis=0, where=echo, initial=0.0)
            learning = self._learnt < LEARNING_BLOCKS
            followed = np.where(learning, np.maximum(loudest, self._loudest), followed)
        self._loudest = followed
        self._learnt += np.count_nonzero(echo, axis=0)


@functools.cache
def _powers_of(factor: float, count: int) -> Float64:
    """Return the factor to the power of 0, 1 and so on, shape ``(count, 1)``."""
    return np.asarray(factor ** np.arange(count, dtype=np.float64)[:, None])
