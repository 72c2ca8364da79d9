"""The loudspeaker: what is played lies on a tape in C, and the head's position is the truth."""

from __future__ import annotations

import asyncio
import logging

from desktop_app.adapters import stalls
from desktop_app.adapters.portaudio import close_in_sound_thread, in_sound_thread
from desktop_app.adapters.sound_problems import gone
from desktop_app.adapters.stalls import Stalls
from desktop_app.adapters.tape_stream import TapeStream
from desktop_app.adapters.underflows import Underflows
from desktop_app.audio.playout import Began, Ended, Playout
from desktop_app.core.problems import Problem
from desktop_app.core.sound import SpeakerLost, SpeakerStarted, SpeakerStopped
from desktop_app.ports import Dispatch, SoundError

SOUNDING_CHECK_S = 1.0
"""How often to look while something plays and nothing else is due."""
SILENT_CHECK_S = 5.5
"""The same in silence, as long as the device could hold more."""
SOONEST_CHECK_S = 0.002
_log = logging.getLogger(__name__)


class PortAudioSpeaker:
    """A `Speaker`.  All of it runs on the loop that opened it."""

    def __init__(self) -> None:
        self._step = 0
        self._playback: _Playback | None = None

    async def open(self, device: str, dispatch: Dispatch) -> str:
        """Open ``device`` by name (empty: system default) and return its label for people.

        Raises:
            SoundError: If no speaker can be opened.
        """
        if self._playback is not None:
            return await self._playback.lead(device, dispatch)
        loop = asyncio.get_running_loop()
        playback = _Playback(loop, dispatch, self._step)
        stream = playback.stream
        await in_sound_thread(lambda: stream.open(device), undo=lambda _: stream.close())
        playback.begin()
        self._playback = playback
        return stream.label

    def play(self, item_id: str, pcm: bytes) -> None:
        """Queue ``pcm`` (PCM16, mono, 24 kHz) behind what plays now."""
        if self._playback is not None:
            self._playback.play(item_id, pcm)

    def cut(self) -> SpeakerStopped:
        """Fall silent and say how much was heard."""
        if self._playback is None:
            return SpeakerStopped(None, 0, cut=True)
        return self._playback.cut()

    def reference(self, samples: int) -> bytes | None:
        """Return the next ``samples`` that the device took; None: silence."""
        return self._playback.reference(samples) if self._playback is not None else None

    async def let_go(self) -> None:
        """Close the device, but keep what is not heard yet.  Idempotent."""
        if self._playback is not None:
            await self._playback.let_go()

    def hold(self) -> None:
        """Fall silent, but keep the rest and what comes."""
        if self._playback is not None:
            self._playback.hold(now=True)

    def resume(self) -> None:
        """Play what is held, from where it was."""
        if self._playback is not None:
            self._playback.hold(now=False)

    async def aclose(self) -> None:
        """Close the device; what is queued is lost.  Idempotent."""
        playback, self._playback = self._playback, None
        if playback is not None:
            # The machine will not be faster next time.
            self._step = playback.stream.step
            await playback.aclose()


