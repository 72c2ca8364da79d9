"""``parley`` without a command: the best this place allows."""

from __future__ import annotations

import os
import socket
import sys
from pathlib import Path
from typing import Any

from desktop_app.app_house import House
from desktop_app.cli_terms import complain

_X_PORT = 6000
_X_PATIENCE_S = 2.0

SAMPLE = Path("samples", "question.wav")


def start(house: House) -> int:
    """Open the window; without a display talk; without sound answer a recorded question."""
    if has_display():
        from desktop_app.app_window import run

        return run(house)
    if has_sound():
        from desktop_app.cli_talk import talk

        complain("there is no display, so we talk without a window (Ctrl+C ends it).")
        return talk(house)
    from desktop_app.cli_ask import ask
    from desktop_app.cli_options import parser

    complain("there is neither display nor sound, so a recorded question is answered.")
    return ask(house, parser().parse_args(["ask", str(resource(SAMPLE))]))


def has_display() -> bool:
    """Whether a window can be shown here."""
    if sys.platform != "linux":
        return True
    if os.environ.get("WAYLAND_DISPLAY") or os.environ.get("QT_QPA_PLATFORM"):
        return True
    return _answers(os.environ.get("DISPLAY", ""))


def _answers(display: str) -> bool:
    """Whether an X server is at ``display``: where none is left, Qt would end the program."""
    host, colon, rest = display.rpartition(":")
    number = rest.partition(".")[0]
    if not colon or not number.isdigit():
        return False
    path = f"/tmp/.X11-unix/X{number}"
    if host not in ("", "unix"):
        ways: list[tuple[int, Any]] = [(socket.AF_INET, (host, _X_PORT + int(number)))]
    else:
        ways = [(socket.AF_UNIX, path), (socket.AF_UNIX, f"\0{path}")]
    for family, address in ways:
        with socket.socket(family) as door:
            door.settimeout(_X_PATIENCE_S)
            if door.connect_ex(address) == 0:
                return True
    return False


def has_sound() -> bool:
    """Whether there is a microphone or a speaker."""
    from desktop_app.adapters.devices import SystemDevices

    found = SystemDevices().list()
    return bool(found.microphones or found.speakers)


def resource(name: Path) -> Path:
    """Return a file that ships with the program, from a checkout or an installed package."""
    package = Path(__file__).parent
    inside = package / "resources" / name
    return inside if inside.exists() else package.parent / "resources" / name
