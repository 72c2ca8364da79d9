"""The microphone: blocks of 10 ms from PortAudio, with nothing but a copy in its callbacks."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import AsyncIterator, Callable
from functools import partial
from typing import Protocol

from desktop_app.adapters.block_former import BlockFormer, taken
from desktop_app.adapters.portaudio import PORTAUDIO, close_in_sound_thread, in_sound_thread
from desktop_app.adapters.pulse_api import Pulse
from desktop_app.adapters.pulse_server import moved, place_of
from desktop_app.adapters.pulse_watch import PulseWatch
from desktop_app.adapters.sound_problems import gone
from desktop_app.adapters.sound_target import (
    Form,
    Target,
    extra_settings,
    find_target,
    open_target,
)
from desktop_app.adapters.thread_priority import hasty_threads
from desktop_app.audio.level import Meter
from desktop_app.audio.pcm import BLOCK_MS, RATE_HZ
from desktop_app.core.problems import Problem
from desktop_app.core.sound import MicLevel
from desktop_app.ports import SoundError

LOOK_S = 0.5
MOST_MISSED = 2
"""Looks without a block, after which a microphone counts as gone."""
MOST_MISSED_AT_FIRST = 10
"""The same before the first block: Bluetooth changes its profile first."""
MOST_BLOCKS = 3000
SHORT_MS = BLOCK_MS // 2
"""How often a sound server is asked: it steps as often as it must, and its steps are waited for."""
PATIENT_BLOCKS = 2
"""So many come at once where a lone block may wait."""
GUARDED = ("source", "source_output")
"""Changes after which a stream may record something else."""

_log = logging.getLogger(__name__)


class _InputStream(Protocol):
    """What we use of `sounddevice.RawInputStream`."""

    def start(self) -> None: ...
    def close(self) -> None: ...


class PortAudioMicrophone:
    """A `Microphone`.  All of it but the callbacks runs on the loop that opened it."""

    def __init__(self) -> None:
        self.level = MicLevel()
        self._meter = Meter()
        self._capture: _Capture | None = None
        self._patient = False

    @property
    def patient(self) -> bool:
        """Whether a lone block waits for the next."""
        return self._patient

    @patient.setter
    def patient(self, value: bool) -> None:
        self._patient = value
        if self._capture is not None:
            self._capture.wait_for(PATIENT_BLOCKS if value else 1)

    async def open(self, device: str) -> str:
        """Open ``device`` by name (empty: system default) and return its label for people.

        What is open goes on until the new one runs, so that nothing that is said falls between.

        Raises:
            SoundError: If no microphone can be opened; one that was open goes on.
        """
        old = self._capture
        if old is not None:
            if old.problem is None and await in_sound_thread(partial(old.lead, device)):
                return old.label
            if old.problem is not None:
                await self.aclose()  # While it is open, the list of devices is the old one.
        capture = _Capture(asyncio.get_running_loop())
        capture.wait_for(PATIENT_BLOCKS if self._patient else 1)
        await in_sound_thread(lambda: capture.open(device), undo=lambda _: capture.close())
        capture.watch()
        old, self._capture = self._capture, capture
        if old is not None:
            capture.inbox.clear()  # Until here the old one was heard.
            old.end()
            await close_in_sound_thread(old.close)
        return capture.label

    async def blocks(self) -> AsyncIterator[bytes]:
        """Yield blocks as they come, of whichever device is open; end after `aclose`.

        While it is `patient`, two that came together are one.

        Raises:
            SoundError: If the device goes away.
        """
        while (capture := self._capture) is not None:
            while capture.inbox and not capture.doubted:
                for piece in taken(capture.inbox, capture.form, as_one=self._patient):
                    loud = self._meter.measure(piece)
                    self.level = MicLevel(loud.rms_dbfs, loud.peak_dbfs, loud.clipped)
                    yield piece
            if capture.problem is not None:
                self.level = MicLevel()
                raise SoundError(capture.problem)
            if not capture.ended:
                await capture.news()

    async def aclose(self) -> None:
        """Close the device.  Idempotent."""
        capture, self._capture = self._capture, None
        self.level = MicLevel()
        if capture is not None:
            capture.end()
            await close_in_sound_thread(capture.close)


class _Capture:
    """One opened device, from opening to loss or close."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.label = ""
        self.inbox: deque[bytes] = deque(maxlen=MOST_BLOCKS)
        self.problem: Problem | None = None
        self.ended = False
        self.doubted = False
        """Something was moved: until it is known what, this may be a recording of a speaker."""
        self._loop = loop
        self._news = asyncio.Event()
        self._waking = False
        self._least = 1
        self._halves = False
        self._half = b""
        self._blocks = 0
        self._seen = 0
        self._missed = 0
        self._watchdog: asyncio.TimerHandle | None = None
        self._stream: _InputStream | None = None
        self._target: Target | None = None
        self._places: PulseWatch | None = None
        self.form: Callable[[bytes], list[bytes]] = lambda block: [block]

    # -- in the sound thread --------------------------------------------------------------------

    def open(self, device: str) -> None:
        """Open and start."""
        with PORTAUDIO.locked() as sounddevice:
            target = find_target("input", device, sounddevice)
            # Not where no server keeps what we do not take in time.
            self._halves = bool(target.stream)

            def start(form: Form) -> _InputStream:
                stream: _InputStream = sounddevice.RawInputStream(
                    samplerate=form.rate_hz,
                    blocksize=form.rate_hz * (SHORT_MS if self._halves else BLOCK_MS) // 1000,
                    device=target.index,
                    channels=form.channels,
                    dtype="int16",
                    latency="low",
                    extra_settings=extra_settings(target, sounddevice),
                    callback=self._heard,
                    finished_callback=self._finished,
                )
                try:
                    stream.start()
                except sounddevice.PortAudioError:
                    stream.close()
                    raise
                if form != Form(RATE_HZ, 1):
                    self.form = BlockFormer(form).blocks
                return stream

            with hasty_threads():
                self._stream = open_target(target, "input", sounddevice, start)
            PORTAUDIO.opened()
        self._target = target
        self.label = target.label
        if target.stream:
            self._places = PulseWatch(
                self._check_place, GUARDED, noticed=self._doubt, debounce_s=0.0
            )

    def lead(self, device: str) -> bool:
        """Change without a gap, if a sound server leads us back to where we were opened."""
        target = self._target
        if target is None or not target.stream:
            return target is not None and self._is_on(device)
        label = moved("input", target.stream, device, target.name)
        self.label = label or self.label
        return label is not None

    def close(self) -> None:
        """Stop and close."""
        if self._places is not None:
            self._places.stop()
        stream, self._stream = self._stream, None
        if stream is not None:
            with PORTAUDIO.closing():
                stream.close()

    def _is_on(self, device: str) -> bool:
        with PORTAUDIO.locked() as sounddevice:
            return self._target == find_target("input", device, sounddevice)

    # -- in the thread of the watch -------------------------------------------------------------

    def _doubt(self) -> None:
        self.doubted = True

    def _check_place(self, pulse: Pulse | None) -> None:
        """The server moves streams silently: one that lost its microphone records a speaker."""
        target = self._target
        place = place_of(pulse, "input", target.stream) if pulse and target else None
        if place is not None and place.is_monitor:
            _log.info("The microphone was moved to %s", place.device)
            self.inbox.clear()
            self._call(self.lose)
            return
        self.doubted = False
        self._call(self._wake)

    # -- in PortAudio's thread ------------------------------------------------------------------

    def _heard(self, data: bytes, frames: int, time: object, status: object) -> None:
        if self._halves and not self._half:
            self._half = bytes(data)
            return
        self.inbox.append(self._half + bytes(data))
        self._half = b""
        self._blocks += 1
        if not self._waking and len(self.inbox) >= self._least:
            self._waking = True
            self._call(self._wake)

    def _finished(self) -> None:
        self._call(self.lose)

    def _call(self, what: Callable[[], None]) -> None:
        try:
            self._loop.call_soon_threadsafe(what)
        except RuntimeError:
            self.ended = True  # The loop is over, and with it who listened.

    # -- on the loop ----------------------------------------------------------------------------

    def wait_for(self, blocks: int) -> None:
        """Wake nobody for fewer ``blocks``; what lies here already waits no longer."""
        self._least = blocks
        self._news.set()

    async def news(self) -> None:
        """Return when there are blocks, or an end."""
        self._news.clear()
        heard = len(self.inbox) >= self._least and not self.doubted
        if not heard and not self.ended and self.problem is None:
            await self._news.wait()

    def watch(self) -> None:
        """Begin to look whether blocks come."""
        self._watchdog = self._loop.call_later(LOOK_S, self._look)

    def end(self) -> None:
        """Take no more blocks, for nobody wants them."""
        self.ended = True
        if self._watchdog is not None:
            self._watchdog.cancel()
        self._news.set()

    def lose(self) -> None:
        """Note that the device is gone, unless we are closing it."""
        if not self.ended and self.problem is None:
            self.problem = gone("input", self.label)
            self._news.set()

    def _wake(self) -> None:
        self._waking = False
        self._news.set()

    def _look(self) -> None:
        # Twice in a row: after the computer slept, the first look comes before any block can.
        self._missed = self._missed + 1 if self._blocks == self._seen else 0
        self._seen = self._blocks
        if self._missed >= (MOST_MISSED if self._blocks else MOST_MISSED_AT_FIRST):
            self.lose()
            return
        self._watchdog = self._loop.call_later(LOOK_S, self._look)
