from __future__ import annotations

import os
import sys
import threading

import pytest

from desktop_app.adapters import thread_priority
from desktop_app.adapters.thread_priority import AUDIO_NICENESS, hasty_threads

linux_only = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Linux only")


@linux_only
def test_threads_of_c_libraries_are_hurried_and_ours_are_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    foreign = iter([frozenset({1, 2}), frozenset({1, 2, 77, 78, 79})])
    hurried: list[tuple[int, int]] = []

    def setpriority(which: int, thread: int, niceness: int) -> None:
        if thread == 78:
            raise PermissionError("not for everybody")
        if thread == 79:
            raise ProcessLookupError("gone again")
        hurried.append((thread, niceness))

    monkeypatch.setattr(thread_priority, "_foreign_threads", lambda: next(foreign))
    monkeypatch.setattr(os, "setpriority", setpriority)
    with hasty_threads():
        pass
    assert hurried == [(77, AUDIO_NICENESS)]


@linux_only
def test_threads_that_python_started_are_not_foreign() -> None:
    go = threading.Event()
    thread = threading.Thread(target=go.wait)
    thread.start()
    try:
        foreign = thread_priority._foreign_threads()
        assert thread.native_id not in foreign
        assert threading.get_native_id() not in foreign
    finally:
        go.set()
        thread.join()


def test_other_systems_need_no_help(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", "win32")
    assert thread_priority._foreign_threads() == frozenset()
