"""The microphone: what a `CaptureStream` records, looked for just when it must be there.

On Windows the timers of asyncio tick 64 times a second, so that there what is looked for is found
up to 16 ms late, and two blocks at a time.  To be told of blocks instead, Python would have to run
in PortAudio's callback.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from functools import partial

from desktop_app.adapters.capture_stream import CaptureStream
from desktop_app.adapters.portaudio import close_in_sound_thread, in_sound_thread
from desktop_app.adapters.pulse_api import Pulse
from desktop_app.adapters.pulse_server import place_of
from desktop_app.adapters.pulse_watch import PulseWatch
from desktop_app.adapters.sound_problems import gone
from desktop_app.audio.level import Meter
from desktop_app.audio.pacing import Pacer
from desktop_app.audio.pcm import BLOCK_BYTES, BLOCK_MS
from desktop_app.audio.stillness import Lull
from desktop_app.core.problems import Problem
from desktop_app.core.sound import MicLevel
from desktop_app.ports import SoundError

LOOK_S = 0.5
MOST_MISSED = 2
"""Looks without sound, after which a microphone counts as gone."""
MOST_MISSED_AT_FIRST = 10
"""The same before the first sound: Bluetooth changes its profile first."""
MOST_BYTES = 3000 * BLOCK_BYTES
"""So much waits for whoever listens; then the oldest is dropped."""
LULL_BLOCKS = 4
"""So many are waited for, and come as one, while there is nothing but the room to be heard."""
GUARDED = ("source", "source_output")
"""Changes after which a stream may record something else."""

_log = logging.getLogger(__name__)


class PortAudioMicrophone:
    """A `Microphone`.  All of it but `level` runs on the loop that opened it."""

    def __init__(self) -> None:
        self._meter = Meter()
        self._capture: _Capture | None = None
        self._at_once = 1

    @property
    def level(self) -> MicLevel:
        """Loudness of what came since this was asked last."""
        capture = self._capture
        if capture is None or capture.problem is not None:
            return MicLevel()
        loud = self._meter.read()
        return MicLevel(loud.rms_dbfs, loud.peak_dbfs, loud.clipped)

    @property
    def blocks_at_once(self) -> int:
        """How many blocks are waited for, and given out as one."""
        return self._at_once

    @blocks_at_once.setter
    def blocks_at_once(self, value: int) -> None:
        self._at_once = value
        if self._capture is not None:
            self._capture.wait_for(value)

    async def open(self, device: str) -> str:
        """Open ``device`` by name (empty: system default) and return its label for people.

        What is open goes on until the new one runs, so that nothing that is said falls between.

        Raises:
            SoundError: If no microphone can be opened; one that was open goes on.
        """
        old = self._capture
        if old is not None:
            if old.problem is None and await in_sound_thread(partial(old.stream.lead, device)):
                return old.stream.label
            if old.problem is not None:
                await self.aclose()  # While it is open, the list of devices is the old one.
        capture = _Capture(asyncio.get_running_loop())
        await in_sound_thread(lambda: capture.open(device), undo=lambda _: capture.close())
        old, self._capture = self._capture, capture
        if old is not None:
            capture.follow(old)
        capture.watch(self._at_once)
        if old is not None:
            old.end()
            await close_in_sound_thread(old.close)
        return capture.stream.label

    async def blocks(self) -> AsyncIterator[bytes]:
        """Yield blocks as they come, of whichever device is open; end after `aclose`.

        Up to `blocks_at_once` that came together are one, or `LULL_BLOCKS` if that is more.

        Raises:
            SoundError: If the device goes away.
        """
        while (capture := self._capture) is not None:
            while piece := capture.piece(max(self._at_once, LULL_BLOCKS)):
                self._meter.push(piece)
                yield piece
            if capture.problem is not None:
                raise SoundError(capture.problem)
            if not capture.ended:
                await capture.news()

    async def aclose(self) -> None:
        """Close the device.  Idempotent."""
        capture, self._capture = self._capture, None
        self._meter = Meter()
        if capture is not None:
            capture.end()
            await close_in_sound_thread(capture.close)


class _Capture:
    """One opened device, from opening to loss or close."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.stream = CaptureStream(self._finished)
        self.problem: Problem | None = None
        self.ended = False
        self.doubted = False
        """Something was moved: until it is known what, this may be a recording of a speaker."""
        self._loop = loop
        self._inbox = bytearray()
        self._lull = Lull()
        self._lulled = 0
        """Frames that wait in the stream, and can."""
        self._news = asyncio.Event()
        self._taken = 0
        self._seen = 0
        self._missed = 0
        self._pacer: Pacer | None = None
        self._next: asyncio.TimerHandle | None = None
        self._watchdog: asyncio.TimerHandle | None = None
        self._places: PulseWatch | None = None

    # -- in the sound thread --------------------------------------------------------------------

    def open(self, device: str) -> None:
        """Open and start."""
        self.stream.open(device)
        if self.stream.server_name:
            self._places = PulseWatch(
                self._check_place, GUARDED, noticed=self._doubt, debounce_s=0.0
            )

    def close(self) -> None:
        """Stop and close."""
        if self._places is not None:
            self._places.stop()
        self.stream.close()

    # -- in the thread of the watch -------------------------------------------------------------

    def _doubt(self) -> None:
        self.doubted = True

    def _check_place(self, pulse: Pulse | None) -> None:
        """The server moves streams silently: one that lost its microphone records a speaker."""
        name = self.stream.server_name
        place = place_of(pulse, "input", name) if pulse else None
        if place is not None and place.is_monitor:
            _log.info("The microphone was moved to %s", place.device)
            self._call(self._lose_all)  # And stays doubted.
            return
        self.doubted = False
        self._call(self._news.set)

    # -- in PortAudio's thread, at its end ------------------------------------------------------

    def _finished(self) -> None:
        self._call(self.lose)

    def _call(self, what: Callable[[], None]) -> None:
        try:
            self._loop.call_soon_threadsafe(what)
        except RuntimeError:
            self.ended = True  # The loop is over, and with it who listened.

    # -- on the loop ----------------------------------------------------------------------------

    def watch(self, blocks: int) -> None:
        """Begin to take what comes, so many ``blocks`` at once, and to look whether it does."""
        rate_hz = self.stream.form.rate_hz
        self._pacer = Pacer(self._loop.time(), rate_hz * BLOCK_MS // 1000, rate_hz)
        self._watchdog = self._loop.call_later(LOOK_S, self._look)
        self.wait_for(blocks)

    def wait_for(self, blocks: int) -> None:
        """Take so many ``blocks`` at once; if those are there already, now."""
        if self._pacer is not None and not self.ended and self.problem is None:
            self._pacer.want(blocks)
            if self._next is not None:
                self._next.cancel()
            self._next = self._loop.call_at(self._pacer.next_s, self._poll, self._pacer)

    def piece(self, blocks: int) -> bytes:
        """Return the oldest of what was taken, at most so many ``blocks`` as one; empty: wait."""
        whole = min(len(self._inbox) // BLOCK_BYTES, blocks) * BLOCK_BYTES
        if not whole or self.doubted:
            return b""
        piece = bytes(self._inbox[:whole])
        del self._inbox[:whole]
        return piece

    async def news(self) -> None:
        """Return when there is a piece, or an end."""
        self._news.clear()
        heard = len(self._inbox) >= BLOCK_BYTES and not self.doubted
        if not heard and not self.ended and self.problem is None:
            await self._news.wait()

    def follow(self, old: _Capture) -> None:
        """Begin where ``old`` ends: until now that one was heard."""
        self.stream.take(self.stream.waiting)
        old._take(old.stream.waiting)
        if not old.doubted:
            self._inbox += old._inbox

    def end(self) -> None:
        """Take no more, for nobody wants it."""
        self.ended = True
        self._stop_looking()

    def lose(self) -> None:
        """Note that the device is gone, unless we are closing it."""
        if not self.ended and self.problem is None:
            self._take(self.stream.waiting)
            self.problem = gone("input", self.stream.label)
            self._stop_looking()

    def _lose_all(self) -> None:
        self.lose()
        self._inbox.clear()

    def _stop_looking(self) -> None:
        for timer in (self._next, self._watchdog):
            if timer is not None:
                timer.cancel()
        self._news.set()

    def _poll(self, pacer: Pacer) -> None:
        stream, before = self.stream, self._lulled
        frames = pacer.look(self._loop.time(), stream.waiting - before)
        if frames:
            self._lulled += frames
            block = stream.form.rate_hz * BLOCK_MS // 1000
            peak = stream.loudest(before, self._lulled)
            can_wait = self._lull.lasts(peak, frames // block)
            if not can_wait or self._lulled >= LULL_BLOCKS * block:
                self._take(self._lulled)
        self._next = self._loop.call_at(pacer.next_s, self._poll, pacer)

    def _take(self, frames: int) -> None:
        self._taken += frames
        self._lulled = 0
        self._inbox += self.stream.take(frames)
        if len(self._inbox) > MOST_BYTES:
            del self._inbox[:-MOST_BYTES]
        self._news.set()

    def _look(self) -> None:
        # Twice in a row: after the computer slept, the first look comes before any sound can.
        come = self._taken + self.stream.waiting
        self._missed = self._missed + 1 if come == self._seen else 0
        self._seen = come
        if self._missed >= (MOST_MISSED if come else MOST_MISSED_AT_FIRST):
            self.lose()
            return
        if self.stream.resume():
            _log.warning("Nobody took what the microphone heard for so long that some is lost")
        self._watchdog = self._loop.call_later(LOOK_S, self._look)
