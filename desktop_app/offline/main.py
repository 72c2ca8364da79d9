"""``parley serve``: the assistant of this computer, as a server for Parley and for others."""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import os
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from desktop_app.offline import voices, weights
from desktop_app.offline.brains.brain import Brain
from desktop_app.offline.brains.choose import BrainSettings, choose_brain, is_loopback
from desktop_app.offline.doors import REALTIME
from desktop_app.offline.ears import Ears, find_model
from desktop_app.offline.engine import IDLE_S, Engine, Models
from desktop_app.offline.server import Limits, RealtimeServer
from desktop_app.offline.skills.household import Household
from desktop_app.offline.vad import SpeechProbability
from desktop_app.offline.weights import WeightsError, WeightsMissing

PORT = 8787
TOKEN_VARIABLE = "PARLEY_TOKEN"
_OK, _FAILED = 0, 1
_INTERRUPTED = (signal.SIGINT, signal.SIGTERM)

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Options:
    """What was asked for on the command line."""

    host: str
    port: int
    token: str
    with_parent: bool
    folder: Path | None
    data: Path | None
    brain: BrainSettings
    limits: Limits
    idle_s: float


def main(argv: Sequence[str]) -> int:
    """Serve until told to stop; returns the exit code.

    The first line on standard output is one JSON object: ``url``, ``port`` and ``model`` when it
    is ready, or ``code`` and ``error`` when it can't be.
    """
    options = read_options(argv)
    if not options.token and not is_loopback(_origin(options.host)):
        return _fail("token", "A server that other computers can reach needs a token: use --token.")
    logging.basicConfig(level=logging.INFO, stream=sys.stderr, format="%(levelname)s %(message)s")
    logging.getLogger("websockets").setLevel(logging.WARNING)
    try:
        asyncio.run(_serve(options))
    except WeightsMissing as missing:
        return _fail("weights", str(missing), model=missing.model.id)
    except WeightsError as error:
        return _fail("weights", str(error))
    except OSError as error:
        where = f"{options.host}:{options.port}"
        return _fail("port", f"Can't listen at {where}: {error.strerror or error}.")
    return _OK


def read_options(argv: Sequence[str]) -> Options:
    """Read the command line, and the token from wherever it is."""
    given = _parser().parse_args(argv)
    token = given.token if given.token is not None else os.environ.get(TOKEN_VARIABLE, "")
    if given.token_stdin:
        token = sys.stdin.readline().strip()
    data = Path(platformdirs.user_data_dir("parley", appauthor=False))
    return Options(
        host=given.host,
        port=given.port,
        token=token,
        with_parent=given.with_parent,
        folder=given.model_folder,
        data=given.data_folder or data,
        brain=BrainSettings(
            look_for_servers=not given.no_look,
            server_url=given.brain_url,
            model=given.brain_model,
            allow_remote=given.allow_remote_brain,
            gguf_path=given.gguf,
        ),
        limits=Limits(sessions=given.max_sessions),
        idle_s=given.idle_minutes * 60,
    )


async def _serve(options: Options) -> None:
    models = await asyncio.to_thread(_find_models, options.folder)
    stop = asyncio.Event()
    _stop_on_signals(stop)
    if options.with_parent:
        _stop_with_parent(stop)
    await serve(options, models, stop, _tell)


async def serve(
    options: Options,
    models: Callable[[Household, BrainSettings], Models],
    stop: asyncio.Event,
    ready: Callable[[dict[str, object]], None],
) -> None:
    """Serve until ``stop``.

    Args:
        options: Where and for whom.
        models: Makes what listens, thinks and speaks.
        stop: Set when it is enough.
        ready: Told ``url``, ``port`` and ``model`` once clients can come.

    Raises:
        OSError: It can't listen there.
    """
    server: RealtimeServer | None = None
    household = Household(options.data, lambda ring: server.ring(ring.text) if server else None)
    engine = Engine(models(household, options.brain), options.idle_s)
    server = RealtimeServer(engine, options.token, options.limits)
    brain = await engine.brain()

    def tell(port: int) -> None:
        url = f"{_origin(options.host)}:{port}{REALTIME}"
        ready({"url": url, "port": port, "model": brain.name})

    failure: BaseException | None = None
    try:
        async with asyncio.TaskGroup() as group:
            work = [
                group.create_task(household.run(), name="household"),
                group.create_task(engine.run(), name="engine"),
                group.create_task(server.run(options.host, options.port, tell), name="server"),
            ]
            await stop.wait()
            for task in work:
                task.cancel()
    except* OSError as failures:
        failure = failures.exceptions[0]
    finally:
        await engine.aclose()
    # Raised out here: before Python 3.11.4 what `except*` raises is wrapped in a group again.
    if failure is not None:
        raise failure from None


def _find_models(folder: Path | None) -> Callable[[Household, BrainSettings], Models]:
    """Find out what is installed; the weights themselves are loaded when somebody talks."""
    found = find_model().folder if folder is None else _users_model(folder)
    here = voices.voices()

    def make(household: Household, settings: BrainSettings) -> Models:
        async def make_brain() -> Brain:
            return await choose_brain(settings, household)

        return Models(Ears(found), here, voices.open_voice, make_brain, SpeechProbability)

    return make


def _users_model(folder: Path) -> Path:
    """Check a model the user points at, whichever of those we know it is."""
    failure: WeightsError | None = None
    for known in weights.models("whisper"):
        try:
            return weights.find(known, folder=folder).folder
        except WeightsError as error:
            failure = failure or error
    raise failure or WeightsError(f"{folder} holds no model.")


def _stop_on_signals(stop: asyncio.Event) -> None:
    loop = asyncio.get_running_loop()
    for number in _INTERRUPTED:
        signal.signal(number, lambda *_: loop.call_soon_threadsafe(stop.set))


def _stop_with_parent(stop: asyncio.Event) -> None:
    """Stop when standard input ends: whoever started us is gone, however that came about."""
    loop, stdin = asyncio.get_running_loop(), sys.stdin.fileno()

    def watch() -> None:
        while os.read(stdin, 1024):
            pass
        loop.call_soon_threadsafe(stop.set)

    threading.Thread(target=watch, name="parent-watch", daemon=True).start()


def _origin(host: str) -> str:
    return f"ws://[{host}]" if ":" in host else f"ws://{host}"


def _tell(facts: dict[str, object]) -> None:
    print(json.dumps(facts), flush=True)


def _fail(code: str, error: str, **more: object) -> int:
    _tell({"code": code, "error": error, **more})
    return _FAILED


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
    add("--data-folder", type=Path, metavar="FOLDER", help="where timers and lists are kept")
    add("--brain-url", metavar="URL", help="a local OpenAI-compatible server that thinks")
    add("--brain-model", metavar="NAME", help="which of its models")
    add("--allow-remote-brain", action="store_true", help="it may be on another computer")
    add("--gguf", type=Path, metavar="FILE", help="a model file that thinks")
    add("--no-look", action="store_true", help="do not look for local model servers")
    add("--max-sessions", type=int, default=Limits().sessions, metavar="N", help="clients at once")
    add("--idle-minutes", type=float, default=IDLE_S / 60, help="then the models leave memory")
    add("--with-parent", action="store_true", help="end when standard input ends")
    return parser
