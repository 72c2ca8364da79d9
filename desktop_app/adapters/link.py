"""The far end over a WebSocket: one Realtime session with any server that speaks the protocol."""

from __future__ import annotations

import asyncio
import logging
import ssl
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from email.utils import parsedate_to_datetime
from typing import Any, Final

from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed, InvalidProxy
from websockets.protocol import State
from websockets.proxy import get_proxy, parse_proxy
from websockets.uri import parse_uri

from desktop_app import __version__
from desktop_app.adapters.link_address import Address, address_of, headers_of
from desktop_app.adapters.link_failures import (
    OPENING_FAILURES,
    closing_failure,
    opening_failure,
    without_key,
)
from desktop_app.adapters.link_hearing import Hearing
from desktop_app.adapters.link_socket import Connect, written_at_once
from desktop_app.adapters.tls import client_context
from desktop_app.core.capabilities import Capabilities
from desktop_app.core.effects import Order, SendAudio
from desktop_app.core.events import Event
from desktop_app.core.far_end import LinkFailure, LinkOpened
from desktop_app.ports import LinkError, LinkTarget
from desktop_app.wire.base import JsonObject
from desktop_app.wire.codec import encode_client
from desktop_app.wire.outbound import to_wire

OPEN_TIMEOUT_S: Final = 10.0
SEND_TIMEOUT_S: Final = 20.0
HANG_UP_S: Final = 1.0
PING_S: Final = 20.0
LARGEST_FRAME: Final = 32 * 1024 * 1024
READ_BYTES: Final = 32 * 1024
FRAMES_AT_ONCE: Final = 100
BUSY_S: Final = 0.005
_IPV4_AFTER_S: Final = 0.25

_log = logging.getLogger(__name__)
# At level DEBUG the library writes down headers, with the key in them.
_quiet = logging.getLogger(f"{__name__}.websockets")
_quiet.setLevel(logging.WARNING)


