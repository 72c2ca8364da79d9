"""People must be able to read every pair of colours."""

from __future__ import annotations

from dataclasses import fields

import pytest

from desktop_app.ui.palettes import DARK, LIGHT, SHAPE_PAIRS, TEXT_PAIRS, Colors

PALETTES = pytest.mark.parametrize("colors", [LIGHT, DARK], ids=["light", "dark"])


def luminance(color: str) -> float:
    """Return the relative luminance (WCAG 2.2)."""
    channels = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_the_measure_itself_is_right() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@PALETTES
@pytest.mark.parametrize(("ink", "ground"), TEXT_PAIRS)
def test_text_can_be_read_on_its_ground(colors: Colors, ink: str, ground: str) -> None:
    assert contrast(getattr(colors, ink), getattr(colors, ground)) >= 4.5


@PALETTES
@pytest.mark.parametrize(("ink", "ground"), SHAPE_PAIRS)
def test_shapes_stand_out_from_their_ground(colors: Colors, ink: str, ground: str) -> None:
    assert contrast(getattr(colors, ink), getattr(colors, ground)) >= 3


def test_every_text_colour_is_checked_on_some_ground() -> None:
    checked = {ink for ink, _ in TEXT_PAIRS}
    inks = {f.name for f in fields(Colors) if f.name.startswith("on_")}
    assert inks | {"text", "muted", "accent", "bubble_muted"} <= checked
