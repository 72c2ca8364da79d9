"""The real microphone, and what it does with choosy and treacherous devices."""

from __future__ import annotations

import asyncio
import ctypes
import os
import threading
import wave
from collections.abc import Callable, Iterator
from contextlib import aclosing
from pathlib import Path

import numpy as np
import pytest

from desktop_app.adapters import capture_stream, sound_target
from desktop_app.adapters import microphone as microphone_module
from desktop_app.adapters.microphone import PortAudioMicrophone
from desktop_app.adapters.sound_target import Form, Target, open_target
from desktop_app.audio.pcm import BLOCK_BYTES, RATE_HZ, from_bytes
from desktop_app.core.problems import Kind, Problem
from desktop_app.ports import SoundError
from tests.adapters.sound_contracts import PATIENCE_S, best, likeness, listened, noise
from tests.private_process import start, stop, wait_until
from tests.virtual_sound import VirtualSound


@pytest.fixture
def place(here: Callable[..., None]) -> Iterator[VirtualSound]:
    with VirtualSound() as own:
        here(own)
        yield own


def write(path: Path, samples: np.ndarray, rate_hz: int = RATE_HZ) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate_hz)
        file.writeframes(samples.astype("<i2").tobytes())
    return path


async def lost(microphone: PortAudioMicrophone) -> Problem:
    """Listen until the device goes away."""
    async with asyncio.timeout(PATIENCE_S):
        with pytest.raises(SoundError) as caught:
            await listened(microphone, 600_000)
    return caught.value.problem


async def heard_though_held(
    place: VirtualSound, name: str, said: np.ndarray, ms: int
) -> np.ndarray:
    """Listen to ``name``, and hold the interpreter for a while once something is said there."""
    microphone = PortAudioMicrophone()
    await microphone.open(name)
    place.say_async(name, write(place.folder / "said.wav", said))
    heard = [np.zeros(0, np.int16)]
    async with asyncio.timeout(PATIENCE_S):
        while not heard[-1].any():
            heard.append(await listened(microphone, 10))
    ctypes.PyDLL(None).usleep(300_000)
    heard.append(await listened(microphone, ms))
    await microphone.aclose()
    return np.concatenate(heard)


@pytest.mark.sound
def test_nothing_is_lost_while_the_interpreter_is_held(place: VirtualSound) -> None:
    said = noise(2)

    def attempt() -> float:
        return likeness(asyncio.run(heard_though_held(place, "mic_desk", said, 3000)), said)

    assert best(attempt, 0.99) > 0.99


@pytest.mark.sound
def test_every_sample_comes_as_it_was_said_though_the_interpreter_is_held(
    place: VirtualSound,
) -> None:
    place.plug("mic", "mic_exact", exact=True)
    every = np.random.default_rng(0).permutation(np.arange(-32_768, 32_768))
    said = every.astype("<i2").tobytes()

    def attempt() -> float:
        heard = asyncio.run(heard_though_held(place, "mic_exact", every, 4000))
        return float(said in heard.tobytes())

    assert best(attempt, 0.5) == 1.0


