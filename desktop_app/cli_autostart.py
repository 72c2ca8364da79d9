"""``parley autostart on|off``: start hidden in the tray at every login, or no more."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from desktop_app.adapters.login_start import entry_of, own_command
from desktop_app.cli_terms import FAILED, OK, complain


def autostart(options: argparse.Namespace) -> int:
    """Write or remove the entry, and say what holds now."""
    entry = entry_of(sys.platform, os.environ, Path.home())
    try:
        if options.action == "on":
            frozen = bool(getattr(sys, "frozen", False))
            command = own_command(sys.executable, sys.argv[0], frozen=frozen)
            entry.write([*command, "gui", "--hidden"])
        elif options.action == "off":
            entry.remove()
    except OSError as error:
        complain(f"that could not be changed: {error}")
        return FAILED
    print("Parley starts at login." if entry.exists() else "Parley does not start at login.")
    return OK
