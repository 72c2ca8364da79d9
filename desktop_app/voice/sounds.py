"""Microphone and speaker, opened, changed and closed as the core asks."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine

from desktop_app.audio.volume import Volume
from desktop_app.core.effects import OpenSound, Play
from desktop_app.core.events import Event
from desktop_app.core.problems import Problem
from desktop_app.core.sound import (
    MicLost,
    MicOpened,
    SpeakerLost,
    SpeakerOpened,
)
from desktop_app.core.wishes import ProblemFound
from desktop_app.ports import Dispatch, Microphone, SoundError, Speaker

CUE_ITEM = "cue"
"""What the speaker calls signals; the core knows no such item, and counts nothing for it."""

Spawn = Callable[[Coroutine[object, object, None], str], asyncio.Task[None] | None]
"""Starts work under a name, for somebody who minds its end."""


class Sounds:
    """Owns both devices.  One change at a time; only the newest order counts.

    Args:
        microphone: Port.
        speaker: Port.
        dispatch: Takes what the devices do.
        heard: Takes each block of the microphone.
        spawn: Runs what takes time.

    Attributes:
        volume: How loud speech is; signals have a volume of their own.
    """

    def __init__(
        self,
        microphone: Microphone,
        speaker: Speaker,
        dispatch: Dispatch,
        heard: Callable[[bytes], None],
        spawn: Spawn,
    ) -> None:
        self._microphone, self._speaker = microphone, speaker
        self._dispatch, self._heard, self._spawn = dispatch, heard, spawn
        self.volume = Volume()
        self._changing = asyncio.Lock()
        self._listening: asyncio.Task[None] | None = None
        self._wanted: OpenSound | None = None
        self._done: OpenSound | None = None
        self._afresh = False
        self._plays = False
        self._held: list[Play] = []

    def open(self, order: OpenSound) -> None:
        """Use these devices; what is on them already stays as it is.  Returns at once."""
        self._wanted = order
        self._afresh = self._afresh or order.afresh
        self._spawn(self._change(), "sound-open")

    def close(self) -> None:
        """Close both; return at once."""
        self._give_up()
        self._spawn(self._change(), "sound-close")

    async def aclose(self) -> None:
        """Close both and wait for it; idempotent."""
        self._give_up()
        await self._change()

    def play(self, play: Play) -> None:
        """Play, or hold it back until there is a speaker (again)."""
        if self._plays:
            self._play(play)
        elif self._wanted is not None:
            self._held.append(play)
        else:
            self._dispatch(SpeakerLost())  # Nobody can hear it: nobody has the floor.

    def _play(self, play: Play) -> None:
        self._speaker.play(play.item_id, self.volume.applied(play.item_id, play.pcm))

    def cue(self, pcm: bytes) -> None:
        """Play a signal if the speaker is open; it is no item of the conversation."""
        if self._plays:
            self._speaker.play(CUE_ITEM, pcm)

    def cut(self) -> None:
        """Fall silent, and report how much was heard; of what was held back it was nothing."""
        self._held.clear()
        self.volume.cut()
        self._dispatch(self._speaker.cut())

    def hold(self) -> None:
        """Fall silent for now."""
        self._speaker.hold()

    def resume(self) -> None:
        """Go on where it was held."""
        self._speaker.resume()

    def _give_up(self) -> None:
        self._wanted, self._afresh = None, False
        self._held.clear()
        if self._plays:
            # It counts as gone from now on: what it still had is not heard.
            self._plays = False
            self._speaker.cut()
            self._dispatch(SpeakerLost())

    async def _change(self) -> None:
        async with self._changing:
            wanted, done = self._wanted, self._done
            self._done = wanted
            if wanted is None:
                await self._close_microphone()
                await self._speaker.aclose()
                self._dispatch(MicLost())
                return
            if wanted is done:
                return  # Of many orders in a row only the newest is carried out, and once.
            if self._afresh:
                self._afresh = self._plays = False
                await self._close_microphone()
                await self._speaker.let_go()
            # First: a headset may change its speaker too when its microphone is opened.
            await self._open_microphone(wanted)
            if self._wanted is wanted:
                await self._open_speaker(wanted)

    async def _open_speaker(self, order: OpenSound) -> None:
        def open_(name: str) -> Awaitable[str]:
            return self._speaker.open(name, self._speaker_event)

        try:
            label, refusal = await _first_that_opens(open_, order.speaker)
        except SoundError as error:
            self._plays = False
            if self._wanted is order:
                self._dispatch(SpeakerLost(error.problem))
            return
        if self._wanted is not order:
            return  # Whoever changed his mind has ordered the next change.
        self._plays = True
        held, self._held = self._held, []
        for play in held:
            self._play(play)
        self._dispatch(SpeakerOpened(label))
        self._tell(refusal)

    def _speaker_event(self, event: Event) -> None:
        if isinstance(event, SpeakerLost):
            self._plays = False
        self._dispatch(event)

    async def _open_microphone(self, order: OpenSound) -> None:
        try:
            label, refusal = await _first_that_opens(self._microphone.open, order.microphone)
        except SoundError as error:
            if self._wanted is not None:
                self._dispatch(MicLost(error.problem))
            return
        if self._wanted is not None:
            self._dispatch(MicOpened(label))
            self._tell(refusal)
        if self._listening is None or self._listening.done():
            self._listening = self._spawn(self._listen(), "mic-listen")

    def _tell(self, refusal: Problem | None) -> None:
        if refusal is not None:
            self._dispatch(ProblemFound(refusal))

    async def _close_microphone(self) -> None:
        await self._microphone.aclose()
        if self._listening is not None:
            await asyncio.wait([self._listening])
            self._listening = None

    async def _listen(self) -> None:
        try:
            async for block in self._microphone.blocks():
                if self._wanted is not None:
                    self._heard(block)
        except SoundError as error:
            self._dispatch(MicLost(error.problem))


async def _first_that_opens(
    open_: Callable[[str], Awaitable[str]], name: str
) -> tuple[str, Problem | None]:
    """Open a device or, if it is there and refuses (it may be busy), the default one.

    Returns:
        The label of what was opened, and why it is not what was asked for.

    Raises:
        SoundError: If neither opens.
    """
    try:
        return await open_(name), None
    except SoundError as refused:
        if not name:
            raise
        return await open_(""), refused.problem
