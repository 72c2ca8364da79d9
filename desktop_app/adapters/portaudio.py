"""PortAudio, loaded when first needed: one lock, one thread that opens and closes, no noise."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import importlib
import logging
import os
import queue
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from types import ModuleType
from typing import TypeVar

from desktop_app.adapters.sound_problems import no_answer, no_library
from desktop_app.ports import SoundError

PATIENCE_S = 8.0
"""A Bluetooth headset may need seconds; no device needs that long."""

_log = logging.getLogger(__name__)
_T = TypeVar("_T")


class PortAudio:
    """The library, which is not thread-safe and keeps one list of devices per process."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._open_streams = 0
        self._loaded = False
        self.renewals = 0
        """How often the list of devices was made; it is the same as long as this is."""

    @property
    def in_use(self) -> bool:
        """A stream is open, and the list can't be renewed."""
        return self._open_streams > 0

    @contextlib.contextmanager
    def locked(self) -> Iterator[ModuleType]:
        """Hold the lock and yield `sounddevice`, with a fresh list of devices if possible.

        The list can be renewed only while no stream is open.

        Raises:
            SoundError: If the library is missing.
        """
        with self._lock, _quiet():
            module = load("sounddevice")
            first, self._loaded = not self._loaded, True
            if first:
                _silence_alsa()
            elif not self._open_streams:
                # There is no public way to learn of new devices.
                module._terminate()  # noqa: SLF001
                module._initialize()  # noqa: SLF001
            self.renewals += 1 if first or not self._open_streams else 0
            yield module

    def opened(self) -> None:
        """Note that a stream was opened; hold the lock."""
        self._open_streams += 1

    def closed(self) -> None:
        """Note that a stream was closed; hold the lock."""
        self._open_streams -= 1

    @contextlib.contextmanager
    def closing(self) -> Iterator[None]:
        """Hold the lock while a stream is closed."""
        with self._lock, _quiet():
            yield
            self.closed()


PORTAUDIO = PortAudio()


def load(name: str) -> ModuleType:
    """Import `sounddevice` or `rtmixer`.

    Raises:
        SoundError: If the library, or PortAudio below it, is missing.
    """
    try:
        return importlib.import_module(name)
    except (ImportError, OSError) as error:
        _log.warning("No sound: %s", error)
        raise SoundError(no_library(str(error))) from error


@contextlib.contextmanager
def environment(variables: Mapping[str, str]) -> Iterator[None]:
    """Set environment variables for a moment; hold PortAudio's lock."""
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Silence the C libraries, which write to file descriptor 2 whatever they try in vain."""
    try:
        kept = os.dup(2)
    except OSError:
        yield  # A windowed program has no such descriptor, and nothing to silence.
        return
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


def _silence_alsa() -> None:
    """Keep ALSA from writing about each hiccup to the terminal; PortAudio tells us what matters.

    The handler is a C function that takes no notice of its arguments: one of ours would make the
    sound threads wait for the interpreter.
    """
    try:
        alsa, libc = ctypes.CDLL("libasound.so.2"), ctypes.CDLL(None)
        alsa.snd_lib_error_set_handler(ctypes.cast(libc.getpid, ctypes.c_void_p))
    except (OSError, AttributeError, TypeError) as error:
        _log.debug("There is no ALSA to silence: %s", error)


class _SoundThread:
    """Runs calls one after the other; a daemon, for a call may never come back.

    It is the same thread that loads PortAudio, opens and closes: Windows wants it so.
    """

    def __init__(self) -> None:
        self._calls: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        threading.Thread(target=self._run, name="sound-devices", daemon=True).start()

    def submit(self, call: Callable[[], _T]) -> Future[_T]:
        """Queue ``call``."""
        outcome: Future[_T] = Future()

        def run() -> None:
            try:
                outcome.set_result(call())
            except BaseException as error:
                outcome.set_exception(error)

        self._calls.put(run)
        return outcome

    def _run(self) -> None:
        while True:
            self._calls.get()()


class _Threads:
    """The thread in use: one that got stuck is replaced."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._thread: _SoundThread | None = None

    def current(self) -> _SoundThread:
        """Return the thread, started if need be."""
        with self._lock:
            if self._thread is None:
                self._thread = _SoundThread()
            return self._thread

    def give_up(self, thread: _SoundThread) -> None:
        """Leave ``thread`` to itself."""
        with self._lock:
            if self._thread is thread:
                self._thread = None


_threads = _Threads()


async def in_sound_thread(
    call: Callable[[], _T],
    *,
    undo: Callable[[_T], None] | None = None,
    patience_s: float = PATIENCE_S,
) -> _T:
    """Run ``call``, which may block, in the thread for sound devices.

    Args:
        call: What to do.
        undo: Takes back what ``call`` gives when nobody waits for it any more.
        patience_s: How long to wait.

    Raises:
        SoundError: If it takes too long; what ``call`` raises besides.
    """
    thread = _threads.current()
    outcome = thread.submit(call)
    waiting = asyncio.wrap_future(outcome)
    done, _ = await _wait(waiting, patience_s, lambda: _abandon(outcome, undo))
    if not done:
        _threads.give_up(thread)
        _abandon(outcome, undo)
        raise SoundError(no_answer())
    return waiting.result()


async def close_in_sound_thread(call: Callable[[], None], patience_s: float = PATIENCE_S) -> None:
    """Run ``call``, which closes a device; when it hangs, leave it to itself.

    PortAudio's thread for ALSA runs in a circle if the sound server dies in the very moment a
    stream begins, and then closing that stream never ends.
    """
    try:
        await in_sound_thread(call, patience_s=patience_s)
    except SoundError:
        _log.warning("A sound device cannot be closed")


async def _wait(
    waiting: asyncio.Future[_T], patience_s: float, cancelled: Callable[[], None]
) -> tuple[set[asyncio.Future[_T]], set[asyncio.Future[_T]]]:
    try:
        return await asyncio.wait([waiting], timeout=patience_s)
    except asyncio.CancelledError:
        cancelled()
        raise


def _abandon(outcome: Future[_T], undo: Callable[[_T], None] | None) -> None:
    """Undo what a call nobody waits for may still do."""

    def late(done: Future[_T]) -> None:
        error = done.exception()
        if error is not None:
            _log.info("A sound device failed after it was given up: %s", error)
        elif undo is not None:
            undo(done.result())

    outcome.add_done_callback(late)
