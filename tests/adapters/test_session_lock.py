"""Lock and sleep, told by a private D-Bus as desktops tell them."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from dbus_fast import Message
from dbus_fast.aio import MessageBus

from desktop_app.adapters.session_lock import LOGIN, SAVERS, LockWatch
from tests.private_process import wait_until
from tests.virtual_bus import VirtualBus

needs_bus = pytest.mark.skipif(
    shutil.which("dbus-daemon") is None, reason="dbus-daemon is not installed"
)


@pytest.fixture
def bus() -> Iterator[VirtualBus]:
    with VirtualBus() as place:
        yield place


def tell(bus: VirtualBus, *signals: tuple[str, str, list[bool]], name: str = "") -> None:
    """Send ``(interface, member, body)`` to all, as the owner of ``name``."""

    async def run() -> None:
        sender = await MessageBus(bus_address=bus.address).connect()
        if name:
            await sender.request_name(name)
        for interface, member, body in signals:
            signature = "b" * len(body)
            await sender.send(Message.new_signal("/x", interface, member, signature, body))
        sender.disconnect()
        await sender.wait_for_disconnect()

    asyncio.run(run())


@pytest.fixture
def told(bus: VirtualBus) -> Iterator[list[bool]]:
    """What a watch on both buses has reported; it is at work."""
    heard: list[bool] = []
    watch = LockWatch(heard.append, bus.address, bus.address)

    assert watch.ready.wait(20)
    yield heard
    watch.close()
    watch.close()


@needs_bus
@pytest.mark.parametrize("saver", SAVERS)
def test_a_screen_that_locks_and_unlocks_is_told(
    bus: VirtualBus, told: list[bool], saver: str
) -> None:
    tell(bus, (saver, "ActiveChanged", [True]))
    wait_until(lambda: told == [True], "it locks")
    tell(bus, (saver, "ActiveChanged", [False]))
    wait_until(lambda: told == [True, False], "it unlocks")


@needs_bus
def test_sleep_and_lock_together_end_when_both_have_ended(
    bus: VirtualBus, told: list[bool]
) -> None:
    manager, session = f"{LOGIN}.Manager", f"{LOGIN}.Session"
    tell(bus, (session, "Lock", []), (manager, "PrepareForSleep", [True]), name=LOGIN)
    wait_until(lambda: told == [True], "it locks")
    tell(bus, (manager, "PrepareForSleep", [False]), (session, "Unlock", []), name=LOGIN)
    wait_until(lambda: told == [True, False], "it unlocks")


@needs_bus
def test_what_is_no_lock_is_not_told(bus: VirtualBus, told: list[bool]) -> None:
    tell(bus, ("org.example.Other", "ActiveChanged", [True]), (SAVERS[0], "Other", [True]))
    tell(bus, (SAVERS[0], "ActiveChanged", [True]))
    wait_until(lambda: told == [True], "the real one comes")


def test_without_any_bus_nothing_is_told_and_nothing_breaks(tmp_path: Path) -> None:
    heard: list[bool] = []
    nowhere = f"unix:path={tmp_path}/no-bus"
    LockWatch(heard.append, nowhere, nowhere).close()
    assert heard == []
