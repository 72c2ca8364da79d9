"""A tray of the StatusNotifier kind on a private D-Bus, as KDE and Ubuntu have it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from concurrent.futures import Future
from types import TracebackType
from typing import Annotated, Any, Self

from dbus_fast import Message, MessageType, PropertyAccess
from dbus_fast.aio import MessageBus
from dbus_fast.annotations import DBusBool, DBusInt32, DBusSignature, DBusStr
from dbus_fast.service import ServiceInterface, dbus_method, dbus_property, dbus_signal

from tests.private_process import PlaceError, wait_until

NAME = "org.kde.StatusNotifierWatcher"
ITEM = "org.kde.StatusNotifierItem"
PATIENCE_S = 10.0
Nothing = Annotated[None, DBusSignature("")]


class Watcher(ServiceInterface):
    """Where icons register."""

    def __init__(self) -> None:
        super().__init__(NAME)
        self.items: list[str] = []

    @dbus_method()
    def RegisterStatusNotifierItem(self, service: DBusStr) -> Nothing:  # noqa: N802
        self.items.append(service)
        self.StatusNotifierItemRegistered(service)

    @dbus_method()
    def RegisterStatusNotifierHost(self, service: DBusStr) -> Nothing:  # noqa: N802
        del service

    @dbus_property(access=PropertyAccess.READ)
    def RegisteredStatusNotifierItems(self) -> Annotated[list[str], DBusSignature("as")]:  # noqa: N802
        return self.items

    @dbus_property(access=PropertyAccess.READ)
    def IsStatusNotifierHostRegistered(self) -> DBusBool:  # noqa: N802
        return True

    @dbus_property(access=PropertyAccess.READ)
    def ProtocolVersion(self) -> DBusInt32:  # noqa: N802
        return 0

    @dbus_signal()
    def StatusNotifierItemRegistered(self, service: str) -> DBusStr:  # noqa: N802
        return service


class TrayHost:
    """The tray, on a loop and thread of its own: a test may talk to it from anywhere."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="tray", daemon=True)
        self._watcher = Watcher()
        self._bus: MessageBus | None = None

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

    def wait_for_icon(self) -> None:
        """Return when an icon has registered."""
        wait_until(lambda: bool(self._watcher.items), "an icon registers")

    def click(self) -> None:
        """Click the newest icon."""
        self._call(ITEM, "Activate", "ii", [10, 10])

    def property(self, name: str) -> Any:
        """Return a property of the newest icon."""
        return self._call("org.freedesktop.DBus.Properties", "Get", "ss", [ITEM, name])[0].value

    def _call(self, interface: str, member: str, signature: str, body: list[Any]) -> list[Any]:
        answer: list[Any] = self._run(self._send(interface, member, signature, body))
        return answer

    def _run(self, work: Coroutine[Any, Any, Any]) -> Any:
        done: Future[Any] = asyncio.run_coroutine_threadsafe(work, self._loop)
        return done.result(PATIENCE_S)

    async def _open(self) -> None:
        self._bus = await MessageBus(bus_address=self._address).connect()
        self._bus.export("/StatusNotifierWatcher", self._watcher)
        await self._bus.request_name(NAME)

    async def _close(self) -> None:
        assert self._bus is not None
        self._bus.disconnect()
        await self._bus.wait_for_disconnect()

    async def _send(
        self, interface: str, member: str, signature: str, body: list[Any]
    ) -> list[Any]:
        assert self._bus is not None
        service, slash, path = self._watcher.items[-1].partition("/")
        message = Message(
            destination=service,
            path=slash + path or "/StatusNotifierItem",
            interface=interface,
            member=member,
            signature=signature,
            body=body,
        )
        reply = await self._bus.call(message)
        if reply is None or reply.message_type is not MessageType.METHOD_RETURN:
            raise PlaceError(f"{member}: {reply.body if reply else 'no answer'}")
        return list(reply.body)
