"""Global keys and mouse buttons on Windows: press and release, and nobody else gets them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping

from desktop_app.adapters.windows_hooks import Hooks, System, Windows
from desktop_app.core.key_names import Chord
from desktop_app.ports import HotkeyReport

WORDS = "Your keys work in every program, but not while one that runs as administrator is in front."
NONE = "No key is set."
REFUSED = "Windows does not let Parley listen for keys; security software may forbid it."

# Virtual-key codes, where they are not what `ord` says.
CODES = {
    "Space": 0x20,
    "Tab": 0x09,
    "Enter": 0x0D,
    "Escape": 0x1B,
    "Backspace": 0x08,
    "Insert": 0x2D,
    "Delete": 0x2E,
    "Home": 0x24,
    "End": 0x23,
    "PageUp": 0x21,
    "PageDown": 0x22,
    "Up": 0x26,
    "Down": 0x28,
    "Left": 0x25,
    "Right": 0x27,
    "Pause": 0x13,
    "ScrollLock": 0x91,
    "Print": 0x2C,
    "Menu": 0x5D,
    "RightCtrl": 0xA3,
    "RightAlt": 0xA5,
    "RightShift": 0xA1,
    "RightSuper": 0x5C,
    "Mouse3": 0x04,
    "Mouse4": 0x05,
    "Mouse5": 0x06,
    **{f"F{n}": 0x6F + n for n in range(1, 25)},
}
MODIFIERS = {"Ctrl": (0x11,), "Alt": (0x12,), "Shift": (0x10,), "Super": (0x5B, 0x5C)}


class WindowsHotkeys:
    """Keys and mouse buttons of Windows.

    Args:
        system: Windows, unless a test has another one.
    """

    in_window_thread = False

    def __init__(self, system: System | None = None) -> None:
        self._system = system
        self._hooks: Hooks | None = None
        self._guard = threading.Lock()
        self._actions: dict[tuple[int, tuple[str, ...]], str] = {}
        self._held: dict[int, str] = {}
        self._pressed: Callable[[str], None] = lambda action: None
        self._released: Callable[[str], None] = lambda action: None

    def bind(
        self,
        keys: Mapping[str, tuple[Chord, ...]],
        pressed: Callable[[str], None],
        released: Callable[[str], None],
    ) -> HotkeyReport:
        """Listen for ``keys``."""
        self.close()
        self._actions.clear()
        self._pressed, self._released = pressed, released
        ready: dict[str, str] = {}
        refused: list[str] = []
        for action, chords in keys.items():
            for chord in chords:
                place = (code_of(chord), chord.modifiers)
                if place in self._actions:
                    refused.append(f"{chord} is set twice.")
                    continue
                self._actions[place] = action
                ready[action] = ", ".join(filter(None, (ready.get(action), str(chord))))
        if not ready:
            return HotkeyReport(NONE)
        self._hooks = Hooks(self._system or Windows(), self._took, self._let_go)
        mouse = any(code <= CODES["Mouse5"] for code, _ in self._actions)
        if not self._hooks.open(mouse=mouse):
            self.close()
            wanted = tuple(str(chord) for chords in keys.values() for chord in chords)
            return HotkeyReport(REFUSED, {}, wanted)
        return HotkeyReport(WORDS, ready, tuple(refused))

    def close(self) -> None:
        """Listen no more."""
        with self._guard:
            hooks, self._hooks = self._hooks, None
            if hooks is not None:
                hooks.close()
        self._let_go()

    def _took(self, code: int, down: bool) -> bool:
        if not down:
            action = self._held.pop(code, None)
            if action is not None:
                self._released(action)
            return action is not None
        if code in self._held:
            return True  # It repeats itself.
        action = self._actions.get((code, self._modifiers(code)))
        if action is None:
            return False
        self._held[code] = action
        self._pressed(action)
        return True

    def _modifiers(self, code: int) -> tuple[str, ...]:
        """What is held with a key; a right Ctrl, Alt, Shift or Win is a key by itself."""
        hooks = self._hooks
        if hooks is None or code in RIGHT:
            return ()
        held = tuple(
            name for name, codes in MODIFIERS.items() if any(hooks.is_down(c) for c in codes)
        )
        if {"Alt", "Super"} & set(held) and (code, held) in self._actions:
            hooks.keep_menus_shut()
        return held

    def _let_go(self) -> None:
        for code in tuple(self._held):
            self._took(code, False)


RIGHT = frozenset(CODES[name] for name in ("RightCtrl", "RightAlt", "RightShift", "RightSuper"))


def code_of(chord: Chord) -> int:
    """Return the virtual-key code of the key of ``chord``."""
    return CODES.get(chord.key) or ord(chord.key)
