"""The few calls of macOS' Carbon that make a hot key."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from typing import Any, Protocol

LIBRARY = "/System/Library/Frameworks/Carbon.framework/Carbon"
PRESSED, RELEASED = 5, 6
NO_ERROR, NOT_HANDLED = 0, -9874
Heard = Callable[[int, bool], None]
"""Takes the number of a hot key, and whether it went down."""


def four(code: str) -> int:
    """Return a four-letter code as Carbon counts it."""
    return int.from_bytes(code.encode(), "big")


KEYBOARD, DIRECT_OBJECT, HOT_KEY_ID, OURS = (four(c) for c in ("keyb", "----", "hkid", "prly"))


class EventKind(ctypes.Structure):
    """EventTypeSpec."""

    _fields_ = [("group", ctypes.c_uint32), ("kind", ctypes.c_uint32)]


class KeyId(ctypes.Structure):
    """EventHotKeyID."""

    _fields_ = [("signature", ctypes.c_uint32), ("number", ctypes.c_uint32)]


HANDLER = ctypes.CFUNCTYPE(ctypes.c_int32, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p)


class HotKeys(Protocol):
    """What makes hot keys.  All in the main thread."""

    def listen(self, heard: Heard) -> None:
        """Report presses and releases from now on."""
        ...

    def register(self, number: int, code: int, mask: int) -> bool:
        """Take a key; False if it can't be had."""
        ...

    def secure_input(self) -> bool:
        """Whether some program keeps the keyboard to itself."""
        ...

    def close(self) -> None:
        """Give all keys back.  Idempotent."""
        ...


class Carbon:
    """Carbon itself.

    Args:
        library: The loaded framework, unless a test has another one.
    """

    def __init__(self, library: Any = None) -> None:
        self._carbon = library or _library()
        self._handler: Any = None  # Carbon keeps no reference of its own to it.
        self._installed = ctypes.c_void_p()
        self._keys: list[ctypes.c_void_p] = []

    def listen(self, heard: Heard) -> None:
        """Report presses and releases from now on."""

        def handle(_: int, event: int, __: int) -> int:
            key = KeyId()
            asked = (HOT_KEY_ID, None, ctypes.sizeof(key), None, ctypes.byref(key))
            fault = self._carbon.GetEventParameter(event, DIRECT_OBJECT, *asked)
            if fault != NO_ERROR or key.signature != OURS:
                return NOT_HANDLED
            heard(key.number, self._carbon.GetEventKind(event) == PRESSED)
            return NO_ERROR

        self.close()
        self._handler = HANDLER(handle)
        kinds = (EventKind * 2)(EventKind(KEYBOARD, PRESSED), EventKind(KEYBOARD, RELEASED))
        self._carbon.InstallEventHandler(
            self._carbon.GetEventDispatcherTarget(),
            self._handler,
            len(kinds),
            kinds,
            None,
            ctypes.byref(self._installed),
        )

    def register(self, number: int, code: int, mask: int) -> bool:
        """Take a key."""
        reference = ctypes.c_void_p()
        fault = self._carbon.RegisterEventHotKey(
            code,
            mask,
            KeyId(OURS, number),
            self._carbon.GetEventDispatcherTarget(),
            0,
            ctypes.byref(reference),
        )
        if fault == NO_ERROR:
            self._keys.append(reference)
        return bool(fault == NO_ERROR)

    def secure_input(self) -> bool:
        """Whether some program keeps the keyboard to itself."""
        return bool(self._carbon.IsSecureEventInputEnabled())

    def close(self) -> None:
        """Give all keys back."""
        for reference in self._keys:
            self._carbon.UnregisterEventHotKey(reference)
        self._keys.clear()
        if self._handler is not None:
            self._carbon.RemoveEventHandler(self._installed)
            self._handler = None


def _library() -> Any:
    carbon: Any = ctypes.CDLL(LIBRARY)
    pointer, word, size = ctypes.c_void_p, ctypes.c_uint32, ctypes.c_ulong
    carbon.GetEventDispatcherTarget.restype = pointer
    carbon.GetEventDispatcherTarget.argtypes = []
    carbon.GetEventKind.restype = word
    carbon.GetEventKind.argtypes = [pointer]
    carbon.GetEventParameter.argtypes = [pointer, word, word, pointer, size, pointer, pointer]
    carbon.InstallEventHandler.argtypes = [pointer, HANDLER, size, pointer, pointer, pointer]
    carbon.RemoveEventHandler.argtypes = [pointer]
    carbon.RegisterEventHotKey.argtypes = [word, word, KeyId, pointer, word, pointer]
    carbon.UnregisterEventHotKey.argtypes = [pointer]
    carbon.IsSecureEventInputEnabled.restype = ctypes.c_ubyte
    return carbon
