"""The look: all roles of both palettes, one stylesheet, and who decides between them."""

from __future__ import annotations

import re

import pytest
from PySide6.QtGui import QFont, QPalette
from PySide6.QtWidgets import QApplication

from desktop_app.ui import theme
from desktop_app.ui.palettes import DARK, LIGHT


@pytest.mark.parametrize(
    ("setting", "system_dark", "dark"),
    [
        ("light", True, False),
        ("dark", False, True),
        ("system", True, True),
        ("system", False, False),
    ],
)
def test_the_setting_decides_and_the_system_only_where_it_may(
    setting: str, system_dark: bool, dark: bool
) -> None:
    assert theme.wants_dark(setting, system_dark) is dark


def test_every_role_is_set_so_that_no_part_keeps_the_colours_of_the_desktop() -> None:
    made = theme.palette(DARK)
    roles = [r for r in QPalette.ColorRole if r.name not in {"NColorRoles", "NoRole"}]
    unset = [r.name for r in roles if not made.isBrushSet(QPalette.ColorGroup.Active, r)]
    assert unset == []


def test_no_colour_of_the_stylesheet_is_forgotten() -> None:
    sheet = theme.stylesheet(LIGHT)
    assert "$" not in sheet
    assert set(re.findall(r"#[0-9a-f]{6}", sheet)) <= {
        getattr(LIGHT, name) for name in LIGHT.__slots__
    }


def test_applying_twice_changes_nothing_and_dark_is_seen_by_all(qapp: QApplication) -> None:
    theme.apply(qapp, dark=True)
    sheet = qapp.styleSheet()
    theme.apply(qapp, dark=True)
    assert qapp.styleSheet() is not None
    assert qapp.styleSheet() == sheet
    assert theme.colors() is DARK
    theme.apply(qapp, dark=False)
    assert theme.colors() is LIGHT


def test_fonts_scale_in_points_and_in_pixels() -> None:
    font = QFont()
    font.setPointSizeF(10)
    assert theme.scaled(font, 1.5).pointSizeF() == pytest.approx(15)
    font.setPixelSize(20)
    assert theme.scaled(font, 1.5, QFont.Weight.Bold).pixelSize() == 30
