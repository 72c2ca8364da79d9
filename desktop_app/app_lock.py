"""Nothing is recorded while the computer is locked or asleep."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable

from desktop_app.core.wishes import ComputerLocked, ComputerUnlocked
from desktop_app.ports import Dispatch


def watch_lock(dispatch: Dispatch) -> Callable[[], None]:
    """Tell the core of locking and unlocking, where we can know; returns the way to stop."""
    stops: list[Callable[[], None]] = []

    def begin() -> None:
        from desktop_app.adapters.session_lock import LockWatch

        watch = LockWatch(lambda gone: dispatch(ComputerLocked() if gone else ComputerUnlocked()))
        stops.append(watch.close)

    if not sys.platform.startswith("linux"):
        return lambda: None
    # The import takes longer than a frame, so it must not hold up the window.
    starting = threading.Thread(target=begin, name="lock", daemon=True)
    starting.start()

    def end() -> None:
        starting.join()
        for stop in stops:
            stop()

    return end
