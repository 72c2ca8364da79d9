"""Which ways for keys are open: asked of a real X server, a real bus and a real portal."""

from __future__ import annotations

import gc
import shutil
from pathlib import Path

import pytest

from desktop_app.adapters import key_ways
from desktop_app.adapters.key_ways import find_ways
from desktop_app.core.key_ways import KeyWay
from tests.portal_backend import PROGRAM, PortalDesktop
from tests.virtual_bus import VirtualBus
from tests.virtual_screen import VirtualScreen

WAYLAND = {"WAYLAND_DISPLAY": "wayland-0"}
needs_bus = pytest.mark.skipif(
    shutil.which("dbus-daemon") is None, reason="dbus-daemon is not installed"
)
needs_portal = pytest.mark.skipif(
    shutil.which("dbus-daemon") is None or not Path(PROGRAM).exists(),
    reason="xdg-desktop-portal is not installed",
)


def by_name(ways: tuple[KeyWay, ...]) -> dict[str, KeyWay]:
    return {way.name: way for way in ways}


def test_on_x11_the_x_server_is_the_way(screen: VirtualScreen) -> None:
    ways = find_ways("linux", {"DISPLAY": screen.display}, door=True)
    assert [(way.name, way.works, way.chosen) for way in ways] == [
        ("x11", True, True),
        ("portal", False, False),
        ("command", True, False),
    ]
    assert by_name(ways)["portal"].text == key_ways.NO_BUS


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("environ", [{}, {"DISPLAY": ":9999"}])
def test_without_an_x_server_it_says_so(environ: dict[str, str]) -> None:
    x11 = by_name(find_ways("linux", environ, door=False))["x11"]
    gc.collect()  # python-xlib forgets to close what it could not connect.
    assert (x11.works, x11.text) == (False, key_ways.NO_X_SERVER)


def test_under_wayland_the_x_server_is_no_way(screen: VirtualScreen) -> None:
    ways = find_ways("linux", {"DISPLAY": screen.display} | WAYLAND, door=True)
    assert [(way.name, way.works, way.chosen) for way in ways[:2]] == [
        ("portal", False, True),
        ("x11", False, False),
    ]


@needs_bus
def test_a_missing_portal_is_named() -> None:
    with VirtualBus() as bus:
        portal = by_name(find_ways("linux", WAYLAND, door=True, bus=bus.address))["portal"]
    assert (portal.works, portal.text) == (False, key_ways.NO_PORTAL)


@needs_portal
def test_a_portal_that_passes_keys_on_works() -> None:
    with VirtualBus() as bus, PortalDesktop(bus):
        portal = by_name(find_ways("linux", WAYLAND, door=True, bus=bus.address))["portal"]
    assert (portal.works, portal.text) == (True, key_ways.PASSED_ON)


@needs_portal
@pytest.mark.parametrize(
    ("desktop", "text"), [("ubuntu:GNOME", key_ways.OLD_GNOME), ("XFCE", key_ways.NO_SUPPORT)]
)
def test_a_desktop_whose_portal_knows_no_keys_is_named(desktop: str, text: str) -> None:
    environ = WAYLAND | {"XDG_CURRENT_DESKTOP": desktop}
    with VirtualBus() as bus, PortalDesktop(bus, passes_keys=False):
        portal = by_name(find_ways("linux", environ, door=True, bus=bus.address))["portal"]
    assert (portal.works, portal.text) == (False, text)


def test_a_closed_door_is_told() -> None:
    command = by_name(find_ways("win32", {}, door=False))["command"]
    assert (command.works, command.text) == (False, key_ways.NO_DOOR)


def test_on_windows_the_hook_is_the_way_and_its_limit_is_told() -> None:
    hook = find_ways("win32", {}, door=True)[0]
    assert (hook.name, hook.works, hook.chosen) == ("windows", True, True)
    assert "administrator" in hook.text


@pytest.mark.parametrize("secure", [True, False])
def test_on_macos_secure_input_is_in_the_way(secure: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    class Mac:
        def secure_input(self) -> bool:
            return secure

    monkeypatch.setattr("desktop_app.adapters.carbon.Carbon", Mac)
    keys = find_ways("darwin", {}, door=True)[0]
    assert (keys.name, keys.works, keys.chosen) == ("macos", not secure, True)
    assert ("Secure Input" in keys.text) is secure
