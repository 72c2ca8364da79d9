"""Keys as people write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.core.key_names import KEYS, MODIFIERS, ORDER, TYPING, Chord, chord, chords


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", ()),
        (" , ", ()),
        ("Pause", (Chord("Pause"),)),
        ("ctrl + alt+space", (Chord("Space", ("Ctrl", "Alt")),)),
        ("Shift+Control+a, F13", (Chord("A", ("Ctrl", "Shift")), Chord("F13"))),
        ("Win+Z", (Chord("Z", ("Super",)),)),
        ("Mouse4", (Chord("Mouse4"),)),
    ],
)
def test_keys_are_read(text: str, found: tuple[Chord, ...]) -> None:
    assert chords(text) == found


@pytest.mark.parametrize("text", ["Ctrl", "Ctrl+", "+", "Hyper+A", "F25", "Ctrl+Ä", "A+B"])
def test_what_is_no_key_is_told(text: str) -> None:
    with pytest.raises(ValueError, match="is no key"):
        chord(text)


@pytest.mark.parametrize("text", ["a", "Shift+A", "Space", "Enter", "Delete", "Up"])
def test_keys_that_are_needed_to_type_want_a_modifier(text: str) -> None:
    with pytest.raises(ValueError, match="needed to type"):
        chord(text)


HELD = st.lists(st.sampled_from(ORDER), unique=True)


@given(st.sampled_from(sorted(KEYS.values())), HELD)
def test_what_is_written_is_read_again(key: str, held: list[str]) -> None:
    if key in TYPING and not set(held) - {"Shift"}:
        held = [*held, "Ctrl"]
    made = Chord(key, tuple(name for name in ORDER if name in held))
    assert chord(str(made)) == made
    assert chord(str(made).upper()) == made


def test_every_modifier_has_its_place() -> None:
    assert set(MODIFIERS.values()) == set(ORDER)
