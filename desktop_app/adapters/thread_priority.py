"""Haste for the threads that feed a device: they sleep most of the time, but must not wake late."""

from __future__ import annotations

import contextlib
import logging
import os
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

AUDIO_NICENESS = -11
"""What sound servers give their own threads."""

_log = logging.getLogger(__name__)


@contextlib.contextmanager
def hasty_threads() -> Iterator[None]:
    """Hurry the threads that C libraries start meanwhile, where the system lets us.

    Only Linux needs it: elsewhere the system's sound threads are real-time ones already.
    """
    before = _foreign_threads()
    yield
    for thread in _foreign_threads() - before:
        try:
            os.setpriority(os.PRIO_PROCESS, thread, AUDIO_NICENESS)
        except (PermissionError, ProcessLookupError) as error:
            _log.debug("Sound thread %d stays as it is: %s", thread, error)


def _foreign_threads() -> frozenset[int]:
    """The threads of this process that Python did not start."""
    if not sys.platform.startswith("linux"):
        return frozenset()
    ours = {thread.native_id for thread in threading.enumerate()}
    return frozenset(int(task.name) for task in Path("/proc/self/task").iterdir()) - ours
