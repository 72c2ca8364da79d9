"""The voice worker: a thread with a loop of its own, which the window can never hold up."""

from __future__ import annotations

import asyncio
import logging
import sys
import threading
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from desktop_app.core.state import AppState
from desktop_app.core.wishes import HangUpAsked
from desktop_app.ports import View

if TYPE_CHECKING:  # Imported on the worker's thread: a window is painted meanwhile.
    from desktop_app.core.events import Event
    from desktop_app.voice.engine import Engine, Ports
    from desktop_app.voice.store import Store

SWITCH_INTERVAL_S = 0.001
"""How long another thread may compute before the voice gets its turn (default 5 ms)."""

MOST_CRASHES = 5
CRASHES_SPAN_S = 10.0
"""So many crashes in this time, and the worker ends: a new engine would fail as well."""

log = logging.getLogger(__name__)


class VoiceWorker:
    """Runs store and engine on a thread of its own.

    Args:
        make_ports: Builds the outside; called on the worker's thread, where the heavy imports
            belong, with the worker's loop running.
        state: What to start from.
        view: Takes every new snapshot, on the worker's thread.
        crashed: Takes a bug that ended the engine, on the worker's thread; a new engine takes over.
    """

    def __init__(
        self,
        make_ports: Callable[[], Ports],
        state: AppState,
        view: View,
        crashed: Callable[[BaseException], None],
    ) -> None:
        self._make_ports, self._crashed = make_ports, crashed
        self._first, self._view = state, view
        self._store: Store | None = None
        self._early: list[Event] = []
        self._guard = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopped: asyncio.Event | None = None
        self._stopping = False
        self._engine: Engine | None = None
        self._thread = threading.Thread(target=self._run, name="voice", daemon=True)

    @property
    def state(self) -> AppState:
        """The newest snapshot; from any thread."""
        return self._first if self._store is None else self._store.state

    def start(self) -> None:
        """Start the thread.  Events dispatched before it is ready wait for it."""
        sys.setswitchinterval(SWITCH_INTERVAL_S)
        self._thread.start()

    def dispatch(self, event: Event) -> None:
        """Feed ``event`` to the core; from any thread."""
        with self._guard:
            if self._stopping:
                return
            if self._loop is None or self._store is None:
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
        try:
            from desktop_app.voice.store import Store

            self._store = Store(self._first, self._view)
            ports = self._make_ports()
        except Exception as error:  # A broken installation: the window stays and says so.
            log.exception("the worker could not be built")
            self._close_door()
            self._crashed(error)
            return
        try:
            await self._work(ports, self._store)
        finally:
            self._close_door()
            if ports.aclose is not None:
                await ports.aclose()

    async def _work(self, ports: Ports, store: Store) -> None:
        """Have one engine after the other until the worker is stopped."""
        from desktop_app.voice.engine import Engine

        self._engine = Engine(store, ports)
        stopped = self._open_door(store)
        loop = asyncio.get_running_loop()
        crashes: deque[float] = deque(maxlen=MOST_CRASHES)
        while True:
            try:
                await self._engine.run(stopped)
                return
            except Exception as failure:  # A bug: the log gets it, the user keeps the transcript.
                error = _innermost(failure)
                log.error("the engine failed", exc_info=error)
                self._crashed(error)
                crashes.append(loop.time())
                if len(crashes) == MOST_CRASHES and loop.time() - crashes[0] < CRASHES_SPAN_S:
                    log.error("the engine fails again and again: no more of it")
                    return
                self._engine = Engine(store, ports)
                loop.call_soon(store.dispatch, HangUpAsked())

    def _open_door(self, store: Store) -> asyncio.Event:
        """Let events in, those first that wait."""
        loop, stopped = asyncio.get_running_loop(), asyncio.Event()
        loop.set_exception_handler(self._loop_failed)
        with self._guard:
            self._loop, self._stopped = loop, stopped
            if self._stopping:
                stopped.set()
            early, self._early = self._early, []
            for event in early:
                loop.call_soon(store.dispatch, event)
        return stopped

    def _close_door(self) -> None:
        with self._guard:
            self._loop = None
            self._stopping = True
            self._early.clear()

    def _loop_failed(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """A callback raised: a step of the core, or an effect.  The same bug as in a task."""
        error = context.get("exception")
        if "handle" in context and isinstance(error, Exception) and self._engine is not None:
            self._engine.fail(error)
        else:
            loop.default_exception_handler(context)


def _innermost(failure: Exception) -> Exception:
    """Return the one exception in ``failure``, or all of them if there are several."""
    while isinstance(failure, ExceptionGroup) and len(failure.exceptions) == 1:
        failure = failure.exceptions[0]
    return failure
