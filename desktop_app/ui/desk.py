"""What the settings ask of the desktop: keys that work in every program, and starting at login.

`desktop_app.app_desk` implements `Desk`.  Nothing here blocks; every answer comes on the window's
thread.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from desktop_app.core.key_ways import KeyWay
from desktop_app.core.settings import Settings
from desktop_app.ports import HotkeyReport

Heard = Callable[[str, str, bool], None]
"""Takes the name of a way, an action (``talk`` ...), and whether its key went down."""


class Desk(Protocol):
    """The window's door to the desktop."""

    def ways(self, done: Callable[[tuple[KeyWay, ...]], None]) -> None:
        """Find out which ways are open."""
        ...

    def try_keys(
        self, settings: Settings, heard: Heard, done: Callable[[HotkeyReport], None]
    ) -> None:
        """Take the keys of ``settings`` and report them, without doing what they are for."""
        ...

    def stop_trying(self) -> None:
        """Let the keys do what they are for.  Idempotent."""
        ...

    def command(self) -> str:
        """Return the command that starts Parley, as a shell reads it."""
        ...

    def starts_at_login(self) -> bool:
        """Whether Parley starts at login."""
        ...

    def start_at_login(self, on: bool) -> None:
        """Start at login, or no more; what goes wrong becomes a problem in the bar."""
        ...
