"""Looks once a day whether there is a new Parley, for who has asked for that, and says so."""

from __future__ import annotations

import asyncio
import logging
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from desktop_app import __version__
from desktop_app.adapters.places import Places, private_folder
from desktop_app.adapters.release_page import ReleasePage, page_address
from desktop_app.core.problems import Action, Kind, Problem
from desktop_app.core.settings import Settings
from desktop_app.core.versions import ReleasesUnknown, is_newer

EVERY_S = 24 * 3600
FIRST_S = 20.0
"""The start is for the window and the voice."""

log = logging.getLogger(__name__)

_NO_PAGE = Problem(
    Kind.NEW_VERSION,
    "This copy of Parley does not know where new versions appear",
    "It was not made by the project's release workflow: update it the way you got it.",
)


class Releases(Protocol):
    """The place where new versions appear: the one port that only this file needs."""

    async def newest(self) -> str:
        """Return the version of the newest release, or raise `ReleasesUnknown`."""


class Updates:
    """Runs the checks.  Lives on the window's loop; asking happens on a thread of its own.

    Args:
        releases: Where to ask; None when this copy knows no such place.
        stamp: File whose date says when it was last asked.
        tell: Takes what the user shall see.
        first_s: How long after the first snapshot the first check may come.
    """

    def __init__(
        self,
        releases: Releases | None,
        stamp: Path,
        tell: Callable[[Problem], None],
        first_s: float = FIRST_S,
    ) -> None:
        self._releases, self._stamp, self._tell = releases, stamp, tell
        self._first_s = first_s
        self._wanted = False
        self._timer: asyncio.TimerHandle | None = None

    def follow(self, settings: Settings) -> None:
        """Begin or end looking, as the settings say.  Idempotent."""
        if settings.check_updates == self._wanted:
            return
        self._wanted = settings.check_updates
        self.close()
        if self._wanted and self._releases is None:
            self._tell(_NO_PAGE)
        elif self._wanted:
            self._later(max(self._first_s, self._wait_s()))

    def close(self) -> None:
        """Look no more.  Idempotent."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _later(self, wait_s: float) -> None:
        loop = asyncio.get_running_loop()
        self._timer = loop.call_later(wait_s, self._ask, loop)

    def _wait_s(self) -> float:
        """How long it is until a day has passed since the last check."""
        try:
            age_s = time.time() - self._stamp.stat().st_mtime
        except OSError:  # Never asked.
            return 0.0
        return max(0.0, EVERY_S - age_s) if age_s >= 0 else EVERY_S

    def _ask(self, loop: asyncio.AbstractEventLoop) -> None:
        try:
            private_folder(self._stamp.parent)
            self._stamp.touch()
        except OSError as error:  # Then it would be asked at every start: better not at all.
            log.warning("the day of the last update check could not be kept: %s", error)
            return
        # A daemon: leaving does not wait for a slow page.
        threading.Thread(target=self._run, args=(loop,), name="updates", daemon=True).start()
        self._later(EVERY_S)

    def _run(self, loop: asyncio.AbstractEventLoop) -> None:
        assert self._releases is not None
        try:
            found = asyncio.run(self._releases.newest())
        except ReleasesUnknown as error:
            log.info("no answer about new versions: %s", error)
            return
        if is_newer(found, __version__) and not loop.is_closed():
            loop.call_soon_threadsafe(self._tell, _news(found))


def updates_of(places: Places, tell: Callable[[Problem], None]) -> Updates:
    """Make the checks of this copy of Parley."""
    address = page_address(os.environ)
    releases = ReleasePage(address) if address else None
    return Updates(releases, places.state / "updates-asked", tell)


def _news(found: str) -> Problem:
    hint = "The page says what changed. Parley installs nothing by itself."
    return Problem(Kind.NEW_VERSION, f"Parley {found} is out", hint, Action.OPEN_RELEASES)
