"""The log: a rotating file without secrets, written by a thread of its own.

Whoever logs is never kept waiting by a disk: lines go into a queue, and one thread hides what must
not be read, writes the file and remembers the last lines for reports.
"""

from __future__ import annotations

import logging
import os
import queue
import sys
import threading
from collections import deque
from collections.abc import Mapping
from functools import partial
from io import TextIOWrapper
from logging.handlers import QueueHandler, QueueListener, RotatingFileHandler
from pathlib import Path
from typing import Any, TextIO

from desktop_app.adapters.places import private_folder
from desktop_app.adapters.redaction import Redactor

LEVEL_VARIABLE = "PARLEY_LOG"
LEVELS = {
    "debug": logging.DEBUG,
    "info": logging.INFO,
    "warning": logging.WARNING,
    "error": logging.ERROR,
}
FILE_BYTES = 1_000_000
OLD_FILES = 3
TAIL_LINES = 200
FLUSH_TIMEOUT_S = 1.0
_LINE = "%(asctime)s.%(msecs)03d %(levelname)s [%(threadName)s] %(name)s: %(message)s"
# At level debug they log every frame, speech included: a megabyte a minute that nobody reads.
_CHATTERERS = ("websockets", "httpcore2", "httpx2", "faster_whisper")


class Logs:
    """The log of this process, from `start` to `close`."""

    def __init__(
        self,
        file: Path,
        environ: Mapping[str, str] = os.environ,
        *,
        redactor: Redactor | None = None,
        echo: TextIO | None = None,
    ) -> None:
        """Prepare; nothing is written yet.

        Args:
            file: The newest log; older ones get numbers.
            environ: The environment variables: ``PARLEY_LOG`` is the level.
            redactor: Hides secrets; tell it every key (`Redactor.learn`).
            echo: Where the lines go besides, such as standard error.
        """
        self.file = file
        self.redactor = redactor or Redactor()
        self.level = LEVELS.get(environ.get(LEVEL_VARIABLE, "").strip().lower(), logging.INFO)
        self._tail: deque[str] = deque(maxlen=TAIL_LINES)
        # Without a bound: a bound would make those wait who log, or lose what they say.
        self._lines: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._intake = _Intake(self._lines)
        self._journal = _Journal(file)
        outlets: list[logging.Handler] = [self._journal]
        if echo is not None:
            outlets.append(_Echo(echo))
        self._listener = _Listener(self._lines, self.redactor, self._tail, outlets)
        self._level_before = logging.WARNING
        self._running = False

    def start(self) -> None:
        """Take in what everybody logs, from now on."""
        root = logging.getLogger()
        self._level_before = root.level
        root.setLevel(self.level)
        root.addHandler(self._intake)
        for name in _CHATTERERS:
            logging.getLogger(name).setLevel(max(self.level, logging.INFO))
        self._listener.start()
        self._running = True

    def flush(self, timeout_s: float = FLUSH_TIMEOUT_S) -> bool:
        """Wait until all that was logged so far is in the file; False if it took too long."""
        if not self._running:
            return True
        written = threading.Event()
        self._lines.put(written)
        return written.wait(timeout_s)

    def tail(self) -> tuple[str, ...]:
        """Return the last lines, without secrets."""
        return tuple(self._tail)

    def close(self) -> None:
        """Write what is left and let go of the file.  Idempotent."""
        root = logging.getLogger()
        root.removeHandler(self._intake)
        if self._running:
            self._running = False
            root.setLevel(self._level_before)
            self._listener.stop()
        self._journal.close()


class _SafeFormatter(logging.Formatter):
    """Formats a record, traceback included; never raises."""

    def __init__(self) -> None:
        super().__init__(_LINE, "%Y-%m-%d %H:%M:%S")

    def format(self, record: logging.LogRecord) -> str:
        """Return the line; one that cannot be formatted says so instead of what it holds."""
        try:
            return super().format(record)
        # Anything may be logged, and its repr may raise anything.  Python would print the
        # arguments, secrets included, to standard error.
        except Exception as error:
            where = f"{record.filename}:{record.lineno}"
            return f"a record of {where} cannot be formatted: {type(error).__name__}"


class _Intake(QueueHandler):
    """Puts finished lines into the queue: what is logged may change later, or belong to Qt."""

    def __init__(self, lines: queue.SimpleQueue[Any]) -> None:
        super().__init__(lines)
        self.setFormatter(_SafeFormatter())

    def prepare(self, record: logging.LogRecord) -> logging.LogRecord:
        """Return a record that holds nothing but the line."""
        return logging.makeLogRecord({"levelno": record.levelno, "msg": self.format(record)})


class _Listener(QueueListener):
    """The thread that writes.  An event in the queue is somebody who waits for his turn.

    Secrets are hidden here, in the finished text, because they come by every way: in arguments,
    split over several, in the repr of an object, in the message of an exception.
    """

    def __init__(
        self,
        lines: queue.SimpleQueue[Any],
        redactor: Redactor,
        tail: deque[str],
        outlets: list[logging.Handler],
    ) -> None:
        super().__init__(lines, *outlets)
        self._redactor = redactor
        self._tail = tail

    def handle(self, record: Any) -> None:
        """Write ``record`` without secrets, or tell who waits that all before it is written."""
        if isinstance(record, threading.Event):
            record.set()
            return
        record.msg = self._redactor.hide(str(record.msg))
        self._tail.append(record.msg)
        super().handle(record)


class _Journal(RotatingFileHandler):
    """The file.  A full disk is said once, and stops nothing."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            path,
            maxBytes=FILE_BYTES,
            backupCount=OLD_FILES,
            encoding="utf-8",
            errors="backslashreplace",
            delay=True,  # Opened by the thread that writes, not by the start of the app.
        )
        self._complained = False

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the library's name
        """Say once on standard error that the file cannot be written."""
        if not self._complained and sys.stderr is not None:
            self._complained = True
            print(f"parley: the log cannot be written: {sys.exc_info()[1]}", file=sys.stderr)

    def rotate(self, source: str, dest: str) -> None:
        """Begin a new file, unless another process of ours holds the old one open (Windows)."""
        try:
            super().rotate(source, dest)
        except PermissionError:
            return  # It grows until whoever is last can rotate it.

    def _open(self) -> TextIOWrapper:
        private_folder(Path(self.baseFilename).parent)
        return open(
            self.baseFilename,
            "a",
            encoding=self.encoding,
            errors=self.errors,
            opener=partial(os.open, mode=0o600),
        )


class _Echo(logging.StreamHandler[TextIO]):
    """The same lines on a terminal."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the library's name
        """A terminal that was closed needs no lines; the file has them."""
