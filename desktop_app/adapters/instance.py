"""One Parley at a time, and a door to it for this user's other programs.

The first one holds a lock and listens; whoever comes later knocks there.  A message is one line of
JSON, ``{"do": "show"}``, and so is the answer, ``{"ok": true}``.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from desktop_app.adapters.instance_messages import Act
from desktop_app.adapters.instance_socket import DOOR, SocketDoor
from desktop_app.adapters.places import APP, HOME_VARIABLE, Places

LONGEST_PATH = 100
"""A Unix socket's path holds 103 bytes on macOS and 107 on Linux."""


class Door(Protocol):
    """The way to the one running instance."""

    def claim(self) -> bool:
        """Become the one instance; False if there is one already.

        Raises:
            OSError: If nobody can ever hold this door.
        """
        ...

    def listen(self, act: Act) -> None:
        """Let others in; ``act`` is called on a thread of the door's own."""
        ...

    def knock(self, word: str) -> str:
        """Ask the running instance for ``word``; returns what is wrong, or nothing.

        Raises:
            OSError: If nobody answers.
        """
        ...

    def close(self) -> None:
        """Let another one be the instance.  Idempotent."""
        ...


def door_of(places: Places, environ: Mapping[str, str]) -> Door:
    """Return the door of this user's Parley; nothing is created until it is used."""
    if sys.platform == "win32":
        # It takes half as long to load as `parley ptt` takes to start.
        from desktop_app.adapters.instance_pipe import PipeDoor, pipe_name

        return PipeDoor(pipe_name(places.state))
    return SocketDoor(_folder(places, environ))


def _folder(places: Places, environ: Mapping[str, str]) -> Path:
    """Return where the door is: a folder that dies with the session, if there is one."""
    runtime = environ.get("XDG_RUNTIME_DIR", "")
    moved = environ.get(HOME_VARIABLE, "").strip()
    folder = Path(runtime) / APP if runtime and not moved else places.state
    if len(os.fsencode(folder / DOOR)) <= LONGEST_PATH:
        return folder
    import hashlib  # Slow to load, and seldom needed.

    name = hashlib.sha256(os.fsencode(folder)).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"{APP}-{name}"
