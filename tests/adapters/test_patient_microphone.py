"""How the microphone gives its blocks out by eight, to those who can wait."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import aclosing

import numpy as np
import pytest

from desktop_app.adapters import sound_target
from desktop_app.adapters.microphone import PortAudioMicrophone, _Capture
from desktop_app.audio.pcm import BLOCK_BYTES, BLOCK_SAMPLES, from_bytes
from tests.adapters.sound_contracts import PATIENCE_S, best, likeness, noise
from tests.servers import speech
from tests.virtual_sound import VirtualSound


@pytest.fixture
def place(here: Callable[..., None]) -> Iterator[VirtualSound]:
    with VirtualSound() as own:
        here(own)
        yield own


async def following(blocks: AsyncIterator[bytes]) -> bytes:
    return await anext(blocks)


async def opened_and_not_asked(microphone: PortAudioMicrophone, name: str) -> _Capture:
    """Open ``name``, and look at nothing that comes."""
    await microphone.open(name)
    capture = microphone._capture  # noqa: SLF001
    assert capture is not None
    capture.wait_for(1_000)
    return capture


async def until_waiting(capture: _Capture, blocks: int) -> None:
    """Wait until so much can be taken."""
    async with asyncio.timeout(PATIENCE_S):
        while capture.stream.waiting < blocks * BLOCK_SAMPLES:
            await asyncio.sleep(0.01)


@pytest.mark.sound
def test_who_is_patient_is_woken_for_eight_blocks_and_loses_none(place: VirtualSound) -> None:
    said = noise(1)

    async def talk() -> tuple[np.ndarray, int]:
        microphone = PortAudioMicrophone()
        microphone.blocks_at_once = 8
        await microphone.open("")
        place.say_async(
            "mic_desk", speech.write_wav(place.folder / "said.wav", speech.from_pcm(said.tobytes()))
        )
        heard: list[bytes] = []
        wakes = 0
        async with aclosing(microphone.blocks()) as blocks:  # type: ignore[type-var]
            while sum(map(len, heard)) < 160 * BLOCK_BYTES:
                taking = asyncio.create_task(following(blocks))
                await asyncio.sleep(0)
                wakes += not taking.done()
                heard.append(await taking)
        await microphone.aclose()
        # What came together is one.
        assert {len(piece) for piece in heard} <= {n * BLOCK_BYTES for n in range(1, 9)}
        assert len(heard) <= 23
        return from_bytes(b"".join(heard)), wakes

    def patient_talk() -> float:
        heard, wakes = asyncio.run(talk())
        # Without patience each of the 160 blocks wakes, unless several came at once.
        assert wakes <= 23
        return likeness(heard, said)

    assert best(patient_talk, 0.99) > 0.99


@pytest.mark.sound
def test_the_end_of_patience_gives_out_a_lone_block(place: VirtualSound) -> None:
    async def talk() -> int:
        microphone = PortAudioMicrophone()
        capture = await opened_and_not_asked(microphone, "")
        async with aclosing(microphone.blocks()) as blocks:  # type: ignore[type-var]
            taking = asyncio.create_task(following(blocks))
            await until_waiting(capture, 1)
            assert not taking.done()
            microphone.blocks_at_once = 1
            async with asyncio.timeout(PATIENCE_S):
                return len(await taking)

    assert asyncio.run(talk()) == BLOCK_BYTES


@pytest.mark.sound
@pytest.mark.parametrize("doubted", [False, True])
def test_what_still_waits_is_heard_when_another_device_is_opened_unless_in_doubt(
    place: VirtualSound, monkeypatch: pytest.MonkeyPatch, *, doubted: bool
) -> None:
    monkeypatch.setattr(sound_target, "moved", lambda *_: None)
    # The server tells of the other device as well, sooner or later.
    monkeypatch.setattr(_Capture, "_doubt", lambda _: None)
    monkeypatch.setattr(_Capture, "_check_place", lambda *_: None)

    async def talk() -> int:
        microphone = PortAudioMicrophone()
        old = await opened_and_not_asked(microphone, "mic_headset")
        await until_waiting(old, 20)
        old.doubted = doubted
        await microphone.open("mic_desk")
        new = microphone._capture  # noqa: SLF001
        assert new is not old
        assert new is not None
        waiting = len(new._inbox)  # noqa: SLF001
        await microphone.aclose()
        return waiting // BLOCK_BYTES

    assert (asyncio.run(talk()) >= 20) is not doubted
