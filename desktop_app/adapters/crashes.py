"""Bugs: what nobody caught goes to the log and into a report that can be copied."""

from __future__ import annotations

import faulthandler
import logging
import os
import re
import sys
import threading
import traceback
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, TextIO

from desktop_app.adapters.files import set_aside
from desktop_app.adapters.logs import Logs
from desktop_app.adapters.places import private_folder

if TYPE_CHECKING:  # Who has no loop, or none yet, does not wait for it.
    import asyncio

KEPT_REPORTS = 20
REPORTED_LINES = 100
NATIVE_FILE = "native.txt"
_LIBRARIES = (
    "PySide6-Essentials",
    "qasync",
    "websockets",
    "msgspec",
    "numpy",
    "sounddevice",
    "rtmixer",
    "soxr",
    "pywebrtc-audio",
    "keyring",
    "faster-whisper",
    "onnxruntime",
    "hibari-tts",
)
_log = logging.getLogger(__name__)


def _nobody(report: Path) -> None:
    """Nobody shows that there is a report."""


class Crashes:
    """Writes a report for every kind of exception that nobody caught; one for each place."""

    def __init__(
        self, logs: Logs, folder: Path, reported: Callable[[Path], None] = _nobody
    ) -> None:
        """Prepare; nothing is caught yet.

        Args:
            logs: Knows the last lines, and hides secrets.
            folder: Where the reports go.
            reported: Told each new report, on whatever thread the exception came up.
        """
        self._logs = logs
        self._folder = folder
        self._reported = reported
        self._seen: Counter[str] = Counter()
        self._lock = threading.Lock()
        self._before = (sys.excepthook, threading.excepthook, sys.unraisablehook)
        self._native: TextIO | None = None

    def install(self) -> None:
        """Catch what main thread, other threads and finalizers leave; loops need `watch`."""
        self._before = (sys.excepthook, threading.excepthook, sys.unraisablehook)
        sys.excepthook = self._on_main
        threading.excepthook = self._on_thread
        sys.unraisablehook = self._on_unraisable

    def uninstall(self) -> None:
        """Leave the hooks as they were found."""
        sys.excepthook, threading.excepthook, sys.unraisablehook = self._before
        if self._native is not None:
            faulthandler.disable()
            self._native.close()
            self._native = None

    def watch(self, loop: asyncio.AbstractEventLoop) -> None:
        """Catch what tasks and callbacks of ``loop`` leave."""
        loop.set_exception_handler(self._on_loop)

    def watch_native(self) -> None:
        """Let crashes of native code (Qt, PortAudio) leave the stacks of all threads behind.

        The stacks of the last run, if it crashed so, are set aside.
        """
        path = private_folder(self._folder) / NATIVE_FILE
        if path.is_file() and path.stat().st_size:
            _log.error("The last run crashed in native code: %s", set_aside(path, "crash"))
        self._native = path.open("w", encoding="utf-8")
        faulthandler.enable(self._native)

    def record(self, where: str, error: BaseException) -> Path | None:
        """Log ``error`` and write a report; None when it is a repetition or the disk is full."""
        trace = "".join(traceback.format_exception(error))
        place = _place_of(error)
        with self._lock:
            self._seen[place] += 1
            times = self._seen[place]
        if times > 1:
            # What goes wrong once per audio block must not wash everything else from the log.
            if times & (times - 1) == 0:
                _log.error("Again, %d times by now: %s", times, place)
            return None
        _log.error("Nobody caught this, in %s:\n%s", where, trace)
        if sys.stderr is not None:
            print(self._logs.redactor.hide(trace), file=sys.stderr, end="")
        path = self._write(f"{where}\n\n{trace}")
        if path is not None:
            self._reported(path)
        return path

    def report(self, what: str = "") -> str:
        """Return what helps to find a bug: versions, and the last lines of the log; no secrets."""
        self._logs.flush()
        hide = self._logs.redactor.hide
        # Again, line by line: a key may have become known after a line was written.
        lines = "\n".join(hide(line) for line in self._logs.tail()[-REPORTED_LINES:])
        parts = ["Parley report", _versions(), hide(what), f"Last lines of the log:\n{lines}"]
        return _without_home("\n\n".join(part.strip() for part in parts if part)) + "\n"

    def _write(self, what: str) -> Path | None:
        now = datetime.now().astimezone()
        text = self.report(f"{now.isoformat(timespec='seconds')}, in {what}")
        try:
            folder = private_folder(self._folder)
            path = folder / f"crash-{now:%Y%m%d-%H%M%S-%f}.txt"
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "w", encoding="utf-8", errors="backslashreplace") as file:
                file.write(text)
            for old in sorted(folder.glob("crash-*.txt"))[:-KEPT_REPORTS]:
                old.unlink(missing_ok=True)
        except OSError as error:
            _log.error("The report cannot be written: %s", error)
            return None
        return path

    def _on_main(
        self, kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        if issubclass(kind, KeyboardInterrupt):
            self._before[0](kind, error, trace)
        else:
            self.record("the main thread", error)

    def _on_thread(self, args: threading.ExceptHookArgs) -> None:
        if args.exc_value is not None and not isinstance(args.exc_value, SystemExit):
            self.record(f"thread {args.thread.name if args.thread else '?'}", args.exc_value)

    def _on_unraisable(self, args: sys.UnraisableHookArgs) -> None:
        if args.exc_value is not None:
            self.record(args.err_msg or "a finalizer", args.exc_value)

    def _on_loop(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        error = context.get("exception")
        if isinstance(error, BaseException):
            self.record(f"the loop ({context.get('message', '')})", error)
        else:
            _log.error("The loop says: %s", context.get("message", ""))


def _place_of(error: BaseException) -> str:
    """Return where ``error`` was raised, as a name for all its repetitions."""
    frames = traceback.extract_tb(error.__traceback__)
    at = f"{frames[-1].filename}:{frames[-1].lineno}" if frames else "nowhere"
    return f"{type(error).__name__} at {at}"


def _versions() -> str:
    import platform  # Slow to load, and seldom needed.
    from importlib import metadata

    lines = [f"Python {platform.python_version()} on {platform.platform()}"]
    if getattr(sys, "frozen", False):
        lines.append("packaged")
    for name in ("parley", *_LIBRARIES):
        try:
            lines.append(f"{name} {metadata.version(name)}")
        except metadata.PackageNotFoundError:
            lines.append(f"{name}: not installed")
    return "\n".join(lines)


def _without_home(text: str) -> str:
    """Hide the name that people give themselves on their computer."""
    home = os.path.expanduser("~")
    return text if home in ("", "/", "~") else re.sub(rf"{re.escape(home)}(?![\w-])", "~", text)
