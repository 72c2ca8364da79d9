"""News of the sound server of Linux, told by a thread that waits for them."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Protocol

from desktop_app.adapters.pulse_api import Pulse
from desktop_app.adapters.pulse_server import connected, pulse_errors

DEBOUNCE_S = 0.05
"""Many changes within this time are one: a headset is two devices and a profile."""
RETRY_S = 0.25
"""How often a server that has just gone is looked for: it is started again at once."""
SOON_RETRIES = 40
SELDOM_RETRY_S = 5.0
"""How often one that stays away is looked for."""
STOP_S = 1.0
"""Longest wait for the thread's end: a server that is frozen may hold it."""

_log = logging.getLogger(__name__)


class News(Protocol):
    """What is told, in the watch's thread."""

    def __call__(self, pulse: Pulse | None) -> None:
        """Look what is new; ``pulse`` may be asked.  None: no server answers."""
        ...


class PulseWatch:
    """Tells its news when it has connected, after each change, and when no server answers."""

    def __init__(
        self,
        news: News,
        masks: tuple[str, ...],
        *,
        noticed: Callable[[], None] = lambda: None,
        debounce_s: float = DEBOUNCE_S,
    ) -> None:
        """Start to watch.

        Args:
            news: Told the news.
            masks: Of which changes (see `pulsectl.PulseEventMaskEnum`).
            noticed: Called at once when something happens, before the server is asked.
            debounce_s: How long more changes are waited for.
        """
        self._news, self._masks = news, masks
        self._noticed, self._debounce_s = noticed, debounce_s
        self._stopping = threading.Event()
        self._pulse: Pulse | None = None
        self._lock = threading.Lock()
        self._changed = False
        self._thread = threading.Thread(target=self._run, name="sound-watch", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the watching; no news come after this returns.  Idempotent, bounded."""
        self._stopping.set()
        if threading.current_thread() is self._thread:
            return
        for _ in range(round(STOP_S / DEBOUNCE_S)):
            with self._lock:
                if self._pulse is not None:
                    self._pulse.event_listen_stop()
            # The request is lost if the thread was not listening just then: ask again.
            self._thread.join(DEBOUNCE_S)
            if not self._thread.is_alive():
                return
        _log.warning("The sound server is frozen, and with it who listens to it")

    def _run(self) -> None:
        failures = 0
        while not self._stopping.is_set():
            with connected(self._hold) as pulse:
                failures = 0 if pulse is not None else failures + 1
                if pulse is not None:
                    try:
                        self._listen(pulse)
                    except pulse_errors() as error:
                        _log.info("The sound server went away: %s", error)
            if failures == 1:
                self._tell(None)
            self._stopping.wait(RETRY_S if failures <= SOON_RETRIES else SELDOM_RETRY_S)

    def _listen(self, pulse: Pulse) -> None:
        pulse.event_callback_set(self._count)
        pulse.event_mask_set(*self._masks)
        self._tell(pulse)
        while not self._stopping.is_set():
            if not self._changed:
                pulse.event_callback_set(self._wake)
                pulse.event_listen()
                pulse.event_callback_set(self._count)
                continue
            self._stopping.wait(self._debounce_s)
            pulse.event_listen(timeout=0.001)
            self._changed = False
            # What happens from here on is noticed, and told the next time.
            self._tell(pulse)

    def _count(self, _: object) -> None:
        self._changed = True
        self._noticed()

    def _wake(self, _: object) -> None:
        from pulsectl import PulseLoopStop  # type: ignore[import-untyped]

        self._count(_)
        raise PulseLoopStop

    def _tell(self, pulse: Pulse | None) -> None:
        if not self._stopping.is_set():
            self._news(pulse)

    def _hold(self, pulse: Pulse | None) -> None:
        with self._lock:
            self._pulse = pulse
