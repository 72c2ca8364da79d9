"""The keyring for those who must not wait: coroutines over a store that may block for minutes."""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from desktop_app.adapters.keys import clean_key
from desktop_app.adapters.secrets import KeyringSecretStore
from desktop_app.adapters.system_keyring import gave_up
from desktop_app.ports import Secret

PATIENCE_S = 1.0


class _GivenUpError(Exception):
    """The user does not want to wait for the keyring any longer."""


@dataclass(eq=False, slots=True)
class _Job:
    """One call to the store, and who waits for it."""

    call: Callable[[], Secret]
    loop: asyncio.AbstractEventLoop
    future: asyncio.Future[Secret]

    def run(self) -> None:
        """Do the call and deliver what it gives or raises."""
        try:
            self._settle(partial(self.future.set_result, self.call()))
        except Exception as error:
            self._settle(partial(self.future.set_exception, error))

    def give_up(self) -> None:
        """Make the waiting coroutine go on without an answer."""
        self._settle(partial(self.future.set_exception, _GivenUpError()))

    def _settle(self, outcome: Callable[[], None]) -> None:
        try:
            self.loop.call_soon_threadsafe(self._if_awaited, outcome)
        except RuntimeError:
            return  # The loop has ended, and with it who waited.

    def _if_awaited(self, outcome: Callable[[], None]) -> None:
        if not self.future.done():
            outcome()


def _ignore(waiting: bool) -> None:
    """Nobody shows that the keyring is waited for."""


class AsyncSecrets:
    """Asks a `KeyringSecretStore` in one dedicated thread; usable from any number of loops.

    The thread is a daemon and exists only while there is work.  When a call is given up (`cancel`,
    or cancellation of the coroutine), a thread that is stuck in it is left to itself and the next
    call gets a new one.  The abandoned call may still come to its end later.
    """

    def __init__(
        self,
        store: KeyringSecretStore,
        *,
        patience_s: float = PATIENCE_S,
        waiting_changed: Callable[[bool], None] = _ignore,
    ) -> None:
        """Prepare; no thread is started yet.

        Args:
            store: Does the work.
            patience_s: How long an answer may take before `waiting` becomes true.
            waiting_changed: Told the new value of `waiting`, on the loop of the slow call.
        """
        self._store = store
        self._patience_s = patience_s
        self._waiting_changed = waiting_changed
        self._lock = threading.Lock()
        self._jobs: deque[_Job] = deque()
        self._running: _Job | None = None
        self._thread: threading.Thread | None = None
        self._slow: set[_Job] = set()

    @property
    def waiting(self) -> bool:
        """Whether an answer of the keyring is overdue (it may be asking for its password)."""
        return bool(self._slow)

    async def get(self, host: str) -> Secret:
        """Return the key for ``host``; none, with a problem, when given up."""
        secret = self._store.known(host)
        if secret is not None:
            return secret
        return await self._run(partial(self._store.get, host), lambda: Secret(problem=gave_up()))

    async def set(self, host: str, key: str) -> Secret:
        """Store ``key``; for this session, with a problem, when given up.

        Raises:
            BadKey: If that cannot be a key.
        """
        key = clean_key(key)
        return await self._run(
            partial(self._store.set, host, key), lambda: self._store.keep(host, key, gave_up())
        )

    async def forget(self, host: str) -> Secret:
        """Remove the key and return what is left; with a problem when given up."""
        return await self._run(partial(self._store.forget, host), lambda: Secret(problem=gave_up()))

    def cancel(self) -> None:
        """Give up every call that is under way: it returns at once, with a problem.

        Safe from any thread.
        """
        with self._lock:
            given_up = [*self._jobs, *([self._running] if self._running else [])]
            self._jobs.clear()
            self._running = self._thread = None
        for job in given_up:
            job.give_up()

    async def _run(self, call: Callable[[], Secret], instead: Callable[[], Secret]) -> Secret:
        loop = asyncio.get_running_loop()
        job = _Job(call, loop, loop.create_future())
        overdue = loop.call_later(self._patience_s, self._mark, job, True)
        self._submit(job)
        try:
            return await job.future
        except _GivenUpError:
            return instead()
        finally:
            overdue.cancel()
            self._mark(job, False)
            self._abandon(job)

    def _mark(self, job: _Job, slow: bool) -> None:
        with self._lock:
            before = bool(self._slow)
            (self._slow.add if slow else self._slow.discard)(job)
            after = bool(self._slow)
        if before is not after:
            self._waiting_changed(after)

    def _submit(self, job: _Job) -> None:
        with self._lock:
            self._jobs.append(job)
            self._start_if_needed()

    def _abandon(self, job: _Job) -> None:
        """Forget ``job`` if it has not ended, and leave a thread that is stuck in it."""
        with self._lock:
            if job in self._jobs:
                self._jobs.remove(job)
            elif self._running is job and job.future.cancelled():
                self._running = self._thread = None
                self._start_if_needed()

    def _start_if_needed(self) -> None:
        if self._thread is None and self._jobs:
            self._thread = threading.Thread(target=self._work, name="keyring", daemon=True)
            self._thread.start()

    def _work(self) -> None:
        while (job := self._next()) is not None:
            job.run()

    def _next(self) -> _Job | None:
        """Return what this thread shall do; None when there is nothing, or it was abandoned."""
        with self._lock:
            if self._thread is not threading.current_thread():
                return None
            self._running = self._jobs.popleft() if self._jobs else None
            if self._running is None:
                self._thread = None
            return self._running
