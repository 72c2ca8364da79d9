"""The low-level hooks of Windows: every key and mouse button, before any program gets it.

Source: Microsoft's pages on LowLevelKeyboardProc and LowLevelMouseProc.  A hook belongs to a
thread that takes messages; it needs no rights, and sees nothing while a program that runs as
administrator has the keyboard.
"""

from __future__ import annotations

import ctypes
import threading
from collections.abc import Callable
from typing import Any, Protocol

WH_KEYBOARD, WH_MOUSE = 13, 14
KEY_DOWN, KEY_UP = (0x0100, 0x0104), (0x0101, 0x0105)
MIDDLE_DOWN, MIDDLE_UP, SIDE_DOWN, SIDE_UP = 0x0207, 0x0208, 0x020B, 0x020C
WM_QUIT, WM_TIMER = 0x0012, 0x0113
UP_FLAG = 2
NO_KEY = 0xE8
"""A code that no key has: seen between Alt or Win and its release, it keeps menus shut."""
SWITCH_DESKTOP = 0x0100
SIDE_BUTTONS = {1: 0x05, 2: 0x06}
MIDDLE_BUTTON = 0x04
LOOK_MS = 200
"""How often it is asked whether our desktop still has the keyboard."""

Took = Callable[[int, bool], bool]
"""Takes a virtual-key code and whether it went down; returns whether nobody else shall get it."""


class KeyInfo(ctypes.Structure):
    """KBDLLHOOKSTRUCT."""

    _fields_ = [
        ("code", ctypes.c_uint32),
        ("scan", ctypes.c_uint32),
        ("flags", ctypes.c_uint32),
        ("time", ctypes.c_uint32),
        ("extra", ctypes.c_void_p),
    ]


class MouseInfo(ctypes.Structure):
    """MSLLHOOKSTRUCT."""

    _fields_ = [
        ("x", ctypes.c_int32),
        ("y", ctypes.c_int32),
        ("data", ctypes.c_uint32),
        ("flags", ctypes.c_uint32),
        ("time", ctypes.c_uint32),
        ("extra", ctypes.c_void_p),
    ]


class Message(ctypes.Structure):
    """MSG."""

    _fields_ = [
        ("window", ctypes.c_void_p),
        ("what", ctypes.c_uint32),
        ("w", ctypes.c_size_t),
        ("l", ctypes.c_ssize_t),
        ("time", ctypes.c_uint32),
        ("x", ctypes.c_int32),
        ("y", ctypes.c_int32),
        ("private", ctypes.c_uint32),
    ]


class System(Protocol):
    """What we use of Windows."""

    user32: Any
    kernel32: Any

    def procedure(self, function: Callable[[int, int, int], int]) -> Any:
        """Return ``function`` as Windows can call it; keep it as long as the hook."""
        ...


class Windows:
    """Windows itself."""

    def __init__(self) -> None:
        library = getattr(ctypes, "WinDLL")  # noqa: B009 - only there for the type checker of Windows
        self.user32 = library("user32", use_last_error=True)
        self.kernel32 = library("kernel32", use_last_error=True)
        hook = self.user32.SetWindowsHookExW
        hook.restype = ctypes.c_void_p
        hook.argtypes = [ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_uint32]
        next_ = self.user32.CallNextHookEx
        next_.restype = ctypes.c_ssize_t
        next_.argtypes = [ctypes.c_void_p, ctypes.c_int, ctypes.c_size_t, ctypes.c_ssize_t]
        self.user32.UnhookWindowsHookEx.argtypes = [ctypes.c_void_p]
        self.user32.OpenInputDesktop.restype = ctypes.c_void_p
        self.user32.CloseDesktop.argtypes = [ctypes.c_void_p]
        self.user32.GetAsyncKeyState.restype = ctypes.c_short
        self.kernel32.GetModuleHandleW.restype = ctypes.c_void_p

    def procedure(self, function: Callable[[int, int, int], int]) -> Any:
        """Return ``function`` as Windows can call it."""
        kind = getattr(ctypes, "WINFUNCTYPE")  # noqa: B009 - likewise
        word = ctypes.c_ssize_t
        return kind(word, ctypes.c_int, ctypes.c_size_t, word)(function)


