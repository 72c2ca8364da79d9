"""Asks an X window to close, as the button of its frame would: ``close_window NUMBER``.

xdotool can only destroy windows, or ask a window manager, and there is none on the virtual screen.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import sys

CLIENT_MESSAGE = 33
FORMAT_BITS = 32


class ClientMessage(ctypes.Structure):
    """``XClientMessageEvent``, as large as the union that it belongs to."""

    _fields_ = [  # noqa: RUF012 - ctypes wants a list
        ("type", ctypes.c_int),
        ("serial", ctypes.c_ulong),
        ("send_event", ctypes.c_int),
        ("display", ctypes.c_void_p),
        ("window", ctypes.c_ulong),
        ("message_type", ctypes.c_ulong),
        ("format", ctypes.c_int),
        ("data", ctypes.c_long * 5),
        ("rest", ctypes.c_long * 24),
    ]


def close(window: int) -> None:
    """Send ``WM_DELETE_WINDOW`` to ``window``."""
    x11 = ctypes.CDLL(ctypes.util.find_library("X11") or "libX11.so.6")
    x11.XOpenDisplay.restype = ctypes.c_void_p
    x11.XInternAtom.restype = ctypes.c_ulong
    x11.XInternAtom.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int]
    x11.XSendEvent.argtypes = [
        ctypes.c_void_p,
        ctypes.c_ulong,
        ctypes.c_int,
        ctypes.c_long,
        ctypes.c_void_p,
    ]
    x11.XCloseDisplay.argtypes = [ctypes.c_void_p]
    display = x11.XOpenDisplay(None)
    if not display:
        raise RuntimeError("there is no screen")
    message = ClientMessage(type=CLIENT_MESSAGE, window=window, format=FORMAT_BITS)
    message.message_type = x11.XInternAtom(display, b"WM_PROTOCOLS", 0)
    message.data[0] = x11.XInternAtom(display, b"WM_DELETE_WINDOW", 0)
    if not x11.XSendEvent(display, window, 0, 0, ctypes.byref(message)):
        raise RuntimeError("the window was not asked")
    x11.XCloseDisplay(display)


if __name__ == "__main__":
    close(int(sys.argv[1]))
