"""Parley on a private session bus: asked by other programs, and telling the user."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from dbus_fast import Message, MessageType
from dbus_fast.aio import MessageBus

from desktop_app.adapters.session_bus import NAME, PATH, SessionBus
from tests.notification_server import NotificationServer
from tests.private_process import wait_until
from tests.virtual_bus import VirtualBus

needs_bus = pytest.mark.skipif(
    shutil.which("dbus-daemon") is None, reason="dbus-daemon is not installed"
)
PROPERTIES = "org.freedesktop.DBus.Properties"


@pytest.fixture
def bus() -> Iterator[VirtualBus]:
    with VirtualBus() as place:
        yield place


class Parley:
    """Our place on the bus, and what it was asked."""

    def __init__(self, address: str | None) -> None:
        self.asked: list[str] = []
        self.failed: list[str] = []
        self.bus = SessionBus(self._act, address)
        assert self.bus.ready.wait(20)

    def _act(self, word: str) -> str:
        self.asked.append(word)
        return ""


@pytest.fixture
def parley(bus: VirtualBus) -> Iterator[Parley]:
    made = Parley(bus.address)
    yield made
    made.bus.close()
    made.bus.close()


async def ask(client: MessageBus, interface: str, member: str, *words: str) -> Message:
    """Call a method of Parley."""
    reply = await asyncio.wait_for(
        client.call(
            Message(
                destination=NAME,
                path=PATH,
                interface=interface,
                member=member,
                signature="s" * len(words),
                body=list(words),
            )
        ),
        10,
    )
    assert reply is not None
    return reply


@needs_bus
def test_other_programs_can_do_what_the_commands_do(bus: VirtualBus, parley: Parley) -> None:
    members = ("TalkDown", "TalkUp", "TalkToggle", "Mute", "Interrupt", "Show")

    async def run() -> list[MessageType]:
        client = await MessageBus(bus_address=bus.address).connect()
        replies = [await ask(client, NAME, member) for member in members]
        replies.append(await ask(client, NAME, "Explode"))
        client.disconnect()
        return [reply.message_type for reply in replies]

    kinds = asyncio.run(run())
    assert kinds == [MessageType.METHOD_RETURN] * 6 + [MessageType.ERROR]
    assert parley.asked == ["ptt down", "ptt up", "ptt toggle", "mute", "interrupt", "show"]


@needs_bus
def test_what_is_going_on_can_be_asked_and_is_told(bus: VirtualBus, parley: Parley) -> None:
    async def run() -> tuple[str, list[tuple[str, list[object]]]]:
        heard: list[tuple[str, list[object]]] = []
        client = await MessageBus(bus_address=bus.address).connect()
        rule = f"type='signal',path='{PATH}'"
        match = Message(
            destination="org.freedesktop.DBus",
            path="/org/freedesktop/DBus",
            interface="org.freedesktop.DBus",
            member="AddMatch",
            signature="s",
            body=[rule],
        )
        await client.call(match)

        def received(message: Message) -> None:
            if message.path == PATH and message.message_type is MessageType.SIGNAL:
                heard.append((str(message.member), list(message.body)))

        client.add_message_handler(received)
        for state in ("listening", "listening", "speaking"):
            parley.bus.show_state(state)
        async with asyncio.timeout(10):
            while len(heard) < 4:
                await asyncio.sleep(0.01)
        reply = await ask(client, PROPERTIES, "Get", NAME, "State")
        client.disconnect()
        return str(reply.body[0].value), heard

    state, heard = asyncio.run(run())
    assert state == "speaking"
    assert [body for member, body in heard if member == "StateChanged"] == [
        ["listening"],
        ["speaking"],
    ]
    assert [member for member, _ in heard].count("PropertiesChanged") == 2


@needs_bus
def test_a_notice_is_shown_by_the_desktop_as_plain_text(bus: VirtualBus, parley: Parley) -> None:
    with NotificationServer(bus.address) as desktop:
        parley.bus.notify("No key", "Is 1 < 2 & true?", lambda: parley.failed.append("no"))
        wait_until(lambda: bool(desktop.shown), "it is shown")
    assert desktop.shown == [("No key", "Is 1 &lt; 2 &amp; true?")]
    assert parley.failed == []


@needs_bus
def test_where_nobody_shows_notices_it_is_told(parley: Parley) -> None:
    parley.bus.notify("No key", "Set one.", lambda: parley.failed.append("no"))
    wait_until(lambda: bool(parley.failed), "it is told")


@pytest.mark.parametrize("address", ["unix:path=/nowhere/at/all", None])
def test_without_a_bus_nothing_is_offered_and_nothing_breaks(
    address: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS")
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    parley = Parley(address)
    parley.bus.show_state("listening")
    parley.bus.notify("No key", "Set one.", lambda: parley.failed.append("one"))
    wait_until(lambda: bool(parley.failed), "it is told")
    parley.bus.close()
    parley.bus.show_state("speaking")
    parley.bus.notify("No key", "Set one.", lambda: parley.failed.append("two"))
    assert parley.failed == ["one", "two"]


@needs_bus
def test_a_second_parley_leaves_the_name_to_the_first(bus: VirtualBus, parley: Parley) -> None:
    second = Parley(bus.address)

    async def run() -> None:
        client = await MessageBus(bus_address=bus.address).connect()
        await ask(client, NAME, "Mute")
        client.disconnect()

    asyncio.run(run())
    second.bus.close()
    assert (parley.asked, second.asked) == (["mute"], [])
