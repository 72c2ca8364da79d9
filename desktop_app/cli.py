"""The command line: what can be asked for, and who does it."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from io import TextIOWrapper
from pathlib import Path
from typing import Any

from desktop_app import __version__
from desktop_app.app_house import House, Wanted

OK = 0
FAILED = 1
USAGE = 2
INTERRUPTED = 130
"""Exit codes; 2 is argparse's own, 130 is what shells give for Ctrl+C."""

LONGEST_TIMEOUT_S = 3600.0

KEY_HELP = (
    "The key is read from OPENAI_API_KEY (OpenAI) or PARLEY_API_KEY (any server), else from the "
    "system's keyring (parley key set)."
)


def run(argv: Sequence[str]) -> int:
    """Run the command in ``argv``; returns the exit code."""
    if argv and argv[0] == "serve":
        from desktop_app.offline.main import main as serve

        return serve(argv[1:])
    _speak_plainly()
    top = parser()
    options = top.parse_args(argv)
    if fault := _fault(options):
        top.error(fault)
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
    if house.problem is not None and options.command in ("ask", "devices", "key", "self-test"):
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
        case "key":
            from desktop_app.cli_key import key

            return key(house, options)
        case "self-test":
            from desktop_app.cli_self_test import self_test

            return self_test(house)
        case "gui":
            from desktop_app.app import run as run_window

            return run_window(house)
        case _:
            from desktop_app.cli_start import start

            return start(house)


def wanted(options: argparse.Namespace) -> Wanted:
    """Return what the options change for this run."""
    changes: dict[str, Any] = {}
    given = vars(options)
    if (url := given.get("url")) is not None:  # An empty one is a mistake, and told as such.
        changes |= {"service": "server", "server_url": url}
    if given.get("offline"):
        changes |= {"service": "offline"}
    if (model := given.get("model")) is not None:
        changes |= {"model": model}
    return Wanted(given.get("config"), tuple(changes.items()), bool(given.get("verbose")))


def parser() -> argparse.ArgumentParser:
    """Return the parser of the whole command line."""
    common = _common()
    top = argparse.ArgumentParser(
        prog="parley",
        description="A voice assistant: talk, be answered by voice, interrupt it.",
        parents=[common],
        epilog=KEY_HELP,
    )
    top.add_argument("--version", action="version", version=f"parley {__version__}")
    commands = top.add_subparsers(dest="command", metavar="COMMAND", title="commands")

    def add(name: str, text: str) -> argparse.ArgumentParser:
        return commands.add_parser(
            name, help=text, description=text, parents=[common], epilog=KEY_HELP
        )

    add("gui", "Open the window (the default where there is a display).")
    add("talk", "Talk without a window, until Ctrl+C.")
    _add_ask(add("ask", "Ask one recorded or typed question and get the answer."))
    devices = add("devices", "List the microphones and speakers.")
    devices.add_argument("--json", action="store_true", help="print one JSON object")
    key = add("key", "Keep the API key of the server in the system's keyring.")
    key.add_argument("action", choices=("set", "test", "where", "forget"))
    add("self-test", "Check that this installation works; says what does not.")
    commands.add_parser("serve", help="Run the assistant of this computer as a server.")
    return top


def _common() -> argparse.ArgumentParser:
    common = argparse.ArgumentParser(add_help=False)
    unset: Any = argparse.SUPPRESS  # An option may stand before or behind the command.
    group = common.add_argument_group("options of every command")
    group.add_argument("--url", default=unset, help="WebSocket address of a Realtime server")
    group.add_argument(
        "--offline", action="store_true", default=unset, help="use the assistant of this computer"
    )
    group.add_argument(
        "--model", default=unset, help="model, added to the address unless it has one"
    )
    group.add_argument(
        "--config", type=Path, default=unset, metavar="FILE", help="another settings file"
    )
    group.add_argument(
        "--verbose", "-v", action="store_true", default=unset, help="show the log on standard error"
    )
    return common


def _add_ask(ask: argparse.ArgumentParser) -> None:
    ask.add_argument("question", nargs="?", type=Path, metavar="QUESTION.wav")
    ask.add_argument("--text", help="ask in writing; the answer is spoken all the same")
    ask.add_argument("--out", type=Path, metavar="ANSWER.wav", help="write the spoken answer here")
    ask.add_argument("--json", action="store_true", help="print one JSON object on the last line")
    ask.add_argument(
        "--timeout", type=_seconds, default=60.0, metavar="SECONDS", help="give up after (60)"
    )


def _seconds(text: str) -> float:
    value = float(text)
    if not 0 < value <= LONGEST_TIMEOUT_S:
        raise ValueError
    return value


def complain(text: str) -> None:
    """Say what is wrong, on standard error."""
    print(f"parley: {text}", file=sys.stderr)
