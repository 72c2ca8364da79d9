"""Locked screens of Windows and macOS, with their calls replaced: never run on the systems."""

from __future__ import annotations

import ctypes
import threading
from typing import Any

import pytest

from desktop_app.adapters.lock_polled import (
    FLAGS_AT,
    LOCKED_KEY,
    SESSION_INFO,
    PolledLock,
    macos_locked,
    windows_locked,
)
from tests.private_process import wait_until


def test_locking_and_unlocking_are_told_once_each() -> None:
    told: list[bool] = []
    locked = threading.Event()
    watch = PolledLock(told.append, locked.is_set, 0.001)
    locked.set()
    wait_until(lambda: told == [True], "the lock is told")
    locked.clear()
    wait_until(lambda: told == [True, False], "the unlock is told")
    watch.close()
    watch.close()
    assert told == [True, False]


def test_a_system_without_the_calls_is_let_be() -> None:
    def missing() -> bool:
        raise AttributeError("no such call")

    watch = PolledLock(lambda gone: pytest.fail("nothing locks"), missing, 0.001)
    watch._thread.join(10)
    assert not watch._thread.is_alive()
    watch.close()


class Wts:
    """The wtsapi32 of a session with these flags; None: it gives no answer."""

    def __init__(self, flags: int | None) -> None:
        self.memory = (ctypes.c_int32 * 64)()
        self.answers = flags is not None
        self.memory[FLAGS_AT // 4] = flags or 0
        self.freed = 0

    def WTSQuerySessionInformationW(  # noqa: N802
        self, server: None, session: Any, kind: int, answer: Any, size: Any
    ) -> int:
        assert (session.value, kind) == (0xFFFFFFFF, SESSION_INFO)
        where = ctypes.cast(answer, ctypes.POINTER(ctypes.c_void_p))
        where.contents.value = ctypes.addressof(self.memory)
        return int(self.answers)

    def WTSFreeMemory(self, answer: Any) -> None:  # noqa: N802
        self.freed += 1


@pytest.mark.parametrize(("flags", "locked"), [(0, True), (1, False), (-1, False), (None, False)])
def test_windows_says_whether_it_is_locked(flags: int | None, locked: bool) -> None:
    wts = Wts(flags)
    assert windows_locked(wts) is locked
    assert wts.freed == int(flags is not None)


class Call:
    """A C function that returns what it is told."""

    def __init__(self, result: int | None) -> None:
        self.result = result
        self.restype: Any = None
        self.calls: list[tuple[Any, ...]] = []

    def __call__(self, *given: Any) -> int | None:
        self.calls.append(given)
        return self.result


class Mac:
    """Both libraries of a Mac."""

    def __init__(self, session: int | None, locked: int | None) -> None:
        self.CGSessionCopyCurrentDictionary = Call(session)
        self.CFStringCreateWithCString = Call(7)
        self.CFDictionaryGetValue = Call(locked)
        self.CFRelease = Call(None)


@pytest.mark.parametrize(
    ("session", "value", "locked"), [(5, 9, True), (5, None, False), (None, None, False)]
)
def test_macos_says_whether_it_is_locked(
    session: int | None, value: int | None, locked: bool
) -> None:
    mac = Mac(session, value)
    assert macos_locked(mac, mac) is locked
    assert len(mac.CFRelease.calls) == (2 if session else 0)
    assert all(call[1] == LOCKED_KEY for call in mac.CFStringCreateWithCString.calls)
