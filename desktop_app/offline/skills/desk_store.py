"""The desk in a file that several engines of one user may share."""

from __future__ import annotations

import contextlib
import logging
import os
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

from desktop_app.offline.skills.desk import Desk
from desktop_app.offline.skills.desk_file import DeskFileError, decode, encode

LOCK_NAME = "skills.lock"
PATIENCE_S = 2.0
"""Longest wait for another engine, which needs some milliseconds to write."""

_LOOK_S = 0.02
_Result = TypeVar("_Result")
_Stamp = tuple[int, int, int]

_log = logging.getLogger(__name__)

if sys.platform == "win32":
    import msvcrt

    def _try_lock(descriptor: int) -> None:
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _try_lock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


class NotSavedError(OSError):
    """The desk was changed but could not be written; it is gone after a restart."""


class DeskStore:
    """Reads and changes the desk.  Safe from any thread; `change` blocks for milliseconds.

    Every change begins with what the file says now, under a lock that the system releases however
    its holder ends: two engines can't undo each other's changes, nor ring for the same thing.

    Args:
        path: The file; None keeps nothing beyond this process.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._known: tuple[_Stamp | None, Desk] = (None, Desk())
        """The file and what it says, changed together only: `newest` is asked in any thread while
        another one changes both."""
        self._unreadable = False
        """Writing would then destroy what could not be read."""
        self._working = threading.Lock()
        self.newest()

    def newest(self) -> Desk:
        """Return the desk as it is now, whoever changed it."""
        stamp, desk = self._known
        if self._path is not None and self._stamp_of(self._path) != stamp:
            self._known = self._loaded(self._path)
            desk = self._known[1]
        return desk

    def change(
        self, step: Callable[[Desk], tuple[Desk, _Result]]
    ) -> tuple[_Result, NotSavedError | None]:
        """Change the desk, alone.

        Args:
            step: Makes the new desk of the newest.

        Returns:
            What ``step`` says besides, and why the change could not be saved, if so.  It holds all
            the same, until this process ends.
        """
        failure: NotSavedError | None = None
        with self._working, contextlib.ExitStack() as stack:
            try:
                if self._path is not None:
                    stack.enter_context(_alone(self._path.parent))
            except OSError as error:
                failure = NotSavedError(f"{self._path} can't be locked: {error}")
            before = self.newest()
            desk, result = step(before)
            if desk != before and self._path is not None:
                failure = failure or self._save(self._path, desk)
            self._known = (self._stamp_of(self._path) if self._path else None, desk)
        return result, failure

    def _loaded(self, path: Path) -> tuple[_Stamp | None, Desk]:
        # The stamp first: what is written after it is read again the next time.
        stamp = self._stamp_of(path)
        try:
            return stamp, decode(path.read_text("utf-8"))
        except FileNotFoundError:
            return stamp, Desk()
        except (DeskFileError, UnicodeDecodeError) as error:
            aside = path.with_suffix(".broken.json")
            _log.error("%s is broken (%s); set aside as %s", path, error, aside)
            with contextlib.suppress(OSError):
                path.replace(aside)
            return None, Desk()
        except OSError as error:
            _log.error("%s can't be read (%s); starting with an empty desk", path, error)
            self._unreadable = True
            return stamp, Desk()

    def _save(self, path: Path, desk: Desk) -> NotSavedError | None:
        if self._unreadable:
            return NotSavedError(f"{path} could not be read and is not overwritten")
        try:
            _write(path, encode(desk))
        except OSError as error:
            return NotSavedError(f"{path} can't be written: {error}")
        return None

    @staticmethod
    def _stamp_of(path: Path) -> _Stamp | None:
        """What changes whenever the file does: each change is a new file."""
        try:
            found = path.stat()
        except OSError:
            return None
        return found.st_ino, found.st_mtime_ns, found.st_size


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Keep the other engines out.

    Raises:
        OSError: One of them takes too long, or the folder can't be used.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / LOCK_NAME).open("a+b") as file:
        give_up_at = time.monotonic() + PATIENCE_S
        while True:
            try:
                _try_lock(file.fileno())
                break
            except OSError:
                if time.monotonic() > give_up_at:
                    raise
                time.sleep(_LOOK_S)
        yield


def _write(path: Path, text: str) -> None:
    """Replace a file in one step: readers and crashes see the old one or the new one."""
    with tempfile.NamedTemporaryFile(
        "w", encoding="utf-8", dir=path.parent, prefix=".skills-", delete=False
    ) as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    Path(file.name).replace(path)
