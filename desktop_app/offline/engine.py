"""The models all sessions share: ears, voices and a brain, in memory only while somebody talks."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from desktop_app.offline.brains.brain import Brain
from desktop_app.offline.brains.keeper import BrainKeeper
from desktop_app.offline.ears import Ears
from desktop_app.offline.voice import Voice, VoiceError, VoiceInfo
from desktop_app.offline.voices import choose

IDLE_S = 600.0
"""How long nobody must talk before the memory is given back."""

_log = logging.getLogger(__name__)


class Listener(Protocol):
    """Judges one stream of sound: `vad.SpeechProbability`, or something simpler in a test."""

    def feed(self, pcm: npt.NDArray[np.int16]) -> list[float]:
        """Take the next sound; return a probability for each 32 ms completed."""


@dataclass(frozen=True, slots=True)
class Models:
    """What an engine is made of.

    Args:
        ears: Speech to text.
        voices: Which voices there are.
        open_voice: Makes one of them; nothing is loaded by that.
        make_brain: Finds what thinks.
        make_listener: Makes a speech detector for one stream.
    """

    ears: Ears
    voices: Sequence[VoiceInfo]
    open_voice: Callable[[VoiceInfo], Voice]
    make_brain: Callable[[], Awaitable[Brain]]
    make_listener: Callable[[], Listener]


class Engine:
    """Lends the models to sessions."""

    def __init__(self, models: Models, idle_s: float = IDLE_S) -> None:
        """Load nothing yet; ``idle_s`` is how long the models stay when nobody talks."""
        self.ears = models.ears
        self.listener = models.make_listener
        self._models = models
        self._idle_s = idle_s
        self._voices: dict[str, Voice] = {}
        self.brains = BrainKeeper(models.make_brain)
        self._sessions = 0
        self._busy = asyncio.Event()
        self._quiet = asyncio.Event()
        self._quiet.set()

    @property
    def sessions(self) -> int:
        """How many sessions there are."""
        return self._sessions

    def enter(self) -> None:
        """A session begins."""
        self._sessions += 1
        self._busy.set()
        self._quiet.clear()

    def leave(self) -> None:
        """A session is over."""
        self._sessions -= 1
        if not self._sessions:
            self._busy.clear()
            self._quiet.set()

    async def brain(self) -> Brain:
        """Return what thinks, looking for it if nothing does."""
        return await self.brains.brain()

    def voice_id(self, wanted: str) -> str:
        """Name the voice that answers to a name; empty when there is none at all."""
        try:
            return choose(self._models.voices, wanted).id
        except VoiceError:
            return self._models.voices[0].id if self._models.voices else ""

    def voice(self, voice_id: str) -> Voice:
        """Return a voice.

        Raises:
            VoiceError: There is no such voice.
        """
        if voice_id not in self._voices:
            infos = (info for info in self._models.voices if info.id == voice_id)
            info = next(infos, None)
            if info is None:
                raise VoiceError(
                    "No voice is installed on this machine. Install eSpeak NG, or read the answers."
                )
            self._voices[voice_id] = self._models.open_voice(info)
        return self._voices[voice_id]

    async def warm_up(self) -> None:
        """Load what the first answer needs, so that it is as quick as the rest."""
        await asyncio.gather(
            self._warm_brain(),
            asyncio.to_thread(self.ears.load),
            asyncio.to_thread(self._load_voice),
        )

    async def run(self) -> None:
        """Load now and whenever somebody comes, unload when nobody has for long; until cancelled.

        Who starts a server wants to talk: the first question finds everything ready.
        """
        while True:
            await self._warm_up_quietly()
            while not await self._is_left():
                pass
            await self.unload()
            await self._busy.wait()

    async def unload(self) -> None:
        """Give the models' memory back; they load again when they are needed."""
        await self.brains.aclose()
        await asyncio.to_thread(self.ears.unload)
        for voice in self._voices.values():
            await asyncio.to_thread(voice.unload)

    async def aclose(self) -> None:
        """Give everything back for good."""
        await self.unload()
        await asyncio.to_thread(self.ears.close)

    async def _warm_brain(self) -> None:
        warm_up = getattr(await self.brain(), "warm_up", None)
        if warm_up is not None:
            await warm_up()

    def _load_voice(self) -> None:
        if voice_id := self.voice_id(""):
            self.voice(voice_id).load()

    async def _warm_up_quietly(self) -> None:
        try:
            await self.warm_up()
        except Exception:  # Whoever needs it is told when it fails again.
            _log.exception("A model could not be loaded ahead")

    async def _is_left(self) -> bool:
        """Wait for the end of a quiet time: True if nobody came in all of it."""
        await self._quiet.wait()
        try:
            async with asyncio.timeout(self._idle_s):
                await self._busy.wait()
        except TimeoutError:
            return True
        return False
