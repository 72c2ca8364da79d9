"""What the command line understands."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from desktop_app import __version__

LONGEST_TIMEOUT_S = 3600.0

KEY_HELP = (
    "The key is read from OPENAI_API_KEY (OpenAI) or PARLEY_API_KEY (any server), else from the "
    "system's keyring (parley key set)."
)

JSON_HELP = "print one JSON object on the last line"


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

    gui = add("gui", "Open the window (the default where there is a display).")
    gui.add_argument(
        "--hidden", action="store_true", help="begin in the tray; without one, with the window"
    )
    add("talk", "Talk without a window, until Ctrl+C.")
    _add_ask(add("ask", "Ask one recorded or typed question and get the answer."))
    devices = add("devices", "List the microphones and speakers.")
    devices.add_argument("--json", action="store_true", help="print one JSON object")
    doctor = add("doctor", "Check the sound: play a tune, and say what comes back of it.")
    doctor.add_argument("--voice", action="store_true", help="hear your voice too")
    doctor.add_argument("--json", action="store_true", help=JSON_HELP)
    key = add("key", "Keep the API key of the server in the system's keyring.")
    key.add_argument("action", choices=("set", "test", "where", "forget"))
    add("show", "Show the window of the Parley that runs.")
    add("mute", "Mute the running Parley, or let it listen again.")
    add("interrupt", "Make the running Parley fall silent.")
    ptt = add("ptt", "Press the talk key of the running Parley, for shortcuts of your desktop.")
    ptt.add_argument("action", choices=("down", "up", "toggle"))
    autostart = add("autostart", "Start hidden in the tray at every login, or no more.")
    autostart.add_argument("action", choices=("on", "off", "status"))
    models = add("weights", "List, fetch or locate the models of the assistant on this computer.")
    models.add_argument("action", choices=("list", "download", "where"))
    models.add_argument("name", nargs="?", metavar="NAME", help="of a model; else what is needed")
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
    ask.add_argument("--json", action="store_true", help=JSON_HELP)
    ask.add_argument(
        "--timeout", type=_seconds, default=60.0, metavar="SECONDS", help="give up after (60)"
    )


def _seconds(text: str) -> float:
    value = float(text)
    if not 0 < value <= LONGEST_TIMEOUT_S:
        raise ValueError
    return value