@pytest.mark.sound
def test_a_ring_that_overflowed_is_filled_again(
    place: VirtualSound, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(capture_stream, "RING_S", 1)

    async def talk() -> int:
        microphone = PortAudioMicrophone()
        await microphone.open("")
        await listened(microphone, 50)
        capture = microphone._capture
        assert capture is not None
        stream = capture.stream
        recorder = stream._recorder
        assert recorder is not None
        # Not `to_thread`: it is the loop that is held.
        wait_until(lambda: stream._action not in recorder.actions, "it is full")
        heard = await listened(microphone, 4000)
        await microphone.aclose()
        return len(heard)

    assert asyncio.run(talk()) == 4 * RATE_HZ
    assert ["some is lost" in record.message for record in caplog.records] == [True]


@pytest.mark.sound
def test_what_nobody_takes_is_forgotten_from_its_beginning(
    place: VirtualSound, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(microphone_module, "MOST_BYTES", 20 * BLOCK_BYTES)
    said = noise(0.5)

    async def talk() -> tuple[int, np.ndarray]:
        microphone = PortAudioMicrophone()
        await microphone.open("")
        capture = microphone._capture
        assert capture is not None
        await asyncio.to_thread(place.say, "mic_desk", write(place.folder / "silent.wav", said * 0))
        place.say_async("mic_desk", write(place.folder / "said.wav", said))
        waited = len(capture._inbox)
        heard = await listened(microphone, 1500)
        await microphone.aclose()
        return waited, heard

    def attempt() -> float:
        waited, heard = asyncio.run(talk())
        assert waited == 20 * BLOCK_BYTES
        return likeness(heard, said)

    assert best(attempt, 0.99) > 0.99


@pytest.mark.sound
def test_a_speaker_is_never_recorded_in_place_of_a_microphone(place: VirtualSound) -> None:
    said = write(place.folder / "said.wav", noise(4))

    async def talk() -> tuple[Problem, np.ndarray]:
        microphone = PortAudioMicrophone()
        heard: list[bytes] = []
        await microphone.open("")
        await asyncio.to_thread(place.unplug, "mic_headset")

        async def listen() -> None:
            async for block in microphone.blocks():
                heard.append(block)

        listening = asyncio.create_task(listen())
        player = start(["paplay", "--device=spk_desk", str(said)], place.env())
        try:
            await asyncio.to_thread(heard_on, place, "spk_desk")
            await asyncio.to_thread(place.unplug, "mic_desk")
            with pytest.raises(SoundError) as caught:
                async with asyncio.timeout(PATIENCE_S):
                    await listening
        finally:
            stop(player)
        with pytest.raises(SoundError) as again:
            await microphone.open("")
        assert again.value.problem.kind is Kind.NO_MICROPHONE
        await microphone.aclose()
        return caught.value.problem, from_bytes(b"".join(heard))

    problem, heard = asyncio.run(talk())
    assert problem.title == "The microphone is gone: Desk Microphone"
    assert len(heard)
    assert not np.any(heard), "the microphone was silent: this is the speaker"


def heard_on(place: VirtualSound, speaker: str) -> None:
    """Wait until a speaker plays something."""
    with place.record(speaker, RATE_HZ) as recorder:
        wait_until(lambda: bool(np.any(recorder.pcm())), f"{speaker} plays")


@pytest.mark.sound
def test_a_default_that_is_a_speakers_monitor_is_passed_over(place: VirtualSound) -> None:
    place.pactl("set-default-source", "spk_desk.monitor")

    async def talk() -> tuple[str, list[str]]:
        microphone = PortAudioMicrophone()
        label = await microphone.open("")
        ours = [s.device for s in place.where() if s.kind == "mic" and s.pid]
        await microphone.aclose()
        return label, ours

    assert asyncio.run(talk()) == ("Desk Microphone", ["mic_desk"])


@pytest.mark.sound
@pytest.mark.parametrize("name", ["", "mic_desk"], ids=["default", "chosen"])
def test_the_server_may_change_the_microphone_while_we_listen(
    place: VirtualSound, name: str
) -> None:
    async def talk() -> int:
        microphone = PortAudioMicrophone()
        await microphone.open(name)
        await listened(microphone, 50)
        await asyncio.to_thread(place.unplug, "mic_desk")
        heard = await listened(microphone, 1500)
        await microphone.aclose()
        return len(heard)

    assert asyncio.run(talk()) == 1500 * RATE_HZ // 1000


@pytest.mark.sound
def test_another_microphone_is_used_without_a_gap(place: VirtualSound) -> None:
    said = noise(2)

    async def talk() -> np.ndarray:
        microphone = PortAudioMicrophone()
        await microphone.open("mic_headset")
        for mic in ("mic_desk", "mic_headset"):
            place.say_async(mic, write(place.folder / "said.wav", said))
        listening = asyncio.create_task(listened(microphone, 3500))
        await asyncio.sleep(0.7)
        await microphone.open("mic_desk")
        heard = await listening
        await microphone.aclose()
        return heard

    def attempt() -> float:
        heard = asyncio.run(talk())
        # Both were spoken into with a few milliseconds between them, which is all that may show.
        half = len(said) // 2
        return min(likeness(heard, said[: half // 2]), likeness(heard, said[half:]))

    assert best(attempt, 0.95) > 0.95


@pytest.mark.sound
def test_where_it_was_opened_the_server_leads_it_back_to(place: VirtualSound) -> None:
    async def talk() -> tuple[bool, list[str]]:
        microphone = PortAudioMicrophone()
        await microphone.open("mic_headset")
        await listened(microphone, 50)
        capture = microphone._capture
        await asyncio.to_thread(place.unplug, "mic_headset")
        await asyncio.to_thread(wait_until, lambda: ours(place) == ["mic_desk"], "it goes on")
        await asyncio.to_thread(place.plug, "mic", "mic_headset", "Headset Microphone")
        await microphone.open("mic_headset")
        await listened(microphone, 50)
        same, where = microphone._capture is capture, ours(place)
        await microphone.aclose()
        return same, where

    assert asyncio.run(talk()) == (True, ["mic_headset"])


def ours(place: VirtualSound) -> list[str]:
    """The microphones that this process records."""
    return [s.device for s in place.where() if s.kind == "mic" and s.pid == os.getpid()]


@pytest.mark.sound
def test_where_no_server_leads_the_new_microphone_runs_before_the_old_one_is_closed(
    place: VirtualSound, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sound_target, "moved", lambda *_: None)

    async def talk() -> tuple[str, int]:
        microphone = PortAudioMicrophone()
        await microphone.open("mic_headset")
        listening = asyncio.create_task(listened(microphone, 1000))
        await asyncio.sleep(0.2)
        label = await microphone.open("mic_desk")
        heard = await listening
        await microphone.aclose()
        return label, len(heard)

    assert asyncio.run(talk()) == ("Desk Microphone", RATE_HZ)


@pytest.mark.sound
def test_a_sound_server_that_dies_is_a_lost_microphone(place: VirtualSound) -> None:
    async def talk() -> Problem:
        microphone = PortAudioMicrophone()
        await microphone.open("")
        await listened(microphone, 20)
        listening = asyncio.create_task(lost(microphone))
        await asyncio.sleep(0)
        await asyncio.to_thread(place.crash)
        problem = await listening
        await microphone.aclose()
        return problem

    assert asyncio.run(talk()).kind is Kind.NO_MICROPHONE


@pytest.mark.sound
def test_a_microphone_that_says_nothing_at_all_is_lost(
    place: VirtualSound, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(microphone_module, "LOOK_S", 0.02)
    # No sound, and no word about it: other systems do this.
    monkeypatch.setattr(microphone_module._Capture, "_finished", lambda _: None)

    async def talk() -> Problem:
        microphone = PortAudioMicrophone()
        await microphone.open("")
        await listened(microphone, 20)
        capture = microphone._capture
        assert capture is not None
        assert capture.stream._recorder is not None
        capture.stream._recorder.abort()  # type: ignore[attr-defined]
        problem = await lost(microphone)
        await microphone.aclose()
        return problem

    assert asyncio.run(talk()).kind is Kind.NO_MICROPHONE


@pytest.mark.sound
def test_a_choosy_device_is_heard_as_well(
    place: VirtualSound, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = noise(1)
    plain = open_target

    def choosy(target, way, sounddevice, opener):  # type: ignore[no-untyped-def]
        def refuse(form: Form) -> object:
            if form != Form(44_100, 2):
                raise sounddevice.PortAudioError("Invalid number of channels", -9998)
            return opener(form)

        device = Target(
            target.name, target.label, target.index, 44_100, 2, target.environment, target.stream
        )
        return plain(device, way, sounddevice, refuse)

    monkeypatch.setattr(sound_target, "open_target", choosy)

    async def talk() -> np.ndarray:
        microphone = PortAudioMicrophone()
        await microphone.open("")
        place.say_async("mic_desk", write(place.folder / "said.wav", said))
        heard = await listened(microphone, 1800)
        await microphone.aclose()
        return heard

    assert best(lambda: likeness(asyncio.run(talk()), said), 0.99) > 0.99


@pytest.mark.sound
def test_threads_end_with_the_microphone(place: VirtualSound) -> None:
    async def talk() -> None:
        microphone = PortAudioMicrophone()
        await microphone.open("")
        await microphone.aclose()

    others = set(threading.enumerate())
    asyncio.run(talk())
    left = set(threading.enumerate()) - others
    assert not [t.name for t in left if t.name.startswith("sound-watch")]


@pytest.mark.sound
def test_blocks_can_be_left_and_taken_up_again(place: VirtualSound) -> None:
    async def talk() -> list[int]:
        microphone = PortAudioMicrophone()
        await microphone.open("")
        sizes = []
        for _ in range(2):
            async with aclosing(microphone.blocks()) as blocks:  # type: ignore[type-var]
                sizes.append(len(await anext(blocks)))
        await microphone.aclose()
        return sizes

    few = {n * BLOCK_BYTES for n in range(1, microphone_module.LULL_BLOCKS + 1)}
    sizes = asyncio.run(talk())
    assert len(sizes) == 2
    assert few.issuperset(sizes)
