"""What every microphone, speaker and list of devices must do: the fakes, and the real ones."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import aclosing

import numpy as np
import pytest

from desktop_app.adapters.microphone import LULL_BLOCKS
from desktop_app.audio.pcm import BLOCK_BYTES, BLOCK_MS, RATE_HZ, from_bytes, samples_of_ms
from desktop_app.core.events import Event
from desktop_app.core.problems import Action, Kind, Problem
from desktop_app.core.sound import SpeakerLost, SpeakerStarted, SpeakerStopped
from desktop_app.ports import Devices, Microphone, SoundError, Speaker

PATIENCE_S = 20
TRIES = 5


def noise(seconds: float, seed: int = 0) -> np.ndarray:
    """Noise like speech: loud and soft by turns, below 4 kHz."""
    rng = np.random.default_rng(seed)
    white = rng.standard_normal(round(seconds * RATE_HZ))
    low = np.convolve(white, np.hanning(9), mode="same")
    swell = 0.6 + 0.4 * np.sin(np.arange(len(low)) / RATE_HZ * 2 * np.pi * 3)
    loud = low * swell
    return np.asarray(loud / np.abs(loud).max() * 20_000, np.int16)


def likeness(heard: np.ndarray, said: np.ndarray) -> float:
    """The highest correlation of ``said`` with any stretch of ``heard``."""
    from scipy.signal import correlate  # type: ignore[import-untyped]

    full = np.concatenate([heard.astype(np.float64), np.zeros(len(said))])
    at = int(np.argmax(np.abs(correlate(full, said.astype(np.float64), mode="valid"))))
    return float(abs(np.corrcoef(full[at : at + len(said)], said)[0, 1]))


def best(attempt: Callable[[], float], enough: float) -> float:
    """The best of some attempts: a busy computer may tear a sound, but hardly each time."""
    result = 0.0
    for _ in range(TRIES):
        result = max(result, attempt())
        if result > enough:
            break
    return result


def speech(ms: int, value: int = 8_000) -> bytes:
    return np.full(samples_of_ms(ms), value, np.int16).tobytes()


async def listened(microphone: Microphone, ms: int) -> np.ndarray:
    """Hear for so long, in whole blocks."""
    heard: list[bytes] = []
    async with aclosing(microphone.blocks()) as blocks:  # type: ignore[type-var]
        async for block in blocks:
            # One is wanted at once: what came together, or in a lull, are a few.
            assert len(block) in {n * BLOCK_BYTES for n in range(1, LULL_BLOCKS + 1)}
            heard.append(block)
            if sum(map(len, heard)) >= ms * BLOCK_BYTES // BLOCK_MS:
                break
    return from_bytes(b"".join(heard))[: samples_of_ms(ms)]


class MicrophoneContract(ABC):
    """Subclasses say how to make a microphone, speak into it and pull its plug."""

    default_label: str
    other_name: str
    other_label: str

    @pytest.fixture
    @abstractmethod
    def microphone(self) -> Microphone: ...

    @abstractmethod
    async def say(self, pcm: bytes) -> None:
        """Speak into the default microphone; may return before it is spoken."""

    @abstractmethod
    async def unplug_all(self) -> None:
        """Leave the computer without any microphone."""

    def test_what_is_said_is_heard(self, microphone: Microphone) -> None:
        said = noise(0.5)

        async def talk() -> np.ndarray:
            assert await microphone.open("") == self.default_label
            await self.say(said.tobytes() + speech(1000, 0))
            heard = await listened(microphone, 1200)
            await microphone.aclose()
            return heard

        assert best(lambda: likeness(asyncio.run(talk()), said), 0.99) > 0.99

    def test_a_device_is_opened_by_name(self, microphone: Microphone) -> None:
        async def talk() -> str:
            label = await microphone.open(self.other_name)
            await microphone.aclose()
            return label

        assert asyncio.run(talk()) == self.other_label

    def test_a_device_that_is_not_there_is_replaced_by_the_default(
        self, microphone: Microphone
    ) -> None:
        async def talk() -> str:
            label = await microphone.open("a microphone of long ago")
            await microphone.aclose()
            return label

        assert asyncio.run(talk()) == self.default_label

    def test_the_level_follows_the_sound_and_falls_when_it_closes(
        self, microphone: Microphone
    ) -> None:
        async def talk() -> list[float]:
            levels = [microphone.level.rms_dbfs]
            await microphone.open("")
            await self.say(noise(1).tobytes())
            async with aclosing(microphone.blocks()) as blocks:  # type: ignore[type-var]
                async for _ in blocks:
                    levels.append(microphone.level.rms_dbfs)
                    if levels[-1] > -20:
                        break
            await microphone.aclose()
            return [levels[0], levels[-1], microphone.level.rms_dbfs]

        before, during, after = asyncio.run(talk())
        assert before == after == -96
        assert during > -20

    def test_closing_ends_the_blocks_and_can_be_repeated(self, microphone: Microphone) -> None:
        async def talk() -> None:
            await microphone.aclose()
            await microphone.open("")
            listening = asyncio.create_task(listened(microphone, 600_000))
            await asyncio.sleep(0)
            await microphone.aclose()
            await microphone.aclose()
            async with asyncio.timeout(PATIENCE_S):
                await listening

        asyncio.run(talk())

    def test_it_can_be_opened_again(self, microphone: Microphone) -> None:
        async def talk() -> np.ndarray:
            await microphone.open("")
            await microphone.aclose()
            await microphone.open("")
            await self.say(noise(0.3).tobytes() + speech(1000, 0))
            heard = await listened(microphone, 600)
            await microphone.aclose()
            return heard

        assert best(lambda: likeness(asyncio.run(talk()), noise(0.3)), 0.99) > 0.99

    def test_another_microphone_is_heard_by_whoever_listens_already(
        self, microphone: Microphone
    ) -> None:
        async def talk() -> tuple[list[str], int]:
            labels = [await microphone.open(self.other_name)]
            listening = asyncio.create_task(listened(microphone, 400))
            await asyncio.sleep(0)
            labels.append(await microphone.open(""))
            labels.append(await microphone.open(""))
            await self.say(speech(2000))
            async with asyncio.timeout(PATIENCE_S):
                heard = await listening
            await microphone.aclose()
            return labels, len(heard)

        labels, samples = asyncio.run(talk())
        assert labels == [self.other_label, self.default_label, self.default_label]
        assert samples == samples_of_ms(400)

    def test_when_the_last_microphone_goes_the_blocks_end_with_a_problem(
        self, microphone: Microphone
    ) -> None:
        async def talk() -> Problem:
            await microphone.open("")
            listening = asyncio.create_task(listened(microphone, 600_000))
            await asyncio.sleep(0)
            await self.unplug_all()
            async with asyncio.timeout(PATIENCE_S):
                with pytest.raises(SoundError) as caught:
                    await listening
            await microphone.aclose()
            return caught.value.problem

        problem = asyncio.run(talk())
        assert problem.kind is Kind.NO_MICROPHONE
        assert problem.action is not Action.DISMISS


class SpeakerContract(ABC):
    """Subclasses say how to make a speaker, let time pass and pull its plug."""

    default_label: str
    other_name: str
    other_label: str

    @pytest.fixture
    @abstractmethod
    def speaker(self) -> Speaker: ...

    @abstractmethod
    async def wait(self, speaker: Speaker, ms: int) -> None:
        """Let so much time pass at least."""

    @abstractmethod
    async def unplug_all(self, speaker: Speaker) -> None:
        """Leave the computer without any speaker."""

    async def until(self, speaker: Speaker, events: list[Event], kind: type[object]) -> None:
        """Let time pass until something of this kind happened."""
        async with asyncio.timeout(PATIENCE_S):
            while not any(isinstance(event, kind) for event in events):
                await self.wait(speaker, 10)

    def test_items_are_played_in_order_and_their_ends_are_told(self, speaker: Speaker) -> None:
        async def talk() -> list[Event]:
            events: list[Event] = []
            assert await speaker.open("", events.append) == self.default_label
            speaker.play("a", speech(100))
            speaker.play("b", speech(50))
            speaker.play("b", speech(40))
            await self.until(speaker, events, SpeakerStopped)
            await speaker.aclose()
            return events

        assert asyncio.run(talk()) == [
            SpeakerStarted("a"),
            SpeakerStarted("b"),
            SpeakerStopped("b", 90, cut=False),
        ]

    def test_an_item_that_goes_on_after_it_ran_dry_counts_on(self, speaker: Speaker) -> None:
        async def talk() -> list[Event]:
            events: list[Event] = []
            await speaker.open("", events.append)
            speaker.play("a", speech(60))
            await self.until(speaker, events, SpeakerStopped)
            first = list(events)
            events.clear()
            speaker.play("a", speech(40))
            await self.until(speaker, events, SpeakerStopped)
            await speaker.aclose()
            return [*first, *events]

        assert asyncio.run(talk()) == [
            SpeakerStarted("a"),
            SpeakerStopped("a", 60, cut=False),
            SpeakerStarted("a"),
            SpeakerStopped("a", 100, cut=False),
        ]

    def test_a_cut_says_what_was_heard_and_nothing_comes_after_it(self, speaker: Speaker) -> None:
        async def talk() -> tuple[SpeakerStopped, list[Event]]:
            events: list[Event] = []
            await speaker.open("", events.append)
            speaker.play("a", speech(60))
            speaker.play("b", speech(5000))
            await self.wait(speaker, 300)
            stopped = speaker.cut()
            await self.wait(speaker, 300)
            await speaker.aclose()
            return stopped, events

        stopped, events = asyncio.run(talk())
        assert (stopped.item_id, stopped.cut) == ("b", True)
        assert 200 < stopped.heard_ms < 5000
        assert events == [SpeakerStarted("a"), SpeakerStarted("b")]

    def test_what_is_held_waits_and_then_ends_as_if_nothing_had_been(
        self, speaker: Speaker
    ) -> None:
        async def talk() -> tuple[list[Event], list[Event]]:
            events: list[Event] = []
            await speaker.open("", events.append)
            speaker.play("a", speech(300))
            await self.wait(speaker, 120)
            speaker.hold()
            speaker.play("a", speech(100))
            await self.wait(speaker, 700)
            held = list(events)
            speaker.resume()
            await self.until(speaker, events, SpeakerStopped)
            await speaker.aclose()
            return held, events

        held, events = asyncio.run(talk())
        assert held == [SpeakerStarted("a")]
        assert events[-1] == SpeakerStopped("a", 400, cut=False)

    def test_a_cut_of_what_is_held_says_what_was_heard_before(self, speaker: Speaker) -> None:
        async def talk() -> SpeakerStopped:
            await speaker.open("", lambda _: None)
            speaker.play("a", speech(5000))
            await self.wait(speaker, 200)
            speaker.hold()
            await self.wait(speaker, 600)
            stopped = speaker.cut()
            await speaker.aclose()
            return stopped

        stopped = asyncio.run(talk())
        assert stopped.item_id == "a"
        assert 50 < stopped.heard_ms < 600

    def test_a_cut_in_silence_names_no_item(self, speaker: Speaker) -> None:
        async def talk() -> SpeakerStopped:
            await speaker.open("", lambda _: None)
            stopped = speaker.cut()
            await speaker.aclose()
            return stopped

        assert asyncio.run(talk()) == SpeakerStopped(None, 0, cut=True)

    def test_after_a_cut_it_plays_again(self, speaker: Speaker) -> None:
        async def talk() -> list[Event]:
            events: list[Event] = []
            await speaker.open("", events.append)
            speaker.play("a", speech(5000))
            await self.wait(speaker, 100)
            speaker.cut()
            events.clear()
            speaker.play("b", speech(70))
            await self.until(speaker, events, SpeakerStopped)
            await speaker.aclose()
            return events

        assert asyncio.run(talk()) == [SpeakerStarted("b"), SpeakerStopped("b", 70, cut=False)]

    def test_devices_are_opened_by_name_and_unknown_ones_replaced_by_the_default(
        self, speaker: Speaker
    ) -> None:
        async def talk() -> list[str]:
            labels = []
            for name in (self.other_name, "a speaker of long ago"):
                labels.append(await speaker.open(name, lambda _: None))
                await speaker.aclose()
            return labels

        assert asyncio.run(talk()) == [self.other_label, self.default_label]

    def test_a_closed_speaker_plays_nothing_and_can_be_closed_again(self, speaker: Speaker) -> None:
        async def talk() -> list[Event]:
            events: list[Event] = []
            await speaker.aclose()
            speaker.play("a", speech(10))
            await speaker.open("", events.append)
            await speaker.aclose()
            await speaker.aclose()
            speaker.play("a", speech(10))
            assert speaker.cut() == SpeakerStopped(None, 0, cut=True)
            await self.wait(speaker, 50)
            return events

        assert asyncio.run(talk()) == []

    def test_what_the_device_took_can_be_asked_for_block_by_block(self, speaker: Speaker) -> None:
        said = noise(0.5)

        async def talk() -> np.ndarray:
            assert speaker.reference(240) is None
            await speaker.open("", lambda _: None)
            taken = [speaker.reference(240)]
            speaker.play("a", said.tobytes())
            while len(taken) < 120:
                await self.wait(speaker, 10)
                taken.append(speaker.reference(240))
            assert taken[0] is taken[-1] is None
            await speaker.aclose()
            assert speaker.reference(240) is None
            return from_bytes(b"".join(block or bytes(480) for block in taken))

        assert best(lambda: likeness(asyncio.run(talk()), said), 0.99) > 0.99

    def test_when_the_last_speaker_goes_the_loss_is_told_and_a_cut_says_what_was_heard(
        self, speaker: Speaker
    ) -> None:
        async def talk() -> list[Event]:
            events: list[Event] = []
            await speaker.open("", events.append)
            speaker.play("a", speech(10_000))
            await self.wait(speaker, 200)
            await self.unplug_all(speaker)
            await self.until(speaker, events, SpeakerLost)
            speaker.play("a", speech(10))
            await self.wait(speaker, 50)
            events.append(speaker.cut())
            await speaker.aclose()
            return events

        started, lost, stopped = asyncio.run(talk())
        assert started == SpeakerStarted("a")
        assert isinstance(lost, SpeakerLost)
        assert lost.problem is not None
        assert lost.problem.kind is Kind.NO_SPEAKER
        assert isinstance(stopped, SpeakerStopped)
        assert (stopped.item_id, stopped.cut) == ("a", True)
        assert 100 < stopped.heard_ms < 10_000

    def test_another_speaker_goes_on_in_the_midst_of_a_sound_and_counts_on(
        self, speaker: Speaker
    ) -> None:
        async def talk() -> tuple[str, list[Event]]:
            events: list[Event] = []
            await speaker.open("", lambda _: None)
            speaker.play("a", speech(600))
            await self.wait(speaker, 150)
            label = await speaker.open(self.other_name, events.append)
            speaker.play("a", speech(100))
            await self.until(speaker, events, SpeakerStopped)
            await speaker.aclose()
            return label, events

        label, events = asyncio.run(talk())
        assert label == self.other_label
        assert events == [SpeakerStopped("a", 700, cut=False)]

    def test_a_speaker_that_was_let_go_is_silent_until_the_next_one_goes_on(
        self, speaker: Speaker
    ) -> None:
        async def talk() -> tuple[list[Event], list[Event]]:
            events: list[Event] = []
            await speaker.let_go()
            await speaker.open("", events.append)
            speaker.play("a", speech(400))
            await self.until(speaker, events, SpeakerStarted)
            await speaker.let_go()
            await speaker.let_go()
            await self.wait(speaker, 500)
            before = list(events)
            await speaker.open(self.other_name, events.append)
            await self.until(speaker, events, SpeakerStopped)
            await speaker.aclose()
            return before, events

        before, events = asyncio.run(talk())
        assert before == [SpeakerStarted("a")]
        assert events == [SpeakerStarted("a"), SpeakerStopped("a", 400, cut=False)]


class DevicesContract(ABC):
    """Subclasses say how to get a list that is not empty."""

    @pytest.fixture
    @abstractmethod
    def devices(self) -> Devices: ...

    def test_there_are_microphones_and_speakers_and_one_default_of_each(
        self, devices: Devices
    ) -> None:
        found = devices.list()
        assert found.problem is None
        for kind in (found.microphones, found.speakers):
            assert [device.default for device in kind].count(True) == 1
            assert all(device.name and device.label for device in kind)
            assert len({device.name for device in kind}) == len(kind)
