"""Global keys through the real xdg-desktop-portal, with a desktop of our own behind it."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop_app.adapters.hotkeys import hotkeys_of
from desktop_app.adapters.hotkeys_portal import DENIED, PortalHotkeys
from desktop_app.adapters.portal_keys import shortcuts_of, trigger
from desktop_app.core.key_names import chord, chords
from desktop_app.ports import HotkeyReport
from tests.portal_backend import PROGRAM, PortalDesktop
from tests.private_process import wait_until
from tests.virtual_bus import VirtualBus

needs_bus = pytest.mark.skipif(
    shutil.which("dbus-daemon") is None, reason="dbus-daemon is not installed"
)
needs_portal = pytest.mark.skipif(
    shutil.which("dbus-daemon") is None or not Path(PROGRAM).exists(),
    reason="xdg-desktop-portal is not installed",
)
KEYS = {"talk": chords("Ctrl+Alt+Space, Pause"), "mute": chords("F9")}


@pytest.fixture
def bus() -> Iterator[VirtualBus]:
    with VirtualBus() as place:
        yield place


@pytest.fixture
def desktop(bus: VirtualBus) -> Iterator[PortalDesktop]:
    with PortalDesktop(bus) as place:
        yield place


@pytest.fixture
def hotkeys(bus: VirtualBus) -> Iterator[PortalHotkeys]:
    made = PortalHotkeys(bus.address)
    yield made
    made.close()


@pytest.fixture
def told() -> list[str]:
    return []


def bind(hotkeys: PortalHotkeys, told: list[str]) -> HotkeyReport:
    return hotkeys.bind(
        KEYS, lambda name: told.append(f"{name} down"), lambda name: told.append(f"{name} up")
    )


def wait_for(told: list[str], *wanted: str) -> None:
    wait_until(lambda: len(told) >= len(wanted), f"{wanted} comes, and not {told}")
    assert told == list(wanted)


@needs_portal
def test_the_desktop_is_asked_for_all_keys_and_has_the_last_word(
    desktop: PortalDesktop, hotkeys: PortalHotkeys, told: list[str]
) -> None:
    report = bind(hotkeys, told)
    assert desktop.desk.asked == [{"talk": "CTRL+ALT+space", "talk-2": "Pause", "mute": "F9"}]
    assert report.ready == {"talk": "Press <talk>, Press <talk-2>", "mute": "Press <mute>"}
    assert report.refused == ()


@needs_portal
def test_press_and_release_arrive_once_each(
    desktop: PortalDesktop, hotkeys: PortalHotkeys, told: list[str]
) -> None:
    bind(hotkeys, told)
    for name in ("talk", "talk", "unknown"):
        desktop.press(name)
    desktop.release("talk")
    desktop.press("talk-2")
    desktop.release("talk-2")
    wait_for(told, "talk down", "talk up", "talk down", "talk up")


@needs_portal
def test_a_no_of_the_user_is_told(
    desktop: PortalDesktop, hotkeys: PortalHotkeys, told: list[str]
) -> None:
    desktop.desk.allows = False
    report = bind(hotkeys, told)
    assert (report.text, report.ready) == (DENIED, {})
    assert report.refused == ("Ctrl+Alt+Space", "Pause", "F9")


@needs_portal
def test_a_portal_that_starts_anew_is_asked_again_and_what_was_down_is_let_go(
    desktop: PortalDesktop, hotkeys: PortalHotkeys, told: list[str]
) -> None:
    bind(hotkeys, told)
    desktop.press("talk")
    wait_for(told, "talk down")
    desktop.stop_portal()
    wait_for(told, "talk down", "talk up")
    desktop.start_portal()
    wait_until(lambda: len(desktop.desk.asked) == 2, "the desktop is asked again")

    def works() -> bool:
        desktop.press("mute")
        desktop.release("mute")
        return "mute up" in told

    wait_until(works, "the keys work again")


@needs_portal
def test_what_is_down_at_the_end_is_let_go(
    desktop: PortalDesktop, hotkeys: PortalHotkeys, told: list[str]
) -> None:
    bind(hotkeys, told)
    desktop.press("talk")
    wait_for(told, "talk down")
    hotkeys.close()
    assert told == ["talk down", "talk up"]


@needs_bus
def test_without_a_portal_it_says_what_can_be_done(hotkeys: PortalHotkeys, told: list[str]) -> None:
    report = bind(hotkeys, told)
    assert report.ready == {}
    assert "parley ptt toggle" in report.text
    hotkeys.close()


def test_without_a_bus_it_says_what_can_be_done(tmp_path: Path, told: list[str]) -> None:
    report = bind(PortalHotkeys(f"unix:path={tmp_path}/no-bus"), told)
    assert "parley ptt toggle" in report.text


def test_keys_are_written_as_the_portal_reads_them() -> None:
    written = [trigger(chord(text)) for text in ("Ctrl+Alt+a", "Super+Shift+PageUp", "F13")]
    assert written == ["CTRL+ALT+a", "SHIFT+LOGO+Prior", "F13"]


def test_what_the_portal_can_not_do_is_told() -> None:
    wanted, refused = shortcuts_of({"talk": chords("Mouse4, RightCtrl, Ctrl+Right, F9")})
    assert list(wanted) == ["talk-3", "talk-4"]
    assert [fault.partition(":")[0] for fault in refused] == ["Mouse4", "RightCtrl"]


@pytest.mark.parametrize(
    "environ", [{"WAYLAND_DISPLAY": "wayland-0", "DISPLAY": ":0"}, {"XDG_SESSION_TYPE": "wayland"}]
)
def test_on_wayland_keys_come_from_the_portal(environ: dict[str, str]) -> None:
    assert isinstance(hotkeys_of("linux", environ), PortalHotkeys)


@needs_bus
def test_a_question_to_the_user_is_withdrawn_at_the_end(bus: VirtualBus, told: list[str]) -> None:
    hotkeys = PortalHotkeys(bus.address)
    asking = threading.Thread(target=bind, args=(hotkeys, told))
    asking.start()
    hotkeys.close()
    asking.join(10)
    hotkeys.close()
    assert not asking.is_alive()
