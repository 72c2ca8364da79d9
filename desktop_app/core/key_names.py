"""Keys as people write them: ``Ctrl+Alt+Space, Pause`` names two."""

from __future__ import annotations

from dataclasses import dataclass

MODIFIERS = {
    "ctrl": "Ctrl",
    "control": "Ctrl",
    "alt": "Alt",
    "option": "Alt",
    "shift": "Shift",
    "super": "Super",
    "win": "Super",
    "meta": "Super",
    "cmd": "Super",
}
ORDER = ("Ctrl", "Alt", "Shift", "Super")
NAMED = (
    *("Space", "Tab", "Enter", "Escape", "Backspace", "Insert", "Delete", "Home", "End"),
    *("PageUp", "PageDown", "Up", "Down", "Left", "Right", "Pause", "ScrollLock", "Print", "Menu"),
    *("RightCtrl", "RightAlt", "RightShift", "RightSuper", "Mouse3", "Mouse4", "Mouse5"),
)
KEYS = {
    name.lower(): name
    for name in (*NAMED, *(f"F{n}" for n in range(1, 25)), *"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")
}
TYPING = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") | frozenset((*NAMED[:5], "Delete"))
TYPING |= frozenset(("Up", "Down", "Left", "Right"))
"""Without Ctrl, Alt or Super these would be taken away from all programs."""


@dataclass(frozen=True, slots=True)
class Chord:
    """A key, and the modifiers that are held with it, in `ORDER`."""

    key: str
    modifiers: tuple[str, ...] = ()

    def __str__(self) -> str:
        return "+".join((*self.modifiers, self.key))


def chords(text: str) -> tuple[Chord, ...]:
    """Return the keys named by ``text``, none if it is empty.

    Raises:
        ValueError: If it names something that is no key; says so in words.
    """
    return tuple(chord(part) for part in text.split(",") if part.strip())


def chord(text: str) -> Chord:
    """Return the key named by ``text``.

    Raises:
        ValueError: If there is no such key, or nobody could type any more with it taken.
    """
    *before, last = (part.strip() for part in text.split("+"))
    key = KEYS.get(last.lower())
    held = {MODIFIERS.get(name.lower(), "") for name in before}
    if key is None or "" in held:
        raise ValueError(f"{text.strip()} is no key")
    if key in TYPING and not held - {"Shift"}:
        raise ValueError(f"{text.strip()} is needed to type: add Ctrl or Alt")
    return Chord(key, tuple(name for name in ORDER if name in held))
