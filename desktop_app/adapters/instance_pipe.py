"""The door of the one instance on Windows: a named pipe, which only the first can create."""

from __future__ import annotations

import hashlib
import json
import logging
import os
import threading
from collections.abc import Callable
from multiprocessing.connection import Client, Connection, Listener
from pathlib import Path

from desktop_app.adapters.instance_messages import LONGEST_LINE, PATIENCE_S, Act, answer, fault_in
from desktop_app.adapters.places import APP

BYE = b"\n"
"""What we send ourselves to wake the thread that waits for a knock."""

log = logging.getLogger(__name__)


def pipe_name(state: Path) -> str:
    """Return the pipe's name: one for each user and each home."""
    name = hashlib.sha256(os.fsencode(state)).hexdigest()[:16]
    return rf"\\.\pipe\{APP}-{name}"


class PipeDoor:
    """A named pipe; by default Windows lets only its maker write to it.

    Args:
        name: The pipe's name.
        make: Creates it; fails where it exists.
        call: Opens it.
    """

    def __init__(
        self,
        name: str,
        make: Callable[[str], Listener] = Listener,
        call: Callable[[str], Connection] = Client,
    ) -> None:
        self._name, self._make, self._call = name, make, call
        self._listener: Listener | None = None
        self._thread: threading.Thread | None = None

    def claim(self) -> bool:
        """Become the one instance."""
        try:
            self._listener = self._make(self._name)
        except OSError:  # PermissionError on Windows: the pipe has its first instance.
            return False
        return True

    def listen(self, act: Act) -> None:
        """Let others in."""
        assert self._listener is not None, "claim it first"
        self._thread = threading.Thread(
            target=self._serve, args=(self._listener, act), name="door", daemon=True
        )
        self._thread.start()

    def knock(self, word: str) -> str:
        """Ask the running instance for ``word``."""
        with self._call(self._name) as talk:
            talk.send_bytes(json.dumps({"do": word}).encode())
            return fault_in(_said(talk))

    def close(self) -> None:
        """Let another one be the instance."""
        if self._thread is not None:
            with self._call(self._name) as talk:
                talk.send_bytes(BYE)
            self._thread.join(PATIENCE_S * 2)
            self._thread = None
        if self._listener is not None:
            self._listener.close()
            self._listener = None

    @staticmethod
    def _serve(listener: Listener, act: Act) -> None:
        while True:
            try:
                with listener.accept() as talk:
                    said = _said(talk)
                    if said == BYE:
                        return
                    talk.send_bytes(answer(said, act))
            except (OSError, EOFError) as error:
                log.info("a knock came to nothing: %s", error)


def _said(talk: Connection) -> bytes:
    """Return what comes.

    Raises:
        OSError: If nothing does, or too much.
    """
    if not talk.poll(PATIENCE_S):
        raise TimeoutError("nothing was said")
    try:
        return talk.recv_bytes(LONGEST_LINE)
    except EOFError as error:
        raise ConnectionError("hung up") from error
