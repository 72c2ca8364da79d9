"""What the tests of the real link share: ways to open one, and servers that are no servers."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import Any

import pytest

from desktop_app.adapters.link import WebSocketLink
from desktop_app.core.events import Event
from desktop_app.core.far_end import LinkFailure
from desktop_app.ports import LinkError, LinkTarget

MODEL = "gpt-realtime-2.1"
KEY = "sk-test-0123456789abcdef"
PATIENCE_S = 10.0


def target(url: str, **more: Any) -> LinkTarget:
    return LinkTarget(url, **{"model": MODEL, "key": KEY, **more})


@asynccontextmanager
async def opened(
    url: str, aim: LinkTarget | None = None, **options: Any
) -> AsyncIterator[tuple[WebSocketLink, AsyncIterator[Event]]]:
    """An open link and its events."""
    link = WebSocketLink(**options)
    await link.open(aim or target(url))
    try:
        yield link, link.events()
    finally:
        await link.aclose()


def refusal(url: str, aim: LinkTarget | None = None, **options: Any) -> LinkFailure:
    """Why a link cannot be opened."""

    async def run() -> LinkFailure:
        link = WebSocketLink(**options)
        with pytest.raises(LinkError) as error:
            await asyncio.wait_for(link.open(aim or target(url)), PATIENCE_S)
        await link.aclose()
        return error.value.failure

    return asyncio.run(run())


def ending(
    url: str, aim: LinkTarget | None = None, **options: Any
) -> tuple[list[Event], LinkFailure]:
    """What an open link hears until the far end is gone, and why it is."""

    async def run() -> tuple[list[Event], LinkFailure]:
        heard: list[Event] = []

        async def listen(events: AsyncIterator[Event]) -> None:
            async for event in events:
                heard.append(event)

        async with opened(url, **options) as (_, events), asyncio.timeout(PATIENCE_S):
            with pytest.raises(LinkError) as error:
                await listen(events)
        return heard, error.value.failure

    return asyncio.run(run())


@contextmanager
def answering(reply: bytes, *, reads: bool = True) -> Iterator[str]:
    """A TCP server that answers everybody with the same bytes and hangs up; yields its address."""
    loop = asyncio.new_event_loop()
    ready = threading.Event()
    end = asyncio.Event()
    port = 0

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            if reads:
                await reader.readuntil(b"\r\n\r\n")
            writer.write(reply)
            await writer.drain()
        writer.close()

    async def live() -> None:
        nonlocal port
        server = await asyncio.start_server(answer, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        ready.set()
        await end.wait()
        server.close()

    def run() -> None:
        with asyncio.Runner(loop_factory=lambda: loop) as runner:
            runner.run(live())

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    assert ready.wait(PATIENCE_S)
    try:
        yield f"ws://127.0.0.1:{port}/v1/realtime"
    finally:
        loop.call_soon_threadsafe(end.set)
        thread.join(PATIENCE_S)
