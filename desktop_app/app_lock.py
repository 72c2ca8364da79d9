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

    def changed(gone: bool) -> None:
        dispatch(ComputerLocked() if gone else ComputerUnlocked())

    def begin() -> None:
        if sys.platform.startswith("linux"):
            from desktop_app.adapters.session_lock import LockWatch

            stops.append(LockWatch(changed).close)
            return
        from desktop_app.adapters.lock_polled import PolledLock, macos_locked, windows_locked

        is_locked = windows_locked if sys.platform == "win32" else macos_locked
        stops.append(PolledLock(changed, is_locked).close)

    # The import takes longer than a frame, so it must not hold up the window.
    starting = threading.Thread(target=begin, name="lock", daemon=True)
    starting.start()

    def end() -> None:
        starting.join()
        for stop in stops:
            stop()

    return end
