"""A model behind an OpenAI-compatible server on this computer: Ollama, LM Studio, llama.cpp, ..."""

from __future__ import annotations

import asyncio
import json
import socket
import ssl
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, suppress
from dataclasses import dataclass
from functools import cache
from typing import Any

import httpx2

from desktop_app.offline.brains.brain import (
    BrainError,
    Description,
    Finished,
    Request,
    TextDelta,
    Thought,
)
from desktop_app.offline.brains.chat_protocol import (
    ChunkFolder,
    SseReader,
    body_of,
    error_text,
)
from desktop_app.offline.brains.patience import patience

PROBE_S = 0.3
CONNECT_S = 2.0
FIRST_WORD_S = 90.0
"""A server may have to load the model first."""


@dataclass(frozen=True, slots=True)
class LocalServer:
    """Where a model was found.

    Attributes:
        program: What runs there, as people call it: ``Ollama``.
        url: Without ``/v1``, e.g. ``http://127.0.0.1:11434``.
        model: Which of its models answers.
        api_key: Some ask for one; mostly None.
    """

    program: str
    url: str
    model: str
    api_key: str | None = None


@cache
def _trust() -> ssl.SSLContext:
    """Whom to believe: reading it takes 60 ms, in which no sound would be taken."""
    return httpx2.create_ssl_context(trust_env=False)


def http_client(api_key: str | None = None) -> httpx2.AsyncClient:
    """Make a client that talks to exactly the address it is given: no proxy, no redirect."""
    headers = {"Authorization": f"Bearer {api_key}"} if api_key else {}
    timeout = httpx2.Timeout(FIRST_WORD_S, connect=CONNECT_S)
    return httpx2.AsyncClient(
        headers=headers,
        timeout=timeout,
        verify=_trust(),
        trust_env=False,
        follow_redirects=False,
    )


@cache
def load_http() -> None:
    """Load now, in this thread, what the library else loads at the first request.

    That takes a tenth of a second, and much longer from a slow disk: time that is neither the
    server's nor the event loop's.
    """
    asyncio.run(_rehearse())


async def _rehearse() -> None:
    """Begin to connect to nobody but this program, which has no time for it."""
    async with http_client() as client:
        with (
            suppress(OSError, httpx2.TransportError),
            socket.create_server(("127.0.0.1", 0)) as own,
        ):
            url = f"http://127.0.0.1:{own.getsockname()[1]}"
            await client.get(url, timeout=httpx2.Timeout(PROBE_S, connect=0))


def listed_models(listing: Any) -> list[str]:
    """Name the models in the answer to ``GET /v1/models``; none if it is no such listing."""
    data = listing.get("data") if isinstance(listing, dict) else None
    models = data if isinstance(data, list) else []
    ids = (one.get("id") for one in models if isinstance(one, dict))
    return [name for name in ids if isinstance(name, str) and name]


class LocalServerBrain:
    """Lets a local server think, and streams what it says."""

    def __init__(self, server: LocalServer, client: httpx2.AsyncClient | None = None) -> None:
        """Use a server; the client is made if none is given, and closed with the brain."""
        self._server = server
        self._client = client or http_client(server.api_key)

    @property
    def name(self) -> str:
        """What the window shows: ``Ollama: llama3.2``."""
        return f"{self._server.program}: {self._server.model}"

    def describe(self) -> Description:
        """Say what thinks."""
        detail = f"{self._server.model} at {self._server.url}, on this computer."
        return Description(self.name, detail, open_questions=True)

    async def is_alive(self) -> bool:
        """Ask quickly whether the server is there."""
        try:
            reply = await self._listing()
        except (httpx2.HTTPError, TimeoutError):
            return False
        return reply.status_code == httpx2.codes.OK

    async def absence(self) -> str:
        """Tell whether nobody listens there any more, or somebody without this model."""
        try:
            reply = await self._listing()
            names = listed_models(reply.json()) if reply.status_code == httpx2.codes.OK else []
        except httpx2.ConnectError:
            return f"{self._server.program} can't be reached."
        except (httpx2.HTTPError, TimeoutError, ValueError):
            return ""  # It is busy, or its answer is of no use: the next question will tell.
        if names and self._server.model not in names:
            return f"{self._server.program} no longer has {self._server.model}."
        return ""

    async def _listing(self) -> httpx2.Response:
        async with patience(PROBE_S):
            return await self._client.get(f"{self._server.url}/v1/models", timeout=None)

    async def aclose(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def think(self, request: Request) -> AsyncGenerator[Thought, None]:
        """Answer by the model."""
        folder = ChunkFolder()
        async with aclosing(self._events(request)) as events:
            async for data in events:
                if text := folder.fold(data):
                    yield TextDelta(text)
                if folder.done:
                    break
        if text := folder.rest():
            yield TextDelta(text)
        if folder.reason is None and not folder.done:
            raise BrainError(f"{self._server.program} stopped in mid-answer.")
        calls = folder.calls()
        for call in calls:
            yield call
        yield Finished("tool_calls" if calls else folder.reason or "stop", folder.usage)

    async def _events(self, request: Request) -> AsyncGenerator[str, None]:
        try:
            async with aclosing(self._bytes(request)) as chunks:
                reader = SseReader()
                async for chunk in chunks:
                    for data in reader.feed(chunk):
                        yield data
                for data in reader.end():
                    yield data
        except httpx2.TimeoutException as error:
            raise BrainError(f"{self._server.program} does not answer in time.") from error
        except httpx2.HTTPError as error:
            raise BrainError(f"{self._server.program} can't be reached.") from error

    async def _bytes(self, request: Request) -> AsyncGenerator[bytes, None]:
        """Stream the reply; a model that can't take tools is asked again without them."""
        for with_tools in (True, False):
            body = body_of(request, self._server.model, with_tools=with_tools)
            url = f"{self._server.url}/v1/chat/completions"
            async with self._client.stream("POST", url, json=body) as reply:
                if reply.status_code == httpx2.codes.OK:
                    async for chunk in reply.aiter_bytes():
                        yield chunk
                    return
                refusal = await _refusal(reply)
            if not (with_tools and "tools" in body and "tool" in refusal.lower()):
                raise BrainError(f"{self._server.program} refuses: {refusal}.")


async def _refusal(reply: httpx2.Response) -> str:
    start = await _start_of(reply.aiter_bytes())
    try:
        return error_text(json.loads(start)) or str(reply.status_code)
    except ValueError:
        return f"{reply.status_code} {reply.reason_phrase}"


async def _start_of(chunks: AsyncIterator[bytes], limit: int = 2000) -> bytes:
    start = b""
    async for chunk in chunks:
        start += chunk
        if len(start) >= limit:
            break
    return start[:limit]
