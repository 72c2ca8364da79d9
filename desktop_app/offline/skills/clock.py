"""The wall clock, and waiting by it."""

from __future__ import annotations

import asyncio
import os
from datetime import datetime
from pathlib import Path
from typing import Protocol
from zoneinfo import ZoneInfo


class Clock(Protocol):
    """A wall clock that can be waited on; tests turn their own by hand."""

    def now(self) -> datetime:
        """The time, aware."""
        ...

    async def wait(self, seconds: float | None, woken: asyncio.Event) -> None:
        """Return when ``woken`` is set or ``seconds`` have passed; None is for ever."""
        ...


class SystemClock:
    """This machine's clock in the user's zone."""

    def now(self) -> datetime:
        """The time, aware."""
        return local_now()

    async def wait(self, seconds: float | None, woken: asyncio.Event) -> None:
        """Return when ``woken`` is set or ``seconds`` have passed."""
        try:
            async with asyncio.timeout(seconds):
                await woken.wait()
        except TimeoutError:
            return


def local_now() -> datetime:
    """Read the clock in the user's zone.

    With a named zone tomorrow's alarm is right also when the clocks change tonight; where the
    system does not name its zone (Windows), the present offset has to do.
    """
    zone = _zone_name()
    if zone is not None:
        try:
            return datetime.now(ZoneInfo(zone))
        except (OSError, ValueError, KeyError):
            pass  # A name without data; the offset is still right.
    return datetime.now().astimezone()


def _zone_name() -> str | None:
    named = os.environ.get("TZ", "").lstrip(":")
    if "/" in named and not named.startswith("/"):
        return named
    if named:
        return None
    try:
        target = Path("/etc/localtime").resolve(strict=True)
    except OSError:
        return None
    _, found, name = target.as_posix().partition("/zoneinfo/")
    return name if found else None
