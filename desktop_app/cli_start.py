"""``parley`` without a command: the best this place allows."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from desktop_app.app_house import House
from desktop_app.cli_terms import complain

SAMPLE = Path("samples", "question.wav")


def start(house: House) -> int:
    """Open the window; without a display talk; without sound answer a recorded question."""
    if has_display():
        from desktop_app.app import run

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
    names = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    return any(os.environ.get(name) for name in names)


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
