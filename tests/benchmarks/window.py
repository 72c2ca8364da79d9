"""How soon the window is painted, what it weighs, and whether scrolling it holds up the voice.

The memory is what is resident, with the pages that other programs share; "Pss" counts those by
share.  A cold start is one that finds nothing in the memory of the system; only root can have that.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.benchmarks.bench_place import Place, Program, place, spread
from tests.benchmarks.talk import microphone
from tests.e2e.window import Window
from tests.private_process import wait_until
from tests.servers import events
from tests.tray_host import TrayHost
from tests.virtual_bus import VirtualBus
from tests.virtual_screen import VirtualScreen

HEADER = ("window", "Parley", "minimal loop", "best peer", "goal")
Row = tuple[str, str, str, str, str]

PROGRAM = ("desktop_app", "--url", "{url}")
ROWS = 10_000
PATIENCE_S = 20.0
SETTLED_S = 3.0
WATCHED_S = 20.0
TOGETHER_S = 0.1
CACHES = Path("/proc/sys/vm/drop_caches")
EVERYTHING = "3"
SOMEWHERE_PX = (200, 300)
"""A place that every window covers, which opens in the corner of a screen without a manager."""


def run(quick: bool) -> list[Row]:
    """Measure, in a minute and a half if ``quick``."""
    rounds = 3 if quick else 9
    with place() as here, VirtualScreen(1000, 800) as screen:
        _painted_s(here, screen)  # The first one writes byte code, and makes the next ones warm.
        warm = [_painted_s(here, screen) for _ in range(rounds)]
        rows = [("start -> first paint, warm, s", spread(warm, 2), "0.2", "1.0", "<= 0.35")]
        rows.append(_cold(here, screen, rounds))
        rows += _memory(here, screen)
        rows += _hidden(here, screen)
        rows.append(_scrolling(here, screen, 6 if quick else 30, 1_000 if quick else ROWS))
    return rows


def _painted_s(here: Place, screen: VirtualScreen) -> float:
    """Start the app; return when its first pixel shows."""
    with _pixel(screen) as pixel:
        wait_until(lambda: pixel() == 0, "the screen is black")
        with here.running(PROGRAM, screen.settings()) as running:
            deadline = time.monotonic() + PATIENCE_S
            while pixel() == 0:
                if time.monotonic() > deadline:
                    raise TimeoutError("nothing was painted")
                time.sleep(0.002)
            return (time.monotonic_ns() - running.started_ns) / 1e9


def _cold(here: Place, screen: VirtualScreen, rounds: int) -> Row:
    """Start while all files have to be read from the disk."""
    cold = "needs root"
    if os.access(CACHES, os.W_OK):
        took: list[float] = []
        for _ in range(rounds):
            os.sync()
            CACHES.write_text(EVERYTHING)
            took.append(_painted_s(here, screen))
        cold = spread(took, 2)
    return ("start -> first paint, cold, s", cold, "0.4", "1.3", "<= 0.8")


def _hidden(here: Place, screen: VirtualScreen) -> list[Row]:
    """Start in the tray, where nobody sees it, and count how often it wakes the processor."""
    with VirtualBus() as bus, TrayHost(bus.address) as tray:
        where = screen.settings() | bus.settings()
        arguments = (PROGRAM[0], "gui", "--hidden", *PROGRAM[1:])
        with here.running(arguments, where) as running:
            tray.wait_for_icon()
            time.sleep(SETTLED_S)
            wakes = _wakes(running)
            peak = f"{running.memory_mb('VmHWM'):.0f} ({running.memory_mb('Pss'):.0f} Pss)"
    return [
        ("peak memory, hidden, MB", peak, "", "", "<= 110"),
        ("wake-ups a second, hidden", f"{wakes:.1f}", "", "", "<= 1"),
    ]


def _wakes(running: Program) -> float:
    """How often in a second it wakes the processor; what follows within `TOGETHER_S` is one."""
    began, before, wakes = time.monotonic(), running.slept(), 0
    while time.monotonic() - began < WATCHED_S:
        time.sleep(TOGETHER_S)
        slept = running.slept()
        wakes += slept != before
        before = slept
    return wakes / (time.monotonic() - began)


def _memory(here: Place, screen: VirtualScreen) -> list[Row]:
    with here.running(PROGRAM, screen.settings()) as running:
        window = Window(screen, running)
        time.sleep(SETTLED_S)
        idle_mb = running.memory_mb("VmRSS")
        window.press("space")
        here.wait_until_heard()
        time.sleep(SETTLED_S)
        peak = f"{running.memory_mb('VmHWM'):.0f} ({running.memory_mb('Pss'):.0f} Pss)"
    return [
        ("memory at rest, MB", f"{idle_mb:.0f}", "", "", ""),
        ("peak memory in a talk, MB", peak, "", "299", "<= 120"),
    ]


def _scrolling(here: Place, screen: VirtualScreen, rounds: int, rows: int) -> Row:
    """Scroll a long conversation up and down while clicks go through the microphone."""
    with here.running(PROGRAM, screen.settings()) as running:
        window = Window(screen, running)
        window.press("space")
        here.wait_until_heard()
        before: str | None = None
        for number in range(rows):
            item = _said(number)
            here.server.say(events.item_added(item, before))
            here.server.say(events.item_done(item, before))
            before = str(item["id"])
        time.sleep(SETTLED_S)
        window.press("shift+Tab")
        late = microphone(here, rounds, lambda: window.press("Prior", "Prior", "End", "Home"))
    what = f"microphone -> server while {rows:,} rows scroll, ms"
    return (what, spread(late), "", "17 / 25", "<= 12 / 20")


def _said(number: int) -> dict[str, object]:
    words = f"Row {number}: " + "some words that need a line or two in the window. " * 2
    content = [{"type": "input_text", "text": words}]
    item = {"id": f"row_{number}", "object": "realtime.item", "type": "message"}
    return {**item, "role": "user", "status": "completed", "content": content}


@contextmanager
def _pixel(screen: VirtualScreen) -> Iterator[Callable[[], int]]:
    """Yield what reads one pixel of the screen, in less than a millisecond."""
    x11 = ctypes.CDLL(ctypes.util.find_library("X11") or "libX11.so.6")
    x11.XOpenDisplay.restype = ctypes.c_void_p
    x11.XDefaultRootWindow.restype = ctypes.c_ulong
    x11.XDefaultRootWindow.argtypes = [ctypes.c_void_p]
    x11.XGetImage.restype = ctypes.c_void_p
    x11.XGetImage.argtypes = [ctypes.c_void_p, ctypes.c_ulong, *[ctypes.c_int] * 2]
    x11.XGetImage.argtypes += [ctypes.c_uint, ctypes.c_uint, ctypes.c_ulong, ctypes.c_int]
    x11.XGetPixel.restype = ctypes.c_ulong
    x11.XGetPixel.argtypes = [ctypes.c_void_p, ctypes.c_int, ctypes.c_int]
    x11.XDestroyImage.argtypes = [ctypes.c_void_p]
    x11.XCloseDisplay.argtypes = [ctypes.c_void_p]
    display = x11.XOpenDisplay(screen.display.encode())
    if not display:
        raise RuntimeError("there is no screen")
    root = x11.XDefaultRootWindow(display)

    def read() -> int:
        image = x11.XGetImage(display, root, *SOMEWHERE_PX, 1, 1, 0xFFFFFFFF, 2)
        value = int(x11.XGetPixel(image, 0, 0))
        x11.XDestroyImage(image)
        return value

    try:
        yield read
    finally:
        x11.XCloseDisplay(display)
