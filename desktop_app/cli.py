"""The command line: what can be asked for, and who does it."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Any

from desktop_app.cli_options import parser
from desktop_app.cli_remote import COMMANDS, remote
from desktop_app.cli_terms import FAILED, INTERRUPTED, complain

if TYPE_CHECKING:
    from desktop_app.app_house import House, Wanted

_PLAIN = ("ask", "devices", "doctor", "key", "self-test")
"""Commands that have no place of their own for what is wrong with the settings."""


def run(argv: Sequence[str]) -> int:
    """Run the command in ``argv``; returns the exit code."""
    if argv and argv[0] == "serve":
        from desktop_app.cli_serve import serve

        return serve(argv[1:])
    _speak_plainly()
    top = parser()
    options = top.parse_args(argv)
    if fault := _fault(options):
        top.error(fault)
    if options.command in COMMANDS:
        return remote(options)
    if options.command == "autostart":
        from desktop_app.cli_autostart import autostart

        return autostart(options)
    from desktop_app.app_house import House

    with House(wanted(options)) as house:
        _warn(options, house)
        try:
            code = int(_command(options, house))
            sys.stdout.flush()
        except KeyboardInterrupt:
            return INTERRUPTED
        except BrokenPipeError:  # Such as `parley ask ... | head -1`: nobody reads on.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return FAILED
        return code


def _speak_plainly() -> None:
    """Say what this terminal can't show with question marks, rather than not at all."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")


def _fault(options: argparse.Namespace) -> str:
    """What argparse can't see: these may stand on either side of the command."""
    if options.command == "serve":
        return "options of serve stand behind it"
    if "url" in options and "offline" in options:
        return "--url and --offline exclude each other"
    return ""


def _warn(options: argparse.Namespace, house: House) -> None:
    """Tell what is wrong with the settings, where no window or conversation will."""
    config: Path | None = vars(options).get("config")
    if config is not None and not config.exists() and house.problem is None:
        complain(f"there is no file {config} yet, so the settings are the defaults.")
    if house.problem is not None and options.command in _PLAIN:
        complain(f"{house.problem.title}. {house.problem.hint}")


def _command(options: argparse.Namespace, house: House) -> int:
    """Hand over to the command's own file; each is loaded only when it is needed."""
    match options.command:
        case "talk":
            from desktop_app.cli_talk import talk

            return talk(house)
        case "ask":
            from desktop_app.cli_ask import ask

            return ask(house, options)
        case "devices":
            from desktop_app.cli_devices import devices

            return devices(options)
        case "doctor":
            from desktop_app.cli_doctor import doctor

            return doctor(house, options)
        case "key":
            from desktop_app.cli_key import key

            return key(house, options)
        case "weights":
            from desktop_app.cli_weights import show_weights

            return show_weights(house, options)
        case "self-test":
            from desktop_app.cli_self_test import self_test

            return self_test(house)
        case "gui":
            from desktop_app.app_window import run as run_window

            return run_window(house, hidden=options.hidden)
        case _:
            from desktop_app.cli_start import start

            return start(house)


def wanted(options: argparse.Namespace) -> Wanted:
    """Return what the options change for this run."""
    from desktop_app.app_house import Wanted

    changes: dict[str, Any] = {}
    given = vars(options)
    if (url := given.get("url")) is not None:  # An empty one is a mistake, and told as such.
        changes |= {"service": "server", "server_url": url}
    if given.get("offline"):
        changes |= {"service": "offline"}
    if (model := given.get("model")) is not None:
        changes |= {"model": model}
    return Wanted(given.get("config"), tuple(changes.items()), bool(given.get("verbose")))
