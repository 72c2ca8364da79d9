"""Global keys through the desktop's portal, the one way on Wayland.

The desktop asks the user, and decides which key it is in the end.  It needs a loop, so this has one
on a thread of its own.
"""

from __future__ import annotations

import asyncio
import itertools
import logging
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from typing import Any

from dbus_fast import BusType, Message, MessageType, Variant
from dbus_fast.aio import MessageBus

from desktop_app.adapters.portal_keys import shortcuts_of, trigger
from desktop_app.core.key_names import Chord
from desktop_app.ports import HotkeyReport

PORTAL = "org.freedesktop.portal.Desktop"
PATH = "/org/freedesktop/portal/desktop"
SHORTCUTS = "org.freedesktop.portal.GlobalShortcuts"
REQUEST = "org.freedesktop.portal.Request"
BUS = "org.freedesktop.DBus"
APP_ID = "parley"

CALL_TIMEOUT_S = 10.0
USER_TIMEOUT_S = 120.0
"""The desktop shows a window that asks the user."""

TITLES = {"talk": "Talk", "mute": "Mute", "interrupt": "Interrupt", "show": "Show the window"}

ABSENT = (
    "This desktop lets no program listen for keys. Set a shortcut in its own keyboard settings "
    "instead, with the command: parley ptt toggle"
)
DENIED = "The desktop did not give Parley these keys."
GIVEN = "The desktop passes your keys on; change them in its settings for shortcuts."

Heard = Callable[[str], None]
log = logging.getLogger(__name__)


class PortalError(Exception):
    """The portal is not there, or says no."""


class PortalHotkeys:
    """Keys of the XDG portal.

    Args:
        address: Of the session bus, unless it is that of the environment.
    """

    in_window_thread = False

    def __init__(self, address: str | None = None) -> None:
        self._address = address
        self._thread: threading.Thread | None = None
        self._stop: Callable[[], object] = lambda: None
        self._guard = threading.Lock()

    def bind(
        self, keys: Mapping[str, tuple[Chord, ...]], pressed: Heard, released: Heard
    ) -> HotkeyReport:
        """Ask the desktop for ``keys``; returns when the user has answered it."""
        self.close()
        wanted, refused = shortcuts_of(keys)
        if not wanted:
            return HotkeyReport("No key is set." if not refused else refused[0], {}, refused)
        done: Future[HotkeyReport] = Future()
        started = threading.Event()

        async def live() -> None:
            stop = asyncio.Event()
            loop = asyncio.get_running_loop()
            self._stop = lambda: loop.call_soon_threadsafe(stop.set)
            started.set()
            await _Session(self._address, wanted, refused, pressed, released).live(stop, done)

        with self._guard:
            self._thread = threading.Thread(
                target=lambda: asyncio.run(live()), name="hotkeys", daemon=True
            )
            self._thread.start()
            started.wait()
        return done.result()

    def close(self) -> None:
        """Give all keys back; a question to the user is withdrawn."""
        with self._guard:
            if self._thread is not None:
                self._stop()
                self._thread.join()
                self._thread = None