class Hooks:
    """Keyboard and, if asked for, mouse; ``took`` and ``lost`` are called on a thread of its own.

    Args:
        system: Windows.
        took: Takes each key and button.
        lost: The keyboard went to the lock screen, or to a question of the system: releases are
            not seen any more.
    """

    def __init__(self, system: System, took: Took, lost: Callable[[], None]) -> None:
        self._system, self._took, self._lost = system, took, lost
        self._thread: threading.Thread | None = None
        self._thread_id = 0

    def open(self, *, mouse: bool) -> bool:
        """Hook; False if Windows does not let us."""
        opened: list[bool] = []
        ready = threading.Event()

        def told(*, ok: bool) -> None:
            opened.append(ok)
            ready.set()

        self._thread = threading.Thread(
            target=self._run, args=(mouse, told), name="hotkeys", daemon=True
        )
        self._thread.start()
        ready.wait()
        return opened[0]

    def close(self) -> None:
        """Unhook.  Idempotent."""
        if self._thread is not None:
            self._system.user32.PostThreadMessageW(self._thread_id, WM_QUIT, 0, 0)
            self._thread.join()
            self._thread = None

    def is_down(self, code: int) -> bool:
        """Whether a key that nobody swallows is down now."""
        return bool(self._system.user32.GetAsyncKeyState(code) & 0x8000)

    def keep_menus_shut(self) -> None:
        """Let the key that is held with ours open no menu when it goes up."""
        self._system.user32.keybd_event(NO_KEY, 0, UP_FLAG, 0)

    def _run(self, mouse: bool, told: Callable[..., None]) -> None:
        user32, kernel32 = self._system.user32, self._system.kernel32
        self._thread_id = kernel32.GetCurrentThreadId()
        procedures = [(WH_KEYBOARD, self._system.procedure(self._key))]
        if mouse:
            procedures.append((WH_MOUSE, self._system.procedure(self._button)))
        module = kernel32.GetModuleHandleW(None)
        hooks = [user32.SetWindowsHookExW(kind, call, module, 0) for kind, call in procedures]
        timer = user32.SetTimer(None, 0, LOOK_MS, None)
        message = Message()
        # Once this has been asked, the thread has a queue that `close` can post to.
        user32.PeekMessageW(ctypes.byref(message), None, 0, 0, 0)
        told(ok=all(hooks))
        while user32.GetMessageW(ctypes.byref(message), None, 0, 0) > 0:
            if message.what == WM_TIMER and not self._has_keyboard():
                self._lost()
        user32.KillTimer(None, timer)
        for hook in filter(None, hooks):
            user32.UnhookWindowsHookEx(hook)

    def _has_keyboard(self) -> bool:
        desktop = self._system.user32.OpenInputDesktop(0, False, SWITCH_DESKTOP)
        if desktop:
            self._system.user32.CloseDesktop(desktop)
        return bool(desktop)

    def _key(self, code: int, what: int, where: int) -> int:
        if code == 0 and what in (*KEY_DOWN, *KEY_UP):
            key = KeyInfo.from_address(where).code
            if key != NO_KEY and self._took(key, what in KEY_DOWN):
                return 1
        return self._pass_on(code, what, where)

    def _button(self, code: int, what: int, where: int) -> int:
        button = 0
        if code == 0 and what in (MIDDLE_DOWN, MIDDLE_UP):
            button = MIDDLE_BUTTON
        elif code == 0 and what in (SIDE_DOWN, SIDE_UP):
            button = SIDE_BUTTONS.get(MouseInfo.from_address(where).data >> 16, 0)
        if button and self._took(button, what in (MIDDLE_DOWN, SIDE_DOWN)):
            return 1
        return self._pass_on(code, what, where)

    def _pass_on(self, code: int, what: int, where: int) -> int:
        return int(self._system.user32.CallNextHookEx(None, code, what, where))
