"""The threads that sound libraries start, and what to do when one of them never ends.

PortAudio 19.6 (its ALSA part is what Debian and Ubuntu ship) leaves a variable unset: if the sound
server dies before a stream has taken its first block, the stream's thread runs in a circle with
cancellation switched off.  It takes a whole core, and closing the stream waits for it for ever.
Nobody can tell it to stop, so it is ended from outside: a signal whose handler is `pthread_exit`.
"""

from __future__ import annotations

import ctypes
import logging
import os
import re
import signal
import sys
import threading
import time
from pathlib import Path

NAME = "parley-sound"
"""What the system calls the thread that opens devices; those it starts inherit the name."""
WATCH_S = 0.3
"""How long a thread is watched before it counts as running in a circle."""

_log = logging.getLogger(__name__)


def name_thread() -> None:
    """Give the calling thread its name, by which those it starts are known."""
    if sys.platform.startswith("linux"):
        Path(f"/proc/self/task/{threading.get_native_id()}/comm").write_text(NAME)


def end_circling() -> bool:
    """End the threads of sound libraries that run in a circle; return whether there was one.

    Blocks for a moment.  Only for a time when a sound library does not come back.
    """
    if not sys.platform.startswith("linux"):
        return False
    before = _threads()
    time.sleep(WATCH_S)
    circling = [
        thread
        for thread, (used, rests) in _threads().items()
        # One that serves a device rests after each block; one that waits uses no time at all.
        if thread in before and used > before[thread][0] and rests == before[thread][1]
    ]
    for thread in circling:
        _log.warning("A sound thread ran in a circle and is ended")
        _end(thread)
    return bool(circling)


def _threads() -> dict[int, tuple[int, int]]:
    """Return for each thread of a sound library the ticks it ran, and how often it rested."""
    ours = {thread.native_id for thread in threading.enumerate()}
    found: dict[int, tuple[int, int]] = {}
    for task in Path("/proc/self/task").iterdir():
        if int(task.name) in ours:
            continue
        try:
            if (task / "comm").read_text().strip() == NAME:
                status = (task / "status").read_text()
                fields = (task / "stat").read_text().rpartition(")")[2].split()
                rests = re.search(r"^voluntary_ctxt_switches:\s+(\d+)", status, re.MULTILINE)
                assert rests is not None
                found[int(task.name)] = int(fields[11]) + int(fields[12]), int(rests[1])
        except (FileNotFoundError, ProcessLookupError):
            continue  # It has ended meanwhile.
    return found


def _end(thread: int) -> None:
    libc = ctypes.CDLL(None)
    number = signal.SIGRTMAX - 3  # Nobody else here uses it.
    handler = ctypes.cast(libc.pthread_exit, ctypes.c_void_p)
    # Python's own handlers run in the main thread: this one must run in that very thread.
    libc.signal(ctypes.c_int(number), handler)
    libc.tgkill(os.getpid(), thread, number)
