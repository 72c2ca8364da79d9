"""Whether somebody else than the loudspeaker is heard, while an echo is taken out.

A canceller that hears two at once takes much of the person with the echo, often the whole first
word.  So what it leaves is not asked, but what the microphone hears: an echo is, in each band of
frequencies, at most so much louder than what was played, which is soon learnt.  Two voices hardly
ever fill the same bands at the same time: whoever speaks stands out in some of them.
"""

from __future__ import annotations

from collections import deque

import numpy as np

from desktop_app.audio.pcm import BLOCK_SAMPLES, FULL_SCALE, RATE_HZ, Float64, from_bytes

EDGES_HZ = (
    *(150, 250, 350, 450, 570, 700, 840, 1000, 1170, 1370, 1600),
    *(1850, 2150, 2500, 2900, 3400, 4000, 4800, 5800, 7000, 9000),
)
"""Between these are the bands: about one critical band of the ear each."""
STANDS_OUT = 10 ** (3 / 10)
"""So much more power than the loudest echo of what was played is somebody else's."""
ENOUGH_BANDS = 3
OF_BLOCKS, ENOUGH_BLOCKS = 5, 4
"""Four blocks of five: in the overlapping frames a key is in two or three, a syllable in more."""
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
_WINDOW = np.hanning(_SIZE).astype(np.float32)
_SCALE = 2 / (FULL_SCALE**2 * float(_WINDOW @ _WINDOW) * _SIZE)
_BINS = np.searchsorted(np.fft.rfftfreq(_SIZE, 1 / RATE_HZ), EDGES_HZ)


class NearEnd:
    """Compares blocks of 10 ms that are heard with those they may be the echo of.

    Attributes:
        heard: Somebody else than the loudspeaker is heard, as of the newest block.
    """

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Begin anew."""
        self.heard = False
        bands = len(EDGES_HZ) - 1
        self._samples = np.zeros((2, _SIZE), np.float32)
        self._played = np.zeros((LATEST_BLOCKS, bands))
        self._ringing = np.zeros(bands)
        self._loudest = np.zeros(bands)
        self._learnt = np.zeros(bands, np.int64)
        self._noise = np.full(bands, np.inf)
        self._others: deque[bool] = deque(maxlen=OF_BLOCKS)

    def compare(self, heard: bytes, played: bytes | None) -> None:
        """Take a block that was heard, and what was played whose echo comes within the next."""
        power, made_by = self._bands(heard, played)
        self._played[:-1] = self._played[1:]
        self._played[-1] = made_by + DISTORTION * made_by.sum()
        self._ringing = np.maximum(self._played.max(axis=0), RING * self._ringing)
        self._noise = np.minimum(np.maximum(self._noise * NOISE_RISES, LEAST_NOISE), power)
        audible = power > np.maximum(OVER_NOISE * self._noise, LEAST_POWER)
        known = self._learnt >= LEARNING_BLOCKS
        stands_out = power > STANDS_OUT * self._loudest * self._ringing
        bands = int(np.count_nonzero(audible & known & stands_out))
        self._others.append(bands >= ENOUGH_BANDS and int(self._learnt.max()) >= SURE_BLOCKS)
        self.heard = sum(self._others) >= ENOUGH_BLOCKS
        self._learn(power)

    def _bands(self, heard: bytes, played: bytes | None) -> tuple[Float64, Float64]:
        """Power by band of the newest 20 ms of both."""
        self._samples[:, :BLOCK_SAMPLES] = self._samples[:, BLOCK_SAMPLES:]
        self._samples[0, BLOCK_SAMPLES:] = from_bytes(heard)
        self._samples[1, BLOCK_SAMPLES:] = 0 if played is None else from_bytes(played)
        spectra = np.fft.rfft(self._samples * _WINDOW, axis=1)
        powers = _SCALE * (np.square(spectra.real) + np.square(spectra.imag))
        sums = np.add.reduceat(powers, _BINS, axis=1)[:, :-1]
        return sums[0], sums[1]

    def _learn(self, power: Float64) -> None:
        """Follow how loud the echo of what was played gets, at the most."""
        echo = (self._ringing > QUIETEST_PLAYED) & (power > OVER_NOISE / 2 * self._noise)
        ratio = power / np.maximum(self._ringing, QUIETEST_PLAYED)
        louder = ratio > self._loudest
        followed = np.where(louder, LOUDER, SOFTER) * self._loudest
        learning = self._learnt < LEARNING_BLOCKS
        level = np.where(learning, np.maximum(ratio, self._loudest), followed)
        self._loudest = np.where(echo, level, self._loudest)
        self._learnt += echo
