"""Whether the microphone hears the loudspeaker at all, and how late.

An echo canceller that finds no echo takes out speech in its stead; with headphones it must stay
away.  Loudness does not tell the two apart, for people talk while the assistant does.  But an echo
always comes equally late: the phases of what is heard and of what was played agree at one delay,
and nowhere else (generalized cross-correlation, Knapp and Carter 1976).  The loudness of either
does not matter, nor does a voice on top.

Two devices have two clocks.  With 200 millionths between them an echo wanders by a millisecond in
five seconds, and what the windows tell no longer adds up; so it is added up for each of a few
differences of the clocks, and the one that agrees best counts.
"""

from __future__ import annotations

import math

import numpy as np

from desktop_app.audio.past import Past
from desktop_app.audio.pcm import (
    BYTES_PER_SAMPLE,
    FULL_SCALE,
    RATE_HZ,
    Float32,
    from_bytes,
    samples_of_ms,
)

WINDOW_MS = 200
REACH_MS = 500
"""The latest echo that is looked for, and the latest a canceller can take out."""
DECIMATED_HZ = 8_000
"""Most of speech is below 4 kHz."""
LOW_HZ, HIGH_HZ = 200, 3_400
MEMORY = 0.9
"""What a window still counts when the next one comes: a few seconds are remembered."""
MOST_AGREEMENT = 8.0
"""A window counts no more than this, in standard deviations: two clicks agree by chance."""
SEEN = 9.0
"""So much the windows together must agree; ten minutes of two voices do not come to more than 8."""
LOST = 6.5
WINDOWS_TO_DENY = 7
"""After so many windows with sound an echo would have been seen, and the latest one too."""
WINDOWS_TO_LOSE = 5
WINDOWS_ONCE_JUDGED, WINDOWS_ONCE_SEEN = 2, 4
"""Once it is known whether there is an echo, only every second window is looked at; every fourth
behind one in which it was seen."""
SKEWS_PPM = range(-400, 401, 50)
"""By so much the microphone's clock may run faster; sound cards differ by less than half of it."""
LEAST_PLAYED = 10 ** (-60 / 20)
LEAST_HEARD = 10 ** (-90 / 20)
"""Less is a microphone that is switched off, or one that lets nothing but speech through."""

_STEP = RATE_HZ // DECIMATED_HZ
_WINDOW = samples_of_ms(WINDOW_MS, DECIMATED_HZ)
_REACH = samples_of_ms(REACH_MS, DECIMATED_HZ)
_SIZE = 1 << (_WINDOW + _REACH - 1).bit_length()
_BAND = slice(LOW_HZ * _SIZE // DECIMATED_HZ + 1, -(-HIGH_HZ * _SIZE // DECIMATED_HZ))


class EchoPath:
    """Watches both sides, in blocks of 10 ms or a few of them at once.

    Attributes:
        heard: Whether the loudspeaker is heard; None: too little was played to say.
        delay_ms: How long the echo takes, while it is heard.
    """

    def __init__(self) -> None:
        self._taper = np.hanning(_WINDOW).astype(np.float32)
        self._past = Past(_bytes_of(WINDOW_MS + REACH_MS))
        self.reset()

    def reset(self) -> None:
        """Another device: all begins anew."""
        self.heard: bool | None = None
        self.delay_ms = 0
        self._past.clear(_bytes_of(REACH_MS))
        self._until_look = _bytes_of(WINDOW_MS)
        self._sums = np.zeros((len(SKEWS_PPM), _REACH), np.float32)
        self._drifted = [0] * len(SKEWS_PPM)
        self._listened = 0
        self._weight = 0.0
        self._windows = 0

    def listen(self, near: bytes, far: bytes | None) -> None:
        """Take what is heard and what is played (None: silence) at the same time."""
        self._past.add(near, far)
        self._listened += len(near) // BYTES_PER_SAMPLE
        self._until_look -= len(near)
        if self._until_look <= 0:
            self._look()
            self._until_look = self._windows_apart() * _bytes_of(WINDOW_MS)

    def _windows_apart(self) -> int:
        if self.heard is None:
            return 1
        seen = self.heard and not self._windows
        return WINDOWS_ONCE_SEEN if seen else WINDOWS_ONCE_JUDGED

    def _look(self) -> None:
        played = self._past.played(_bytes_of(WINDOW_MS + REACH_MS))
        if played.count(0) == len(played):
            return  # As most of the time: no arithmetic for that.
        near, far = _decimated(self._past.heard(_bytes_of(WINDOW_MS))), _decimated(played)
        if _loudness(far) < LEAST_PLAYED:
            return
        if _loudness(near) < LEAST_HEARD:
            if self.heard is None:  # Else a microphone that was switched off would deny it.
                self._windows += 1
                self._judge(0.0, 0)
            return
        agreement = self._agreement(near, far)
        self._drift()
        self._sums *= np.float32(MEMORY)
        self._sums += np.minimum(np.maximum(agreement, -MOST_AGREEMENT), MOST_AGREEMENT)
        self._weight = MEMORY**2 * self._weight + 1
        self._windows += 1
        strength = np.abs(self._sums)
        strongest = int(np.argmax(strength))
        self._judge(float(strength.flat[strongest]) / self._weight**0.5, strongest % _REACH)

    def _drift(self) -> None:
        """Move each sum to where its echo has wandered since it was looked at last."""
        for row, ppm in enumerate(SKEWS_PPM):
            drifted = round(ppm * self._listened / _STEP / 1_000_000)
            if more := drifted - self._drifted[row]:
                self._drifted[row] = drifted
                self._sums[row] = np.roll(self._sums[row], more)

    def _agreement(self, near: Float32, far: Float32) -> Float32:
        """How much the phases agree at each delay, in standard deviations of chance."""
        spectrum = np.fft.rfft(near * self._taper, _SIZE)[_BAND]
        spectrum *= np.conj(np.fft.rfft(far, _SIZE)[_BAND])
        phases = np.zeros(_SIZE // 2 + 1, np.complex64)
        phases[_BAND] = spectrum / (np.abs(spectrum) + np.float32(1e-12))
        agreement = np.fft.irfft(phases, _SIZE)
        # `far` begins `_REACH` earlier than `near`.
        return np.asarray(agreement[-_REACH:] / agreement.std(), np.float32)

    def _judge(self, score: float, delay: int) -> None:
        if score >= SEEN:
            self.heard = True
            self.delay_ms = delay * 1000 // DECIMATED_HZ
            self._windows = 0
        elif self.heard is None and self._windows >= WINDOWS_TO_DENY:
            self.heard = False
        elif self.heard and score < LOST and self._windows >= WINDOWS_TO_LOSE:
            self.heard = False
            self.delay_ms = 0


def _bytes_of(ms: int) -> int:
    return samples_of_ms(ms) * BYTES_PER_SAMPLE


def _decimated(pcm: bytes) -> Float32:
    """Bring sound to 8 kHz, crudely: what folds over folds on both sides."""
    samples = from_bytes(pcm).astype(np.float32)
    decimated = samples[::_STEP].copy()
    # A tenth of the time of `mean` over an axis as short as this.
    for number in range(1, _STEP):
        decimated += samples[number::_STEP]
    decimated *= np.float32(1 / (_STEP * FULL_SCALE))
    return decimated


def _loudness(samples: Float32) -> float:
    return math.sqrt(float(samples @ samples) / len(samples))
