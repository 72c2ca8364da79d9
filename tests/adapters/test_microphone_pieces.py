"""In what pieces the microphone gives its blocks out: as many as wanted, in a lull a few."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import aclosing

import numpy as np
import pytest

from desktop_app.adapters import sound_target
from desktop_app.adapters.microphone import LULL_BLOCKS, PortAudioMicrophone, _Capture
from desktop_app.adapters.sound_target import Form
from desktop_app.audio.pcm import BLOCK_BYTES, BLOCK_MS, BLOCK_SAMPLES, RATE_HZ, from_bytes
from desktop_app.audio.stillness import LULL_MS
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
def test_who_wants_eight_blocks_is_woken_for_them_and_loses_none(
    place: VirtualSound,
) -> None:
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

    def attempt() -> float:
        heard, wakes = asyncio.run(talk())
        # One at once, each of the 160 blocks wakes, unless several came together.
        assert wakes <= 23
        return likeness(heard, said)

    assert best(attempt, 0.99) > 0.99


@pytest.mark.sound
def test_who_wants_one_at_once_again_gets_a_lone_block(place: VirtualSound) -> None:
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


class Given:
    """Of a `CaptureStream` what a look needs: blocks that are there."""

    form = Form(RATE_HZ, 1)

    def __init__(self) -> None:
        self.blocks: list[bytes] = []

    @property
    def waiting(self) -> int:
        return BLOCK_SAMPLES * len(self.blocks)

    def loudest(self, begin: int, end: int) -> int:
        samples = from_bytes(b"".join(self.blocks))[begin:end]
        return int(np.abs(samples).max())

    def take(self, frames: int) -> bytes:
        taken, self.blocks = self.blocks, []
        assert frames == BLOCK_SAMPLES * len(taken)
        return b"".join(taken)


def test_in_a_lull_four_blocks_come_as_one_and_a_voice_at_once_with_what_waits() -> None:
    silence, voice = bytes(BLOCK_BYTES), b"\0\x20" * BLOCK_SAMPLES

    async def talk() -> None:
        capture, given = _Capture(asyncio.get_running_loop()), Given()
        capture.stream = given  # type: ignore[assignment]
        capture.watch(1)

        def heard(block: bytes) -> bytes:
            given.blocks.append(block)
            assert capture._pacer is not None  # noqa: SLF001
            capture._poll(capture._pacer)  # noqa: SLF001
            return capture.piece(LULL_BLOCKS)

        before = [heard(silence) for _ in range(LULL_MS // BLOCK_MS)]
        assert before == [silence] * len(before)
        assert [heard(silence) for _ in range(8)] == [b"", b"", b"", silence * 4] * 2
        assert [heard(block) for block in (silence, silence, voice, silence)] == [
            b"",
            b"",
            silence * 2 + voice,
            silence,
        ]
        capture.end()

    asyncio.run(talk())


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
