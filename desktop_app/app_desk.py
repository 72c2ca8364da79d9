"""What the settings ask of the desktop: trying keys out, and starting at login."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal

from desktop_app.core.problems import Kind, Problem
from desktop_app.core.wishes import ProblemFound, ProblemSolved

if TYPE_CHECKING:  # Loaded when they are needed: the window is painted before.
    import asyncio

    from desktop_app.adapters.login_start import Entry
    from desktop_app.app_hotkeys import GlobalKeys
    from desktop_app.app_remote import Remote
    from desktop_app.core.key_ways import KeyWay
    from desktop_app.core.settings import Settings
    from desktop_app.ports import Dispatch, HotkeyReport
    from desktop_app.ui.desk import Heard

COMMAND = "command"


class AppDesk(QObject):
    """Implements `desktop_app.ui.desk.Desk`.  What is asked for before `begin` waits for it.

    Args:
        entry: What is started at login, unless it is that of the system.
    """

    _heard = Signal(str, str, bool)

    def __init__(self, entry: Entry | None = None) -> None:
        super().__init__()
        self._given = entry
        self._running: tuple[asyncio.AbstractEventLoop, GlobalKeys, Remote] | None = None
        self._early: list[Callable[[], None]] = []
        self._dispatch: Dispatch = lambda event: None
        self._door = False
        self._listener: Heard | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._heard.connect(self._pass_on, Qt.ConnectionType.QueuedConnection)

    def begin(
        self,
        loop: asyncio.AbstractEventLoop,
        keys: GlobalKeys,
        remote: Remote,
        dispatch: Dispatch,
        *,
        door: bool,
    ) -> None:
        """Work from now on.

        Args:
            loop: The window's loop.
            keys: The keys that work in every program.
            remote: Takes the commands of other programs.
            dispatch: Takes problems.
            door: Whether other programs can reach us.
        """
        self._running = (loop, keys, remote)
        self._dispatch, self._door = dispatch, door
        for ask in self._early:
            ask()
        self._early.clear()

    def ways(self, done: Callable[[tuple[KeyWay, ...]], None]) -> None:
        """Find out which ways are open."""
        if self._running is None:
            self._early.append(lambda: self.ways(done))
            return
        loop = self._running[0]

        async def run() -> None:
            done(await loop.run_in_executor(None, _ways, self._door))

        task = loop.create_task(run(), name="key-ways")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def try_keys(
        self, settings: Settings, heard: Heard, done: Callable[[HotkeyReport], None]
    ) -> None:
        """Take the keys of ``settings`` and only report them."""
        self._listener = heard
        if self._running is None:
            self._early.append(lambda: self.try_keys(settings, heard, done))
            return
        _, keys, remote = self._running
        remote.divert(lambda action, down: self._heard.emit(COMMAND, action, down))
        keys.try_out(settings, lambda action, down: self._heard.emit("", action, down), done)

    def stop_trying(self) -> None:
        """Let the keys do what they are for."""
        self._listener = None
        if self._running is None:
            self._early.append(self.stop_trying)
            return
        _, keys, remote = self._running
        remote.divert(None)
        keys.stop_trying()

    def command(self) -> str:
        """Return the command that starts Parley, as a shell reads it."""
        import shlex

        return shlex.join(_own())

    def starts_at_login(self) -> bool:
        """Whether Parley starts at login."""
        try:
            return self._entry().exists()
        except OSError:  # Nobody may look there: nothing starts from there either.
            return False

    def start_at_login(self, on: bool) -> None:
        """Start at login, or no more."""
        try:
            if on:
                self._entry().write([*_own(), "gui", "--hidden"])
            else:
                self._entry().remove()
        except OSError as error:
            self._dispatch(ProblemFound(_not_at_login(error)))
        else:
            self._dispatch(ProblemSolved(Kind.NO_LOGIN_START))

    def cancel(self) -> None:
        """Drop what still runs: nobody waits for the answers any more."""
        for task in tuple(self._tasks):
            task.cancel()

    def _pass_on(self, way: str, action: str, down: bool) -> None:
        if self._listener is not None:
            self._listener(way, action, down)

    def _entry(self) -> Entry:
        from pathlib import Path

        from desktop_app.adapters.login_start import entry_of

        return self._given or entry_of(sys.platform, os.environ, Path.home())


def _own() -> list[str]:
    from desktop_app.adapters.login_start import own_command

    frozen = bool(getattr(sys, "frozen", False))
    return own_command(sys.executable, sys.argv[0], frozen=frozen)


def _ways(door: bool) -> tuple[KeyWay, ...]:
    from desktop_app.adapters.key_ways import find_ways

    return find_ways(sys.platform, os.environ, door=door)


def _not_at_login(error: OSError) -> Problem:
    return Problem(
        Kind.NO_LOGIN_START,
        "Starting at login could not be changed",
        f"Your system does not let Parley write there: {error.strerror or error}.",
    )
