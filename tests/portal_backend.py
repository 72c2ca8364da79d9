"""What a desktop puts behind xdg-desktop-portal to serve global shortcuts, and a user to ask."""

from __future__ import annotations

import asyncio
import os
import subprocess
import threading
from collections.abc import Coroutine
from types import TracebackType
from typing import Annotated, Any, Self

from dbus_fast import PropertyAccess, Variant
from dbus_fast.aio import MessageBus
from dbus_fast.annotations import DBusObjectPath, DBusSignature, DBusStr, DBusUInt32
from dbus_fast.service import ServiceInterface, dbus_method, dbus_property, dbus_signal

from tests.private_process import start, stop, wait_until
from tests.virtual_bus import VirtualBus

PROGRAM = "/usr/libexec/xdg-desktop-portal"
NAME = "org.freedesktop.impl.portal.desktop.fake"
PATH = "/org/freedesktop/portal/desktop"
PORTAL_FILE = f"""[portal]
DBusName={NAME}
Interfaces=org.freedesktop.impl.portal.GlobalShortcuts
UseIn=fake
"""
PATIENCE_S = 10.0
Answer = Annotated[list[Any], DBusSignature("ua{sv}")]
Options = Annotated[dict[str, Any], DBusSignature("a{sv}")]
Asked = Annotated[list[Any], DBusSignature("a(sa{sv})")]
Signal = Annotated[list[Any], DBusSignature("osta{sv}")]
Nothing = Annotated[None, DBusSignature("")]


class Session(ServiceInterface):
    """A client's session."""

    def __init__(self) -> None:
        super().__init__("org.freedesktop.impl.portal.Session")

    @dbus_method()
    def Close(self) -> Nothing:  # noqa: N802
        return None

    @dbus_property(access=PropertyAccess.READ)
    def version(self) -> DBusUInt32:
        return 1


class Shortcuts(ServiceInterface):
    """The desktop: ``allows`` says what the user answers."""

    def __init__(self, bus: MessageBus) -> None:
        super().__init__("org.freedesktop.impl.portal.GlobalShortcuts")
        self._bus = bus
        self.session = ""
        self.allows = True
        self.asked: list[dict[str, str]] = []

    @dbus_method()
    def CreateSession(  # noqa: N802
        self, handle: DBusObjectPath, session: DBusObjectPath, app_id: DBusStr, options: Options
    ) -> Answer:
        del handle, app_id, options
        self._bus.export(session, Session())
        self.session = session
        return [0, {"session_handle": Variant("s", session)}]

    @dbus_method()
    def BindShortcuts(  # noqa: N802
        self,
        handle: DBusObjectPath,
        session: DBusObjectPath,
        shortcuts: Asked,
        parent: DBusStr,
        options: Options,
    ) -> Answer:
        del handle, session, parent, options
        self.asked.append({name: about["preferred_trigger"].value for name, about in shortcuts})
        if not self.allows:
            return [1, {}]
        bound = [
            [name, {**about, "trigger_description": Variant("s", f"Press <{name}>")}]
            for name, about in shortcuts
        ]
        return [0, {"shortcuts": Variant("a(sa{sv})", bound)}]

    @dbus_signal()
    def Activated(self, name: str) -> Signal:  # noqa: N802
        return [self.session, name, 1000, {}]

    @dbus_signal()
    def Deactivated(self, name: str) -> Signal:  # noqa: N802
        return [self.session, name, 1700, {}]

    @dbus_property(access=PropertyAccess.READ)
    def version(self) -> DBusUInt32:
        return 1


class PortalDesktop:
    """A bus, the real portal on it, and a desktop behind that.

    Args:
        bus: Where.
        passes_keys: Whether the desktop can pass keys on.
    """

    def __init__(self, bus: VirtualBus, *, passes_keys: bool = True) -> None:
        self._place, self._passes_keys = bus, passes_keys
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="portal", daemon=True)
        self._bus: MessageBus | None = None
        self._portal: subprocess.Popen[bytes] | None = None
        self.shortcuts: Shortcuts | None = None

    def __enter__(self) -> Self:
        if self._passes_keys:
            (self._place.folder / "fake.portal").write_text(PORTAL_FILE)
        self._thread.start()
        self._run(self._open())
        self.start_portal()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop_portal()
        self._run(self._close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(PATIENCE_S)
        self._loop.close()

    @property
    def desk(self) -> Shortcuts:
        assert self.shortcuts is not None
        return self.shortcuts

    def start_portal(self) -> None:
        """Start the portal and wait until it answers."""
        folder = str(self._place.folder)
        ours = {"XDG_DESKTOP_PORTAL_DIR": folder, "XDG_CURRENT_DESKTOP": "fake", "HOME": folder}
        env = {"PATH": os.environ["PATH"], "XDG_RUNTIME_DIR": folder, **ours}
        self._portal = start([PROGRAM, "--verbose"], env | self._place.settings())
        wait_until(self._answers, "the portal starts", process=self._portal)

    def stop_portal(self) -> None:
        """End the portal, as an update of the system does."""
        if self._portal is not None:
            stop(self._portal)
            self._portal = None

    def press(self, name: str) -> None:
        self._loop.call_soon_threadsafe(self.desk.Activated, name)

    def release(self, name: str) -> None:
        self._loop.call_soon_threadsafe(self.desk.Deactivated, name)

    def _answers(self) -> bool:
        return bool(self._run(self._owner()))

    def _run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(PATIENCE_S)

    async def _owner(self) -> bool:
        from dbus_fast import Message

        assert self._bus is not None
        reply = await self._bus.call(
            Message(
                destination="org.freedesktop.DBus",
                path="/org/freedesktop/DBus",
                interface="org.freedesktop.DBus",
                member="NameHasOwner",
                signature="s",
                body=["org.freedesktop.portal.Desktop"],
            )
        )
        return bool(reply and reply.body[0])

    async def _open(self) -> None:
        self._bus = await MessageBus(bus_address=self._place.address).connect()
        self.shortcuts = Shortcuts(self._bus)
        self._bus.export(PATH, self.shortcuts)
        await self._bus.request_name(NAME)

    async def _close(self) -> None:
        assert self._bus is not None
        self._bus.disconnect()
        await self._bus.wait_for_disconnect()
