"""A GGUF model in this process, by llama.cpp (the optional package ``xllamacpp``)."""

from __future__ import annotations

import asyncio
import importlib.util
import json
import os
import secrets
import threading
from collections.abc import AsyncGenerator, Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Protocol

from desktop_app.offline.brains.brain import (
    BrainError,
    Description,
    Finished,
    Request,
    TextDelta,
    Thought,
)
from desktop_app.offline.brains.chat_protocol import ChunkFolder, body_of

CONTEXT_TOKENS = 4096
RUNTIME = "xllamacpp"
NO_RUNTIME = (
    "This Parley can't run model files: the package xllamacpp is missing. Install it beside Parley "
    "(pip install xllamacpp), or choose who else answers."
)


class Runtime(Protocol):
    """What is used of a loaded model."""

    def handle_chat_completions(
        self, body: dict[str, object], on_chunk: Callable[[Any], bool]
    ) -> object:
        """Call ``on_chunk`` for every chunk in this thread, until it returns True."""
        ...


def is_available() -> bool:
    """Tell whether the runtime is installed, without loading it."""
    return importlib.util.find_spec(RUNTIME) is not None


def load(path: Path) -> Runtime:
    """Load a model; takes seconds and as much memory as the file is big.

    Raises:
        BrainError: The runtime is missing, or can't use the file.
    """
    try:
        import xllamacpp  # type: ignore[import-not-found, unused-ignore]
    except ImportError as error:
        raise BrainError(NO_RUNTIME) from error
    wanted = xllamacpp.CommonParams()
    wanted.model.path = str(path)
    wanted.n_ctx = CONTEXT_TOKENS
    wanted.n_parallel = 1
    wanted.warmup = False
    wanted.verbosity = -1
    # llama.cpp's threads spin while they wait for each other: one core is left to hearing and
    # speaking, else every token waits for a time slice (measured on two cores: 40 ms against 2 s).
    for threads in (wanted.cpuparams, wanted.cpuparams_batch):
        threads.n_threads = max(1, (os.cpu_count() or 2) - 1)
        threads.poll = 0
    # The runtime also opens a port on loopback; nobody else is to use it.
    wanted.api_keys = [secrets.token_urlsafe(32)]
    wanted.ui = False
    try:
        runtime: Runtime = xllamacpp.Server(wanted)
    except RuntimeError as error:
        raise BrainError(f"{path.name} can't be loaded: {error}") from error
    return runtime


class GgufBrain:
    """Lets a model file think, in a thread of its own.  Loads it when it is first needed."""

    def __init__(self, path: Path, loader: Callable[[Path], Runtime] = load) -> None:
        """Name a model file; nothing is loaded yet."""
        self._path = path
        self._loader = loader
        self._runtime: Runtime | None = None
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="gguf")

    @property
    def name(self) -> str:
        """What the window shows: the file's name."""
        return f"Model: {self._path.stem}"

    def describe(self) -> Description:
        """Say what thinks."""
        return Description(self.name, f"{self._path}, in this program.", open_questions=True)

    async def is_alive(self) -> bool:
        """Tell whether the file is still there."""
        return await asyncio.to_thread(self._path.is_file)

    async def absence(self) -> str:
        """Nothing: a model in memory needs no file any more."""
        return ""

    async def warm_up(self) -> None:
        """Load the model now.

        Raises:
            BrainError: It can't be loaded.
        """
        await asyncio.get_running_loop().run_in_executor(self._thread, self._loaded)

    async def unload(self) -> None:
        """Give the model's memory back; the next request loads it again."""
        await asyncio.get_running_loop().run_in_executor(self._thread, self._drop)

    async def aclose(self) -> None:
        """Give back memory and thread, when the token being thought is done."""
        self._thread.submit(self._drop)
        self._thread.shutdown(wait=False)

    def _drop(self) -> None:
        self._runtime = None

    def _loaded(self) -> Runtime:
        if self._runtime is None:
            self._runtime = self._loader(self._path)
        return self._runtime

    async def think(self, request: Request) -> AsyncGenerator[Thought, None]:
        """Answer by the model."""
        loop = asyncio.get_running_loop()
        chunks: asyncio.Queue[str | None] = asyncio.Queue()
        cancelled = threading.Event()
        body = body_of(request, self._path.stem)

        def take(chunk: Any) -> bool:
            if cancelled.is_set() or loop.is_closed():
                return True
            data = chunk if isinstance(chunk, str) else json.dumps(chunk)
            loop.call_soon_threadsafe(chunks.put_nowait, data)
            return False

        def work() -> None:
            try:
                if not cancelled.is_set():
                    self._loaded().handle_chat_completions(body, take)
            finally:
                if not loop.is_closed():
                    loop.call_soon_threadsafe(chunks.put_nowait, None)

        folder = ChunkFolder()
        working = loop.run_in_executor(self._thread, work)
        working.add_done_callback(lambda end: end.cancelled() or end.exception())
        try:
            while (data := await chunks.get()) is not None:
                if text := folder.fold(data):
                    yield TextDelta(text)
            await self._outcome(working)
        finally:
            cancelled.set()
        if text := folder.rest():
            yield TextDelta(text)
        calls = folder.calls()
        for call in calls:
            yield call
        yield Finished("tool_calls" if calls else folder.reason or "stop", folder.usage)

    async def _outcome(self, working: asyncio.Future[None]) -> None:
        try:
            await working
        except BrainError:
            raise
        except RuntimeError as error:
            raise BrainError(f"{self._path.name} failed: {error}") from error
