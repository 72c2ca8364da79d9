"""Microphone and speaker, opened and closed as the core asks."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine

from desktop_app.core.effects import OpenSound, Play
from desktop_app.core.events import Event
from desktop_app.core.sound import (
    MicLost,
    MicOpened,
    SpeakerLost,
    SpeakerOpened,
    SpeakerStopped,
)
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
        self._changing = asyncio.Lock()
        self._listening: asyncio.Task[None] | None = None
        self._wanted: OpenSound | None = None
        self._mic_name: str | None = None
        self._speaker_name: str | None = None
        self._holding = False
        self._held: list[Play] = []

    def open(self, order: OpenSound) -> None:
        """Open what is not open, and what is open under another name anew; return at once."""
        self._wanted = order
        if self._speaker_name != order.speaker:
            self._hush()
            self._holding = True
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
        """Play, or hold it back while the speaker is being opened."""
        if self._holding:
            self._held.append(play)
        elif self._speaker_name is None:
            self._dispatch(SpeakerLost())  # Nobody can hear it: nobody has the floor.
        else:
            self._speaker.play(play.item_id, play.pcm)

    def cue(self, pcm: bytes) -> None:
        """Play a signal if the speaker is open; it is no item of the conversation."""
        if self._speaker_name is not None and not self._holding:
            self._speaker.play(CUE_ITEM, pcm)

    def cut(self) -> None:
        """Fall silent, and report how much was heard."""
        self._held.clear()
        if self._speaker_name is None:
            self._dispatch(SpeakerStopped(None, 0, cut=True))
        else:
            self._dispatch(self._speaker.cut())

    def _give_up(self) -> None:
        self._wanted = None
        self._holding = False
        self._held.clear()
        self._hush()

    def _hush(self) -> None:
        """Let an open speaker count as gone from now on: what it still had is not heard."""
        if self._speaker_name is None:
            return
        self._speaker_name = None
        self._speaker.cut()
        self._dispatch(SpeakerLost())

    async def _change(self) -> None:
        async with self._changing:
            wanted = self._wanted
            if wanted is None:
                await self._close_microphone()
                await self._speaker.aclose()
                self._dispatch(MicLost())
                return
            # First: a headset may change its speaker too when its microphone is opened.
            await self._open_microphone(wanted.microphone)
            if self._wanted is wanted:
                await self._open_speaker(wanted.speaker)

    async def _open_speaker(self, name: str) -> None:
        if self._speaker_name == name:
            return
        await self._speaker.aclose()
        try:
            label = await self._speaker.open(name, self._speaker_event)
        except SoundError as error:
            if self._wants_speaker(name):
                self._holding = False
                self._held.clear()
                self._dispatch(SpeakerLost(error.problem))
            return
        if not self._wants_speaker(name):
            return  # Whoever changed his mind has ordered the next change.
        self._speaker_name, self._holding = name, False
        held, self._held = self._held, []
        for play in held:
            self._speaker.play(play.item_id, play.pcm)
        self._dispatch(SpeakerOpened(label))

    def _wants_speaker(self, name: str) -> bool:
        return self._wanted is not None and self._wanted.speaker == name

    def _speaker_event(self, event: Event) -> None:
        if isinstance(event, SpeakerLost):
            self._speaker_name = None
        self._dispatch(event)

    async def _open_microphone(self, name: str) -> None:
        if self._mic_name == name:
            return
        await self._close_microphone()
        try:
            label = await self._microphone.open(name)
        except SoundError as error:
            if self._wanted is not None:
                self._dispatch(MicLost(error.problem))
            return
        self._mic_name = name
        if self._wanted is not None:
            self._dispatch(MicOpened(label))
        self._listening = self._spawn(self._listen(), "mic-listen")

    async def _close_microphone(self) -> None:
        self._mic_name = None
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
            self._mic_name = None
            self._dispatch(MicLost(error.problem))
