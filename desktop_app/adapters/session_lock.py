"""Notices that the screen is locked or the computer goes to sleep, by D-Bus (Linux)."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable

from dbus_fast import BusType, Message, MessageType
from dbus_fast.aio import MessageBus

BUS = "org.freedesktop.DBus"
LOGIN = "org.freedesktop.login1"
SAVERS = ("org.freedesktop.ScreenSaver", "org.gnome.ScreenSaver", "org.cinnamon.ScreenSaver")
CALL_TIMEOUT_S = 5.0

log = logging.getLogger(__name__)


class LockWatch:
    """Reports locking and unlocking until it is closed.

    Args:
        changed: Called on a thread of the watch's own: True when nobody is there any more.
        session: Address of the session bus, unless it is that of the environment.
        system: Address of the system bus, likewise.

    Attributes:
        ready: Set once nothing is missed any more.
    """

    def __init__(
        self,
        changed: Callable[[bool], None],
        session: str | None = None,
        system: str | None = None,
    ) -> None:
        self._changed = changed
        self._addresses = ((BusType.SESSION, session), (BusType.SYSTEM, system))
        self._loop = asyncio.new_event_loop()
        self._end = asyncio.Event()
        self._causes: set[str] = set()
        self.ready = threading.Event()
        self._thread = threading.Thread(target=self._run, name="session-lock", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Watch no more.  Idempotent."""
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._end.set)
            self._thread.join()

    def _run(self) -> None:
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            runner.run(self._live())

    async def _live(self) -> None:
        watching = [asyncio.create_task(self._watch(kind, at)) for kind, at in self._addresses]
        buses = [bus for bus in await asyncio.gather(*watching) if bus is not None]
        self.ready.set()
        await self._end.wait()
        for bus in buses:
            bus.disconnect()

    async def _watch(self, kind: BusType, address: str | None) -> MessageBus | None:
        rules = [f"type='signal',interface='{name}',member='ActiveChanged'" for name in SAVERS]
        if kind is BusType.SYSTEM:
            rules = [
                f"type='signal',sender='{LOGIN}',member='PrepareForSleep'",
                f"type='signal',sender='{LOGIN}',interface='{LOGIN}.Session'",
            ]
        try:
            bus = MessageBus(bus_address=address, bus_type=kind)
            await asyncio.wait_for(bus.connect(), CALL_TIMEOUT_S)
            bus.add_message_handler(self._received)
            for rule in rules:
                match = Message(
                    destination=BUS,
                    path="/org/freedesktop/DBus",
                    interface=BUS,
                    member="AddMatch",
                    signature="s",
                    body=[rule],
                )
                await asyncio.wait_for(bus.call(match), CALL_TIMEOUT_S)
        except Exception as error:  # There may be no such bus; then nothing locks through it.
            log.info("the lock is not watched by %s: %s", kind.name.lower(), str(error))
            return None
        return bus

    def _received(self, message: Message) -> None:
        if message.message_type is not MessageType.SIGNAL:
            return
        match message.member, message.body:
            case "ActiveChanged", [bool(active)]:
                self._note("screen", active)
            case "PrepareForSleep", [bool(active)]:
                self._note("sleep", active)
            case "Lock", []:
                self._note("session", True)
            case "Unlock", []:
                self._note("session", False)
                self._note("screen", False)
            case _:
                pass

    def _note(self, cause: str, active: bool) -> None:
        before = bool(self._causes)
        (self._causes.add if active else self._causes.discard)(cause)
        if bool(self._causes) is not before:
            self._changed(not before)
