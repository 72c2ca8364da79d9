"""When the local detector is loaded, when it hears, and what it costs when nobody asks."""

from __future__ import annotations

import asyncio

import numpy as np

from desktop_app.core import far_end as far
from desktop_app.core.overlap import Verdict
from desktop_app.core.settings import Settings
from desktop_app.core.wishes import SettingsChanged
from tests.core.dialogue import pcm
from tests.fakes.detector import FakeVoiceDetector
from tests.voice.stage import Stage, settle, until


def loud(ms: int) -> bytes:
    return np.full(24 * ms, 6000, np.int16).tobytes()


def heard(stage: Stage, *sounds: bytes) -> None:
    stage.microphone.hear(b"".join(sounds))


async def answering(stage: Stage) -> None:
    """Connect, have the detector loaded, and let the assistant speak for two seconds."""
    # A sound as plain as these might be taken for the echo of the other.
    stage.tell(SettingsChanged(Settings(half_duplex="off")))
    await stage.connected()
    heard(stage, loud(10))
    await until(lambda: bool(stage.detector and stage.detector.loads))
    await settle()
    stage.tell(far.ResponseStarted("r1"), far.AudioArrived("r1", "a1", pcm(2000)))
    stage.tell(far.ResponseEnded("r1"))
    stage.speaker.play_ms(500)


def test_a_voice_holds_the_speaker_and_a_short_one_lets_it_go_on() -> None:
    async def talk() -> None:
        stage = Stage(detector=FakeVoiceDetector())
        async with stage.playing():
            await answering(stage)
            heard(stage, loud(200))
            await until(lambda: stage.state.overlap.doubt is not None)
            assert not np.any(stage.speaker.play_ms(300)[24 * 20 :])
            heard(stage, bytes(48 * 300))
            await until(lambda: stage.state.overlap.verdict is Verdict.SHORT)
            rest = stage.speaker.play_ms(2000)
            assert np.count_nonzero(rest) // 24 >= 1499

    asyncio.run(talk())


def test_a_microphone_that_is_still_asks_the_detector_nothing_until_there_is_a_sound() -> None:
    async def talk() -> None:
        stage = Stage(detector=FakeVoiceDetector())
        async with stage.playing():
            await answering(stage)
            assert stage.detector is not None
            heard(stage, loud(20))
            await until(lambda: stage.detector is not None and stage.detector.fed > 0)
            fed = stage.detector.fed
            heard(stage, np.full(24 * 500, 19, np.int16).tobytes())
            await until(lambda: not stage.microphone.waiting)
            assert (stage.detector.fed, stage.state.overlap.doubt) == (fed, None)
            heard(stage, loud(200))
            await until(lambda: stage.state.overlap.doubt is not None)

    asyncio.run(talk())


def test_a_long_voice_cuts_and_the_server_forgets_what_was_not_heard() -> None:
    async def talk() -> None:
        stage = Stage(detector=FakeVoiceDetector())
        async with stage.playing():
            await answering(stage)
            heard(stage, loud(900))
            await until(lambda: stage.state.overlap.verdict is Verdict.SPOKE)
            await until(lambda: not stage.state.sound.playing)
            assert [row.heard_ms for row in stage.state.rows] == [520]
            assert not np.any(stage.speaker.play_ms(2000)[24 * 20 :])

    asyncio.run(talk())


def test_the_detector_hears_nothing_while_the_assistant_is_silent() -> None:
    async def talk() -> None:
        stage = Stage(detector=FakeVoiceDetector())
        async with stage.playing():
            await stage.connected()
            heard(stage, loud(400))
            await until(lambda: bool(stage.detector and stage.detector.loads))
            heard(stage, loud(400))
            await settle()
            assert stage.detector is not None
            assert stage.detector.resets == 0

    asyncio.run(talk())


def test_without_a_detector_or_with_a_broken_one_the_server_decides() -> None:
    async def talk(detector: FakeVoiceDetector | None) -> bool:
        stage = Stage(detector=detector)
        async with stage.playing():
            await stage.connected()
            heard(stage, loud(100))
            await settle()
            await until(lambda: not stage.state.sound.detects)
            return stage.state.link.held_back

    assert not asyncio.run(talk(None))
    assert not asyncio.run(talk(FakeVoiceDetector(available=False)))
    assert not asyncio.run(talk(FakeVoiceDetector(works=False)))
