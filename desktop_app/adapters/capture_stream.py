"""An input stream that records into a ring buffer, in C: no Python code runs for what it hears.

rtmixer writes in PortAudio's callback; whoever wants the sound looks whether there is some.
"""

from __future__ import annotations

from collections.abc import Callable, Container
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
from desktop_app.audio.pcm import BLOCK_MS, FULL_SCALE, RATE_HZ, Float32, to_bytes
from desktop_app.audio.resample import Resampler, downmix

RING_S = 8
"""At least so much is kept while nobody takes it: 1 MB at 24 kHz, for rings are powers of two."""
SHORT_MS = BLOCK_MS // 2
"""How often a sound server is asked: it steps as often as it must, and its steps are waited for."""


class _Ring(Protocol):
    """What we use of `rtmixer.RingBuffer`."""

    read_available: int

    def readinto(self, data: Float32) -> int: ...


class _Recorder(Protocol):
    """What we use of `rtmixer.Recorder`."""

    actions: Container[object]

    def record_ringbuffer(self, ringbuffer: _Ring) -> object: ...
    def start(self) -> None: ...
    def close(self) -> None: ...


class CaptureStream:
    """One device that records.  `open`, `lead` and `close` block: use the sound thread.

    Attributes:
        label: The device's name for people.
        form: How it is recorded.
        server_name: Name of the stream on a sound server; empty: there is no server.
    """

    def __init__(self, finished: Callable[[], None]) -> None:
        """Prepare; ``finished`` is called from PortAudio's thread when the stream ends."""
        self.label = ""
        self.form = Form(RATE_HZ, 1)
        self.server_name = ""
        self._finished = finished
        self._to_pcm: Callable[[Float32], bytes] = to_bytes
        self._target: Target | None = None
        self._recorder: _Recorder | None = None
        self._ring: _Ring | None = None
        self._memory = memoryview(b"").cast("f")
        """What the ring lies in, and how much was ever taken out of it."""
        self._taken = 0
        self._action: object = None

    # -- in the sound thread --------------------------------------------------------------------

    def open(self, device: str) -> None:
        """Open and start.

        Raises:
            SoundError: If it cannot be opened.
        """
        target, self._recorder = open_device("input", device, self._opener)
        self._target = target
        self.label = target.label
        self.server_name = target.stream

    def lead(self, device: str) -> bool:
        """Change without a gap, if a sound server leads us there; or return that we cannot."""
        label = None if self._target is None else led("input", self._target, device)
        self.label = label or self.label
        return label is not None

    def close(self) -> None:
        """Stop and close.  Idempotent."""
        recorder, self._recorder = self._recorder, None
        if recorder is not None:
            with PORTAUDIO.closing():
                recorder.close()
        # Whoever still holds us holds no megabyte with us.
        self._ring = self._action = None
        self._memory = memoryview(b"").cast("f")

    def _opener(
        self, target: Target, sounddevice: ModuleType, rtmixer: ModuleType
    ) -> Callable[[Form], _Recorder]:
        # Not where no server keeps what we do not take in time.
        period_ms = SHORT_MS if target.stream else BLOCK_MS

        def opener(form: Form) -> _Recorder:
            recorder: _Recorder = rtmixer.Recorder(
                samplerate=form.rate_hz,
                blocksize=form.rate_hz * period_ms // 1000,
                device=target.index,
                channels=form.channels,
                latency="low",
                extra_settings=extra_settings(target, sounddevice),
                finished_callback=self._finished,
            )
            frames = 1 << (RING_S * form.rate_hz - 1).bit_length()
            memory = np.zeros(frames * form.channels, np.float32)
            self._ring = rtmixer.RingBuffer(memory.itemsize * form.channels, buffer=memory)
            self._memory, self._taken = memory.data.cast("B").cast("f"), 0
            self._action = recorder.record_ringbuffer(self._ring)
            try:
                recorder.start()
            except sounddevice.PortAudioError:
                recorder.close()
                raise
            self.form = form
            self._to_pcm = former(form)
            return recorder

        return opener

    # -- in one thread, after it was opened -----------------------------------------------------

    @property
    def waiting(self) -> int:
        """How many frames, of the device's form, can be taken."""
        ring = self._ring
        return ring.read_available if ring is not None else 0

    def loudest(self, begin: int, end: int) -> int:
        """Return the largest sample, as in PCM16, of the waiting frames from ``begin`` to ``end``.

        They stay where they are: what can wait is made PCM later, all of it in one go.
        """
        memory, channels = self._memory, self.form.channels
        if not memory:
            return 0
        size = len(memory)
        first = (self._taken + begin) * channels % size
        last = first + (end - begin) * channels
        parts = (memory[first:last], memory[: max(0, last - size)])
        peak = max((max(max(part), -min(part)) for part in parts if part), default=0.0)
        return round(min(1.0, peak) * FULL_SCALE)  # What is no number counts as loud.

    def take(self, frames: int) -> bytes:
        """Take so many of the frames that are waiting; return what is complete as PCM of ours."""
        ring = self._ring
        if ring is None:
            return b""
        taken = np.empty(frames * self.form.channels, np.float32)
        self._taken += ring.readinto(taken)
        return self._to_pcm(taken)

    def resume(self) -> bool:
        """Record on after the ring was full, which ends recording; return whether that was so."""
        recorder, ring = self._recorder, self._ring
        if recorder is None or ring is None or self._action in recorder.actions:
            return False
        self._action = recorder.record_ringbuffer(ring)
        return True


def former(form: Form) -> Callable[[Float32], bytes]:
    """Return what makes mono at 24 kHz of what a device gives, choosy or not.

    PCM16 passes unchanged: sound servers and PortAudio make floats of it by the scale of ours.
    """
    if form == Form(RATE_HZ, 1):
        return to_bytes
    if form.rate_hz == RATE_HZ:
        return lambda frames: to_bytes(downmix(frames, form.channels))
    resampler = Resampler(form.rate_hz, RATE_HZ)
    return lambda frames: to_bytes(resampler.push(downmix(frames, form.channels)))
