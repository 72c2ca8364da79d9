"""The mark of the app: a speech bubble with a voice in it."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QIcon, QLinearGradient, QPainter, QPainterPath, QPen, QPixmap

SIZES_PX = (16, 24, 32, 48, 64, 128, 256)
TOP, BOTTOM = QColor("#14897f"), QColor("#0a5a54")
BARS = ((22.0, 6.0), (32.0, 12.0), (42.0, 6.0))
"""Centre and half height of each bar of the voice, on a grid of 64."""


def draw_mark(painter: QPainter, box: QRectF) -> None:
    """Draw the mark into ``box``."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(box.topLeft())
    painter.scale(box.width() / 64, box.height() / 64)
    bubble = QPainterPath()
    bubble.addRoundedRect(QRectF(4, 5, 56, 46), 17, 17)
    tail = QPainterPath(QPointF(15, 42))
    tail.lineTo(13, 60)
    tail.lineTo(33, 48)
    tail.closeSubpath()
    shade = QLinearGradient(0, 5, 0, 60)
    shade.setColorAt(0, TOP)
    shade.setColorAt(1, BOTTOM)
    painter.fillPath(bubble.united(tail), shade)
    pen = QPen(QColor("#ffffff"), 5.5)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    painter.setPen(pen)
    for x, half in BARS:
        painter.drawLine(QPointF(x, 28 - half), QPointF(x, 28 + half))
    painter.restore()


def mark(size_px: int) -> QPixmap:
    """Return the mark as a picture of ``size_px`` device pixels."""
    picture = QPixmap(size_px, size_px)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    draw_mark(painter, QRectF(0, 0, size_px, size_px))
    painter.end()
    return picture


def app_icon() -> QIcon:
    """Return the icon of the window, in every size desktops ask for."""
    result = QIcon()
    for size_px in SIZES_PX:
        result.addPixmap(mark(size_px))
    return result
