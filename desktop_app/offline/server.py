"""The Realtime server: sockets in, sessions behind them.  GA protocol at ``/v1/realtime``."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from msgspec import structs
from websockets.asyncio.server import ServerConnection
from websockets.asyncio.server import serve as serve_sockets
from websockets.exceptions import ConnectionClosed

from desktop_app.offline import session_shape as shape
from desktop_app.offline.doors import INTENTS, Doors, subprotocol, wish_of
from desktop_app.offline.engine import Engine
from desktop_app.offline.line import MOST_CHARS, Line, SlowClientError
from desktop_app.offline.refused import Refused
from desktop_app.offline.session import Talk, new_id
from desktop_app.wire.codec import MAX_FRAME_BYTES, encode_server
from desktop_app.wire.session import Session

LIFETIME_S = 3600.0
EXPIRED = "Your session hit the maximum duration of 60 minutes."
_PARTING_S = 2.0
_GOING_AWAY, _POLICY, _SERVER_FAULT, _BAD_REQUEST = 1001, 1008, 1011, 4000

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Limits:
    """What one server gives at most.

    Args:
        sessions: Clients at once.
        frame_bytes: Of one message.
        queue_chars: That may wait for a slow client.
        lifetime_s: Of one session.
    """

    sessions: int = 32
    frame_bytes: int = MAX_FRAME_BYTES
    queue_chars: int = MOST_CHARS
    lifetime_s: float = LIFETIME_S


class _Left(Exception):  # noqa: N818 - how a session ends when nothing is wrong
    """The client has gone, or must."""

    def __init__(self, code: int = 0, reason: str = "", refused: Refused | None = None) -> None:
        super().__init__(reason)
        self.code, self.reason, self.refused = code, reason, refused


class RealtimeServer:
    """Holds a session for each client."""

    def __init__(self, engine: Engine, token: str = "", limits: Limits | None = None) -> None:
        """Serve ``engine`` to those who know ``token``; to everybody if it is empty."""
        self._engine = engine
        self._token = token
        self._limits = limits or Limits()
        self._talks: set[Talk] = set()

    @property
    def is_talking(self) -> bool:
        """Whether there is any conversation."""
        return any(talk.converses for talk in self._talks)

    def ring(self, text: str) -> None:
        """Say something in every conversation, such as that a timer rings."""
        for talk in tuple(self._talks):
            try:
                talk.say_aside(text)
            except RuntimeError:  # Its tasks are being ended, so it can start no other.
                _log.info("A session ended while it rang")

    async def run(self, host: str, port: int, ready: Callable[[int], None]) -> None:
        """Serve, until cancelled.

        Args:
            host: Where to listen.
            port: Where to listen; 0 for any free one.
            ready: Told the port, once clients can come.

        Raises:
            OSError: It can't listen there.
        """
        doors = Doors(self._token, self._is_full, self._model_name)
        async with serve_sockets(
            self._hold,
            host,
            port,
            process_request=doors,
            select_subprotocol=subprotocol,
            max_size=self._limits.frame_bytes,
            compression=None,
            server_header=None,
        ) as server:
            ready(int(next(iter(server.sockets)).getsockname()[1]))
            await asyncio.get_running_loop().create_future()

    def _is_full(self) -> bool:
        return self._engine.sessions >= self._limits.sessions

    async def _model_name(self) -> str:
        return (await self._engine.brain()).name

    async def _hold(self, connection: ServerConnection) -> None:
        """Hold one session, until the client hangs up or must go."""
        self._engine.enter()
        end = _Left()
        try:
            await self._talk(connection)
        except* _Left as left:
            end = _first(left)
        except* SlowClientError:
            end = _Left(_POLICY, "invalid_request_error.slow_consumer: events were not read")
        except* ConnectionClosed:
            pass  # The client has hung up.
        except* Exception:
            _log.exception("A session failed")
            end = _Left(_SERVER_FAULT, "server_error.internal_error")
        finally:
            self._engine.leave()
        if end.code:
            await _part(connection, end)

    async def _talk(self, connection: ServerConnection) -> None:
        line = Line(connection.send, self._limits.queue_chars)
        async with asyncio.TaskGroup() as group:
            group.create_task(line.run(), name="line")
            group.create_task(line.watch(), name="line-watch")
            talk = await self._open(connection, line, group)
            self._talks.add(talk)
            try:
                await self._listen(connection, talk)
            finally:
                self._talks.discard(talk)

    async def _listen(self, connection: ServerConnection, talk: Talk) -> None:
        try:
            async with asyncio.timeout(self._limits.lifetime_s):
                async for frame in connection:
                    await talk.hear(frame)
        except TimeoutError:
            expired = Refused("session_expired", EXPIRED)
            raise _Left(_GOING_AWAY, EXPIRED, expired) from None
        raise _Left

    async def _open(
        self, connection: ServerConnection, line: Line, group: asyncio.TaskGroup
    ) -> Talk:
        assert connection.request is not None
        wish = wish_of(connection.request.path)
        if wish.intent not in INTENTS:
            refused = Refused("invalid_intent", f"There is no intent '{wish.intent}'.", "intent")
            raise _Left(_BAD_REQUEST, f"{refused.kind}.{refused.code}", refused)
        brain = await self._engine.brain()
        expires_at = int(time.time() + self._limits.lifetime_s)
        session: Session
        if wish.intent == "transcription":
            session = shape.transcription_session(new_id("sess"), expires_at)
        else:
            voice = self._engine.voice_id("")
            session = shape.realtime_session(new_id("sess"), brain.name, voice, expires_at)

        def spawn(work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
            try:
                return group.create_task(work)
            except RuntimeError:
                work.close()
                raise

        return Talk(self._engine, line, spawn, session, frozenset({wish.model, brain.name}))


async def _part(connection: ServerConnection, end: _Left) -> None:
    """Say why, and hang up."""
    try:
        async with asyncio.timeout(_PARTING_S):
            if end.refused is not None:
                event = structs.replace(end.refused.event(), event_id=new_id("event"))
                await connection.send(encode_server(event))
            await connection.close(end.code, end.reason)
    except (TimeoutError, ConnectionClosed):
        connection.transport.abort()  # It does not even take a goodbye.


def _first(group: BaseExceptionGroup[_Left]) -> _Left:
    for error in group.exceptions:
        return _first(error) if isinstance(error, BaseExceptionGroup) else error
    return _Left()
