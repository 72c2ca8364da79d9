"""The real speaker on a device that gives back every sample."""

from __future__ import annotations

import asyncio
import ctypes
import threading
import time
from collections.abc import Callable, Iterator

import numpy as np
import pytest

from desktop_app.adapters import sound_target, stalls
from desktop_app.adapters.sound_target import Form
from desktop_app.adapters.speaker import PortAudioSpeaker, _Playback
from desktop_app.adapters.tape_stream import LATENCIES_S, TapeStream
from desktop_app.audio.pcm import RATE_HZ
from desktop_app.core.events import Event
from desktop_app.core.sound import SpeakerLost, SpeakerStarted, SpeakerStopped
from tests.adapters.sound_contracts import PATIENCE_S, best, likeness, noise, speech
from tests.servers.speech import find
from tests.sound_recorder import Recorder
from tests.virtual_sound import VirtualSound

pytestmark = pytest.mark.sound
EXACT = "spk_exact"


@pytest.fixture
def place(sound: VirtualSound, here: Callable[..., None]) -> Iterator[VirtualSound]:
    here(sound)
    sound.plug("spk", EXACT, "Exact Speakers", exact=True)
    yield sound
    sound.unplug(EXACT)


def steady_speaker() -> PortAudioSpeaker:
    """A speaker that has learned to hold enough for a computer as busy as one with tests."""
    speaker = PortAudioSpeaker()
    speaker._step = len(LATENCIES_S) - 1
    return speaker


