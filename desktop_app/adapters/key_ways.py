"""Looks which ways are open by which keys reach us, and what is in the way of the others."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from contextlib import closing

from desktop_app.adapters.hotkeys import on_wayland
from desktop_app.core.key_ways import KeyWay

PATIENCE_S = 5.0
"""A portal that has to be started first takes a second or two."""

PORTAL = "The desktop's own shortcuts (portal)"
X_SERVER = "The X server"
HOOK = "The keyboard hook of Windows"
HOT_KEYS = "The hot keys of macOS"
COMMAND = "A command, for shortcuts you set in your desktop"

NO_BUS = "This session has no D-Bus, so the desktop can't be asked."
NO_PORTAL = "The program xdg-desktop-portal is not there; your system's packages have it."
NO_SUPPORT = "This desktop can't pass keys on. KDE Plasma, Hyprland and GNOME from 48 on can."
OLD_GNOME = "GNOME passes keys on from version 48 on; this one does not."
PASSED_ON = "The desktop asks you once and passes your keys on, held and let go."
UNKNOWN = "org.freedesktop.DBus.Error.ServiceUnknown"

XWAYLAND = "Under Wayland it sees keys only while an old program is in front."
NO_X_SERVER = "There is none here."
ANY_KEY = "Any key and mouse button, held and let go."
COMMANDS = "Works everywhere. Most desktops can only switch with it; some can hold."
NO_DOOR = "Other programs can't reach this Parley; the log says why."

log = logging.getLogger(__name__)


def find_ways(
    platform: str, environ: Mapping[str, str], *, door: bool, bus: str | None = None
) -> tuple[KeyWay, ...]:
    """Return all ways of this system, the chosen one first.  May take seconds: use a pool thread.

    Args:
        platform: As in `sys.platform`.
        environ: Tells which kind of desktop it is.
        door: Whether other programs can reach us.
        bus: Address of the session bus, unless it is that of the environment.
    """
    command = KeyWay("command", COMMAND, door, COMMANDS if door else NO_DOOR)
    if platform == "win32":
        text = f"{ANY_KEY} Nothing arrives while a program that runs as administrator is in front."
        return (KeyWay("windows", HOOK, True, text, chosen=True), command)
    if platform == "darwin":
        return (_macos(), command)
    wayland = on_wayland(environ)
    fault = _portal_fault(environ, bus)
    portal = KeyWay("portal", PORTAL, not fault, fault or PASSED_ON, chosen=wayland)
    fault = XWAYLAND if wayland else _x_fault(environ.get("DISPLAY", ""))
    x11 = KeyWay("x11", X_SERVER, not fault, fault or ANY_KEY, chosen=not wayland)
    return (portal, x11, command) if wayland else (x11, portal, command)


def _macos() -> KeyWay:
    from desktop_app.adapters.carbon import Carbon
    from desktop_app.adapters.hotkeys_macos import SECURE

    held_back = Carbon().secure_input()
    text = SECURE if held_back else "Keys with or without modifiers, held and let go."
    return KeyWay("macos", HOT_KEYS, not held_back, text, chosen=True)


def _x_fault(display: str) -> str:
    if not display:
        return NO_X_SERVER
    from Xlib.display import Display

    try:
        with closing(Display(display)):
            return ""
    except Exception as error:  # python-xlib has many, and OSError besides.
        log.info("no X server: %s", str(error))
        return NO_X_SERVER


def _portal_fault(environ: Mapping[str, str], address: str | None) -> str:
    try:
        found = asyncio.run(asyncio.wait_for(_ask_portal(address), PATIENCE_S))
    except Exception as error:  # No bus, or none that speaks as it should.
        log.info("no session bus: %s", str(error))
        return NO_BUS
    if found == UNKNOWN:
        return NO_PORTAL
    if found and "GNOME" in environ.get("XDG_CURRENT_DESKTOP", ""):
        return OLD_GNOME
    return NO_SUPPORT if found else ""


async def _ask_portal(address: str | None) -> str:
    """Return the name of the error with which the portal answers; empty if it can pass keys on."""
    from dbus_fast import BusType, Message, MessageType
    from dbus_fast.aio import MessageBus

    from desktop_app.adapters.hotkeys_portal import PATH, SHORTCUTS
    from desktop_app.adapters.hotkeys_portal import PORTAL as NAME

    bus = await MessageBus(bus_address=address, bus_type=BusType.SESSION).connect()
    try:
        reply = await bus.call(
            Message(
                destination=NAME,
                path=PATH,
                interface="org.freedesktop.DBus.Properties",
                member="Get",
                signature="ss",
                body=[SHORTCUTS, "version"],
            )
        )
    finally:
        bus.disconnect()
    if reply is None or reply.message_type is not MessageType.METHOD_RETURN:
        return reply.error_name or UNKNOWN if reply else UNKNOWN
    return ""