class _Session:
    """One session of the portal, and what is held in it."""

    def __init__(
        self,
        address: str | None,
        wanted: dict[str, tuple[str, Chord]],
        refused: tuple[str, ...],
        pressed: Heard,
        released: Heard,
    ) -> None:
        self._wanted, self._refused = wanted, refused
        self._pressed, self._released = pressed, released
        self._bus = MessageBus(bus_address=address, bus_type=BusType.SESSION)
        self._answers: dict[str, asyncio.Future[tuple[int, dict[str, Variant]]]] = {}
        self._numbers = itertools.count(1)
        self._session = ""
        self._held: set[str] = set()
        self._restarted = asyncio.Event()

    async def live(self, stop: asyncio.Event, done: Future[HotkeyReport]) -> None:
        """Hold the keys until ``stop``; ``done`` gets what came of asking for them."""
        try:
            await asyncio.wait_for(self._bus.connect(), CALL_TIMEOUT_S)
            await self._subscribe()
            while True:
                asking = asyncio.create_task(self._ask())
                if not await _first(asking, stop):
                    break
                report = asking.result()
                if not done.done():
                    done.set_result(report)
                self._restarted.clear()
                if not await _first(asyncio.create_task(self._restarted.wait()), stop):
                    break
                log.info("the portal started anew")
        except Exception as error:  # No bus, or none that speaks as it should.
            log.warning("no keys through the portal: %s", str(error))
        finally:
            self._let_go()
            self._bus.disconnect()
            if not done.done():
                done.set_result(self._none(ABSENT))

    async def _ask(self) -> HotkeyReport:
        try:
            return await self._bind()
        except PortalError as error:
            log.info("no keys through the portal: %s", str(error))
            return self._none(DENIED if "denied" in str(error) else ABSENT)

    def _none(self, why: str) -> HotkeyReport:
        asked = tuple(str(chord) for _, chord in self._wanted.values())
        return HotkeyReport(why, {}, asked)

    async def _subscribe(self) -> None:
        self._bus.add_message_handler(self._received)
        owner = f"type='signal',sender='{BUS}',member='NameOwnerChanged',arg0='{PORTAL}'"
        for rule in (
            f"type='signal',interface='{REQUEST}',member='Response'",
            f"type='signal',interface='{SHORTCUTS}'",
            owner,
        ):
            await self._call(BUS, "/org/freedesktop/DBus", BUS, "AddMatch", "s", [rule])

    async def _bind(self) -> HotkeyReport:
        try:  # Since 1.20 the portal wants to know who asks; before, it does not know the call.
            registry = "org.freedesktop.host.portal.Registry"
            await self._call(PORTAL, PATH, registry, "Register", "sa{sv}", [APP_ID, {}])
        except PortalError as error:
            log.debug("not registered: %s", str(error))
        token = {"session_handle_token": Variant("s", f"parley{next(self._numbers)}")}
        made = await self._request("CreateSession", "a{sv}", [], token)
        self._session = str(made["session_handle"].value)
        asked = [
            [
                name,
                {
                    "description": Variant("s", TITLES.get(action, action)),
                    "preferred_trigger": Variant("s", trigger(chord)),
                },
            ]
            for name, (action, chord) in self._wanted.items()
        ]
        bound = await self._request(
            "BindShortcuts", "oa(sa{sv})sa{sv}", [self._session, asked, ""], {}
        )
        ready: dict[str, str] = {}
        for name, about in bound["shortcuts"].value:
            if name in self._wanted:
                action = self._wanted[name][0]
                words = about.get("trigger_description", Variant("s", "")).value
                ready[action] = ", ".join(filter(None, (ready.get(action), words)))
        return HotkeyReport(GIVEN if ready else DENIED, ready, self._refused)

    async def _request(
        self, member: str, signature: str, body: list[Any], options: dict[str, Variant]
    ) -> dict[str, Variant]:
        """Ask for something that the user may have to allow."""
        token = f"parley{next(self._numbers)}"
        sender = str(self._bus.unique_name)[1:].replace(".", "_")
        path = f"{PATH}/request/{sender}/{token}"
        # The answer may come before the call returns.
        answer = self._answers[path] = asyncio.get_running_loop().create_future()
        options = options | {"handle_token": Variant("s", token)}
        told = await self._call(PORTAL, PATH, SHORTCUTS, member, signature, [*body, options])
        self._answers[str(told[0])] = answer
        try:
            results: dict[str, Variant]
            code, results = await asyncio.wait_for(answer, USER_TIMEOUT_S)
        except TimeoutError as error:
            raise PortalError("denied: nobody answered the desktop's question") from error
        finally:
            self._answers.pop(path, None)
            self._answers.pop(str(told[0]), None)
        if code:
            raise PortalError(f"denied with code {code}")
        return results

    async def _call(
        self, to: str, path: str, interface: str, member: str, signature: str, body: list[Any]
    ) -> list[Any]:
        message = Message(
            destination=to,
            path=path,
            interface=interface,
            member=member,
            signature=signature,
            body=body,
        )
        reply = await asyncio.wait_for(self._bus.call(message), CALL_TIMEOUT_S)
        if reply is None or reply.message_type is not MessageType.METHOD_RETURN:
            raise PortalError(f"{member}: {reply.error_name if reply else 'no answer'}")
        return list(reply.body)

    def _received(self, message: Message) -> None:
        if message.message_type is not MessageType.SIGNAL:
            return
        match message.member, message.body:
            case "Response", [int(code), dict(results)] if message.path in self._answers:
                answer = self._answers[message.path]
                if not answer.done():
                    answer.set_result((code, results))
            case "Activated", [self._session, str(name), *_]:
                self._down(name)
            case "Deactivated", [self._session, str(name), *_]:
                self._up(name)
            case "NameOwnerChanged", [str(), str(), str(owner)]:
                self._let_go()
                if owner and self._session:
                    self._restarted.set()
            case _:
                pass

    def _down(self, name: str) -> None:
        if name in self._wanted and name not in self._held:
            self._held.add(name)
            self._pressed(self._wanted[name][0])

    def _up(self, name: str) -> None:
        if name in self._held:
            self._held.discard(name)
            self._released(self._wanted[name][0])

    def _let_go(self) -> None:
        for name in tuple(self._held):
            self._up(name)


async def _first(work: asyncio.Task[Any], stop: asyncio.Event) -> bool:
    """Wait for ``work``; False if ``stop`` comes first, and ``work`` is cancelled then."""
    stopped = asyncio.create_task(stop.wait())
    await asyncio.wait({work, stopped}, return_when=asyncio.FIRST_COMPLETED)
    if work.done():
        stopped.cancel()
        return True
    work.cancel()
    await asyncio.wait({work})
    return False