async def ended(events: list[Event]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not any(isinstance(event, SpeakerStopped) for event in events):
            await asyncio.sleep(0.01)


async def started(events: list[Event]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not any(isinstance(event, SpeakerStarted) for event in events):
            await asyncio.sleep(0.01)


async def silence(recorder: Recorder) -> None:
    """Return when a fifth of a second of silence was recorded."""
    async with asyncio.timeout(PATIENCE_S):
        quiet_from = len(recorder.pcm())
        while np.any(recorder.pcm()[quiet_from:]) or len(recorder.pcm()) < quiet_from + 4800:
            await asyncio.sleep(0.02)
            if np.any(recorder.pcm()[quiet_from:]):
                quiet_from = len(recorder.pcm())


def sounding(heard: np.ndarray) -> np.ndarray:
    loud = np.flatnonzero(heard)
    return heard[loud[0] : loud[-1] + 1] if len(loud) else heard[:0]


def test_irregular_deltas_come_out_whole_and_without_a_gap(place: VirtualSound) -> None:
    said = noise(3)

    async def talk() -> np.ndarray:
        speaker = steady_speaker()
        events: list[Event] = []
        await speaker.open(EXACT, events.append)
        with place.record(EXACT, RATE_HZ) as recorder:
            at = 0
            rng = np.random.default_rng(1)
            while at < len(said):
                size = int(rng.integers(200, 6000))
                speaker.play("a", said[at : at + size].tobytes())
                at += size
                await asyncio.sleep(float(rng.random()) * size / RATE_HZ * 0.8)
            await ended(events)
            await silence(recorder)
            heard = recorder.stop()
        await speaker.aclose()
        return heard

    assert best(lambda: likeness(sounding(asyncio.run(talk())), said), 0.99) > 0.99


def test_what_arrived_is_played_on_while_the_interpreter_is_held(place: VirtualSound) -> None:
    counter = (np.arange(2 * RATE_HZ) % 20_000 + 5_000).astype(np.int16)

    async def talk() -> np.ndarray:
        speaker = steady_speaker()
        events: list[Event] = []
        await speaker.open(EXACT, events.append)
        with place.record(EXACT, RATE_HZ) as recorder:
            speaker.play("a", counter.tobytes())
            await started(events)
            # A C call that keeps the interpreter from everybody, for most of the sound.
            ctypes.PyDLL(None).usleep(1_500_000)
            await ended(events)
            await silence(recorder)
            heard = recorder.stop()
        await speaker.aclose()
        return heard

    assert best(lambda: likeness(sounding(asyncio.run(talk())), counter), 0.999) > 0.999


def test_what_is_said_to_be_heard_is_what_the_device_played(place: VirtualSound) -> None:
    async def talk() -> tuple[list[SpeakerStopped], np.ndarray]:
        speaker = steady_speaker()
        stopped: list[SpeakerStopped] = []
        await speaker.open(EXACT, lambda _: None)
        with place.record(EXACT, RATE_HZ) as recorder:
            for number in range(6):
                for _ in range(20):
                    speaker.play(str(number), speech(100))
                await asyncio.sleep(0.15 + 0.0137 * number)
                stopped.append(speaker.cut())
                await silence(recorder)
            heard = recorder.stop()
        await speaker.aclose()
        return stopped, heard

    def closeness() -> float:
        """One over the worst error in milliseconds; 0 if the device was torn."""
        stopped, heard = asyncio.run(talk())
        assert [s.item_id for s in stopped] == [str(number) for number in range(6)]
        loud = np.flatnonzero(heard)
        sounds = np.split(loud, np.flatnonzero(np.diff(loud) > 1000) + 1)
        if len(sounds) != len(stopped):
            return 0
        lasted_ms = [len(sound) * 1000 / RATE_HZ for sound in sounds]
        return 1 / max(abs(s.heard_ms - ms) for s, ms in zip(stopped, lasted_ms, strict=True))

    assert best(closeness, 1 / 2) > 1 / 2


def test_a_sound_that_is_held_again_and_again_loses_nothing(place: VirtualSound) -> None:
    said = noise(2)

    async def talk() -> tuple[list[Event], np.ndarray]:
        speaker = steady_speaker()
        events: list[Event] = []
        await speaker.open(EXACT, events.append)
        with place.record(EXACT, RATE_HZ) as recorder:
            speaker.play("a", said.tobytes())
            for _ in range(3):
                await asyncio.sleep(0.3)
                speaker.hold()
                await silence(recorder)
                speaker.resume()
            await ended(events)
            await silence(recorder)
            heard = recorder.stop()
        await speaker.aclose()
        return events, heard

    def attempt() -> float:
        events, heard = asyncio.run(talk())
        assert [e for e in events if isinstance(e, SpeakerStopped)] == [
            SpeakerStopped("a", 2000, cut=False)
        ]
        loud = np.flatnonzero(heard)
        sounds = np.split(loud, np.flatnonzero(np.diff(loud) > 1000) + 1)
        if len(sounds) != 4:
            return 0
        parts = [heard[sound[0] : sound[-1] + 1].astype(np.float32) for sound in sounds]
        found = [find(part, said.astype(np.float32)) for part in parts]
        ends = [match.at + len(part) for match, part in zip(found, parts, strict=True)]
        # Each goes on at the latest where the one before it ended: what faded swells again.
        begins = [match.at for match in found]
        whole = begins[0] <= 2 and ends[-1] >= len(said) - 2
        joined = all(begin <= end for begin, end in zip(begins[1:], ends, strict=False))
        return min(match.coefficient for match in found) if whole and joined else 0

    assert best(attempt, 0.98) > 0.98


def test_a_device_of_two_channels_at_another_rate_plays_on_both(
    place: VirtualSound, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = noise(1)
    plain = sound_target.open_target

    def choosy(target, way, sounddevice, opener):  # type: ignore[no-untyped-def]
        def refuse(form: Form) -> object:
            if form != Form(48_000, 2):
                raise sounddevice.PortAudioError("Invalid sample rate", -9997)
            return opener(form)

        device = sound_target.Target(
            target.name, target.label, target.index, 48_000, 2, target.environment, target.stream
        )
        return plain(device, way, sounddevice, refuse)

    monkeypatch.setattr(sound_target, "open_target", choosy)

    async def talk() -> tuple[np.ndarray, list[Event]]:
        speaker = steady_speaker()
        events: list[Event] = []
        await speaker.open("spk_desk", events.append)
        with place.record("spk_desk", RATE_HZ) as recorder:
            for piece in np.array_split(said, 7):
                speaker.play("a", piece.tobytes())
            await ended(events)
            await silence(recorder)
            heard = recorder.stop()
        await speaker.aclose()
        return heard, events

    def attempt() -> float:
        heard, events = asyncio.run(talk())
        assert events == [SpeakerStarted("a"), SpeakerStopped("a", 1000, cut=False)]
        return likeness(heard, said)

    assert best(attempt, 0.99) > 0.99


def test_a_machine_that_cannot_keep_up_gets_a_device_that_holds_more(
    place: VirtualSound, monkeypatch: pytest.MonkeyPatch
) -> None:
    torn = 0
    monkeypatch.setattr(TapeStream, "underflows", lambda _: torn)

    async def talk() -> tuple[float, list[Event], str]:
        nonlocal torn
        speaker = PortAudioSpeaker()
        events: list[Event] = []
        await speaker.open(EXACT, events.append)
        playback = speaker._playback
        assert playback is not None
        before = playback.stream.latency_s
        speaker.play("a", speech(100))
        torn = 1
        await ended(events)
        async with asyncio.timeout(PATIENCE_S):
            while playback.stream.step == 0 or playback._changing:
                await asyncio.sleep(0.01)
        torn = 0
        events.clear()
        speaker.play("b", speech(100))
        await ended(events)
        longer = playback.stream.latency_s - before
        await speaker.aclose()
        label = await speaker.open(EXACT, events.append)
        step = speaker._playback.stream.step if speaker._playback else 0
        await speaker.aclose()
        return longer, events, f"{label} {step}"

    longer, events, again = asyncio.run(talk())
    assert longer > 0
    assert events == [SpeakerStarted("b"), SpeakerStopped("b", 100, cut=False)]
    assert again == "Exact Speakers 1"


def test_the_last_step_is_the_last(place: VirtualSound) -> None:
    assert TapeStream(0, lambda: None).can_step
    assert not TapeStream(len(LATENCIES_S) - 1, lambda: None).can_step


def test_a_device_that_takes_nothing_any_more_is_lost(
    place: VirtualSound, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stalls, "STALL_CHECK_S", 0.05)

    async def talk() -> list[Event]:
        speaker = PortAudioSpeaker()
        events: list[Event] = []
        await speaker.open(EXACT, events.append)
        playback = speaker._playback
        assert playback is not None
        async with asyncio.timeout(PATIENCE_S):
            while not playback.stream.head():
                await asyncio.sleep(0.01)
        stuck = playback.stream.head()
        monkeypatch.setattr(playback.stream, "head", lambda: stuck)
        assert playback._playout is not None
        monkeypatch.setattr(playback._playout, "_head", lambda: stuck)
        speaker.play("a", speech(100))
        async with asyncio.timeout(PATIENCE_S):
            while not any(isinstance(event, SpeakerLost) for event in events):
                await asyncio.sleep(0.01)
        await speaker.aclose()
        return events

    assert isinstance(asyncio.run(talk())[-1], SpeakerLost)


def test_the_end_is_looked_for_when_it_is_due_however_often_it_moves_away(
    place: VirtualSound,
) -> None:
    async def talk() -> tuple[float, float, list[Event]]:
        speaker = steady_speaker()
        events: list[Event] = []
        await speaker.open(EXACT, events.append)
        playback = speaker._playback
        assert playback is not None
        speaker.play("a", speech(100))
        await started(events)
        before = due(playback)
        for _ in range(5):
            speaker.play("a", speech(20))
        moved_s = due(playback) - before
        for _ in range(100):
            speaker.play("a", speech(20))
        # A device that takes nothing is noticed all the same.
        longest_s = due(playback) - asyncio.get_running_loop().time()
        await ended(events)
        await speaker.aclose()
        return moved_s, longest_s, events

    moved_s, longest_s, events = asyncio.run(talk())
    assert moved_s == pytest.approx(0.1)
    assert longest_s <= stalls.STALL_CHECK_S
    assert events == [SpeakerStarted("a"), SpeakerStopped("a", 2200, cut=False)]


def due(playback: _Playback) -> float:
    assert playback._timer is not None
    return playback._timer.when()


def test_a_silent_speaker_hardly_ever_wakes_the_loop(place: VirtualSound) -> None:
    async def talk() -> float:
        speaker = PortAudioSpeaker()
        await speaker.open(EXACT, lambda _: None)
        playback = speaker._playback
        assert playback is not None
        assert playback._timer is not None
        wait_s = playback._timer.when() - time.monotonic()
        await speaker.aclose()
        return wait_s

    assert asyncio.run(talk()) > 5


def test_threads_end_with_the_speaker(place: VirtualSound) -> None:
    async def talk() -> None:
        speaker = PortAudioSpeaker()
        await speaker.open(EXACT, lambda _: None)
        await speaker.aclose()

    others = set(threading.enumerate())
    asyncio.run(talk())
    left = set(threading.enumerate()) - others
    assert not [thread.name for thread in left if thread.name.startswith("sound-watch")]
