"""A bare client to try the scripted server with: raw frames over ``websockets``."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from websockets.asyncio.client import ClientConnection, connect

from tests.servers.scripted import ScriptedServer

Event = dict[str, Any]

MODEL = "gpt-realtime-2.1"
PATIENCE_S = 10.0
BLOCK_BYTES = 960


class BareClient:
    """Says what it is told, and keeps what it hears."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self.heard: list[Event] = []

    async def say(self, kind: str, **fields: object) -> None:
        await self.socket.send(json.dumps({"type": kind, **fields}))

    async def configure(self, **session: object) -> Event:
        """Update the session and return what is in force then."""
        await self.say("session.update", session={"type": "realtime", **session})
        return (await self.hear("session.updated"))["session"]  # type: ignore[no-any-return]

    async def listen_in(self, **heard: object) -> Event:
        """Update ``audio.input``."""
        return await self.configure(audio={"input": heard})

    async def speak(self, pcm: bytes) -> None:
        for at in range(0, len(pcm), BLOCK_BYTES):
            block = base64.b64encode(pcm[at : at + BLOCK_BYTES]).decode("ascii")
            await self.say("input_audio_buffer.append", audio=block)

    async def hear(self, kind: str) -> Event:
        """Wait for the next event of a type and return it."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                event = json.loads(await self.socket.recv())
                self.heard.append(event)
                if event["type"] == kind:
                    return event  # type: ignore[no-any-return]

    async def refusal(self) -> tuple[str, str | None]:
        """Code and param of the next ``error``."""
        error = (await self.hear("error"))["error"]
        return error["code"], error["param"]

    def types(self) -> list[str]:
        return [event["type"] for event in self.heard]

    def sound(self, item_id: str | None = None) -> bytes:
        """All sound heard, or that of one item."""
        return b"".join(
            base64.b64decode(event["delta"])
            for event in self.heard
            if event["type"] == "response.output_audio.delta"
            and item_id in (None, event["item_id"])
        )


@asynccontextmanager
async def client_of(
    server: ScriptedServer, query: str = f"?model={MODEL}", *, greeted: bool = True
) -> AsyncIterator[BareClient]:
    """Connect to ``server``, and wait for its greeting if it gives one."""
    async with connect(server.url + query, max_size=None, max_queue=None, proxy=None) as socket:
        client = BareClient(socket)
        if greeted:
            await client.hear("session.created")
        yield client
