"""Global keys on X11: grabbed from the X server, press and release both seen.

Spoken by python-xlib on a connection and thread of its own; Qt's is not touched.
"""

from __future__ import annotations

import logging
import os
import select
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

from desktop_app.core.key_names import Chord
from desktop_app.ports import HotkeyReport

STILL_DOWN_S = 0.2
"""How often a held key is looked at: a lock screen takes its release away from us."""

WORDS = "Your keys work in every program."
NONE = "No key is set."

# What X calls keys, where it is not what we call them.
KEYSYMS = {
    "Space": "space",
    "Enter": "Return",
    "Backspace": "BackSpace",
    "PageUp": "Prior",
    "PageDown": "Next",
    "ScrollLock": "Scroll_Lock",
    "RightCtrl": "Control_R",
    "RightAlt": "Alt_R",
    "RightShift": "Shift_R",
    "RightSuper": "Super_R",
}
# X counts the wheel as buttons 4 to 7.
BUTTONS = {"Mouse3": 2, "Mouse4": 8, "Mouse5": 9}
SHIFT, LOCK, CONTROL, MOD1, MOD2, MOD4 = 1, 2, 4, 8, 16, 64
MASKS = {"Ctrl": CONTROL, "Alt": MOD1, "Shift": SHIFT, "Super": MOD4}
IGNORED = (0, LOCK, MOD2, LOCK | MOD2)
"""Caps Lock and Num Lock make no other key of it; a grab is for one exact set of modifiers."""

Heard = Callable[[str], None]
log = logging.getLogger(__name__)


class X11Hotkeys:
    """Keys and mouse buttons of one X display."""

    in_window_thread = False

    def __init__(self, display: str | None = None) -> None:
        self._name = display
        self._thread: threading.Thread | None = None
        self._wake: int | None = None

    def bind(
        self, keys: Mapping[str, tuple[Chord, ...]], pressed: Heard, released: Heard
    ) -> HotkeyReport:
        """Grab ``keys``."""
        self.close()
        if not any(keys.values()):
            return HotkeyReport(NONE)
        try:
            grabs = _Grabs(self._name, pressed, released)
        except Exception as error:  # python-xlib has many, and OSError besides.
            log.warning("no connection to the X server: %s", str(error))
            return HotkeyReport("The X server does not let Parley listen for keys.")
        ready, refused = grabs.take(keys)
        reader, self._wake = os.pipe()
        self._thread = threading.Thread(
            target=grabs.listen, args=(reader,), name="hotkeys", daemon=True
        )
        self._thread.start()
        return HotkeyReport(WORDS if ready else "None of your keys could be taken.", ready, refused)

    def close(self) -> None:
        """Give all keys back."""
        if self._wake is not None:
            os.close(self._wake)
            self._wake = None
        if self._thread is not None:
            self._thread.join()
            self._thread = None


class _Grabs:
    """What is grabbed, and what of it is down."""

    def __init__(self, display: str | None, pressed: Heard, released: Heard) -> None:
        from Xlib.display import Display

        self._display = Display(display)
        self._root = self._display.screen().root
        self._pressed, self._released = pressed, released
        self._actions: dict[tuple[bool, int, int], str] = {}
        self._held: dict[tuple[bool, int], str] = {}

    def take(self, keys: Mapping[str, tuple[Chord, ...]]) -> tuple[dict[str, str], tuple[str, ...]]:
        """Grab all of ``keys``; return those that work and the complaints about the others."""
        ready: dict[str, str] = {}
        refused: list[str] = []
        for action, wanted in keys.items():
            for chord in wanted:
                if fault := self._take(action, chord):
                    refused.append(fault)
                else:
                    ready[action] = ", ".join(filter(None, (ready.get(action), str(chord))))
        return ready, tuple(refused)

    def _take(self, action: str, chord: Chord) -> str:
        is_button = chord.key in BUTTONS
        code = BUTTONS[chord.key] if is_button else self._keycode(chord.key)
        if not code:
            return f"{chord}: this keyboard has no such key."
        mask = sum(MASKS[name] for name in chord.modifiers)
        if (is_button, code, mask) in self._actions:
            return f"{chord} is set twice."
        if not all(self._grab(is_button, code, mask | extra) for extra in IGNORED):
            self._give_back(is_button, code, mask)
            return f"{chord} belongs to another program."
        self._actions[is_button, code, mask] = action
        return ""

    def _keycode(self, key: str) -> int:
        from Xlib import XK

        name = KEYSYMS.get(key, key if len(key) > 1 else key.lower())
        return int(self._display.keysym_to_keycode(XK.string_to_keysym(name)))

    def _grab(self, is_button: bool, code: int, mask: int) -> bool:
        from Xlib import X, error

        refused = error.CatchError(error.BadAccess)
        mode = X.GrabModeAsync
        if is_button:
            events = X.ButtonPressMask | X.ButtonReleaseMask
            self._root.grab_button(
                code, mask, True, events, mode, mode, X.NONE, X.NONE, onerror=refused
            )
        else:
            self._root.grab_key(code, mask, True, mode, mode, onerror=refused)
        self._display.sync()
        return refused.get_error() is None

    def _give_back(self, is_button: bool, code: int, mask: int) -> None:
        for extra in IGNORED:
            ungrab = self._root.ungrab_button if is_button else self._root.ungrab_key
            ungrab(code, mask | extra)

    def listen(self, wake: int) -> None:
        """Report presses and releases until ``wake`` is closed at its other end."""
        from Xlib.error import ConnectionClosedError

        try:
            while not self._woken(wake):
                while self._display.pending_events():
                    self._handle(self._display.next_event())
                self._look_after_held()
        except Exception as error:  # The X server has gone, and the desktop with it.
            log.warning("no more global keys: %s", str(error))
        finally:
            os.close(wake)
            for action in self._held.values():
                self._released(action)
            with suppress(OSError, ConnectionClosedError):
                self._display.close()

    def _woken(self, wake: int) -> bool:
        patience_s = STILL_DOWN_S if self._held else None
        if self._display.pending_events():
            return False
        ready, _, _ = select.select([self._display.fileno(), wake], [], [], patience_s)
        return wake in ready

    def _handle(self, event: Any) -> None:
        from Xlib import X

        match event.type:
            case X.KeyPress | X.ButtonPress:
                self._down(event.type == X.ButtonPress, event.detail, event.state)
            case X.KeyRelease if not self._is_down(event.detail):
                self._up(False, event.detail)
            case X.ButtonRelease:
                self._up(True, event.detail)
            case X.MappingNotify:
                self._display.refresh_keyboard_mapping(event)
            case _:
                pass  # A key that repeats itself is released and pressed, but never up.

    def _down(self, is_button: bool, code: int, state: int) -> None:
        mask = state & (SHIFT | CONTROL | MOD1 | MOD4)
        action = self._actions.get((is_button, code, mask))
        if action is not None and (is_button, code) not in self._held:
            self._held[is_button, code] = action
            self._pressed(action)

    def _up(self, is_button: bool, code: int) -> None:
        action = self._held.pop((is_button, code), None)
        if action is not None:
            self._released(action)

    def _is_down(self, code: int) -> bool:
        keymap = self._display.query_keymap()
        return bool(keymap[code // 8] & 1 << code % 8)

    def _look_after_held(self) -> None:
        for is_button, code in tuple(self._held):
            if not is_button and not self._is_down(code):
                self._up(False, code)
