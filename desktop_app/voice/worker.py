"""The voice worker: a thread with a loop of its own, which the window can never hold up."""

from __future__ import annotations

import asyncio
import logging
import sys
import threading
from collections.abc import Callable

from desktop_app.core.events import Event
from desktop_app.core.state import AppState
from desktop_app.core.wishes import HangUpAsked
from desktop_app.ports import View
from desktop_app.voice.engine import Engine, Ports
from desktop_app.voice.store import Store

SWITCH_INTERVAL_S = 0.001
"""How long another thread may compute before the voice gets its turn (default 5 ms)."""

log = logging.getLogger(__name__)


class VoiceWorker:
    """Runs store and engine on a thread of its own.

    Args:
        make_ports: Builds the outside; called on the worker's thread, where the heavy imports
            belong, with the worker's loop running.
        state: What to start from.
        view: Takes every new snapshot, on the worker's thread.
        crashed: Takes a bug that ended the engine; a new engine takes over.
    """

    def __init__(
        self,
        make_ports: Callable[[], Ports],
        state: AppState,
        view: View,
        crashed: Callable[[BaseException], None],
    ) -> None:
        self._make_ports, self._crashed = make_ports, crashed
        self._store = Store(state, view)
        self._early: list[Event] = []
        self._guard = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopped: asyncio.Event | None = None
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="voice", daemon=True)

    @property
    def state(self) -> AppState:
        """The newest snapshot; from any thread."""
        return self._store.state

    def start(self) -> None:
        """Start the thread.  Events dispatched before it is ready wait for it."""
        sys.setswitchinterval(SWITCH_INTERVAL_S)
        self._thread.start()

    def dispatch(self, event: Event) -> None:
        """Feed ``event`` to the core; from any thread."""
        with self._guard:
            if self._stopping:
                return
            if self._loop is None:
                self._early.append(event)
            else:
                self._loop.call_soon_threadsafe(self._store.dispatch, event)

    def stop(self, timeout_s: float) -> bool:
        """Hang up, close everything and end the thread; True if it ended in time."""
        with self._guard:
            self._stopping = True
            if self._loop is not None and self._stopped is not None:
                self._loop.call_soon_threadsafe(self._stopped.set)
        if self._thread.is_alive():
            self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def _run(self) -> None:
        asyncio.run(self._live())

    async def _live(self) -> None:
        stopped = asyncio.Event()
        try:
            ports = self._make_ports()
        except Exception as error:  # A broken installation: the window stays and says so.
            log.exception("the worker could not be built")
            self._crashed(error)
            return
        engine = Engine(self._store, ports)
        with self._guard:
            self._loop, self._stopped = asyncio.get_running_loop(), stopped
            if self._stopping:
                stopped.set()
            early, self._early = self._early, []
        asyncio.get_running_loop().call_soon(self._deliver, early)
        while not stopped.is_set():
            try:
                await engine.run(stopped)
            except Exception as error:  # A bug: the log gets it, the user keeps the transcript.
                log.exception("the engine failed")
                self._crashed(error)
                engine = Engine(self._store, ports)
                asyncio.get_running_loop().call_soon(self._store.dispatch, HangUpAsked())
        if ports.aclose is not None:
            await ports.aclose()
        with self._guard:
            self._loop = None
            self._stopping = True

    def _deliver(self, events: list[Event]) -> None:
        for event in events:
            self._store.dispatch(event)
