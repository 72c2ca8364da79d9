"""Spoken and written turns against a server whose models are simple."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from tests.offline.server_parts import Client, Place, running, said

Script = Callable[[Client, Place], Awaitable[None]]


def play(script: Script, query: str = "") -> None:
    """Run a script against a server of its own."""

    async def run() -> None:
        async with asyncio.timeout(30), running() as place, place.client(query) as client:
            await client.until("session.created")
            await script(client, place)

    asyncio.run(run())


def test_a_spoken_turn_comes_in_the_protocols_order() -> None:
    async def script(client: Client, place: Place) -> None:
        await client.sound(said())
        done = await client.until("response.done")
        assert done["response"]["status"] == "completed"
        types = [t for t in client.types() if not t.endswith("delta")]
        assert types == [
            "session.created",
            "input_audio_buffer.speech_started",
            "input_audio_buffer.speech_stopped",
            "input_audio_buffer.committed",
            "conversation.item.added",
            "conversation.item.done",
            "response.created",
            "response.output_item.added",
            "conversation.item.added",
            "response.content_part.added",
            "response.output_audio.done",
            "response.output_audio_transcript.done",
            "response.content_part.done",
            "conversation.item.done",
            "response.output_item.done",
            "response.done",
        ]
        words = done["response"]["output"][0]["content"][0]["transcript"]
        assert words == "It is half past three. Anything else?"
        assert client.heard_ms() == 1400

    play(script)
