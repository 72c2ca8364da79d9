"""When a listener would take a sound for somebody who begins to speak."""

from __future__ import annotations

import numpy as np

from desktop_app.offline.vad import FRAME_MS, SpeechProbability
from tests.servers import speech
from tests.servers.speech import Sound

LIKELY = 0.5
OF_FRAMES = 8
ENOUGH_FRAMES = 6
"""About 200 ms of speech in about 250 ms."""


def interruptions(sound: Sound) -> list[float]:
    """When (in seconds) somebody seems to begin to speak, with a neural detector as the judge."""
    pcm = np.frombuffer(speech.to_pcm(sound), np.int16)
    likely = np.array(SpeechProbability().feed(pcm)) > LIKELY
    enough = np.convolve(likely, np.ones(OF_FRAMES))[: len(likely)] >= ENOUGH_FRAMES
    begins = np.flatnonzero(np.diff(enough.astype(int), prepend=0) == 1)
    return [float(begin * FRAME_MS / 1000) for begin in begins]
