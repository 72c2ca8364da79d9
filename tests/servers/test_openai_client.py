"""The published client gets along with the scripted server, so the server is no invention."""

from __future__ import annotations

import asyncio
import base64

import pytest
from openai import AsyncOpenAI

from tests.servers import speech, traps
from tests.servers.flows import flows
from tests.servers.persona import Persona
from tests.servers.scripted import ScriptedServer

QUESTION = speech.to_pcm(speech.joined(speech.silence(200), speech.say(), speech.silence(700)))


def _client(server: ScriptedServer) -> AsyncOpenAI:
    base = server.url.removesuffix("/realtime")
    return AsyncOpenAI(api_key="sk-test", websocket_base_url=base)


def test_the_published_client_has_a_spoken_turn() -> None:
    with ScriptedServer(Persona(key="sk-test")) as server:

        async def run() -> bytes:
            heard = b""
            async with (
                _client(server) as client,
                client.realtime.connect(model="gpt-realtime-2.1") as line,
            ):
                session = {"type": "realtime", "instructions": "Be brief."}
                await line.session.update(session=session)  # type: ignore[arg-type]
                for at in range(0, len(QUESTION), 4800):
                    block = base64.b64encode(QUESTION[at : at + 4800]).decode("ascii")
                    await line.input_audio_buffer.append(audio=block)
                async for event in line:
                    if event.type == "response.output_audio.delta":
                        heard += base64.b64decode(event.delta)
                    if event.type == "response.done":
                        assert event.response.status == "completed"
                        break
            return heard

        assert asyncio.run(run()) == speech.to_pcm(speech.answer(1600))
        assert bytes(server.connection.audio) == QUESTION
        assert server.connection.query == {"model": "gpt-realtime-2.1"}
        assert not server.violations


def test_the_published_client_sees_a_refusal_as_an_event() -> None:
    with ScriptedServer(traps.BETA_REFUSED) as server:

        async def run() -> str | None:
            async with _client(server) as client, client.realtime.connect(model="m") as line:
                event = await line.recv()
                assert event.type == "error"
                return event.error.code

        assert asyncio.run(run()) == "beta_api_shape_disabled"


@pytest.mark.parametrize("letter", list(flows()))
def test_the_published_client_reads_every_flow(letter: str) -> None:
    lines = flows()[letter].lines
    with ScriptedServer(Persona(answers_start=False)) as server:

        async def run() -> None:
            async with _client(server) as client, client.realtime.connect(model="m") as line:
                await asyncio.to_thread(server.wait_until, lambda: bool(server.connections))
                playing = server.begin_flow(letter)
                for said in lines:
                    if said.by_server:
                        assert (await line.recv()).type == said.event["type"]
                    else:
                        await line.send(said.event)  # type: ignore[arg-type]
                await asyncio.wrap_future(playing)

        asyncio.run(run())
        assert not server.violations
