"""``parley serve``: the assistant of this computer, as a server for Parley and for others."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from desktop_app.offline import voices, weights
from desktop_app.offline.brains.brain import Brain
from desktop_app.offline.brains.choose import (
    BrainMissingError,
    check_choice,
    choose_brain,
    is_loopback,
)
from desktop_app.offline.doors import REALTIME
from desktop_app.offline.ears import Ears, find_model
from desktop_app.offline.engine import Engine, Models
from desktop_app.offline.options import Options, origin, read_options
from desktop_app.offline.server import RealtimeServer
from desktop_app.offline.skills.household import Household
from desktop_app.offline.vad import SpeechProbability
from desktop_app.offline.weights import Model, WeightsError, WeightsMissing

_OK, _FAILED = 0, 1
_INTERRUPTED = (signal.SIGINT, signal.SIGTERM)

_log = logging.getLogger(__name__)


def main(argv: Sequence[str], provide: Callable[[Model], bool] = lambda _: False) -> int:
    """Serve until told to stop; returns the exit code.

    Args:
        argv: The command line.
        provide: Asked to get a model that is missing; True: it is here now.

    The first line on standard output is one JSON object: ``url``, ``port`` and ``model`` when it
    is ready, or ``code`` and ``error`` when it can't be.
    """
    options = read_options(argv)
    if not options.token and not is_loopback(origin(options.host)):
        return _fail("token", "A server that other computers can reach needs a token: use --token.")
    logging.basicConfig(level=logging.INFO, stream=sys.stderr, format="%(levelname)s %(message)s")
    logging.getLogger("websockets").setLevel(logging.WARNING)
    try:
        asyncio.run(_serve(options))
    except WeightsMissing as missing:
        if provide(missing.model):
            return main(argv)
        return _fail("weights", str(missing), model=missing.model.id)
    except WeightsError as error:
        return _fail("weights", str(error))
    except BrainMissingError as missing:
        return _fail("brain", str(missing))
    except OSError as error:
        where = f"{options.host}:{options.port}"
        return _fail("port", f"Can't listen at {where}: {error.strerror or error}.")
    return _OK


async def _serve(options: Options) -> None:
    options = await asyncio.to_thread(_with_gguf, options)
    models = await asyncio.to_thread(_find_models, options)
    stop = asyncio.Event()
    _stop_on_signals(stop)
    if options.with_parent:
        _stop_with_parent(stop)
    await serve(options, models, stop, _tell)


async def serve(
    options: Options,
    models: Callable[[Household], Models],
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
        BrainMissingError: What shall answer is not there.
    """
    server: RealtimeServer | None = None
    household = Household(
        options.data,
        lambda ring: server.ring(ring.text) if server else None,
        is_heard=lambda: server is not None and server.is_talking,
    )
    engine = Engine(models(household), options.idle_s)
    server = RealtimeServer(engine, options.token, options.limits)
    failure: BaseException | None = None
    try:
        brain = await engine.brain()
        check_choice(options.brain, brain)

        def tell(port: int) -> None:
            url = f"{origin(options.host)}:{port}{REALTIME}"
            ready({"url": url, "port": port, "model": brain.name})

        async with asyncio.TaskGroup() as group:
            serving = server.run(options.host, options.port, tell)
            work = [group.create_task(each) for each in (household.run(), engine.run(), serving)]
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


def _find_models(options: Options) -> Callable[[Household], Models]:
    """Find out what is installed; the weights themselves are loaded when somebody talks.

    Raises:
        WeightsError: A model that must be there is not.
    """
    found = _ears_folder(options)
    here = voices.voices()

    def make(household: Household) -> Models:
        async def make_brain() -> Brain:
            return await choose_brain(options.brain, household)

        return Models(Ears(found), here, voices.open_voice, make_brain, SpeechProbability)

    return make


def _ears_folder(options: Options) -> Path:
    if options.folder is not None:
        return _users_model(options.folder)
    if options.model is not None:
        return weights.find(weights.model(options.model)).folder
    return find_model().folder


def _with_gguf(options: Options) -> Options:
    """Return the options with their model file: one of the user's, or one Parley has fetched."""
    if not options.gguf:
        return options
    file = Path(options.gguf).expanduser()
    wanted = next((m for m in weights.models("gguf") if m.id == options.gguf), None)
    if wanted is not None:
        try:
            file = weights.find(wanted).folder / wanted.files[0].name
        except WeightsMissing:
            if options.brain.kind == "gguf":
                raise
            _log.warning("%s is not here: something else answers", wanted.title)
            return options
    return replace(options, brain=replace(options.brain, gguf_path=file))


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


def _tell(facts: dict[str, object]) -> None:
    print(json.dumps(facts), flush=True)


def _fail(code: str, error: str, **more: object) -> int:
    _tell({"code": code, "error": error, **more})
    return _FAILED
