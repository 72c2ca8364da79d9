"""``parley show|mute|interrupt|ptt``: tell the running Parley what to do.

Made to be called by a desktop's own shortcuts, so it loads next to nothing.
"""

from __future__ import annotations

import argparse
import os

from desktop_app.adapters.instance import door_of
from desktop_app.adapters.places import find_places
from desktop_app.cli_terms import FAILED, OK, complain

COMMANDS = ("show", "mute", "interrupt", "ptt")


def remote(options: argparse.Namespace) -> int:
    """Pass the command on; 1 if there is nobody to take it."""
    word = f"ptt {options.action}" if options.command == "ptt" else str(options.command)
    try:
        fault = door_of(find_places(os.environ), os.environ).knock(word)
    except OSError:
        complain("Parley is not running. Start it with: parley")
        return FAILED
    if fault:
        complain(fault)
        return FAILED
    return OK
