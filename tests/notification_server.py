"""The part of a desktop that shows notifications, on a private bus."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from concurrent.futures import Future
from types import TracebackType
from typing import Annotated, Any, Self

from dbus_fast.aio import MessageBus
from dbus_fast.annotations import DBusInt32, DBusSignature, DBusStr, DBusUInt32
from dbus_fast.service import ServiceInterface, dbus_method

NAME = "org.freedesktop.Notifications"
PATIENCE_S = 10.0
Words = Annotated[list[str], DBusSignature("as")]
Hints = Annotated[dict[str, Any], DBusSignature("a{sv}")]


class Notifications(ServiceInterface):
    """Keeps what it should show."""

    def __init__(self) -> None:
        super().__init__(NAME)
        self.shown: list[tuple[str, str]] = []

    @dbus_method()
    def Notify(  # noqa: N802
        self,
        app: DBusStr,
        replaces: DBusUInt32,
        icon: DBusStr,
        title: DBusStr,
        text: DBusStr,
        buttons: Words,
        hints: Hints,
        time_ms: DBusInt32,
    ) -> DBusUInt32:
        assert (app, replaces, icon, time_ms) == ("Parley", 0, "parley", -1)
        assert (buttons, hints) == ([], {})
        self.shown.append((title, text))
        return 1


class NotificationServer:
    """On the bus at ``address`` while it is entered."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._service = Notifications()
        self._bus: MessageBus | None = None

    @property
    def shown(self) -> list[tuple[str, str]]:
        return self._service.shown

    def __enter__(self) -> Self:
        self._thread.start()
        self._run(self._open())
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._run(self._close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(PATIENCE_S)
        self._loop.close()

    def _run(self, work: Coroutine[Any, Any, None]) -> None:
        done: Future[None] = asyncio.run_coroutine_threadsafe(work, self._loop)
        done.result(PATIENCE_S)

    async def _open(self) -> None:
        self._bus = await MessageBus(bus_address=self._address).connect()
        self._bus.export("/org/freedesktop/Notifications", self._service)
        await self._bus.request_name(NAME)

    async def _close(self) -> None:
        assert self._bus is not None
        self._bus.disconnect()
        await self._bus.wait_for_disconnect()
