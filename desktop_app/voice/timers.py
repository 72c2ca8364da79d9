"""The core's timers on an asyncio loop."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable

from desktop_app.core.effects import StartTimer


class Timers:
    """Named one-shot timers; starting a running one restarts it."""

    def __init__(self, fired: Callable[[str], None]) -> None:
        self._fired = fired
        self._running: dict[str, asyncio.TimerHandle] = {}

    def start(self, timer: StartTimer) -> None:
        """Report the timer's name after its time."""
        self.stop(timer.name)
        # Jitter only spreads reconnecting clients; nothing secret hangs on it.
        after_s = timer.after_ms / 1000 * (1 + random.random() * timer.jitter)
        loop = asyncio.get_running_loop()
        self._running[timer.name] = loop.call_later(after_s, self._end, timer.name)

    def stop(self, name: str) -> None:
        """Forget a timer; no harm when it does not run."""
        if handle := self._running.pop(name, None):
            handle.cancel()

    def stop_all(self) -> None:
        """Forget all timers."""
        for name in list(self._running):
            self.stop(name)

    def _end(self, name: str) -> None:
        del self._running[name]
        self._fired(name)
