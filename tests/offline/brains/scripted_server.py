"""An HTTP server on loopback that says what a test tells it to, byte by byte."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

Script = Callable[["Exchange"], Awaitable[None]]


@dataclass
class Exchange:
    """One request, and the means to answer it piece by piece."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    writer: asyncio.StreamWriter
    hung_up: asyncio.Event

    def json(self) -> Any:
        return json.loads(self.body)

    async def head(self, status: str = "200 OK", kind: str = "text/event-stream") -> None:
        await self.raw(f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nConnection: close\r\n\r\n")

    async def raw(self, text: str | bytes) -> None:
        self.writer.write(text.encode() if isinstance(text, str) else text)
        await self.writer.drain()

    async def event(self, value: object) -> None:
        await self.raw(f"data: {value if isinstance(value, str) else json.dumps(value)}\n\n")

    async def text(self, *pieces: str) -> None:
        for piece in pieces:
            await self.event({"choices": [{"index": 0, "delta": {"content": piece}}]})

    async def finish(self, reason: str = "stop") -> None:
        await self.event({"choices": [{"index": 0, "delta": {}, "finish_reason": reason}]})
        await self.event({"choices": [], "usage": {"prompt_tokens": 11, "completion_tokens": 3}})
        await self.event("[DONE]")

    async def reply(self, value: object, status: str = "200 OK") -> None:
        await self.head(status, "application/json")
        await self.raw(value if isinstance(value, str) else json.dumps(value))


@dataclass
class ScriptedServer:
    """Where it listens, and what it was asked."""

    url: str = ""
    seen: list[Exchange] = field(default_factory=list)
    server: asyncio.Server | None = None

    async def vanish(self) -> None:
        """Close the door: the next connection is refused."""
        assert self.server is not None
        self.server.close()
        await self.server.wait_closed()

    def chats(self) -> list[Any]:
        return [one.json() for one in self.seen if one.path.endswith("/chat/completions")]


def models(*names: str, owner: str = "library") -> dict[str, object]:
    return {"object": "list", "data": [{"id": name, "owned_by": owner} for name in names]}


@asynccontextmanager
async def serving(
    chat: Script | None = None,
    listing: object = None,
    listing_script: Script | None = None,
    port: int = 0,
) -> AsyncIterator[ScriptedServer]:
    """Serve ``GET /v1/models`` and, by ``chat``, ``POST /v1/chat/completions``."""
    told = ScriptedServer()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            exchange = await _read(reader, writer)
            told.seen.append(exchange)
            if exchange.path.endswith("/models") and listing_script is not None:
                await listing_script(exchange)
            elif exchange.path.endswith("/models"):
                await exchange.reply(listing if listing is not None else models("llama3.2"))
            elif chat is not None:
                watch = asyncio.create_task(_watch(reader, exchange.hung_up))
                try:
                    await chat(exchange)
                finally:
                    watch.cancel()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # The client hung up; the script was told by `hung_up`.
        finally:
            writer.close()

    told.server = await asyncio.start_server(answer, "127.0.0.1", port)
    told.url = f"http://127.0.0.1:{told.server.sockets[0].getsockname()[1]}"
    try:
        yield told
    finally:
        told.server.close()


async def _watch(reader: asyncio.StreamReader, hung_up: asyncio.Event) -> None:
    while await reader.read(1024):
        pass
    hung_up.set()


async def _read(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> Exchange:
    head = (await reader.readuntil(b"\r\n\r\n")).decode()
    first, *lines = head.strip().split("\r\n")
    method, path, _ = first.split(" ")
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
    body = await reader.readexactly(int(headers.get("content-length", 0)))
    return Exchange(method, path, headers, body, writer, asyncio.Event())
