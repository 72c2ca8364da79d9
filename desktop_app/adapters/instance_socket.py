"""The door of the one instance on Linux and macOS: a lock, and a socket of its user's own."""

from __future__ import annotations

import json
import logging
import os
import socket
import stat
import struct
import sys
import threading
from pathlib import Path
from typing import IO

from desktop_app.adapters.instance_messages import LONGEST_LINE, PATIENCE_S, Act, answer, fault_in
from desktop_app.adapters.places import private_folder

LOCK = "instance.lock"
DOOR = "door"

log = logging.getLogger(__name__)


class SocketDoor:
    """A Unix socket that only its user can open, in ``folder``."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.path = folder / DOOR
        self._lock: IO[bytes] | None = None
        self._socket: socket.socket | None = None
        self._thread: threading.Thread | None = None

    def claim(self) -> bool:
        """Become the one instance; the kernel frees the lock with the process."""
        assert sys.platform != "win32"
        import fcntl

        _own_folder(self._folder)
        lock = (self._folder / LOCK).open("ab")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.close()
            return False
        self._lock = lock
        return True

    def listen(self, act: Act) -> None:
        """Let others in."""
        assert sys.platform != "win32"
        assert self._lock is not None, "claim it first"
        self.path.unlink(missing_ok=True)  # What a killed instance left; we hold its lock.
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.bind(str(self.path))
        self.path.chmod(0o600)
        self._socket.listen(8)
        self._thread = threading.Thread(
            target=self._serve, args=(self._socket, act), name="door", daemon=True
        )
        self._thread.start()

    def knock(self, word: str) -> str:
        """Ask the running instance for ``word``."""
        assert sys.platform != "win32"
        with socket.socket(socket.AF_UNIX) as talk:
            talk.settimeout(PATIENCE_S)
            talk.connect(str(self.path))
            talk.sendall(json.dumps({"do": word}).encode() + b"\n")
            return fault_in(_line(talk))

    def close(self) -> None:
        """Let another one be the instance."""
        if self._socket is not None:
            self.path.unlink(missing_ok=True)
            self._socket.shutdown(socket.SHUT_RDWR)  # Wakes the thread; closing does not.
            self._socket.close()
            self._socket = None
        if self._thread is not None:
            self._thread.join(PATIENCE_S * 2)
            self._thread = None
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    @staticmethod
    def _serve(door: socket.socket, act: Act) -> None:
        while True:
            try:
                talk, _ = door.accept()
            except OSError:
                return  # It was closed.
            with talk:
                try:
                    _one(talk, act)
                except OSError as error:  # Whoever it was has gone, or never spoke.
                    log.info("a knock came to nothing: %s", error)


def _one(talk: socket.socket, act: Act) -> None:
    talk.settimeout(PATIENCE_S)
    who = peer_uid(talk)
    if who != os.getuid():
        log.warning("another user (%s) knocked and was not let in", who)
        return
    talk.sendall(answer(_line(talk), act))


def _line(talk: socket.socket) -> bytes:
    """Return what comes up to the end of the line, or of the patience with it."""
    line = b""
    while b"\n" not in line and len(line) < LONGEST_LINE:
        piece = talk.recv(LONGEST_LINE)
        if not piece:
            break
        line += piece
    return line


def peer_uid(talk: socket.socket) -> int:
    """Return the user at the other end; the kernel says so, not they."""
    if sys.platform == "linux":
        raw = talk.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
        return int(struct.unpack("3i", raw)[1])
    # macOS and the BSDs: LOCAL_PEERCRED (1) of SOL_LOCAL (0) fills a struct xucred.
    return int(struct.unpack_from("2I", talk.getsockopt(0, 1, 76))[1])


def _own_folder(folder: Path) -> None:
    """Create ``folder`` unless it is there; refuse one that others could have prepared.

    Raises:
        OSError: If it cannot be created, or is not ours alone.
    """
    found = private_folder(folder).lstat()
    shared = found.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or shared:
        raise PermissionError(f"others may write there: {folder}")
