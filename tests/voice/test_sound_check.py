"""The Doctor's hands: what it opens, plays and hears, in a room made of numbers."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable

import numpy as np
import pytest

from desktop_app.adapters.echo import find_canceller
from desktop_app.audio.pcm import BLOCK_SAMPLES, Float32, to_bytes
from desktop_app.core.settings import Settings
from desktop_app.core.sound_check import CheckStage, Findings, Mode, Trouble, judge
from desktop_app.sound_ports import EchoCanceller
from desktop_app.voice import sound_check
from desktop_app.voice.sound_check import SoundCheck
from tests.fakes.sound import MIC_GONE, SPEAKER_GONE, FakeMicrophone, FakeSpeaker

SETTINGS = Settings(microphone="Desk", speaker="Boxes")


class Room:
    """Devices, and the air between them.

    Args:
        gain: How loud the microphone hears the speaker; 0: not at all.
        delay_blocks: And how much later.
    """

    def __init__(self, gain: float = 0.1, delay_blocks: int = 6) -> None:
        self.microphone, self.speaker = FakeMicrophone("Desk"), FakeSpeaker("Boxes")
        self.stages: list[CheckStage] = []
        self.blocks = 0
        self.happens: dict[int, Callable[[], object]] = {}
        self._voice = 0.0
        self._gain = gain
        self._late = deque([np.zeros(BLOCK_SAMPLES, np.float32)] * delay_blocks)
        self._noise = np.random.default_rng(6)

    async def check(self, canceller: EchoCanceller | None = None, *, ask: bool = False) -> Findings:
        """Run a check, with time going on as fast as the check can take it."""
        check = SoundCheck(self.microphone, self.speaker, canceller, "test", self._progressed)
        self._check = check
        async with asyncio.TaskGroup() as group:
            time = group.create_task(self._time())
            found = await check.run(SETTINGS, ask=ask)
            time.cancel()
        return found

    def speak(self) -> None:
        """Somebody begins to speak."""
        self._voice = 0.05

    def skip(self) -> None:
        """The user does not want to."""
        self._check.skip()

    def _progressed(self, stage: CheckStage, share: float) -> None:
        assert 0 <= share <= 1
        if self.stages[-1:] != [stage]:
            self.stages.append(stage)

    async def _time(self) -> None:
        while True:
            await asyncio.sleep(0)
            if not self.microphone.is_open or self.microphone.waiting:
                continue
            self.blocks += 1
            self.happens.pop(self.blocks, lambda: None)()
            self._late.append(self._played())
            noise = self._noise.standard_normal(BLOCK_SAMPLES).astype(np.float32) * 0.001
            voice = self._noise.standard_normal(BLOCK_SAMPLES).astype(np.float32) * self._voice
            self.microphone.hear(to_bytes(self._late.popleft() * self._gain + noise + voice))

    def _played(self) -> Float32:
        if not self.speaker.is_open:
            return np.zeros(BLOCK_SAMPLES, np.float32)
        return self.speaker.play_ms(10).astype(np.float32) / np.float32(32_768)


def test_it_opens_the_devices_of_the_settings_and_leaves_none_open() -> None:
    room = Room()
    found = asyncio.run(room.check())
    assert (room.microphone.opened, room.speaker.opened) == (["Desk"], ["Boxes"])
    assert (found.microphone, found.speaker, found.system) == ("Desk", "Boxes", "test")
    assert not room.microphone.is_open
    assert not room.speaker.is_open
    assert room.stages == [CheckStage.QUIET, CheckStage.TUNE]


def test_the_echo_is_measured_and_taken_out() -> None:
    found = asyncio.run(Room(gain=0.1, delay_blocks=6).check(find_canceller()))
    assert judge(found).mode is Mode.LOUDSPEAKER
    assert found.delay_ms == pytest.approx(60, abs=11)
    assert found.gain_db == pytest.approx(-20, abs=1)
    assert found.removed_db > 20


def test_with_headphones_nothing_comes_back() -> None:
    found = asyncio.run(Room(gain=0).check(find_canceller()))
    assert judge(found).mode is Mode.HEADPHONES
    assert found.delay_ms is None


class Useless:
    """A canceller that takes nothing out, or does so only later."""

    delay_samples = 0

    def __init__(self, works_after: int = 1 << 30) -> None:
        self._left = works_after
        self._canceller = find_canceller()

    def process(self, near: bytes, far: bytes | None) -> bytes:
        assert self._canceller is not None
        self._left -= 1
        clean = self._canceller.process(near, far)
        return near if self._left > 0 else clean

    def reset(self) -> None:
        self._left = 0


def test_before_it_says_no_it_plays_the_tune_again() -> None:
    room = Room(gain=0.3)
    found = asyncio.run(room.check(Useless()))
    assert judge(found).mode is Mode.HALF_DUPLEX
    assert room.stages == [CheckStage.QUIET, CheckStage.TUNE] * 2


def test_what_goes_well_the_second_time_is_well() -> None:
    room = Room(gain=0.3)
    found = asyncio.run(room.check(Useless(works_after=600)))
    assert judge(found).mode is Mode.LOUDSPEAKER
    assert room.stages == [CheckStage.QUIET, CheckStage.TUNE] * 2


def test_without_a_canceller_the_tune_is_played_once() -> None:
    room = Room(gain=0.3)
    assert judge(asyncio.run(room.check())).mode is Mode.HALF_DUPLEX
    assert room.stages == [CheckStage.QUIET, CheckStage.TUNE]


def test_a_microphone_that_cannot_be_opened_makes_no_noise() -> None:
    room = Room()
    room.microphone.refusal = MIC_GONE
    found = asyncio.run(room.check())
    assert found.microphone_problem is MIC_GONE
    assert room.stages == []
    assert not room.speaker.is_open


def test_without_a_speaker_the_room_is_heard_all_the_same() -> None:
    room = Room()
    room.speaker.refusal = SPEAKER_GONE
    found = asyncio.run(room.check(find_canceller()))
    assert judge(found).trouble is Trouble.NO_SPEAKER
    assert found.noise_dbfs == pytest.approx(-60, abs=1)
    assert room.stages == [CheckStage.QUIET]


def test_a_speaker_that_goes_away_during_the_tune_is_told() -> None:
    room = Room()
    room.happens[200] = room.speaker.lose
    found = asyncio.run(room.check())
    assert found.speaker_problem is SPEAKER_GONE


def test_a_microphone_that_goes_away_is_told() -> None:
    room = Room()
    room.happens[200] = room.microphone.lose
    found = asyncio.run(room.check())
    assert found.microphone_problem is MIC_GONE
    assert judge(found).trouble is Trouble.NO_MICROPHONE


def test_a_microphone_without_a_single_block_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sound_check, "FIRST_BLOCK_S", 0.01)
    room = Room()
    check = SoundCheck(room.microphone, room.speaker, None, "test", lambda stage, share: None)
    found = asyncio.run(check.run(SETTINGS, ask=False))
    assert judge(found).trouble is Trouble.NO_SOUND
    assert not room.microphone.is_open


def test_who_is_asked_is_heard() -> None:
    room = Room(gain=0)
    room.happens[600] = room.speak
    found = asyncio.run(room.check(ask=True))
    assert found.asked
    assert found.voice_dbfs == pytest.approx(-26, abs=1)
    assert room.stages == [CheckStage.QUIET, CheckStage.TUNE, CheckStage.VOICE]


def test_who_is_asked_and_says_nothing_is_not_heard() -> None:
    found = asyncio.run(Room(gain=0).check(ask=True))
    assert judge(found).trouble is Trouble.UNHEARD


def test_who_skips_was_not_asked() -> None:
    room = Room(gain=0)
    room.happens[600] = room.skip
    found = asyncio.run(room.check(ask=True))
    assert not found.asked
    assert judge(found).works
    assert room.blocks < 700


def test_a_check_that_is_cancelled_closes_the_devices() -> None:
    async def broken_off() -> Room:
        room = Room()
        task = asyncio.get_running_loop().create_task(room.check())
        room.happens[150] = task.cancel
        with pytest.raises(asyncio.CancelledError):
            await task
        return room

    room = asyncio.run(broken_off())
    assert not room.microphone.is_open
    assert not room.speaker.is_open
