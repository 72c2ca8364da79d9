"""Parley on the session bus (Linux): what other programs may ask of it, and what it tells the user.

Only programs of the same user are on that bus.  It lives on a loop and thread of its own.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable, Coroutine
from typing import Annotated

from dbus_fast import BusType, Message, MessageType, PropertyAccess, RequestNameReply
from dbus_fast.aio import MessageBus
from dbus_fast.annotations import DBusSignature, DBusStr
from dbus_fast.service import ServiceInterface, dbus_method, dbus_property, dbus_signal

from desktop_app.adapters.instance_messages import Act

NAME = "app.parley.Parley"
PATH = "/app/parley/Parley"
NOTIFICATIONS = "org.freedesktop.Notifications"
NOTIFICATIONS_PATH = "/org/freedesktop/Notifications"
CALL_TIMEOUT_S = 5.0
DEFAULT_TIME_MS = -1
"""The desktop decides how long a notification stays."""

Nothing = Annotated[None, DBusSignature("")]
log = logging.getLogger(__name__)


class Controls(ServiceInterface):
    """What others may ask; the names are those of the commands."""

    def __init__(self, act: Act) -> None:
        super().__init__(NAME)
        self._act = act
        self.state = "offline"

    @dbus_method()
    def TalkDown(self) -> Nothing:  # noqa: N802
        """Press the talk key."""
        self._act("ptt down")

    @dbus_method()
    def TalkUp(self) -> Nothing:  # noqa: N802
        """Let it go."""
        self._act("ptt up")

    @dbus_method()
    def TalkToggle(self) -> Nothing:  # noqa: N802
        """Begin to talk, or end."""
        self._act("ptt toggle")

    @dbus_method()
    def Mute(self) -> Nothing:  # noqa: N802
        """Mute the microphone, or let it hear again."""
        self._act("mute")

    @dbus_method()
    def Interrupt(self) -> Nothing:  # noqa: N802
        """Let the assistant fall silent."""
        self._act("interrupt")

    @dbus_method()
    def Show(self) -> Nothing:  # noqa: N802
        """Show the window."""
        self._act("show")

    @dbus_property(access=PropertyAccess.READ)
    def State(self) -> DBusStr:  # noqa: N802
        """Return what is going on: ``offline``, ``listening``, ``speaking`` and so on."""
        return self.state

    @dbus_signal()
    def StateChanged(self) -> DBusStr:  # noqa: N802
        """Tell what is going on now."""
        return self.state

    def change(self, state: str) -> None:
        """Note what is going on, and tell everybody."""
        if state != self.state:
            self.state = state
            self.emit_properties_changed({"State": state})
            self.StateChanged()


class SessionBus:
    """Our place on the bus, until it is closed; without a bus it does nothing.

    Args:
        act: Does what others ask for; called on the bus's thread.
        address: Of the session bus, unless it is that of the environment.

    Attributes:
        ready: Set once others can reach us, or never will.
    """

    def __init__(self, act: Act, address: str | None = None) -> None:
        self._controls = Controls(act)
        self._address = address
        self._bus: MessageBus | None = None
        self._loop = asyncio.new_event_loop()
        self._end = asyncio.Event()
        self._calls: set[asyncio.Task[None]] = set()
        self.ready = threading.Event()
        self._thread = threading.Thread(target=self._run, name="session-bus", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Leave the bus.  Idempotent."""
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._end.set)
            self._thread.join()

    def show_state(self, state: str) -> None:
        """Tell others what is going on; from any thread."""
        self._post(lambda: self._controls.change(state))

    def notify(self, title: str, text: str, failed: Callable[[], None]) -> None:
        """Let the desktop tell the user; from any thread.

        Args:
            title: In a few words.
            text: The rest, plain.
            failed: Called on the bus's thread if nobody tells it.
        """
        if not self._post(lambda: self._begin(self._notify(title, text, failed))):
            failed()

    def _post(self, work: Callable[[], None]) -> bool:
        """Do ``work`` on the bus's thread; False if that has ended."""
        try:
            self._loop.call_soon_threadsafe(work)
        except RuntimeError:  # The loop is closed.
            return False
        return True

    def _begin(self, work: Coroutine[object, object, None]) -> None:
        task = self._loop.create_task(work)
        self._calls.add(task)
        task.add_done_callback(self._calls.discard)

    def _run(self) -> None:
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            runner.run(self._live())

    async def _live(self) -> None:
        bus: MessageBus | None = None
        try:
            bus = MessageBus(bus_address=self._address, bus_type=BusType.SESSION)
            await asyncio.wait_for(bus.connect(), CALL_TIMEOUT_S)
            bus.export(PATH, self._controls)
            reply = await asyncio.wait_for(bus.request_name(NAME), CALL_TIMEOUT_S)
            if reply is not RequestNameReply.PRIMARY_OWNER:
                log.info("the name %s belongs to another Parley", NAME)
            self._bus = bus
        except Exception as error:  # There may be no bus, or one that forbids names.
            log.info("not on the session bus: %s", str(error))
        self.ready.set()
        await self._end.wait()
        if bus is not None:
            bus.disconnect()

    async def _notify(self, title: str, text: str, failed: Callable[[], None]) -> None:
        # Name, id of one to replace, icon, title, text, buttons, hints, time.
        body = ["Parley", 0, "parley", title, _plain(text), [], {}, DEFAULT_TIME_MS]
        message = Message(
            destination=NOTIFICATIONS,
            path=NOTIFICATIONS_PATH,
            interface=NOTIFICATIONS,
            member="Notify",
            signature="susssasa{sv}i",
            body=body,
        )
        try:
            if self._bus is None:
                raise ConnectionError("there is no bus")
            reply = await asyncio.wait_for(self._bus.call(message), CALL_TIMEOUT_S)
            if reply is None or reply.message_type is not MessageType.METHOD_RETURN:
                raise ConnectionError(reply.error_name if reply else "no answer")
        except (OSError, EOFError, TimeoutError) as error:
            log.info("no notification by the desktop: %s", str(error))
            failed()


def _plain(text: str) -> str:
    """Return ``text`` so that desktops which read marks take none for one."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
