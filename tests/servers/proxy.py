"""Things that stand between a client and its server: an HTTP proxy, a port that says nothing."""

from __future__ import annotations

import asyncio
import base64
import socket
import threading
from abc import ABC, abstractmethod
from concurrent.futures import Future
from types import TracebackType
from typing import Literal, Self

Manner = Literal["pass", "refuse", "bad-gateway", "hang", "auth", "drop"]

START_TIMEOUT_S = 10.0
ANSWERS = {
    "pass": "200 Connection established",
    "refuse": "403 Forbidden",
    "bad-gateway": "502 Bad Gateway",
    "auth": "407 Proxy Authentication Required",
}


class _TcpServer(ABC):
    """A TCP server in a thread with a loop of its own."""

    def __init__(self) -> None:
        self.port = 0
        self.accepted = 0
        self._loop = asyncio.new_event_loop()
        self._ready: Future[None] = Future()
        self._end = asyncio.Event()
        self._thread = threading.Thread(target=self._live, name=type(self).__name__, daemon=True)
        self._talks: set[asyncio.Task[None]] = set()

    def __enter__(self) -> Self:
        self._thread.start()
        self._ready.result(START_TIMEOUT_S)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._loop.call_soon_threadsafe(self._end.set)
        self._thread.join(START_TIMEOUT_S)

    def _live(self) -> None:
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            runner.run(self._serve())

    async def _serve(self) -> None:
        server = await asyncio.start_server(self._greet, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set_result(None)
        await self._end.wait()
        # Whoever was accepted a moment ago is not talked to yet, but has to be hung up on as well,
        # and before the server is closed: asyncio forgets the sockets it accepts for a closed one.
        while others := asyncio.all_tasks() - {asyncio.current_task()}:
            for talk in self._talks:
                talk.cancel()
            await asyncio.wait(others)
        server.close()

    async def _greet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.accepted += 1
        talk = asyncio.current_task()
        assert talk is not None
        if self._end.is_set():
            writer.close()
            return
        self._talks.add(talk)
        try:
            await self._talk(reader, writer)
        except (asyncio.CancelledError, ConnectionError, asyncio.IncompleteReadError):
            # Whoever hangs up in a test means it.
            return
        finally:
            self._talks.discard(talk)
            writer.close()

    @abstractmethod
    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Deal with one connection."""


class SilentPort(_TcpServer):
    """Accepts connections and never says a word.

    Attributes:
        accepted: How many connections there were.
    """

    @property
    def url(self) -> str:
        return f"ws://127.0.0.1:{self.port}/v1/realtime"

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await reader.read(65536):
            pass


class Proxy(_TcpServer):
    """An HTTP proxy that only knows CONNECT.

    Attributes:
        manner: What it does with a request: ``pass``; ``refuse`` it (403); ``bad-gateway`` (502);
            ``hang`` without an answer; want ``auth`` (407 without ``user:password``); ``drop`` it.
        targets: The ``host:port`` that were asked for.
        url: As for ``HTTPS_PROXY``, without user and password.
    """

    def __init__(self, manner: Manner = "pass", *, user: str = "", password: str = "") -> None:
        super().__init__()
        self.manner: Manner = manner
        self.targets: list[str] = []
        self._wanted = base64.b64encode(f"{user}:{password}".encode()).decode("ascii")

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        target = head.split(" ")[1]
        self.targets.append(target)
        manner = self._judge(head)
        if manner == "hang":
            await self._end.wait()
        if manner in {"hang", "drop"}:
            return
        extra = 'Proxy-Authenticate: Basic realm="tests"\r\n' if manner == "auth" else ""
        writer.write(f"HTTP/1.1 {ANSWERS[manner]}\r\n{extra}\r\n".encode("latin-1"))
        await writer.drain()
        if manner == "pass":
            host, _, port = target.rpartition(":")
            far_reader, far_writer = await asyncio.open_connection(host.strip("[]"), int(port))
            try:
                await _join((reader, writer), (far_reader, far_writer))
            finally:
                far_writer.close()

    def _judge(self, head: str) -> Manner:
        if self.manner != "auth":
            return self.manner
        lines = [line.split(": ", 1) for line in head.split("\r\n") if ": " in line]
        sent = {name.lower(): value for name, value in lines}.get("proxy-authorization", "")
        return "pass" if sent == f"Basic {self._wanted}" else "auth"


Ends = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def _join(near: Ends, far: Ends) -> None:
    """Pass bytes both ways until one side ends."""
    ways = [
        asyncio.create_task(_pour(near[0], far[1])),
        asyncio.create_task(_pour(far[0], near[1])),
    ]
    try:
        await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for way in ways:
            way.cancel()
        await asyncio.gather(*ways, return_exceptions=True)


async def _pour(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    while data := await source.read(65536):
        sink.write(data)
        await sink.drain()


def closed_port() -> int:
    """A port at which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
