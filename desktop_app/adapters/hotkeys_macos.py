"""Global keys on macOS: Carbon's hot keys, which tell press and release and need no permission.

They belong to the main thread, whose loop (Qt's) brings their events.
Source: CarbonEvents.h of Apple's SDK.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from desktop_app.adapters.carbon import Carbon, HotKeys
from desktop_app.core.key_names import Chord
from desktop_app.ports import HotkeyReport

WORDS = "Your keys work in every program."
SECURE = (
    "A program keeps the keyboard to itself, as password fields do (Secure Input). Your keys "
    "may not work until it is closed."
)
NONE = "No key is set."

COMMAND, SHIFT, OPTION, CONTROL = 0x0100, 0x0200, 0x0800, 0x1000
MASKS = {"Ctrl": CONTROL, "Alt": OPTION, "Shift": SHIFT, "Super": COMMAND}

# Codes of places on the keyboard (kVK_... of Events.h), whatever is printed on them.
_PLACES = """
A 0 S 1 D 2 F 3 H 4 G 5 Z 6 X 7 C 8 V 9 B 11 Q 12 W 13 E 14 R 15 Y 16 T 17 1 18 2 19 3 20 4 21 6 22
5 23 9 25 7 26 8 28 0 29 O 31 U 32 I 34 P 35 L 37 J 38 K 40 N 45 M 46
Space 49 Tab 48 Enter 36 Escape 53 Backspace 51 Delete 117 Insert 114 Home 115 End 119
PageUp 116 PageDown 121 Left 123 Right 124 Down 125 Up 126
F1 122 F2 120 F3 99 F4 118 F5 96 F6 97 F7 98 F8 100 F9 101 F10 109 F11 103 F12 111
F13 105 F14 107 F15 113 F16 106 F17 64 F18 79 F19 80 F20 90
Print 105 ScrollLock 107 Pause 113
"""
# The last three stand on a PC keyboard where F13 to F15 do.
CODES = {name: int(code) for name, code in re.findall(r"(\w+) (\d+)(?:\s|$)", _PLACES)}


class MacHotkeys:
    """Hot keys of macOS.  Used in the window's thread.

    Args:
        system: Carbon, unless a test has another one.
    """

    in_window_thread = True

    def __init__(self, system: HotKeys | None = None) -> None:
        self._system = system
        self._taken: dict[int, str] = {}
        self._held: set[int] = set()
        self._pressed: Callable[[str], None] = lambda action: None
        self._released: Callable[[str], None] = lambda action: None

    def bind(
        self,
        keys: Mapping[str, tuple[Chord, ...]],
        pressed: Callable[[str], None],
        released: Callable[[str], None],
    ) -> HotkeyReport:
        """Register ``keys``."""
        self.close()
        self._pressed, self._released = pressed, released
        system = self._system = self._system or Carbon()
        system.listen(self._heard)
        ready: dict[str, str] = {}
        refused: list[str] = []
        for action, chords in keys.items():
            for chord in chords:
                if fault := self._take(system, action, chord):
                    refused.append(fault)
                else:
                    ready[action] = ", ".join(filter(None, (ready.get(action), str(chord))))
        text = SECURE if system.secure_input() else WORDS
        return HotkeyReport(text if ready else NONE, ready, tuple(refused))

    def close(self) -> None:
        """Give all keys back."""
        if self._system is not None:
            self._system.close()
        for number in tuple(self._held):
            self._heard(number, False)
        self._taken.clear()

    def _take(self, system: HotKeys, action: str, chord: Chord) -> str:
        code = CODES.get(chord.key)
        if code is None:
            return f"{chord}: macOS passes on neither mouse buttons nor single modifiers."
        number = len(self._taken) + 1
        mask = sum(MASKS[name] for name in chord.modifiers)
        if not system.register(number, code, mask):
            return f"{chord} is taken, or macOS does not allow it."
        self._taken[number] = action
        return ""

    def _heard(self, number: int, down: bool) -> None:
        action = self._taken.get(number)
        if action is None or down is (number in self._held):
            return
        if down:
            self._held.add(number)
            self._pressed(action)
        else:
            self._held.discard(number)
            self._released(action)
