"""The fakes and the real adapters keep the same promises."""

from __future__ import annotations

import asyncio
import time
import wave
from collections.abc import Callable, Iterator

import pytest

from desktop_app.adapters.devices import SystemDevices
from desktop_app.adapters.microphone import PortAudioMicrophone
from desktop_app.adapters.speaker import PortAudioSpeaker
from desktop_app.audio.pcm import RATE_HZ
from desktop_app.ports import Devices, Microphone, Speaker
from tests.adapters.sound_contracts import DevicesContract, MicrophoneContract, SpeakerContract
from tests.fakes.sound import FakeDevices, FakeMicrophone, FakeSpeaker
from tests.virtual_sound import VirtualSound


class TestFakeMicrophone(MicrophoneContract):
    default_label = "Desk"
    other_name = other_label = "Headset"

    @pytest.fixture
    def microphone(self) -> Microphone:
        self.fake = FakeMicrophone("Desk", "Headset")
        return self.fake

    async def say(self, pcm: bytes) -> None:
        self.fake.hear(pcm)

    async def unplug_all(self) -> None:
        self.fake.lose()


class TestFakeSpeaker(SpeakerContract):
    default_label = "Desk"
    other_name = other_label = "Headset"

    @pytest.fixture
    def speaker(self) -> Speaker:
        return FakeSpeaker("Desk", "Headset")

    async def wait(self, speaker: Speaker, ms: int) -> None:
        assert isinstance(speaker, FakeSpeaker)
        speaker.play_ms(ms)

    async def unplug_all(self, speaker: Speaker) -> None:
        assert isinstance(speaker, FakeSpeaker)
        speaker.lose()


class TestFakeDevices(DevicesContract):
    @pytest.fixture
    def devices(self) -> Devices:
        return FakeDevices()


@pytest.fixture
def place(here: Callable[..., None]) -> Iterator[VirtualSound]:
    """A sound system that a test may leave without devices."""
    with VirtualSound() as own:
        here(own)
        yield own


@pytest.mark.sound
class TestPortAudioMicrophone(MicrophoneContract):
    default_label = "Desk Microphone"
    other_name = "mic_headset"
    other_label = "Headset Microphone"

    @pytest.fixture
    def microphone(self, place: VirtualSound) -> Microphone:
        self.place = place
        return PortAudioMicrophone()

    async def say(self, pcm: bytes) -> None:
        path = self.place.folder / "said.wav"
        with wave.open(str(path), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(RATE_HZ)
            file.writeframes(pcm)
        self.place.say_async("mic_desk", path)

    async def unplug_all(self) -> None:
        for name in ("mic_desk", "mic_headset"):
            await asyncio.to_thread(self.place.unplug, name)


@pytest.mark.sound
class TestPortAudioSpeaker(SpeakerContract):
    default_label = "Desk Speakers"
    other_name = "spk_headset"
    other_label = "Headset Earphones"

    @pytest.fixture
    def speaker(self, place: VirtualSound) -> Speaker:
        self.place = place
        return PortAudioSpeaker()

    async def wait(self, speaker: Speaker, ms: int) -> None:
        until = time.monotonic() + ms / 1000
        while (left := until - time.monotonic()) > 0:
            await asyncio.sleep(left)

    async def unplug_all(self, speaker: Speaker) -> None:
        await asyncio.to_thread(self.place.crash)


@pytest.mark.sound
class TestSystemDevices(DevicesContract):
    @pytest.fixture
    def devices(self, place: VirtualSound) -> Devices:
        return SystemDevices()
