"""Our own icons: strokes on a grid of 24 by 24, drawn in any colour at any size.

Drawn and not loaded, so that the first picture of the window waits for no file and no SVG library.
"""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QGuiApplication, QIcon, QPainter, QPainterPath, QPen, QPixmap

GRID = 24.0
STROKE = 1.9

# M and L go to a point, C bends to one, Z closes; O is a circle (centre, radius) and R a rounded
# rectangle (corner, size, radius).
_MIC = (
    "R 9 3 6 11 3 M 5.5 11 C 5.5 15 8.3 17.5 12 17.5 C 15.7 17.5 18.5 15 18.5 11 M 12 17.5 L 12 21"
)
_CROSSED = " M 4 3.5 L 20.5 20"
_SPEAKER = (
    "M 4 9.7 L 4 14.3 L 7.5 14.3 L 12 18.3 L 12 5.7 L 7.5 9.7 Z "
    "M 15.4 9 C 16.9 10.7 16.9 13.3 15.4 15 M 18 6.4 C 21.2 9.6 21.2 14.4 18 17.6"
)
SHAPES = {
    "mic": _MIC,
    "mic_off": _MIC + _CROSSED,
    "speaker": _SPEAKER,
    "wave": "M 3 10.5 L 3 13.5 M 7.5 7 L 7.5 17 M 12 3.5 L 12 20.5 M 16.5 7.5 L 16.5 16.5 "
    "M 21 10.5 L 21 13.5",
    "stop": "R 6.5 6.5 11 11 2.5",
    "hang_up": "M 2.8 13.4 C 2.8 8.4 21.2 8.4 21.2 13.4 L 21.2 15.4 C 21.2 16.4 20.5 16.9 19.6 "
    "16.7 L 16.6 16 C 15.9 15.8 15.5 15.3 15.5 14.6 L 15.5 12.9 C 13.2 12.2 10.8 12.2 8.5 12.9 "
    "L 8.5 14.6 C 8.5 15.3 8.1 15.8 7.4 16 L 4.4 16.7 C 3.5 16.9 2.8 16.4 2.8 15.4 Z",
    "plus": "M 12 5 L 12 19 M 5 12 L 19 12",
    "close": "M 6.5 6.5 L 17.5 17.5 M 17.5 6.5 L 6.5 17.5",
    "sliders": "M 3.5 7.5 L 12.5 7.5 O 15 7.5 2.5 M 17.5 7.5 L 20.5 7.5 "
    "M 3.5 16.5 L 6.5 16.5 O 9 16.5 2.5 M 11.5 16.5 L 20.5 16.5",
    "up": "M 12 19.5 L 12 5 M 6 11 L 12 5 L 18 11",
    "down": "M 12 4.5 L 12 19 M 6 13 L 12 19 L 18 13",
    "chevron": "M 6.5 9.5 L 12 15 L 17.5 9.5",
    "warning": "M 12 4 L 21.3 19.8 L 2.7 19.8 Z M 12 10 L 12 14.2 M 12 17 L 12 17.1",
    "info": "O 12 12 9 M 12 11.2 L 12 16.5 M 12 7.6 L 12 7.7",
    "check": "M 5 12.5 L 10 17.5 L 19.5 7",
    "more": "O 5 12 0.7 O 12 12 0.7 O 19 12 0.7",
    "copy": "R 8.5 8.5 12 12 2.5 M 5.5 15.5 C 4.3 15.5 3.5 14.7 3.5 13.5 L 3.5 6 C 3.5 4.6 4.6 3.5 "
    "6 3.5 L 13.5 3.5 C 14.7 3.5 15.5 4.3 15.5 5.5",
    "save": "M 12 3.5 L 12 15 M 7 10.5 L 12 15.5 L 17 10.5 M 4 19.5 L 20 19.5",
    "tool": "M 14.6 6.2 C 15.8 4.6 17.6 4 19.2 4.3 L 16.4 7.1 L 16.9 9.1 L 18.9 9.6 L 21.7 6.8 "
    "C 22 9.2 20.6 11.6 18.2 12.2 C 17.2 12.5 16.2 12.4 15.3 12 L 8 19.3 C 7 20.3 5.6 20.3 4.7 "
    "19.4 C 3.7 18.4 3.7 17 4.7 16 L 12 8.7 C 12.2 7.7 13.8 7.2 14.6 6.2 Z",
    "link": "M 10 14 C 8.6 12.6 8.6 10.4 10 9 L 13.5 5.5 C 14.9 4.1 17.1 4.1 18.5 5.5 "
    "C 19.9 6.9 19.9 9.1 18.5 10.5 L 16.5 12.5 M 14 10 C 15.4 11.4 15.4 13.6 14 15 L 10.5 18.5 "
    "C 9.1 19.9 6.9 19.9 5.5 18.5 C 4.1 17.1 4.1 14.9 5.5 13.5 L 7.5 11.5",
    "bubble": "M 7 4.5 L 17 4.5 C 19 4.5 20.5 6 20.5 8 L 20.5 13 C 20.5 15 19 16.5 17 16.5 "
    "L 11 16.5 L 6.5 20.5 L 6.5 16.5 C 4.8 16.2 3.5 14.8 3.5 13 L 3.5 8 C 3.5 6 5 4.5 7 4.5 Z",
    "turns": "M 4 9 L 18 9 M 14 4.5 L 18.5 9 L 14 13.5 M 20 15.5 L 6 15.5 "
    "M 10 11.5 L 5.5 15.7 L 10 20",
    "computer": "R 3.5 5 17 11.5 2.5 M 12 16.5 L 12 20 M 7.5 20 L 16.5 20",
    "keyboard": "R 2.5 6 19 12 2.5 M 6.5 10 L 6.5 10.1 M 10.2 10 L 10.2 10.1 M 13.8 10 L 13.8 10.1 "
    "M 17.5 10 L 17.5 10.1 M 8 14.2 L 16 14.2",
    "key": "O 8 15.5 4.2 M 11 12.5 L 19.5 4 M 15.5 8 L 18.5 11 M 18 5.5 L 20 7.5",
}


