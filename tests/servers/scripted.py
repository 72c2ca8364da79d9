"""A Realtime server on a real WebSocket, for tests of the client.

It lives in a thread with a loop of its own, so a test may talk to it from anywhere, and an app in
another process may connect to it.  Usage::

    with ScriptedServer(Persona(answers=[spoken("Half past three.")])) as server:
        ...  # connect something to server.url
        server.wait_for("session.update")
        server.speech_started()
        assert not server.violations
"""

from __future__ import annotations

import asyncio
import json
import ssl
import threading
from collections.abc import Callable
from concurrent.futures import Future
from http import HTTPStatus
from types import TracebackType
from typing import Self, TypeVar
from urllib.parse import parse_qsl, urlsplit

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.http11 import Request, Response

from tests.servers.flows import flows
from tests.servers.persona import Answer, Persona
from tests.servers.records import PATIENCE_S, Attempt, Book, Connection, now_s
from tests.servers.wire import Wire

PATH = "/v1/realtime"
GOODBYE_S = 0.5

T = TypeVar("T")


class ScriptedServer(Book):
    """The server.  ``personas`` are those of the first, second ... connection; the last stays.

    Attributes:
        url: Where it listens, without ``?model=``.
        received: All client events, of all connections.
        connections: The accepted connections, oldest first.
        attempts: All handshakes, refused ones too.
        violations: Client events that the protocol does not allow.  Assert that it is empty.
        failures: Errors of the server's own; raised when it is closed.
    """

    def __init__(
        self, *personas: Persona, tls: ssl.SSLContext | None = None, port: int = 0
    ) -> None:
        super().__init__()
        self._personas = list(personas or (Persona(),))
        self._tls = tls
        self._port = port
        self._wires: list[Wire] = []
        self._attempt = 0
        self._loop = asyncio.new_event_loop()
        self._ready: Future[None] = Future()
        self._end = asyncio.Event()
        self._thread = threading.Thread(target=self._live, name="scripted-server", daemon=True)

    # --- its life -----------------------------------------------------------------------------

    def __enter__(self) -> Self:
        self._thread.start()
        self._ready.result(PATIENCE_S)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()
        if self.failures and error is None:
            raise self.failures[0]

    def stop(self) -> None:
        """Close everything; idempotent."""
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._end.set)
            self._thread.join(PATIENCE_S)

    @property
    def port(self) -> int:
        return self._port

    @property
    def url(self) -> str:
        scheme = "wss" if self._tls else "ws"
        host = "localhost" if self._tls else "127.0.0.1"
        return f"{scheme}://{host}:{self._port}{PATH}"

    @property
    def connection(self) -> Connection:
        """The newest connection."""
        return self.connections[-1]

    def _live(self) -> None:
        try:
            with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
                runner.run(self._serve())
        except BaseException as failure:  # noqa: BLE001 - belongs to the thread that waits for us
            if self._ready.done():
                self.failures.append(failure)
            else:
                self._ready.set_exception(failure)

    async def _serve(self) -> None:
        async with serve(
            self._handle,
            "127.0.0.1",
            self._port,
            ssl=self._tls,
            process_request=self._admit,
            compression=None,
            ping_interval=None,
            close_timeout=GOODBYE_S,
            max_size=max(persona.max_frame for persona in self._personas),
            max_queue=None,
            select_subprotocol=_realtime,
        ) as server:
            self._port = _port_of(server)
            self._ready.set_result(None)
            await self._end.wait()
            for wire in self._wires:
                # One that does not read would never say goodbye.
                if not wire.socket.transport.is_reading():
                    wire.socket.transport.abort()

    # --- handshake ----------------------------------------------------------------------------

    def _persona(self, number: int) -> Persona:
        return self._personas[min(number, len(self._personas) - 1)]

    async def _admit(self, socket: ServerConnection, request: Request) -> Response | None:
        persona = self._persona(self._attempt)
        self._attempt += 1
        socket.persona = persona  # type: ignore[attr-defined]
        status, code = _verdict(persona, request)
        if persona.handshake_ms and await self._ends_within(persona.handshake_ms / 1000):
            status, code = 503, "server_error"
        headers = {name.lower(): value for name, value in request.headers.raw_items()}
        self.attempts.append(Attempt(now_s(), request.path, headers, status))
        self.changed()
        if status == HTTPStatus.SWITCHING_PROTOCOLS:
            return None
        kind = "server_error" if status >= HTTPStatus.INTERNAL_SERVER_ERROR else ""
        detail = {
            "message": f"Refused: {code}.",
            "type": kind or "invalid_request_error",
            "param": None,
            "code": code,
        }
        response = socket.respond(HTTPStatus(status), json.dumps({"error": detail}))
        del response.headers["Content-Type"]
        response.headers["Content-Type"] = "application/json"
        for name, value in persona.http_headers:
            response.headers[name] = value
        return response

    async def _ends_within(self, seconds: float) -> bool:
        try:
            await asyncio.wait_for(self._end.wait(), seconds)
        except TimeoutError:
            return False
        return True

    async def _handle(self, socket: ServerConnection) -> None:
        request = socket.request
        assert request is not None
        split = urlsplit(request.path)
        record = Connection(
            number=len(self.connections),
            path=split.path,
            query=dict(parse_qsl(split.query)),
            headers={name.lower(): value for name, value in request.headers.raw_items()},
            opened_s=now_s(),
        )
        wire = Wire(socket, record, socket.persona, self)  # type: ignore[attr-defined]
        self._wires.append(wire)
        self.connections.append(record)
        self.changed()
        try:
            await wire.run()
        except Exception as failure:
            self.failures.append(failure)
            raise

    # --- what a test does ---------------------------------------------------------------------

    def do(self, act: Callable[[Wire], T], connection: int = -1) -> T:
        """Do something to a connection, on the server's loop, and return what it returns."""
        done: Future[T] = Future()

        def run() -> None:
            try:
                done.set_result(act(self._wires[connection]))
            except Exception as failure:  # noqa: BLE001 - belongs to the caller
                done.set_exception(failure)

        self._loop.call_soon_threadsafe(run)
        return done.result(PATIENCE_S)

    def become(self, persona: Persona) -> None:
        """Change habits, of the newest connection and of all that come."""
        self._personas = [persona]
        if self._wires:
            self.do(lambda wire: wire.session.become(persona))

    def say(self, event: dict[str, object], connection: int = -1) -> None:
        """Send an event, as the persona would."""
        self.do(lambda wire: wire.say(event), connection)

    def say_frame(self, frame: str | bytes, connection: int = -1) -> None:
        """Send a frame as it is."""
        self.do(lambda wire: wire.say_frame(frame), connection)

    def answer(self, answer: Answer | None = None, connection: int = -1) -> str:
        """Begin a response without being asked (default: the persona's next); return its id."""

        def act(wire: Wire) -> str:
            if answer is None:
                wire.session.answer_turn()
                current = wire.session.current
                return current.id if current else ""
            return wire.session.respond(answer, {}).id

        return self.do(act, connection)

    def play(self, name: str, connection: int = -1, timeout_s: float = PATIENCE_S) -> None:
        """Play a flow of ``flows.txt`` by its letter, to the letter, and return when it is over.

        Raises:
            TimeoutError: If the client does not say its part in time.
        """
        playing = self.begin_flow(name, connection)
        try:
            playing.result(timeout_s)
        except TimeoutError:
            playing.cancel()
            raise TimeoutError(f"flow {name}: the client does not say its part; {self}") from None

    def begin_flow(self, name: str, connection: int = -1) -> Future[None]:
        """Begin to play a flow as `play` does, and return at once."""
        wire = self._wires[connection]
        self.do(lambda wire: wire.be_quiet(), connection)
        return asyncio.run_coroutine_threadsafe(wire.play(flows()[name]), self._loop)

    def speech_started(self, at_ms: int | None = None, connection: int = -1) -> None:
        """Find that the user begins to speak (``vad="script"``)."""
        self.do(lambda wire: wire.session.hearing.begin(at_ms), connection)

    def speech_stopped(self, at_ms: int | None = None, connection: int = -1) -> None:
        """Find that the user's turn ends (``vad="script"``)."""
        self.do(lambda wire: wire.session.hearing.end(at_ms), connection)

    def hang_up(self, code: int = 1001, reason: str = "", connection: int = -1) -> None:
        """Close a connection."""
        self.do(lambda wire: wire.hang_up(code, reason), connection)

    def cut(self, connection: int = -1) -> None:
        """Cut a connection without a word."""
        self.do(lambda wire: wire.cut(), connection)

    def stall(self, connection: int = -1) -> None:
        """Stop reading."""
        self.do(lambda wire: wire.stall(), connection)

    def resume(self, connection: int = -1) -> None:
        """Read again after `stall`."""
        self.do(lambda wire: wire.resume(), connection)


def _verdict(persona: Persona, request: Request) -> tuple[int, str]:
    """Status and error code of the handshake."""
    split = urlsplit(request.path)
    model = dict(parse_qsl(split.query)).get("model", "")
    sent = request.headers.get("Authorization", "") or request.headers.get("api-key", "")
    if persona.http_status:
        return persona.http_status, persona.http_code or "server_error"
    if split.path != PATH:
        return 404, "not_found"
    if persona.key and sent.removeprefix("Bearer ") != persona.key:
        return 401, "invalid_api_key"
    known = not persona.models or not model or model in persona.models
    if not known and persona.unknown_model == "http":
        return 404, "model_not_found"
    return 101, ""


def _realtime(socket: ServerConnection, offered: object) -> None:
    """Take any client; none of ours offers a subprotocol."""


def _port_of(server: Server) -> int:
    return int(next(iter(server.sockets)).getsockname()[1])
