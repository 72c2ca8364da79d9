from __future__ import annotations

import asyncio
from dataclasses import replace
from functools import partial

import numpy as np

from desktop_app.audio.pcm import BLOCK_BYTES, BLOCK_MS, Int16
from desktop_app.core import effects as fx
from desktop_app.core.far_end import AudioArrived, ResponseStarted
from desktop_app.core.sound import EchoState
from desktop_app.core.wishes import SettingsChanged
from desktop_app.voice.chain import Cleaners
from tests.fakes.echo import ECHO, FakeEchoCanceller
from tests.fakes.link import FakeLink, FakeLinks
from tests.rooms import loudness_dbfs, told
from tests.servers import speech
from tests.servers.speech import RATE_HZ
from tests.voice.stage import Stage, until


def has_sent(link: FakeLink, blocks: int) -> bool:
    # While the assistant speaks, one block may wait for the next.
    return blocks_sent(link) >= blocks - 1


def blocks_sent(link: FakeLink) -> int:
    return sum(len(order.pcm) for order in link.sent(fx.SendAudio)) // BLOCK_BYTES


async def spoken_into_the_room(stage: Stage, link: FakeLink, ms: int) -> None:
    """Let the speaker play and the microphone hear it, as the fake canceller knows it."""
    before: Int16 = np.zeros(BLOCK_BYTES // 2, np.int16)
    heard = blocks_sent(link)
    for count in range(heard + 1, heard + ms // BLOCK_MS + 1):
        echo = np.rint(before * ECHO).astype(np.int16).tobytes()
        before = stage.speaker.play_ms(BLOCK_MS)
        stage.microphone.hear(echo)
        await until(partial(has_sent, link, count))


def test_the_assistant_does_not_hear_itself_until_another_speaker_is_opened() -> None:
    link, stage = FakeLink(), Stage(cleaners=Cleaners(FakeEchoCanceller()))
    stage.links = FakeLinks(link)
    answer = speech.to_pcm(told(6))

    async def scene() -> None:
        async with asyncio.timeout(20), stage.playing():
            await stage.connected()
            await spoken_into_the_room(stage, link, 100)
            link.say(ResponseStarted("r"), AudioArrived("r", "a", answer))
            await until(lambda: stage.speaker.unheard_ms > 0)
            await spoken_into_the_room(stage, link, 4000)
            assert stage.state.sound.echo is EchoState.CANCELLED
            other = replace(stage.state.settings, speaker="Another")
            stage.tell(SettingsChanged(other))
            await until(lambda: stage.state.sound.echo is EchoState.UNKNOWN)

    asyncio.run(scene())
    sent = speech.from_pcm(b"".join(order.pcm for order in link.sent(fx.SendAudio)))
    assert loudness_dbfs(sent[: 4 * RATE_HZ]) < -60
