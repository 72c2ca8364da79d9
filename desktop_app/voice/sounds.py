"""Microphone and speaker, opened and closed as the core asks."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from desktop_app.core.effects import OpenSound, Play
from desktop_app.core.sound import (
    MicLost,
    MicOpened,
    SpeakerLost,
    SpeakerOpened,
    SpeakerStopped,
)
from desktop_app.ports import Dispatch, Microphone, SoundError, Speaker


class Sounds:
    """Owns both devices.  One change at a time: a newer order waits for the older.

    Args:
        microphone: Port.
        speaker: Port.
        dispatch: Takes what the devices do.
        heard: Takes each block of the microphone.
    """

    def __init__(
        self,
        microphone: Microphone,
        speaker: Speaker,
        dispatch: Dispatch,
        heard: Callable[[bytes], None],
    ) -> None:
        self._microphone, self._speaker = microphone, speaker
        self._dispatch, self._heard = dispatch, heard
        self._changing = asyncio.Lock()
        self._listening: asyncio.Task[None] | None = None
        self._mic_name: str | None = None
        self._speaker_name: str | None = None
        self._opening_speaker = False
        self._held: list[Play] = []

    async def open(self, order: OpenSound) -> None:
        """Open what is not open, and what is open under another name anew."""
        async with self._changing:
            self._opening_speaker = self._speaker_name != order.speaker
            await self._open_speaker(order.speaker)
            await self._open_microphone(order.microphone)

    async def aclose(self) -> None:
        """Close both; idempotent."""
        async with self._changing:
            await self._close_microphone()
            await self._close_speaker()
        self._dispatch(MicLost())
        self._dispatch(SpeakerLost())

    def play(self, play: Play) -> None:
        """Play, or hold it back while the speaker is being opened."""
        if self._opening_speaker:
            self._held.append(play)
        elif self._speaker_name is None:
            self._dispatch(SpeakerLost())  # Nobody can hear it: nobody has the floor.
        else:
            self._speaker.play(play.item_id, play.pcm)

    def cut(self) -> None:
        """Fall silent, and report how much was heard."""
        self._held.clear()
        if self._speaker_name is None:
            self._dispatch(SpeakerStopped(None, 0, cut=True))
        else:
            self._dispatch(self._speaker.cut())

    async def _open_speaker(self, name: str) -> None:
        if self._speaker_name == name:
            return
        await self._close_speaker()
        try:
            label = await self._speaker.open(name, self._speaker_event)
        except SoundError as error:
            self._held.clear()
            self._dispatch(SpeakerLost(error.problem))
            return
        finally:
            self._opening_speaker = False
        self._speaker_name = name
        self._dispatch(SpeakerOpened(label))
        held, self._held = self._held, []
        for play in held:
            self._speaker.play(play.item_id, play.pcm)

    def _speaker_event(self, event: object) -> None:
        if isinstance(event, SpeakerLost):
            self._speaker_name = None
        self._dispatch(event)  # type: ignore[arg-type]

    async def _close_speaker(self) -> None:
        self._speaker_name = None
        await self._speaker.aclose()

    async def _open_microphone(self, name: str) -> None:
        if self._mic_name == name:
            return
        await self._close_microphone()
        try:
            label = await self._microphone.open(name)
        except SoundError as error:
            self._dispatch(MicLost(error.problem))
            return
        self._mic_name = name
        self._dispatch(MicOpened(label))
        self._listening = asyncio.create_task(self._listen(), name="mic-listen")

    async def _close_microphone(self) -> None:
        self._mic_name = None
        await self._microphone.aclose()
        if self._listening is not None:
            await self._listening
            self._listening = None

    async def _listen(self) -> None:
        try:
            async for block in self._microphone.blocks():
                self._heard(block)
        except SoundError as error:
            self._mic_name = None
            self._dispatch(MicLost(error.problem))
