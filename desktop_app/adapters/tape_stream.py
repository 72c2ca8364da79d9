"""An output stream that plays an endless tape, in C: no Python code can make it wait.

rtmixer reads a ring buffer in PortAudio's callback.  Here the ring is always full, of silence at
first, and `desktop_app.audio.tape` writes into it in front of the reader.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable
from types import ModuleType
from typing import Protocol

import numpy as np

from desktop_app.adapters.portaudio import PORTAUDIO
from desktop_app.adapters.sound_target import (
    Form,
    Target,
    extra_settings,
    led,
    open_device,
)
from desktop_app.audio.pcm import RATE_HZ

TAPE_SAMPLES = 1 << 20
"""44 s at 24 kHz, in 4 MB: more waits in Python.  A power of two, as PortAudio's rings are."""
LATENCIES_S = (0.010, 0.025, 0.050, 0.100)
"""How much the device holds: the least first, and more on machines that cannot keep up."""
SHORT_BLOCKS_BELOW_S = 0.030

_log = logging.getLogger(__name__)


class _Ring(Protocol):
    """What we use of `rtmixer.RingBuffer`."""

    read_available: int

    def advance_write_index(self, size: int) -> int: ...
    def advance_read_index(self, size: int) -> int: ...


class _Stats(Protocol):
    output_underflows: int


class _Action(Protocol):
    stats: _Stats


class _Mixer(Protocol):
    """What we use of `rtmixer.Mixer`."""

    latency: float
    channels: int
    samplerate: float
    actions: object

    def play_ringbuffer(self, ringbuffer: _Ring, channels: list[int]) -> _Action: ...
    def start(self) -> None: ...
    def close(self) -> None: ...


class TapeStream:
    """The device's side of the tape.  `open`, `reopen` and `close` block: use the sound thread."""

    def __init__(self, step: int, finished: Callable[[], None]) -> None:
        """Prepare.

        Args:
            step: Which of `LATENCIES_S` to begin with.
            finished: Called from PortAudio's thread if the stream ends by itself.
        """
        self.label = ""
        self.rate_hz = RATE_HZ
        self.step = step
        self.latency_s = 0.0
        self.memory = np.zeros(TAPE_SAMPLES, np.float32)
        self._finished = finished
        self._written = TAPE_SAMPLES
        self._rings: list[_Ring] = []
        self._actions: list[_Action] = []
        self._mixer: _Mixer | None = None
        self._closing = False
        self._ended = False
        self._device = ""
        self._target: Target | None = None

    # -- in the sound thread --------------------------------------------------------------------

    def open(self, device: str) -> None:
        """Open the device and start to play silence.

        Raises:
            SoundError: If it cannot be opened.
        """
        self._device = device
        self._closing = self._ended = False
        target, self._mixer = open_device("output", device, self._opener)
        self._target = target
        self.label = target.label

    def reopen(self) -> None:
        """Open the same device again one step slower; the tape stands still meanwhile.

        Raises:
            SoundError: If it cannot be opened.
        """
        self.close()
        self.step += 1
        self.open(self._device)

    def lead(self, device: str) -> None:
        """Go on on ``device``: the server leads us there, or the tape stands still meanwhile.

        Raises:
            SoundError: If it cannot be opened; nothing is open then.
        """
        if self._mixer is not None and not self._ended and self._moved(device):
            self._device = device
            return
        self.close()
        self.open(device)

    def _moved(self, device: str) -> bool:
        label = None if self._target is None else led("output", self._target, device)
        self.label = label or self.label
        return label is not None

    def close(self) -> None:
        """Stop and close.  Idempotent."""
        self._closing = True
        mixer, self._mixer = self._mixer, None
        if mixer is not None:
            with PORTAUDIO.closing():
                mixer.close()

    # -- in any thread --------------------------------------------------------------------------

    @property
    def can_step(self) -> bool:
        """There is a slower way to play."""
        return self.step + 1 < len(LATENCIES_S)

    @property
    def tail(self) -> int:
        """Samples that the device holds."""
        return round(self.latency_s * self.rate_hz)

    def head(self) -> int:
        """Return the position that the device takes next."""
        return self._written - self._rings[0].read_available

    def underflows(self) -> int:
        """Return how often the device ran empty since it was opened."""
        return self._actions[0].stats.output_underflows if self._actions else 0

    def grow(self, samples: int) -> None:
        """Let the reader go on into ``samples`` more of the ring, which must be silent."""
        self._written += samples
        for ring in self._rings:
            ring.advance_write_index(samples)

    def _opener(
        self, target: Target, sounddevice: ModuleType, rtmixer: ModuleType
    ) -> Callable[[Form], _Mixer]:
        def opener(form: Form) -> _Mixer:
            wanted_s = LATENCIES_S[self.step]
            on_linux = sys.platform.startswith("linux")
            short = form.rate_hz // (200 if wanted_s < SHORT_BLOCKS_BELOW_S else 100)
            mixer: _Mixer = rtmixer.Mixer(
                samplerate=form.rate_hz,
                # Elsewhere the system's own block is the one that it serves in time.
                blocksize=short if on_linux else 0,
                latency=wanted_s if on_linux or self.step else "low",
                device=target.index,
                channels=form.channels,
                extra_settings=extra_settings(target, sounddevice),
                finished_callback=self._has_ended,
            )
            try:
                self._thread_tape(mixer, form, rtmixer)
                mixer.start()
            except sounddevice.PortAudioError:
                mixer.close()
                raise
            self.latency_s = mixer.latency
            return mixer

        return opener

    def _thread_tape(self, mixer: _Mixer, form: Form, rtmixer: ModuleType) -> None:
        """Put the tape into the player: one reader a channel, all on the same memory."""
        if self.rate_hz != form.rate_hz:
            self.rate_hz = form.rate_hz
            self.memory.fill(0)
            self._rings, self._written = [], TAPE_SAMPLES
        if len(self._rings) != form.channels:
            position = self.head() if self._rings else 0
            self._rings = [self._ring_at(position, rtmixer) for _ in range(form.channels)]
        self._actions = [
            mixer.play_ringbuffer(ring, channels=[number])
            for number, ring in enumerate(self._rings, start=1)
        ]

    def _ring_at(self, position: int, rtmixer: ModuleType) -> _Ring:
        """Return a reader that stands at ``position`` of the tape."""
        ring: _Ring = rtmixer.RingBuffer(self.memory.itemsize, buffer=self.memory)
        ring.advance_write_index(position % TAPE_SAMPLES)
        ring.advance_read_index(position % TAPE_SAMPLES)
        ring.advance_write_index(self._written - position)
        return ring

    def _has_ended(self) -> None:
        self._ended = True
        if not self._closing:
            self._finished()
