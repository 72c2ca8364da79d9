"""A microphone and a loudspeaker without hardware and without a clock: the test turns the hand."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable

import numpy as np

from desktop_app.audio.level import Meter
from desktop_app.audio.pcm import BLOCK_BYTES, Int16, samples_of_ms, to_bytes
from desktop_app.audio.playout import Began, Ended, Playout
from desktop_app.core.problems import Action, Kind, Problem
from desktop_app.core.sound import (
    Device,
    DeviceList,
    DevicesChanged,
    DevicesStale,
    MicLevel,
    SpeakerLost,
    SpeakerStarted,
    SpeakerStopped,
)
from desktop_app.ports import Dispatch, SoundError

MIC_GONE = Problem(
    Kind.NO_MICROPHONE, "The microphone is gone", "Plug it in.", Action.CHOOSE_MICROPHONE
)
SPEAKER_GONE = Problem(Kind.NO_SPEAKER, "The speaker is gone", "Plug it in.", Action.CHOOSE_SPEAKER)
TAPE_SAMPLES = 1 << 20


class FakeMicrophone:
    """A `Microphone` that hears what the test says.

    Attributes:
        names: The devices there are; another name gives the first.
        refusal: If set, `open` raises it as `SoundError`.
        opened: The device names `open` was asked for.
        closed: How often it was closed.
    """

    def __init__(self, *names: str) -> None:
        self.blocks_at_once = 1
        self.names = names or ("Fake microphone",)
        self.refusal: Problem | None = None
        self.opened: list[str] = []
        self.closed = 0
        self.is_open = False
        self._said: deque[bytes] = deque()
        self._lost: Problem | None = None
        self._news = asyncio.Event()
        self._meter = Meter()

    async def open(self, device: str) -> str:
        """Open, or raise what the test wants."""
        self.opened.append(device)
        if self.refusal is not None:
            raise SoundError(self.refusal)
        if not self.is_open or self._lost is not None:
            self._said.clear()
            self._lost = None
        self.is_open = True
        return device if device in self.names else self.names[0]

    def hear(self, pcm: bytes) -> None:
        """Say ``pcm`` into the microphone; what is less than a block at the end is silence."""
        for at in range(0, len(pcm), BLOCK_BYTES):
            self._said.append(pcm[at : at + BLOCK_BYTES].ljust(BLOCK_BYTES, b"\0"))
        self._news.set()

    @property
    def level(self) -> MicLevel:
        """Measure what was given out since the last reading."""
        if not self.is_open or self._lost is not None:
            return MicLevel()
        loud = self._meter.read()
        return MicLevel(loud.rms_dbfs, loud.peak_dbfs, loud.clipped)

    @property
    def waiting(self) -> bool:
        """Whether there is something that nobody has taken yet."""
        return bool(self._said)

    def lose(self, problem: Problem = MIC_GONE) -> None:
        """Pull the plug."""
        self._lost = problem
        self._news.set()

    async def blocks(self) -> AsyncIterator[bytes]:
        """Yield what was said."""
        while self.is_open:
            while self._said:
                block = self._said.popleft()
                self._meter.push(block)
                yield block
            if self._lost is not None:
                raise SoundError(self._lost)
            self._news.clear()
            if self.is_open:
                await self._news.wait()

    async def aclose(self) -> None:
        """Close."""
        self.closed += self.is_open
        self.is_open = False
        self._meter = Meter()
        self._news.set()


class FakeSpeaker:
    """A `Speaker` that plays when the test says so, with the real books.

    Attributes:
        names: The devices there are; another name gives the first.
        refusal: If set, `open` raises it as `SoundError`.
        opened: The device names `open` was asked for.
    """

    def __init__(self, *names: str) -> None:
        self.names = names or ("Fake speaker",)
        self.refusal: Problem | None = None
        self.opened: list[str] = []
        self.is_open = self._kept = False
        self._begin()

    async def open(self, device: str, dispatch: Dispatch) -> str:
        """Open, or raise what the test wants."""
        self.opened.append(device)
        if self.refusal is not None:
            raise SoundError(self.refusal)
        self._dispatch = dispatch
        self.is_open = self._kept = True
        return device if device in self.names else self.names[0]

    def play(self, item_id: str, pcm: bytes) -> None:
        """Queue ``pcm``."""
        if self._kept:
            self._playout.play(item_id, pcm)

    def cut(self) -> SpeakerStopped:
        """Fall silent."""
        item_id, heard_ms = self._playout.cut() or (None, 0)
        return SpeakerStopped(item_id, heard_ms, cut=True)

    def reference(self, samples: int) -> bytes | None:
        """Return what was played."""
        return self._playout.reference(samples)

    async def let_go(self) -> None:
        """Close, and keep the rest."""
        self.is_open = False

    def hold(self) -> None:
        """Fall silent for now."""
        self._playout.hold()

    def resume(self) -> None:
        """Go on."""
        self._playout.resume()

    async def aclose(self) -> None:
        """Close."""
        self.is_open = self._kept = False
        self._begin()

    def lose(self, problem: Problem = SPEAKER_GONE) -> None:
        """Pull the plug."""
        self.is_open = False
        self._dispatch(SpeakerLost(problem))

    @property
    def unheard_ms(self) -> int:
        """How much waits to be played."""
        return self._playout.unheard() // samples_of_ms(1)

    def play_ms(self, ms: int) -> Int16:
        """Let time pass: report what happens meanwhile, and return what was heard."""
        if not self.is_open:
            return np.zeros(samples_of_ms(ms), np.int16)
        stop = self._head + samples_of_ms(ms)
        heard: list[bytes] = []
        self._poll()
        while self._head < stop:
            step = min(self._playout.wait() or stop, stop - self._head, len(self._memory) // 2)
            at = np.arange(self._head, self._head + step) % len(self._memory)
            heard.append(to_bytes(self._memory[at]))
            self._head += step
            self._poll()
            self._playout.release()
        return np.frombuffer(b"".join(heard), np.int16)

    def _begin(self) -> None:
        self._head = 0
        self._memory = np.zeros(TAPE_SAMPLES, np.float32)
        self._playout = Playout(self._memory, lambda: self._head)
        self._dispatch = lambda _: None

    def _poll(self) -> None:
        for happened in self._playout.poll():
            match happened:
                case Began(item_id):
                    self._dispatch(SpeakerStarted(item_id))
                case Ended(item_id, heard_ms):
                    self._dispatch(SpeakerStopped(item_id, heard_ms, cut=False))


class FakeDevices:
    """`Devices` that are what the test says."""

    def __init__(self, found: DeviceList | None = None) -> None:
        self.found = found or DeviceList(
            microphones=(Device("Fake microphone", "Fake microphone", default=True),),
            speakers=(Device("Fake speaker", "Fake speaker", default=True),),
        )
        self.dispatch: Dispatch | None = None

    def list(self) -> DeviceList:
        """Return them."""
        return self.found

    def watch(self, dispatch: Dispatch) -> Callable[[], None]:
        """Notice what the test says, in its thread."""
        self.dispatch = dispatch
        return self._stop

    def tell(self, event: DevicesChanged | DevicesStale) -> None:
        """Notice something."""
        if self.dispatch is not None:
            self.dispatch(event)

    def _stop(self) -> None:
        self.dispatch = None
