"""How likely each moment of sound is speech: the Silero v6 network, fed as the sound arrives.

The network and its weights (MIT) come with faster-whisper; only the file is used here, because
importing that package costs half a second.
"""

from __future__ import annotations

import functools
import importlib.util
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    import onnxruntime  # type: ignore[import-untyped]

RATE_HZ = 24_000
"""Rate of the sound that comes in."""
MODEL_RATE_HZ = 16_000
FRAME_SAMPLES = 512
"""Samples at 16 kHz that make one probability."""
FRAME_MS = FRAME_SAMPLES * 1000 / MODEL_RATE_HZ
_CONTEXT_SAMPLES = 64  # The end of the frame before, which the network wants to see again.
_STATE_SHAPE = (1, 1, 128)
_ASSET = Path("assets", "silero_vad_v6.onnx")


class SpeechProbability:
    """Turns blocks of any length into one probability per 32 ms; one instance per stream."""

    def __init__(self) -> None:
        self._network = _network()
        self.reset()

    def reset(self) -> None:
        """Forget the stream so far, as if nothing had been heard yet."""
        import soxr  # type: ignore[import-untyped]  # Lazy: the engine starts before anyone speaks.

        # Low quality is ample for this network, and it holds back the least sound.
        self._resampler: Any = soxr.ResampleStream(
            RATE_HZ, MODEL_RATE_HZ, 1, dtype="float32", quality="LQ"
        )
        self._waiting = np.zeros(0, np.float32)
        self._context = np.zeros(_CONTEXT_SAMPLES, np.float32)
        self._h = np.zeros(_STATE_SHAPE, np.float32)
        self._c = np.zeros(_STATE_SHAPE, np.float32)

    def feed(self, pcm: npt.NDArray[np.int16]) -> list[float]:
        """Take the next block.

        Args:
            pcm: Mono, 24 kHz, any number of samples.

        Returns:
            A probability from 0 to 1 for each frame of 32 ms that this block completed.
        """
        sound = self._resampler.resample_chunk(pcm.astype(np.float32) / 32_768)
        sound = np.concatenate([self._waiting, sound])
        whole = len(sound) // FRAME_SAMPLES * FRAME_SAMPLES
        self._waiting = sound[whole:]
        if not whole:
            return []
        frames = sound[:whole].reshape(-1, FRAME_SAMPLES)
        ends = np.vstack([self._context[None], frames[:, -_CONTEXT_SAMPLES:]])
        self._context = ends[-1]
        seen = np.hstack([ends[:-1], frames])
        odds, self._h, self._c = self._network.run(
            None, {"input": seen, "h": self._h, "c": self._c}
        )
        return [float(odd) for odd in np.asarray(odds).reshape(-1)]


@functools.cache
def _network() -> onnxruntime.InferenceSession:
    """Load the network, once for all streams: it keeps no state of its own."""
    import onnxruntime  # Lazy: 0.2 s.

    options = onnxruntime.SessionOptions()
    options.inter_op_num_threads = options.intra_op_num_threads = 1
    options.enable_cpu_mem_arena = False
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(
        str(_asset()), sess_options=options, providers=["CPUExecutionProvider"]
    )


def _asset() -> Path:
    spec = importlib.util.find_spec("faster_whisper")
    for folder in (spec.submodule_search_locations or []) if spec else []:
        if (path := Path(folder) / _ASSET).is_file():
            return path
    raise FileNotFoundError(
        "The speech detector is missing: reinstall Parley (faster-whisper 1.2.1 brings it)."
    )
