"""What key a user has just pressed, as the settings write it."""

from __future__ import annotations

import sys

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent

from desktop_app.core.key_names import KEYS, ORDER, Chord

_MODIFIERS = {
    "Ctrl": Qt.KeyboardModifier.ControlModifier,
    "Alt": Qt.KeyboardModifier.AltModifier,
    "Shift": Qt.KeyboardModifier.ShiftModifier,
    "Super": Qt.KeyboardModifier.MetaModifier,
}
if sys.platform == "darwin":
    # There Qt calls Cmd Ctrl, and Ctrl Meta.
    _MODIFIERS["Ctrl"], _MODIFIERS["Super"] = _MODIFIERS["Super"], _MODIFIERS["Ctrl"]
_NAMES = {
    Qt.Key.Key_Space: "Space",
    Qt.Key.Key_Tab: "Tab",
    Qt.Key.Key_Backtab: "Tab",
    Qt.Key.Key_Return: "Enter",
    Qt.Key.Key_Enter: "Enter",
    Qt.Key.Key_Escape: "Escape",
    Qt.Key.Key_Backspace: "Backspace",
    Qt.Key.Key_Insert: "Insert",
    Qt.Key.Key_Delete: "Delete",
    Qt.Key.Key_Home: "Home",
    Qt.Key.Key_End: "End",
    Qt.Key.Key_PageUp: "PageUp",
    Qt.Key.Key_PageDown: "PageDown",
    Qt.Key.Key_Up: "Up",
    Qt.Key.Key_Down: "Down",
    Qt.Key.Key_Left: "Left",
    Qt.Key.Key_Right: "Right",
    Qt.Key.Key_Pause: "Pause",
    Qt.Key.Key_ScrollLock: "ScrollLock",
    Qt.Key.Key_Print: "Print",
    Qt.Key.Key_Menu: "Menu",
}
_BUTTONS = {
    Qt.MouseButton.MiddleButton: "Mouse3",
    Qt.MouseButton.BackButton: "Mouse4",
    Qt.MouseButton.ForwardButton: "Mouse5",
}
ALONE = frozenset(
    {
        Qt.Key.Key_Control,
        Qt.Key.Key_Alt,
        Qt.Key.Key_AltGr,
        Qt.Key.Key_Shift,
        Qt.Key.Key_Meta,
        Qt.Key.Key_Super_R,
        Qt.Key.Key_Super_L,
    }
)
"""Keys that are held with others."""
# Which side of the keyboard: X11's symbols, and the scan codes of Windows.
_RIGHT_SYMBOLS = {
    0xFFE4: "RightCtrl",
    0xFFEA: "RightAlt",
    0xFE03: "RightAlt",
    0xFFE2: "RightShift",
    0xFFEC: "RightSuper",
}
_RIGHT_CODES = {0x11D: "RightCtrl", 0x138: "RightAlt", 0x36: "RightShift", 0x15C: "RightSuper"}


def chord_of(event: QKeyEvent) -> Chord | None:
    """Return what was pressed, None if it is no key that the settings know (or a modifier)."""
    key = Qt.Key(event.key())
    name = _NAMES.get(key) or KEYS.get(_text(key).lower())
    return None if name is None or key in ALONE else Chord(name, _held(event.modifiers()))


def lone_modifier(event: QKeyEvent) -> Chord | None:
    """Return the right Ctrl, Alt, Shift or Super of ``event``; the left ones are for typing."""
    if Qt.Key(event.key()) not in ALONE:
        return None
    if sys.platform == "win32":
        name = _RIGHT_CODES.get(event.nativeScanCode())
    else:
        name = _RIGHT_SYMBOLS.get(event.nativeVirtualKey())
    return Chord(name) if name else None


def button_chord(button: Qt.MouseButton, held: Qt.KeyboardModifier) -> Chord | None:
    """Return a mouse button; None for those that everything needs."""
    name = _BUTTONS.get(button)
    return Chord(name, _held(held)) if name else None


def _held(modifiers: Qt.KeyboardModifier) -> tuple[str, ...]:
    return tuple(name for name in ORDER if modifiers & _MODIFIERS[name])


def _text(key: Qt.Key) -> str:
    """Return ``F9`` or ``A``: Qt's own names of the keys that we call likewise."""
    return key.name.removeprefix("Key_")
