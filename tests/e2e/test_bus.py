"""The running app on a desktop's bus: steered by other programs, and heard while it is hidden."""

from __future__ import annotations

import asyncio
import json
import shutil
from pathlib import Path

import pytest
from dbus_fast import MessageType
from dbus_fast.aio import MessageBus

from desktop_app.adapters.session_bus import NAME
from tests.adapters.test_session_bus import PROPERTIES, ask
from tests.notification_server import NotificationServer
from tests.parley_process import Parley
from tests.private_process import wait_until
from tests.servers.scripted import ScriptedServer
from tests.tray_host import TrayHost
from tests.virtual_bus import VirtualBus
from tests.virtual_screen import VirtualScreen

pytestmark = pytest.mark.skipif(
    shutil.which("dbus-daemon") is None, reason="dbus-daemon is not installed"
)


def call(bus: VirtualBus, member: str) -> bool:
    """Ask Parley for something; False if nobody is there yet."""

    async def run() -> bool:
        client = await MessageBus(bus_address=bus.address).connect()
        reply = await ask(client, NAME, member)
        client.disconnect()
        return reply.message_type is MessageType.METHOD_RETURN

    return asyncio.run(run())


def state(bus: VirtualBus) -> str:
    async def run() -> str:
        client = await MessageBus(bus_address=bus.address).connect()
        reply = await ask(client, PROPERTIES, "Get", NAME, "State")
        client.disconnect()
        return str(reply.body[0].value)

    return asyncio.run(run())


def test_another_program_talks_through_parley_and_sees_its_state(
    screen: VirtualScreen, tmp_path: Path
) -> None:
    with VirtualBus() as bus, ScriptedServer() as server:
        parley = Parley(tmp_path / "home", screen.settings() | bus.settings())
        with parley.running("--url", server.url) as app:
            wait_until(lambda: call(bus, "TalkToggle"), "it is on the bus", process=app.process)
            server.wait_for("session.update")
            wait_until(lambda: state(bus) != "offline", "it tells its state")
            app.interrupt()
            assert app.wait() == 0
            assert app.err == ""


def test_hidden_it_tells_the_user_through_the_desktop_what_is_wrong(
    screen: VirtualScreen, tmp_path: Path
) -> None:
    config = tmp_path / "settings.json"
    config.write_text(json.dumps({"version": 1, "settings": {}}))
    with VirtualBus() as bus, TrayHost(bus.address) as tray:
        parley = Parley(tmp_path / "home", screen.settings() | bus.settings())
        with (
            NotificationServer(bus.address) as desktop,
            parley.running("gui", "--hidden", "--url", "http://nowhere", "--config", config) as app,
        ):
            tray.wait_for_icon()
            wait_until(lambda: call(bus, "TalkToggle"), "it is on the bus", process=app.process)
            wait_until(lambda: bool(desktop.shown), "it tells", process=app.process)
            assert all(title and text for title, text in desktop.shown)
            assert screen.windows("Parley") == []
