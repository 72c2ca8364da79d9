"""Notices that the screen is locked on Windows and macOS: both are asked again and again.

Asleep, neither computer runs programs, and so nothing is recorded there.
"""

from __future__ import annotations

import ctypes
import logging
import threading
from collections.abc import Callable
from typing import Any

PERIOD_S = 2.0
"""Rare enough to cost nothing; nobody locks a screen to go on talking."""

THIS_SESSION, SESSION_INFO = 0xFFFFFFFF, 25
FLAGS_AT = 16
"""Where WTSINFOEXW holds SessionFlags: behind a level, its padding, and two numbers."""
LOCKED = 0

UTF8 = 0x08000100
QUARTZ = "/System/Library/Frameworks/ApplicationServices.framework/ApplicationServices"
FOUNDATION = "/System/Library/Frameworks/CoreFoundation.framework/CoreFoundation"
LOCKED_KEY = b"CGSSessionScreenIsLocked"

log = logging.getLogger(__name__)


class PolledLock:
    """Reports locking and unlocking until it is closed.

    Args:
        changed: Called on a thread of its own: True when nobody is there any more.
        is_locked: Whether the screen is locked now.
        period_s: How often that is asked.
    """

    def __init__(
        self,
        changed: Callable[[bool], None],
        is_locked: Callable[[], bool],
        period_s: float = PERIOD_S,
    ) -> None:
        self._changed, self._is_locked, self._period_s = changed, is_locked, period_s
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._run, name="session-lock", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Watch no more.  Idempotent."""
        self._end.set()
        self._thread.join()

    def _run(self) -> None:
        before = False
        while not self._end.wait(self._period_s):
            try:
                now = self._is_locked()
            except (OSError, AttributeError) as error:  # A system without these calls.
                log.info("the lock is not watched: %s", error)
                return
            if now is not before:
                self._changed(now)
            before = now


def windows_locked(library: Any = None) -> bool:
    """Whether this session of Windows is locked (WTSQuerySessionInformation, Windows 8 and newer).

    Args:
        library: ``wtsapi32``, unless a test has another one.
    """
    wts = library or getattr(ctypes, "WinDLL")("wtsapi32")  # noqa: B009 - only Windows has it
    answer, size = ctypes.c_void_p(), ctypes.c_uint32()
    asked = (None, ctypes.c_uint32(THIS_SESSION), SESSION_INFO)
    if not wts.WTSQuerySessionInformationW(*asked, ctypes.byref(answer), ctypes.byref(size)):
        return False
    try:
        flags = ctypes.c_int32.from_address(int(answer.value or 0) + FLAGS_AT)
        return flags.value == LOCKED
    finally:
        wts.WTSFreeMemory(answer)


def macos_locked(quartz: Any = None, foundation: Any = None) -> bool:
    """Whether the screen of this Mac is locked.

    Args:
        quartz: ``ApplicationServices``, unless a test has another one.
        foundation: ``CoreFoundation``, likewise.
    """
    quartz, core = quartz or ctypes.CDLL(QUARTZ), foundation or ctypes.CDLL(FOUNDATION)
    pointer = ctypes.c_void_p
    quartz.CGSessionCopyCurrentDictionary.restype = pointer
    core.CFStringCreateWithCString.restype = pointer
    core.CFDictionaryGetValue.restype = pointer
    session = quartz.CGSessionCopyCurrentDictionary()
    if not session:
        return False  # Nobody is logged in at a screen.
    key = core.CFStringCreateWithCString(None, LOCKED_KEY, ctypes.c_uint32(UTF8))
    try:
        # The key is there only while the screen is locked, and then it is true.
        return bool(core.CFDictionaryGetValue(pointer(session), pointer(key)))
    finally:
        core.CFRelease(pointer(key))
        core.CFRelease(pointer(session))
