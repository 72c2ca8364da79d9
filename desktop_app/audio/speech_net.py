"""The network that tells speech from other sound, in NumPy: Silero VAD v6 at 16 kHz.

The libraries that run any network take 35 MB of memory; this one alone is as quick in NumPy.  From
a frame it takes the strength of 129 tones at four times, which four convolutions and a memory
(LSTM) turn into one probability.

Products stay below what OpenBLAS shares with other threads: 9,216 factors by a vector
(``interface/gemv.c``), 262,144 multiplications of matrices (``interface/gemm.c``).  To wake a
thread costs more than it saves here, and on a busy machine its answer comes late.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from desktop_app.audio.pcm import Float32

NET_RATE_HZ = 16_000
FRAME_SAMPLES = 512
"""What makes one probability."""
CONTEXT_SAMPLES = 64
"""The end of the frame before, which the network wants to see again."""
UNITS = 128
_TONES = 129
_TIMES = 4
_WINDOW_SAMPLES = 256
_STEP_SAMPLES = 128
_ROWS = 32  # Of a part of the gates: 32 rows of 256 factors are fewer than 9,216.
_OVERHANG = _STEP_SAMPLES * (_TIMES - 1) + _WINDOW_SAMPLES - CONTEXT_SAMPLES - FRAME_SAMPLES

_TONES_WEIGHT = "encoder.feature_extractor.forward_basis_buffer"
_INPUT_WEIGHT, _MEMORY_WEIGHT, _GATES_BIAS = "onnx::LSTM_209", "onnx::LSTM_210", "onnx::LSTM_211"
_OUTPUT_WEIGHT, _OUTPUT_BIAS = "decoder.conv1d.weight", "decoder.conv1d.bias"
SHAPES: dict[str, tuple[int, ...]] = {
    _TONES_WEIGHT: (2 * _TONES, 1, _WINDOW_SAMPLES),
    "encoder.conv_layers.0.weight": (128, _TONES, 3),
    "encoder.conv_layers.0.bias": (128,),
    "encoder.conv_layers.1.weight": (64, 128, 3),
    "encoder.conv_layers.1.bias": (64,),
    "encoder.conv_layers.2.weight": (64, 64, 3),
    "encoder.conv_layers.2.bias": (64,),
    "encoder.conv_layers.3.weight": (128, 64, 3),
    "encoder.conv_layers.3.bias": (128,),
    _INPUT_WEIGHT: (1, 4 * UNITS, UNITS),
    _MEMORY_WEIGHT: (1, 4 * UNITS, UNITS),
    _GATES_BIAS: (1, 8 * UNITS),
    _OUTPUT_WEIGHT: (1, UNITS, 1),
    _OUTPUT_BIAS: (1,),
}
"""The weights, by their names in the file that Silero publishes."""


@dataclass(frozen=True, slots=True, eq=False)
class Memory:
    """What the network keeps of a stream; new: nothing was heard yet.

    Attributes:
        hidden: What the cell said last, shape ``(128,)``.
        cell: What it remembers, shape ``(128,)``.
    """

    hidden: Float32 = field(default_factory=lambda: np.zeros(UNITS, np.float32))
    cell: Float32 = field(default_factory=lambda: np.zeros(UNITS, np.float32))


class SpeechNet:
    """Judges frames.  It remembers nothing itself, so all streams and threads may share one.

    Args:
        weights: Arrays of the names and shapes in `SHAPES`; they are copied.

    Raises:
        ValueError: If a weight is missing or has another shape.
    """

    def __init__(self, weights: Mapping[str, Float32]) -> None:
        for name, shape in SHAPES.items():
            if name not in weights or weights[name].shape != shape:
                raise ValueError(f"The speech network wants {name} of shape {shape}.")
        tones = weights[_TONES_WEIGHT][:, 0].T
        self._real = np.ascontiguousarray(tones[:, :_TONES])
        self._imaginary = np.ascontiguousarray(tones[:, _TONES:])
        # Three taps each.  Of the last two layers only those are used that do not meet the padding.
        self._layers = [
            (_taps(weights, 0, 0, 3), weights["encoder.conv_layers.0.bias"].copy()),
            (_taps(weights, 1, 0, 3), weights["encoder.conv_layers.1.bias"].copy()),
            (_taps(weights, 2, 1, 3), weights["encoder.conv_layers.2.bias"].copy()),
            (_taps(weights, 3, 1, 2), weights["encoder.conv_layers.3.bias"].copy()),
        ]
        gates = np.hstack([weights[_INPUT_WEIGHT][0], weights[_MEMORY_WEIGHT][0]])
        self._gates = gates.reshape(-1, _ROWS, 2 * UNITS)
        biases = weights[_GATES_BIAS][0]
        self._gates_bias = biases[: 4 * UNITS] + biases[4 * UNITS :]
        self._output = weights[_OUTPUT_WEIGHT][0, :, 0].copy()
        self._output_bias = float(weights[_OUTPUT_BIAS][0])

    def judge(self, frame: Float32, memory: Memory) -> tuple[float, Memory]:
        """Say how likely a frame is speech.

        Args:
            frame: 16 kHz, -1 to 1, shape ``(576,)``: the context, and what is new.
            memory: Of the same stream, from the frame before.

        Returns:
            A probability from 0 to 1, and the memory for the next frame.
        """
        seen = np.concatenate([self._encoded(self._spectrum(frame)), memory.hidden])
        gates = (self._gates @ seen[:, None]).reshape(-1) + self._gates_bias
        # In the order of the file's format (ONNX): let in, let out, keep; and what is new.
        let_in, let_out, keep = _sigmoid(gates[: 3 * UNITS]).reshape(3, UNITS)
        cell = keep * memory.cell + let_in * np.tanh(gates[3 * UNITS :])
        hidden = let_out * np.tanh(cell)
        odds = np.maximum(hidden, 0) @ self._output + self._output_bias
        return float(_sigmoid(odds)), Memory(hidden, cell)

    def _spectrum(self, frame: Float32) -> Float32:
        """Return the strength of each tone, shape ``(4, 129)``."""
        # The last window looks beyond the end: into a mirror, as in training.
        sound = np.concatenate([frame, frame[-2 : -2 - _OVERHANG : -1]])
        steps = sound.reshape(_TIMES + 1, _STEP_SAMPLES)  # A window is two steps long.
        windows = np.concatenate([steps[:-1], steps[1:]], axis=1)
        real, imaginary = windows @ self._real, windows @ self._imaginary
        strength: Float32 = np.sqrt(real * real + imaginary * imaginary)
        return strength

    def _encoded(self, spectrum: Float32) -> Float32:
        """Run the convolutions, until one time is left of four; shape ``(128,)``."""
        (first, first_bias), (second, second_bias), *rest = self._layers
        padded = np.zeros((_TIMES + 2, _TONES), np.float32)
        padded[1:-1] = spectrum
        hidden = np.zeros((_TIMES + 2, 128), np.float32)
        around = np.concatenate([padded[:-2], padded[1:-1], padded[2:]], axis=1)
        np.maximum(around @ first + first_bias, 0, out=hidden[1:-1])
        # The second layer moves two times at a step.
        around = np.concatenate([hidden[0:3], hidden[2:5]]).reshape(2, -1)
        left: Float32 = np.maximum(around @ second + second_bias, 0).reshape(-1)
        for weight, bias in rest:
            left = np.maximum(left @ weight + bias, 0)
        return left


def _taps(weights: Mapping[str, Float32], layer: int, first: int, end: int) -> Float32:
    """Return a convolution as a matrix: what it sees (time by time) by what it says."""
    weight = weights[f"encoder.conv_layers.{layer}.weight"][:, :, first:end]
    return np.ascontiguousarray(weight.transpose(2, 1, 0)).reshape(-1, len(weight))


def _sigmoid(x: Float32) -> Float32:
    """The logistic function, in a form that cannot overflow."""
    half = np.float32(0.5)
    logistic: Float32 = np.tanh(x * half) * half + half
    return logistic
