"""How likely each moment of sound is speech: the Silero v6 network, fed as the sound arrives.

The weights (MIT) come with faster-whisper; only the file is used here, because importing that
package costs half a second.
"""

from __future__ import annotations

import functools
import importlib.util
from pathlib import Path

import numpy as np

from desktop_app.audio.pcm import FULL_SCALE, RATE_HZ, Int16
from desktop_app.audio.resample import Resampler
from desktop_app.audio.speech_net import (
    CONTEXT_SAMPLES,
    FRAME_SAMPLES,
    NET_RATE_HZ,
    Memory,
    SpeechNet,
)
from desktop_app.offline.onnx_weights import float_tensors

FRAME_MS = FRAME_SAMPLES * 1000 / NET_RATE_HZ
_ASSET = Path("assets", "silero_vad_v6.onnx")


class SpeechProbability:
    """Turns blocks of any length into one probability per 32 ms; one instance per stream.

    Raises:
        OSError: If there are no weights.
        ValueError: If the weights are broken.
    """

    def __init__(self) -> None:
        self._network = network()
        self.reset()

    def reset(self) -> None:
        """Forget the stream so far, as if nothing had been heard yet."""
        # Low quality is ample for this network, and it holds back the least sound.
        self._resampler = Resampler(RATE_HZ, NET_RATE_HZ, "LQ")
        self._waiting = np.zeros(CONTEXT_SAMPLES, np.float32)
        self._memory = Memory()

    def feed(self, pcm: Int16) -> list[float]:
        """Take the next block.

        Args:
            pcm: Mono, 24 kHz, any number of samples.

        Returns:
            A probability from 0 to 1 for each frame of 32 ms that this block completed.
        """
        sound = self._resampler.push(pcm.astype(np.float32) / np.float32(FULL_SCALE))
        self._waiting = np.concatenate([self._waiting, sound])
        found: list[float] = []
        whole = (len(self._waiting) - CONTEXT_SAMPLES) // FRAME_SAMPLES * FRAME_SAMPLES
        for start in range(0, whole, FRAME_SAMPLES):
            frame = self._waiting[start : start + CONTEXT_SAMPLES + FRAME_SAMPLES]
            odds, self._memory = self._network.judge(frame, self._memory)
            found.append(odds)
        self._waiting = self._waiting[whole:]
        return found


@functools.cache
def network() -> SpeechNet:
    """Load the network, once for all streams: it keeps no state of its own."""
    return SpeechNet(float_tensors(weights_file().read_bytes()))


def weights_file() -> Path:
    """Find the weights.

    Raises:
        FileNotFoundError: If there are none.
    """
    spec = importlib.util.find_spec("faster_whisper")
    for folder in (spec.submodule_search_locations or []) if spec else []:
        if (path := Path(folder) / _ASSET).is_file():
            return path
    raise FileNotFoundError(
        "The speech detector is missing: reinstall Parley (faster-whisper 1.2.1 brings it)."
    )
