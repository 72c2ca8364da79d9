"""The command line of ``parley serve``."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from desktop_app.offline.brains.choose import BrainSettings
from desktop_app.offline.engine import IDLE_S
from desktop_app.offline.server import Limits

PORT = 8787
TOKEN_VARIABLE = "PARLEY_TOKEN"
HOME_VARIABLE = "PARLEY_HOME"
BRAINS = ("auto", "server", "gguf", "skills")


@dataclass(frozen=True, slots=True)
class Options:
    """What was asked for on the command line."""

    host: str
    port: int
    token: str
    with_parent: bool
    folder: Path | None
    model: str | None
    data: Path | None
    brain: BrainSettings
    gguf: str | None
    limits: Limits
    idle_s: float


def read_options(argv: Sequence[str]) -> Options:
    """Read the command line, and the token from wherever it is."""
    given = _parser().parse_args(argv)
    token = given.token if given.token is not None else os.environ.get(TOKEN_VARIABLE, "")
    if given.token_stdin:
        token = sys.stdin.readline().strip()
    return Options(
        host=given.host,
        port=given.port,
        token=token,
        with_parent=given.with_parent,
        folder=given.model_folder,
        model=given.model,
        data=given.data_folder or data_folder(),
        brain=BrainSettings(
            kind=given.brain,
            look_for_servers=not given.no_look,
            server_url=given.brain_url,
            model=given.brain_model,
            allow_remote=given.allow_remote_brain,
        ),
        gguf=given.gguf,
        limits=Limits(sessions=given.max_sessions),
        idle_s=given.idle_minutes * 60,
    )


def data_folder() -> Path:
    """Where timers and lists are kept; PARLEY_HOME moves them with all else of Parley's."""
    if home := os.environ.get(HOME_VARIABLE, "").strip():
        return Path(home).expanduser().absolute() / "data"
    return Path(platformdirs.user_data_dir("parley", appauthor=False))


def origin(host: str) -> str:
    """Return the beginning of this server's address."""
    return f"ws://[{host}]" if ":" in host else f"ws://{host}"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="parley serve",
        description="Serve the Realtime protocol with the assistant of this computer.",
        epilog=f"The token may also be in the environment variable {TOKEN_VARIABLE}.",
    )
    add = parser.add_argument
    add("--host", default="127.0.0.1", help="where to listen (only this computer)")
    add("--port", type=int, default=PORT, help=f"port; 0 takes a free one ({PORT})")
    token = parser.add_mutually_exclusive_group()
    token.add_argument("--token", help="who does not know it is refused")
    token.add_argument("--token-stdin", action="store_true", help="read it from standard input")
    add("--model-folder", type=Path, metavar="FOLDER", help="a Whisper model of yours")
    add("--model", metavar="NAME", help="a Whisper model that Parley knows, such as whisper-base")
    add("--data-folder", type=Path, metavar="FOLDER", help="where timers and lists are kept")
    add("--brain-url", metavar="URL", help="a local OpenAI-compatible server that thinks")
    add("--brain-model", metavar="NAME", help="which of its models")
    add("--allow-remote-brain", action="store_true", help="it may be on another computer")
    add("--brain", choices=BRAINS, default="auto", help="who answers (the best there is)")
    add("--gguf", metavar="FILE", help="a model file that thinks, or the name of one Parley knows")
    add("--no-look", action="store_true", help="do not look for local model servers")
    add("--max-sessions", type=int, default=Limits().sessions, metavar="N", help="clients at once")
    add("--idle-minutes", type=float, default=IDLE_S / 60, help="then the models leave memory")
    add("--with-parent", action="store_true", help="end when standard input ends")
    return parser
