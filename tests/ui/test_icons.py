"""Our own icons."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QImage, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from desktop_app.ui import app_icon, icons


def inked(picture: QPixmap) -> int:
    image = picture.toImage()
    spots = ((x, y) for x in range(image.width()) for y in range(image.height()))
    return sum(image.pixelColor(x, y).alpha() > 128 for x, y in spots)


@pytest.mark.parametrize("name", icons.SHAPES)
def test_every_icon_draws_inside_its_grid(name: str) -> None:
    assert inked(icons.pixmap(name, "#000000", 24)) > 8
    assert QRectF(0, 0, 24, 24).contains(icons.path(name).boundingRect())


def test_an_icon_has_the_colour_it_was_asked_for() -> None:
    image = icons.pixmap("stop", "#ff0000", 24, filled=True).toImage()
    assert image.pixelColor(12, 12) == QColor("#ff0000")


def test_an_unknown_command_is_told() -> None:
    icons.SHAPES["broken"] = "M 1 1 Q 2 2"
    try:
        with pytest.raises(ValueError, match="broken: unknown command Q"):
            icons.path("broken")
    finally:
        del icons.SHAPES["broken"]


def test_the_app_has_an_icon_in_every_size_desktops_ask_for() -> None:
    sizes = {size.width() for size in app_icon.app_icon().availableSizes()}
    assert sizes == set(app_icon.SIZES_PX)
    assert inked(app_icon.mark(16)) > 60


def test_the_icon_of_the_package_is_the_mark_of_the_window(root: Path) -> None:
    drawn = app_icon.mark(128).toImage()
    loaded = QImage(drawn.size(), QImage.Format.Format_ARGB32_Premultiplied)
    loaded.fill(0)
    painter = QPainter(loaded)
    QSvgRenderer(str(root / "resources/icons/parley.svg")).render(painter)
    painter.end()
    spots = [(x, y) for x in range(128) for y in range(128)]
    other = sum(_distance(drawn.pixelColor(*s), loaded.pixelColor(*s)) > 24 for s in spots)
    assert other / len(spots) < 0.01


def _rgb(colour: QColor) -> tuple[int, int, int]:
    return colour.red(), colour.green(), colour.blue()


def _distance(one: QColor, other: QColor) -> int:
    pairs = zip(_rgb(one), _rgb(other), strict=True)
    return max(abs(a - b) for a, b in pairs)