class _Playback:
    """One opened device, from opening to loss or close."""

    def __init__(self, loop: asyncio.AbstractEventLoop, dispatch: Dispatch, step: int) -> None:
        self.stream = TapeStream(step, self._finished)
        self._loop = loop
        self._dispatch = dispatch
        self._playout: Playout | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._due: int | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._changing = False
        self._stands = False
        self._underflows = Underflows(self.stream.underflows)
        self._stalls = Stalls(loop.time)

    def begin(self) -> None:
        """Take the tape and begin to watch the device."""
        stream = self.stream
        self._playout = Playout(
            stream.memory, stream.head, rate_hz=stream.rate_hz, tail=stream.tail
        )
        self._run()

    def _run(self) -> None:
        """The device takes the tape from here on."""
        self._stands = False
        self._stalls.begin()
        self._underflows.begin()
        self._schedule()

    def play(self, item_id: str, pcm: bytes) -> None:
        """Queue ``pcm``."""
        playout = self._playout
        if playout is None:
            return
        was_silent = not playout.sounds
        playout.play(item_id, pcm)
        if not was_silent:
            self._put_off(playout)
        elif playout.sounds:
            self._underflows.sound_begins()
            self._check_soon()

    def cut(self) -> SpeakerStopped:
        """Fall silent."""
        cut = self._playout.cut() if self._playout is not None else None
        item_id, heard_ms = cut or (None, 0)
        if cut is not None:
            self._check_soon()
        return SpeakerStopped(item_id, heard_ms, cut=True)

    def reference(self, samples: int) -> bytes | None:
        """Return what the device took."""
        return self._playout.reference(samples) if self._playout is not None else None

    async def lead(self, device: str, dispatch: Dispatch) -> str:
        """Go on where the tape stands, on ``device``; return its label.

        Raises:
            SoundError: If it cannot be opened: the tape stands still then.
        """
        self._dispatch = dispatch
        stream, rate_hz = self.stream, self.stream.rate_hz
        await self._drop_tasks()
        self._changing = True
        try:
            await in_sound_thread(lambda: stream.lead(device), undo=lambda _: stream.close())
        except SoundError:
            self._stand()
            raise
        finally:
            self._changing = False
        if stream.rate_hz == rate_hz and self._playout is not None:
            self._playout.tail = stream.tail
            self._run()
            return stream.label
        # Another rate is another tape.
        stopped = self.cut()
        self.begin()
        if stopped.item_id is not None:
            self._dispatch(stopped)
        return stream.label

    async def let_go(self) -> None:
        """Close the device; the tape stands still."""
        self._stand()
        await self._drop_tasks()
        await close_in_sound_thread(self.stream.close)

    async def _drop_tasks(self) -> None:
        for task in list(self._tasks):
            task.cancel()
        if self._tasks:
            await asyncio.wait(list(self._tasks))

    def _stand(self) -> None:
        """Nothing takes the tape any more."""
        self._stands = True
        if self._timer is not None:
            self._timer.cancel()

    def hold(self, *, now: bool) -> None:
        """Fall silent for now, or go on."""
        if self._playout is not None:
            (self._playout.hold if now else self._playout.resume)()
            self._check_soon()

    async def aclose(self) -> None:
        """Close."""
        self._playout = None
        self._stand()
        for task in list(self._tasks):
            task.cancel()
        await close_in_sound_thread(self.stream.close)

    # -- time -----------------------------------------------------------------------------------

    def _check_soon(self) -> None:
        if not self._stands:
            self._check_at(self._loop.time(), due=None)

    def _check_at(self, when: float, due: int | None) -> None:
        """Look then, when the head should be at ``due`` (None: whatever else there is to see)."""
        if self._timer is not None:
            self._timer.cancel()
        self._timer, self._due = self._loop.call_at(when, self._check), due

    def _put_off(self, playout: Playout) -> None:
        """Look later if what is awaited has moved away, as the end does with all that is queued.

        Else each piece of sound that comes just in time would cost a look, and a wake-up.
        """
        timer, before, due = self._timer, self._due, playout.due()
        if timer is None or self._stands or before is None or due is None or due <= before:
            return
        when = min(timer.when() + (due - before) / self.stream.rate_hz, self._stalls.look_by)
        if when > timer.when():
            self._check_at(when, due)

    def _check(self) -> None:
        playout, self._timer = self._playout, None
        if playout is None or self._stands:
            return
        for happened in playout.poll():
            match happened:
                case Began(item_id):
                    self._dispatch(SpeakerStarted(item_id))
                case Ended(item_id, heard_ms):
                    self._dispatch(SpeakerStopped(item_id, heard_ms, cut=False))
        self.stream.grow(playout.release())
        self._mind_underflows(playout)
        if self._stalls.too_many(self.stream.head(), excused=self._changing):
            self._lose(gone("output", self.stream.label))
        elif self._timer is None:  # Nobody has asked for a look meanwhile.
            self._schedule()

    def _schedule(self) -> None:
        playout = self._playout
        if playout is None:
            return
        wait, due = playout.wait(), playout.due()
        if wait is None:
            # The ring must not run out of silence; and silence is the time to mend what tears.
            longest_s = len(self.stream.memory) / self.stream.rate_hz / 4
            delay_s = SILENT_CHECK_S if self.stream.can_step else longest_s
        else:
            delay_s = min(max(wait / self.stream.rate_hz, SOONEST_CHECK_S), SOUNDING_CHECK_S)
        if self._stalls.suspected:
            delay_s = stalls.STALL_CHECK_S
        self._check_at(self._loop.time() + delay_s, due)

    # -- machines that are slow -----------------------------------------------------------------

    def _mind_underflows(self, playout: Playout) -> None:
        """Let the device hold more if it ran empty too often."""
        too_many = self._underflows.too_many(sounds=playout.sounds)
        if too_many and self.stream.can_step and not self._changing:
            self._changing = True
            task = self._loop.create_task(self._slow_down(), name="speaker-slower")
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _slow_down(self) -> None:
        try:
            await in_sound_thread(self.stream.reopen, undo=lambda _: self.stream.close())
        except SoundError as error:
            self._changing = False
            self._lose(error.problem)
            return
        finally:
            self._changing = False
        _log.info("The speaker now holds %.0f ms", self.stream.latency_s * 1000)
        self._underflows.begin()
        if self._playout is not None:
            self._playout.tail = self.stream.tail

    # -- loss -----------------------------------------------------------------------------------

    def _finished(self) -> None:
        """PortAudio's thread says that the stream has ended."""
        try:
            self._loop.call_soon_threadsafe(self._lose, gone("output", self.stream.label))
        except RuntimeError:
            _log.info("The speaker ended after its loop")

    def _lose(self, problem: Problem) -> None:
        """The tape stands still; whoever opens the next device goes on from here."""
        if self._playout is None or self._stands or self._changing:
            return
        self._stand()
        self._dispatch(SpeakerLost(problem))