class WebSocketLink:
    """A `desktop_app.ports.Link`.  Opened once, and thrown away when it ends."""

    def __init__(
        self,
        tools: Sequence[JsonObject] = (),
        *,
        tls: Callable[[], ssl.SSLContext] = client_context,
        clock: Callable[[], float] = time.time,
        capabilities: Capabilities = Capabilities(),
        open_timeout_s: float = OPEN_TIMEOUT_S,
        send_timeout_s: float = SEND_TIMEOUT_S,
        hang_up_s: float = HANG_UP_S,
        ping_s: float = PING_S,
    ) -> None:
        """Make a link that is not yet open.

        Args:
            tools: Declarations of the tools that the assistant may call.
            tls: Makes the context for encrypted connections; called in a pool thread.
            clock: Unix time, used where the server does not tell its own.
            capabilities: What is known of the server.
            open_timeout_s: Patience for opening, names and proxies included.
            send_timeout_s: Patience with a congested network.
            hang_up_s: Patience for the far end's goodbye.
            ping_s: Time between pings, and patience for their answers.
        """
        self._tools = tuple(tools)
        self._tls = tls
        self._clock = clock
        self._capabilities = capabilities
        self._open_timeout_s = open_timeout_s
        self._send_timeout_s = send_timeout_s
        self._hang_up_s = hang_up_s
        self._ping_s = ping_s
        self._opening: asyncio.Task[ClientConnection] | None = None
        self._socket: ClientConnection | None = None
        self._hearing = Hearing()
        self._host = ""
        self._label = ""
        self._key = ""
        self._closing = False
        self._failure: LinkFailure | None = None

    # --- opening ------------------------------------------------------------------------------

    async def open(self, target: LinkTarget) -> None:
        """Connect, once.

        Raises:
            LinkError: If the address is bad or the connection is refused; bounded in time.
        """
        address = address_of(target)
        headers = headers_of(target, address)
        if self._closing or self._opening is not None:
            raise LinkError(LinkFailure("closed", detail="This connection is over."))
        self._host, self._key, self._label = address.host, target.key, target.label
        self._capabilities = replace(self._capabilities, steers=target.steers)
        opening = asyncio.create_task(self._connect(address, headers), name="link-open")
        self._opening = opening
        try:
            await asyncio.wait({opening})
        except asyncio.CancelledError:
            if not opening.cancel():
                self._drop(opening)
            raise
        if opening.cancelled() or self._closing:
            self._drop(opening)
            raise LinkError(LinkFailure("closed", detail="It was given up."))
        self._socket = opening.result()
        self._hearing = Hearing(target.dialect, address.model, self._server_time())
        _log.info("Connected to %s", self._host)

    async def _connect(self, address: Address, headers: dict[str, str]) -> ClientConnection:
        proxy = ""
        try:
            async with asyncio.timeout(self._open_timeout_s):
                way = _way(address)
                proxy = parse_proxy(way).host if way is not None else ""
                context = await asyncio.to_thread(self._tls) if address.secure else None
                return await self._client(address, headers, way, context)
        except OPENING_FAILURES as error:
            failure = opening_failure(error, address, proxy, self._open_timeout_s)
            _log.info("No connection to %s: %s, %s", address.host, failure.where, type(error))
            # Not chained: the library's messages quote addresses, and so passwords.
            raise LinkError(without_key(failure, self._key)) from None

    async def _client(
        self,
        address: Address,
        headers: dict[str, str],
        way: str | None,
        context: ssl.SSLContext | None,
    ) -> ClientConnection:
        options: dict[str, Any] = {}
        if not address.local:
            # Not on this computer: a race of addresses that is cancelled leaves its socket open.
            options["happy_eyeballs_delay"] = _IPV4_AFTER_S
        if context is not None:
            options["ssl"] = context
            if way is not None and way.startswith("https:"):
                options["proxy_ssl"] = context
        socket = await Connect(
            address.url,
            compression=None,
            additional_headers=headers,
            user_agent_header=f"parley/{__version__}",
            proxy=way,
            open_timeout=None,
            ping_interval=self._ping_s,
            ping_timeout=self._ping_s,
            close_timeout=self._hang_up_s,
            max_size=LARGEST_FRAME,
            # With a limit, a barge-in would wait behind the sound that it is to silence.
            max_queue=None,
            logger=_quiet,
            **options,
        )
        # As much as is parsed in one go: a flood must leave the loop free every few milliseconds.
        if hasattr(socket.transport, "max_size"):
            socket.transport.max_size = READ_BYTES
        return socket

    def _drop(self, opening: asyncio.Task[ClientConnection]) -> None:
        """Hang up what was opened while it was being given up."""
        if not opening.cancelled() and opening.exception() is None:
            opening.result().transport.abort()

    def _server_time(self) -> Callable[[], float]:
        """Return a clock of the server's time: this computer's own may be hours off."""
        response = self._socket.response if self._socket is not None else None
        loop_time = asyncio.get_running_loop().time
        for told in response.headers.get_all("Date") if response is not None else ():
            with suppress(ValueError):
                offset_s = parsedate_to_datetime(told).timestamp() - loop_time()
                return lambda: loop_time() + offset_s
        return self._clock

    # --- hearing ------------------------------------------------------------------------------

    async def events(self) -> AsyncIterator[Event]:
        """Yield `LinkOpened` and then what the far end does; end after `aclose`.

        Raises:
            LinkError: If the connection breaks or the far end closes it.
        """
        socket = self._open_socket()
        yield LinkOpened(self._label or self._host, self._capabilities)
        loop_time = asyncio.get_running_loop().time
        busy_s, frames = 0.0, 0
        try:
            while not self._closing:
                frame = await socket.recv(decode=False)
                begun_s = loop_time()
                for event in self._hearing.heard(frame):
                    yield event
                frames += 1
                busy_s += loop_time() - begun_s
                if frames >= FRAMES_AT_ONCE or busy_s >= BUSY_S:
                    # What has come is read without waiting; others want the loop too.
                    await asyncio.sleep(0)
                    busy_s, frames = 0.0, 0
        except ConnectionClosed as closed:
            if not self._closing:
                raise self._lost(closed) from closed
        finally:
            self._hearing.sum_up()

    # --- speaking -----------------------------------------------------------------------------

    async def send(self, order: Order) -> None:
        """Pass ``order`` on; waits while the network is congested.

        Raises:
            LinkError: If the connection is gone, or congested for too long.
        """
        socket = self._open_socket()
        for event in to_wire(order, self._tools, self._hearing.model):
            frame = encode_client(event, self._hearing.dialect)
            try:
                if written_at_once(socket, frame):
                    continue
                async with asyncio.timeout(self._send_timeout_s):
                    await socket.send(frame)
            except TimeoutError as late:
                detail = f"{self._host} has taken nothing for {self._send_timeout_s:g} s."
                self._failure = self._failure or LinkFailure("timeout", detail=detail)
                socket.transport.abort()
                raise LinkError(self._failure) from late
            except ConnectionClosed as closed:
                raise self._lost(closed) from closed

    def send_at_once(self, order: SendAudio) -> bool:
        """Pass sound on if that needs no waiting; return whether it did."""
        socket = self._socket
        if socket is None or self._closing:
            return False
        (event,) = to_wire(order)
        return written_at_once(socket, encode_client(event, self._hearing.dialect))

    async def aclose(self) -> None:
        """Hang up, also while opening.  Idempotent; bounded in time."""
        self._closing = True
        if self._opening is not None:
            self._opening.cancel()
        socket = self._socket
        if socket is None:
            return
        try:
            async with asyncio.timeout(self._hang_up_s):
                await socket.close()
        except TimeoutError:
            _log.info("%s did not say goodbye", self._host)
        finally:
            if socket.state is not State.CLOSED:
                socket.transport.abort()

    def _open_socket(self) -> ClientConnection:
        if self._socket is None or self._closing:
            raise LinkError(LinkFailure("closed", detail="The connection is not open."))
        return self._socket

    def _lost(self, closed: ConnectionClosed) -> LinkError:
        failure = self._failure or closing_failure(closed, self._hearing.last_error)
        self._failure = without_key(failure, self._key)
        return LinkError(self._failure)


def _way(address: Address) -> str | None:
    """Return the proxy to go by, if any; none leads back to this computer.

    Raises:
        InvalidProxy: If the proxy of the system's settings is not one.
    """
    way = None if address.local else get_proxy(parse_uri(address.url))
    if way is not None:
        try:
            parse_proxy(way)
        except ValueError:
            raise InvalidProxy(way, "not an address") from None
    return way
