"""Keys as the XDG portal for global shortcuts knows them."""

from __future__ import annotations

from collections.abc import Mapping

from desktop_app.core.key_names import Chord

MODIFIERS = {"Ctrl": "CTRL", "Alt": "ALT", "Shift": "SHIFT", "Super": "LOGO"}
KEYSYMS = {
    "Space": "space",
    "Enter": "Return",
    "Backspace": "BackSpace",
    "PageUp": "Prior",
    "PageDown": "Next",
    "ScrollLock": "Scroll_Lock",
}


def shortcuts_of(
    keys: Mapping[str, tuple[Chord, ...]],
) -> tuple[dict[str, tuple[str, Chord]], tuple[str, ...]]:
    """Return ``(action, chord)`` by the portal's id, and complaints about what it can't do."""
    wanted: dict[str, tuple[str, Chord]] = {}
    refused: list[str] = []
    for action, chords in keys.items():
        for number, chord in enumerate(chords):
            if chord.key.startswith(("Mouse", "Right")) and chord.key != "Right":
                refused.append(f"{chord}: this desktop passes on neither mouse nor single Ctrl.")
            else:
                wanted[action if not number else f"{action}-{number + 1}"] = (action, chord)
    return wanted, tuple(refused)


def trigger(chord: Chord) -> str:
    """Return ``chord`` as the portal writes it: ``CTRL+ALT+space``."""
    key = KEYSYMS.get(chord.key, chord.key if len(chord.key) > 1 else chord.key.lower())
    return "+".join((*(MODIFIERS[name] for name in chord.modifiers), key))
