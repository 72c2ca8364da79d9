"""Run a program while its interpreter is held again and again: ``held.py MODULE ARGUMENTS``.

A C call that does not let go of the interpreter stands for whatever may hold it in real life.
"""

from __future__ import annotations

import ctypes
import runpy
import sys
import threading

HOLD_S = 0.2


def hold() -> None:
    """Hold the interpreter for 200 ms in every second, for ever."""
    library = ctypes.PyDLL("msvcrt" if sys.platform == "win32" else None)
    pause = threading.Event()
    while not pause.wait(1 - HOLD_S):
        library.usleep(int(HOLD_S * 1_000_000))


if __name__ == "__main__":
    threading.Thread(target=hold, name="hold", daemon=True).start()
    del sys.argv[0]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=False)
