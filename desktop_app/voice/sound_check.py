"""Plays a tune and listens: what the Doctor does with the devices."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace

from desktop_app.audio.check_tune import check_tune
from desktop_app.audio.pcm import BLOCK_MS, BYTES_PER_SAMPLE, to_bytes
from desktop_app.core.events import Event
from desktop_app.core.settings import Settings
from desktop_app.core.sound import SpeakerLost, SpeakerStopped
from desktop_app.core.sound_check import CheckStage, Findings, Mode, judge
from desktop_app.ports import Microphone, SoundError, Speaker
from desktop_app.sound_ports import EchoCanceller
from desktop_app.voice.findings import Recording, findings_of

QUIET_MS = 1_000
"""The room is heard for so long before the tune."""
RING_MS = 900
"""And after it: a late echo is one too."""
TUNE_MS = 9_000
"""The tune must have ended by then: a speaker that takes nothing would keep us for ever."""
MOST_TUNES = 2
VOICE_MS = 4_000
FIRST_BLOCK_S = 6.0
"""Bluetooth changes its profile before it gives the first block."""
BLOCK_S = 2.0
TUNE = "tune"

Progress = Callable[[CheckStage, float], None]
"""Told what goes on, and how much of it is over, from 0 to 1."""


class SoundCheck:
    """One check of two devices that nobody else has opened through these ports.

    Args:
        microphone: Port.
        speaker: Port.
        canceller: What is to take the echo out; None where there is nothing.
        system: ``sys.platform``.
        progress: Told how it goes.
    """

    def __init__(
        self,
        microphone: Microphone,
        speaker: Speaker,
        canceller: EchoCanceller | None,
        system: str,
        progress: Progress,
    ) -> None:
        self._microphone, self._speaker, self._canceller = microphone, speaker, canceller
        self._progress = progress
        self._found = Findings(system=system)
        self._recording = Recording(clean=bytearray() if canceller else None)
        self._tunes = 0
        self._plays = False
        self._stopped = False
        self._skipped = False

    def skip(self) -> None:
        """The user does not want to say anything."""
        self._skipped = True

    async def run(self, settings: Settings, *, ask: bool) -> Findings:
        """Open the devices of ``settings``, measure, and close them however it ends.

        Args:
            settings: Whose microphone and speaker are meant.
            ask: The user is asked to say something, too.
        """
        try:
            # First: a headset may change its speaker too when its microphone is opened.
            await self._open_microphone(settings.microphone)
            await self._open_speaker(settings.speaker)
            if self._found.microphone_problem is None:
                await self._listen(ask=ask)
        finally:
            await self._speaker.aclose()
            await self._microphone.aclose()
        return await asyncio.to_thread(findings_of, self._recording, self._found)

    async def _open_microphone(self, name: str) -> None:
        try:
            label = await self._microphone.open(name)
            self._found = replace(self._found, microphone=label)
        except SoundError as error:
            self._found = replace(self._found, microphone_problem=error.problem)

    async def _open_speaker(self, name: str) -> None:
        try:
            label = await self._speaker.open(name, self._speaker_event)
            self._found = replace(self._found, speaker=label)
            self._plays = True
        except SoundError as error:
            self._found = replace(self._found, speaker_problem=error.problem)

    def _speaker_event(self, event: Event) -> None:
        match event:
            case SpeakerStopped():
                self._stopped = True
            case SpeakerLost(problem):
                self._plays, self._stopped = False, True
                self._found = replace(self._found, speaker_problem=problem)
            case _:
                pass

    async def _listen(self, *, ask: bool) -> None:
        blocks = self._microphone.blocks()
        try:
            async with asyncio.timeout(FIRST_BLOCK_S):
                self._measure(await anext(blocks))
            for _ in range(MOST_TUNES):
                await self._hear_tune(blocks)
                if not await self._doubtful():
                    break
                self._recording = Recording(clean=bytearray())
            if ask:
                await self._hear_voice(blocks)
        except SoundError as error:
            self._found = replace(self._found, microphone_problem=error.problem)
        except (TimeoutError, StopAsyncIteration):
            pass  # What came so far is judged; nothing at all is a finding too.

    async def _hear_tune(self, blocks: AsyncIterator[bytes]) -> None:
        self._stopped = False
        await self._hear(blocks, CheckStage.QUIET, QUIET_MS)
        if self._plays:
            self._speaker.play(TUNE, to_bytes(check_tune()))
            await self._hear(blocks, CheckStage.TUNE, TUNE_MS, until=lambda: self._stopped)
            await self._hear(blocks, CheckStage.TUNE, RING_MS)

    async def _doubtful(self) -> bool:
        """Whether to hear the tune again before saying no: the sound may have jumped just once."""
        self._tunes += 1
        if self._canceller is None or self._tunes == MOST_TUNES:
            return False
        found = await asyncio.to_thread(findings_of, self._recording, self._found)
        return judge(found).mode is Mode.HALF_DUPLEX

    async def _hear(
        self,
        blocks: AsyncIterator[bytes],
        stage: CheckStage,
        longest_ms: int,
        until: Callable[[], bool] = lambda: False,
    ) -> None:
        for heard_ms in range(0, longest_ms, BLOCK_MS):
            if until():
                return
            self._progress(stage, heard_ms / longest_ms)
            async with asyncio.timeout(BLOCK_S):
                self._measure(await anext(blocks))

    async def _hear_voice(self, blocks: AsyncIterator[bytes]) -> None:
        voice = bytearray()
        for heard_ms in range(0, VOICE_MS, BLOCK_MS):
            self._progress(CheckStage.VOICE, heard_ms / VOICE_MS)
            async with asyncio.timeout(BLOCK_S):
                voice += await anext(blocks)
            if self._skipped:
                return
        self._recording.voice = voice

    def _measure(self, block: bytes) -> None:
        """Keep a block, what was played meanwhile, and what the canceller makes of both."""
        recording = self._recording
        played = self._speaker.reference(len(block) // BYTES_PER_SAMPLE) if self._plays else None
        recording.near += block
        recording.far += played or bytes(len(block))
        if recording.clean is not None and self._canceller is not None:
            recording.clean += self._canceller.process(block, played)
