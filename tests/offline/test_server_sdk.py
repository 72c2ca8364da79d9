"""The published client runs every kind of turn against the server."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from openai import AsyncOpenAI
from openai.resources.realtime.realtime import AsyncRealtimeConnection
from openai.types.realtime import RealtimeServerEvent
from pydantic import TypeAdapter

from tests.offline.server_parts import Place, running, said

VALID: TypeAdapter[Any] = TypeAdapter(RealtimeServerEvent)
TOOL: Any = {"type": "function", "name": "get_weather", "parameters": {"type": "object"}}
QUESTION: Any = {
    "type": "message",
    "role": "user",
    "content": [{"type": "input_text", "text": "What is the time?"}],
}


@asynccontextmanager
async def line(place: Place, **extra: Any) -> AsyncIterator[AsyncRealtimeConnection]:
    base = f"ws://127.0.0.1:{place.port}/v1"
    async with (
        AsyncOpenAI(api_key="sesame", websocket_base_url=base) as client,
        client.realtime.connect(**extra) as connection,
    ):
        yield connection


async def until(connection: AsyncRealtimeConnection, kind: str) -> Any:
    async with asyncio.timeout(20):
        while True:
            event = VALID.validate_json(await connection.recv_bytes())
            assert event.type != "error", event
            if event.type == kind:
                return event


async def speak(connection: AsyncRealtimeConnection, level: int = 9_000) -> None:
    pcm = said(level=level).tobytes()
    for at in range(0, len(pcm), 4_800):
        audio = base64.b64encode(pcm[at : at + 4_800]).decode()
        await connection.input_audio_buffer.append(audio=audio)


def test_the_published_client_has_every_kind_of_turn() -> None:
    async def run() -> None:
        async with running(token="sesame") as place, line(place, model="gpt-realtime-2.1") as talk:
            await until(talk, "session.created")
            session: Any = {
                "type": "realtime",
                "instructions": "Be brief.",
                "tools": [TOOL],
                "audio": {"input": {"transcription": {"model": "whisper-1"}}},
            }
            await talk.session.update(session=session)
            await until(talk, "session.updated")
            await _spoken(talk)
            await _written(talk)
            await _function(talk)
            await _beside(talk)
            await _cancelled(talk)

    asyncio.run(run())


async def _spoken(talk: AsyncRealtimeConnection) -> None:
    await speak(talk)
    heard = await until(talk, "conversation.item.input_audio_transcription.completed")
    assert heard.transcript == "What is the time?"
    done = await until(talk, "response.done")
    item_id = done.response.output[0].id
    await talk.conversation.item.truncate(item_id=item_id, content_index=0, audio_end_ms=300)
    assert (await until(talk, "conversation.item.truncated")).audio_end_ms == 300


async def _written(talk: AsyncRealtimeConnection) -> None:
    await talk.conversation.item.create(item=QUESTION)
    await talk.response.create(response={"output_modalities": ["text"]})
    assert (await until(talk, "response.output_text.done")).text.startswith("It is half past")
    await until(talk, "response.done")


async def _function(talk: AsyncRealtimeConnection) -> None:
    await speak(talk, level=8_000)
    call = await until(talk, "response.function_call_arguments.done")
    await until(talk, "response.done")
    output: Any = {"type": "function_call_output", "call_id": call.call_id, "output": "6"}
    await talk.conversation.item.create(item=output)
    await talk.response.create()
    await until(talk, "response.done")


async def _beside(talk: AsyncRealtimeConnection) -> None:
    config: Any = {"conversation": "none", "metadata": {"a": "b"}, "input": [QUESTION]}
    await talk.response.create(response=config)
    done = await until(talk, "response.done")
    assert (done.response.conversation_id, done.response.metadata) == (None, {"a": "b"})


async def _cancelled(talk: AsyncRealtimeConnection) -> None:
    await speak(talk, level=7_000)
    await until(talk, "response.output_audio.delta")
    await talk.response.cancel()
    assert (await until(talk, "response.done")).response.status == "cancelled"


def test_the_published_client_has_a_transcription_session() -> None:
    async def run() -> None:
        async with (
            running() as place,
            line(place, extra_query={"intent": "transcription"}) as talk,
        ):
            await until(talk, "session.created")
            session: Any = {
                "type": "transcription",
                "audio": {"input": {"transcription": {"model": "whisper-1"}}},
            }
            await talk.session.update(session=session)
            await speak(talk)
            heard = await until(talk, "conversation.item.input_audio_transcription.completed")
            assert heard.transcript == "What is the time?"

    asyncio.run(run())
