"""How the talk control looks in each of its states."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import ceil

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen

from desktop_app.core.state import Talk
from desktop_app.ui import icons, theme
from desktop_app.ui.palettes import Colors

HALO_PX = 6.0
ICON_PX = 28.0
GAP_PX = 12.0
SIDES_PX = 24.0
EDGE_PX = 4.0


@dataclass(frozen=True, slots=True)
class Look:
    """How one state of the control looks.

    Attributes:
        ground: Name of the colour of its ground.
        ink: Name of the colour of its words.
        edge: Name of the colour of its border, if it has one.
    """

    icon: str
    ground: str
    ink: str
    edge: str = ""


LOOKS = {
    Talk.OFFLINE: Look("mic", "accent", "on_accent"),
    Talk.CONNECTING: Look("mic", "raised", "text"),
    Talk.READY: Look("mic", "surface", "accent", "accent"),
    Talk.LISTENING: Look("mic", "accent_soft", "on_accent_soft"),
    Talk.HEARING: Look("mic", "accent", "on_accent"),
    Talk.THINKING: Look("wave", "thinking_soft", "on_thinking_soft"),
    Talk.SPEAKING: Look("wave", "speaking", "on_speaking"),
    Talk.MUTED: Look("mic_off", "warning_soft", "on_warning_soft"),
    Talk.NO_MICROPHONE: Look("mic_off", "danger_soft", "on_danger_soft"),
}


@dataclass(frozen=True, slots=True)
class Face:
    """What the control shows at one moment.

    Attributes:
        talk: The state of the talk.
        title: What is going on.
        hint: What can be done.
        level: How loud the microphone is, from 0 to 1.
        turn: Number of the frame, where something moves.
        over: The pointer is over the control.
        down: It is pressed.
        ring: It has the focus, moved there by key.
    """

    talk: Talk
    title: str
    hint: str
    level: float = 0.0
    turn: int = 0
    over: bool = False
    down: bool = False
    ring: bool = False


def smallest(font: QFont, titles: Iterable[str]) -> QSize:
    """Return the room that each of ``titles`` needs with a hint below it, halo and all."""
    big, little = map(QFontMetricsF, fonts(font))
    wide = max(map(big.horizontalAdvance, titles)) + ICON_PX + GAP_PX
    high = big.height() + little.height() + 2 * EDGE_PX
    return QSize(ceil(wide + 2 * HALO_PX), ceil(high + 2 * HALO_PX))


def draw(painter: QPainter, box: QRectF, face: Face, font: QFont) -> None:
    """Draw halo, ground, icon and words into ``box``."""
    c = theme.colors()
    look = LOOKS[face.talk]
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    body = box.adjusted(HALO_PX, HALO_PX, -HALO_PX, -HALO_PX)
    _draw_halo(painter, body, face.level, QColor(c.accent))
    ground = _ground(c, look, face)
    edge = QColor(getattr(c, look.edge)) if look.edge else ground
    painter.setPen(QPen(edge, 2 if look.edge else 1))
    painter.setBrush(ground)
    radius = body.height() / 2
    painter.drawRoundedRect(body, radius, radius)
    if face.ring:
        painter.setPen(QPen(QColor(c.text), 2))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(body.adjusted(-3, -3, 3, 3), radius + 3, radius + 3)
    _draw_words(painter, body, face, font, QColor(getattr(c, look.ink)))


def fonts(font: QFont) -> tuple[QFont, QFont]:
    """Return the fonts of title and hint."""
    return theme.scaled(font, 1.3, QFont.Weight.DemiBold), theme.scaled(font, 0.95)


def _ground(c: Colors, look: Look, face: Face) -> QColor:
    ground = QColor(getattr(c, look.ground))
    if face.talk is Talk.OFFLINE and face.over:
        ground = QColor(c.accent_over)
    return ground.darker(108) if face.down else ground


def _draw_halo(painter: QPainter, body: QRectF, level: float, color: QColor) -> None:
    if level <= 0:
        return
    color.setAlphaF(0.30)
    grow = HALO_PX * level
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(color)
    halo = body.adjusted(-grow, -grow, grow, grow)
    painter.drawRoundedRect(halo, halo.height() / 2, halo.height() / 2)


def _draw_words(painter: QPainter, body: QRectF, face: Face, font: QFont, ink: QColor) -> None:
    bold, small = fonts(font)
    big, little = QFontMetricsF(bold), QFontMetricsF(small)
    room = body.width() - ICON_PX - GAP_PX - SIDES_PX
    hint = little.elidedText(face.hint, Qt.TextElideMode.ElideRight, room)
    wide = max(big.horizontalAdvance(face.title), little.horizontalAdvance(hint))
    x = body.center().x() - (ICON_PX + GAP_PX + wide) / 2
    mark = QRectF(x, body.center().y() - ICON_PX / 2, ICON_PX, ICON_PX)
    _draw_mark(painter, mark, face, ink)
    x = mark.right() + GAP_PX
    y = body.center().y() - (big.height() + little.height()) / 2
    painter.setPen(ink)
    painter.setFont(bold)
    painter.drawText(QPointF(x, y + big.ascent()), face.title)
    painter.setFont(small)
    painter.drawText(QPointF(x, y + big.height() + little.ascent()), hint)


def _draw_mark(painter: QPainter, mark: QRectF, face: Face, ink: QColor) -> None:
    match face.talk:
        case Talk.CONNECTING:
            _draw_spinner(painter, mark.adjusted(2, 2, -2, -2), face.turn, ink)
        case Talk.THINKING:
            _draw_thought(painter, mark, face.turn, ink)
        case _:
            icons.draw(painter, LOOKS[face.talk].icon, mark, ink)


def _draw_spinner(painter: QPainter, box: QRectF, turn: int, ink: QColor) -> None:
    pen = QPen(ink, 2.6)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    painter.setPen(pen)
    painter.drawArc(box, -turn * 16 * 18, 16 * 250)


def _draw_thought(painter: QPainter, box: QRectF, turn: int, ink: QColor) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    for number in range(3):
        dot = QColor(ink)
        dot.setAlphaF(1.0 if (turn // 4) % 3 == number else 0.35)
        painter.setBrush(dot)
        painter.drawEllipse(box.center() + QPointF((number - 1) * 10.0, 0), 3.6, 3.6)
