from __future__ import annotations

import asyncio

import pytest

from desktop_app.adapters.link import WebSocketLink
from desktop_app.core import effects as fx
from desktop_app.core import far_end as fe
from tests.adapters.link_contract import ORDER, until
from tests.adapters.link_places import opened
from tests.servers.persona import Persona
from tests.servers.scripted import ScriptedServer

BLOCKS = [number.to_bytes(2, "little") * 480 for number in range(50)]


async def fill(link: WebSocketLink) -> None:
    """Send until nothing more goes out."""
    while True:
        await link.send(fx.SendAudio(bytes(1_000_000)))


def test_sound_that_is_sent_at_once_keeps_its_place_among_what_waited() -> None:
    async def run(server: ScriptedServer) -> None:
        async with opened(server.url) as (link, events):
            await until(events, fe.SessionStarted)
            await link.send(ORDER)
            for number, pcm in enumerate(BLOCKS):
                if number % 2 or not link.send_at_once(fx.SendAudio(pcm)):
                    await link.send(fx.SendAudio(pcm))
            await asyncio.to_thread(server.wait_for, "input_audio_buffer.append", count=len(BLOCKS))

    with ScriptedServer(Persona(vad="script", pace=0)) as server:
        asyncio.run(run(server))
        assert bytes(server.connection.audio) == b"".join(BLOCKS)
        assert not server.violations


def test_sound_for_a_network_that_takes_nothing_must_wait() -> None:
    async def run(server: ScriptedServer) -> None:
        async with opened(server.url) as (link, events):
            await until(events, fe.SessionStarted)
            server.stall()
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(fill(link), 0.2)
            assert not link.send_at_once(fx.SendAudio(BLOCKS[0]))

    with ScriptedServer() as server:
        asyncio.run(run(server))