@lru_cache(maxsize=64)
def path(name: str) -> QPainterPath:
    """Return the outline of icon ``name``."""
    words = SHAPES[name].split()
    shape = QPainterPath()
    at = 0

    def take(count: int) -> list[float]:
        nonlocal at
        at += count
        return [float(word) for word in words[at - count : at]]

    while at < len(words):
        command = words[at]
        at += 1
        match command:
            case "M":
                shape.moveTo(*take(2))
            case "L":
                shape.lineTo(*take(2))
            case "C":
                shape.cubicTo(*take(6))
            case "O":
                x, y, radius = take(3)
                shape.addEllipse(QPointF(x, y), radius, radius)
            case "R":
                x, y, width, height, radius = take(5)
                shape.addRoundedRect(QRectF(x, y, width, height), radius, radius)
            case "Z":
                shape.closeSubpath()
            case _:
                raise ValueError(f"icon {name}: unknown command {command}")
    return shape


def draw(painter: QPainter, name: str, box: QRectF, color: QColor, *, filled: bool = False) -> None:
    """Draw icon ``name`` into ``box``."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(box.topLeft())
    painter.scale(box.width() / GRID, box.height() / GRID)
    pen = QPen(color, STROKE)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    painter.setPen(pen)
    painter.setBrush(color if filled else Qt.BrushStyle.NoBrush)
    painter.drawPath(path(name))
    painter.restore()


def pixmap(name: str, color: str, size_px: int, *, filled: bool = False) -> QPixmap:
    """Return icon ``name`` as a picture for the sharpest screen there is."""
    ratio = QGuiApplication.instance().devicePixelRatio()  # type: ignore[union-attr]
    picture = QPixmap((QSizeF(size_px, size_px) * ratio).toSize())
    picture.setDevicePixelRatio(ratio)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    draw(painter, name, QRectF(0, 0, size_px, size_px), QColor(color), filled=filled)
    painter.end()
    return picture


def icon(name: str, color: str, disabled: str, size_px: int = 20, *, filled: bool = False) -> QIcon:
    """Return icon ``name`` in ``color``, and in ``disabled`` where it cannot be used."""
    result = QIcon()
    result.addPixmap(pixmap(name, color, size_px, filled=filled), QIcon.Mode.Normal)
    result.addPixmap(pixmap(name, disabled, size_px, filled=filled), QIcon.Mode.Disabled)
    return result
