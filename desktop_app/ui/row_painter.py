"""Draws one row of the transcript: what the user said in a bubble, the answer as plain text."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen

from desktop_app.core.transcript import Role, Row, Text
from desktop_app.ui import icons, theme
from desktop_app.ui.text_flow import LINE_SPACING, TextFlow

COLUMN_PX = 740
"""Widest the text grows; longer lines are hard to read."""
MARGIN_PX = 22
BUBBLE_SHARE = 0.82
PAD_X, PAD_Y = 14.0, 9.0
GAP_SAME, GAP_OTHER = 8.0, 20.0
NOTE_GAP = 3.0
DOTS_WIDTH = 34.0
DOT_RADIUS = 3.2


@dataclass(slots=True)
class Laid:
    """A row broken into lines for one width.

    Attributes:
        row: The row it was made of, compared with ``is``.
        first: It stands below another speaker's row and carries its own speaker's name.
        note: What stands below the words.
        height: With the gap above.
    """

    row: Row
    first: bool
    flow: TextFlow
    note: str
    height: float


class RowPainter:
    """Measures and draws rows in one font and column width."""

    def __init__(self, font: QFont, width: float) -> None:
        self.font = theme.scaled(font, 1.12)
        self.small = theme.scaled(font, 0.92, QFont.Weight.DemiBold)
        self.column = max(120.0, min(COLUMN_PX, width - 2 * MARGIN_PX))
        self.left = round((width - self.column) / 2)
        metrics = QFontMetricsF(self.font)
        self._char = metrics.averageCharWidth()
        self._line = round(metrics.height() * LINE_SPACING)
        self._small = QFontMetricsF(self.small)

    def estimate(self, row: Row, first: bool) -> float:
        """Return about how high ``row`` will be, without laying it out."""
        chars = sum(map(len, row.blocks)) + len(row.tail)
        lines = 1 + int(chars * self._char / self._text_width(row))
        return self._around(row, first, "") + lines * self._line

    def lay_out(self, row: Row, first: bool, note: str, known: Laid | None) -> Laid:
        """Break ``row`` into lines; ``known`` is what is known of it from before."""
        width = self._text_width(row)
        flow = known.flow if known and known.flow.width == width else TextFlow(self.font, width)
        flow.set_text(row.text)
        words = flow.height if row.text or not note else 0.0
        if self.waits(row):
            words = float(self._line)
        return Laid(row, first, flow, note, round(self._around(row, first, note) + words))

    def paint(
        self, painter: QPainter, laid: Laid, top: float, clip: QRectF, name: str, *, chosen: bool
    ) -> None:
        """Draw ``laid`` with its upper edge at ``top``."""
        c = theme.colors()
        box = QRectF(self.left, top, self.column, laid.height)
        if chosen:
            ground = box.adjusted(-10, self._gap(laid.first) - 7, 10, 7)
            painter.setPen(QPen(QColor(c.accent), 1.5))
            painter.setBrush(QColor(c.raised))
            painter.drawRoundedRect(ground, 10, 10)
        y = top + self._gap(laid.first)
        match laid.row.role:
            case Role.USER:
                self._paint_user(painter, laid, y, clip)
            case Role.TOOL:
                self._paint_tool(painter, laid, y, clip)
            case Role.ASSISTANT | Role.SYSTEM:
                self._paint_answer(painter, laid, y, clip, name)

    def dots_box(self, laid: Laid, top: float) -> QRectF:
        """Return where the waiting dots of ``laid`` are, empty when there are none."""
        if not self.waits(laid.row):
            return QRectF()
        right = self.left + self.column - PAD_X
        y = top + self._gap(laid.first) + PAD_Y
        return QRectF(right - DOTS_WIDTH, y, DOTS_WIDTH, self._line)

    def paint_dots(self, painter: QPainter, box: QRectF, beat: int) -> None:
        """Draw three dots, of which one stands out at each ``beat``."""
        c = theme.colors()
        painter.setPen(Qt.PenStyle.NoPen)
        for number in range(3):
            color = QColor(c.bubble_muted)
            color.setAlphaF(1.0 if beat % 3 == number else 0.4)
            painter.setBrush(color)
            x = box.center().x() + (number - 1) * 11.0
            painter.drawEllipse(QPointF(x, box.center().y()), DOT_RADIUS, DOT_RADIUS)

    def _paint_user(self, painter: QPainter, laid: Laid, y: float, clip: QRectF) -> None:
        c = theme.colors()
        flow, note = laid.flow, laid.note
        width = min(flow.width, max(flow.natural_width, self._small.horizontalAdvance(note)))
        if self.waits(laid.row):
            width = DOTS_WIDTH
        height = laid.height - self._gap(laid.first)
        right = self.left + self.column
        bubble = QRectF(right - width - 2 * PAD_X - 1, y, width + 2 * PAD_X + 1, height)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(c.bubble))
        painter.drawRoundedRect(bubble, 15, 15)
        partial = laid.row.state is Text.PARTIAL
        origin = QPointF(bubble.left() + PAD_X, y + PAD_Y)
        # What runs from right to left stands at the right of the flow, not of the narrower bubble.
        beyond = QPointF(flow.width - width if flow.leftward else 0.0, 0.0)
        flow.draw(
            painter, origin - beyond, clip, QColor(c.bubble_muted if partial else c.on_bubble)
        )
        if note:
            below = QRectF(
                origin.x(), bubble.bottom() - PAD_Y - self._small.height(), width + 2, 40
            )
            self._paint_note(painter, below, note, c.bubble_muted)

    def _paint_answer(
        self, painter: QPainter, laid: Laid, y: float, clip: QRectF, name: str
    ) -> None:
        c = theme.colors()
        if laid.first:
            painter.setFont(self.small)
            painter.setPen(QColor(c.accent))
            painter.drawText(QPointF(self.left, y + self._small.ascent()), name)
            y += self._name_height()
        laid.flow.draw(painter, QPointF(self.left, y), clip, QColor(c.text))
        if laid.note:
            y += laid.flow.height + NOTE_GAP if laid.row.text else 0.0
            below = QRectF(self.left, y, self.column, 40)
            self._paint_note(painter, below, laid.note, c.muted)

    def _paint_tool(self, painter: QPainter, laid: Laid, y: float, clip: QRectF) -> None:
        c = theme.colors()
        side = self._small.height()
        icons.draw(painter, "tool", QRectF(self.left, y + 2, side, side), QColor(c.muted))
        laid.flow.draw(painter, QPointF(self.left + side + 8, y), clip, QColor(c.muted))
        if laid.note:
            y += laid.flow.height + NOTE_GAP if laid.row.text else 0.0
            below = QRectF(self.left + side + 8, y, self.column, 40)
            self._paint_note(painter, below, laid.note, c.muted)

    def _paint_note(self, painter: QPainter, box: QRectF, note: str, color: str) -> None:
        painter.setFont(self.small)
        painter.setPen(QColor(color))
        shown = self._small.elidedText(note, Qt.TextElideMode.ElideRight, box.width())
        painter.drawText(QPointF(box.left(), box.top() + self._small.ascent()), shown)

    def _text_width(self, row: Row) -> float:
        match row.role:
            case Role.USER:
                return self.column * BUBBLE_SHARE - 2 * PAD_X
            case Role.TOOL:
                return self.column - self._small.height() - 8
            case Role.ASSISTANT | Role.SYSTEM:
                return self.column

    def _around(self, row: Row, first: bool, note: str) -> float:
        """Return the height of everything but the words."""
        height = self._gap(first)
        if note:
            height += self._small.height() + NOTE_GAP
        if row.role is Role.USER:
            height += 2 * PAD_Y
        elif first and row.role is Role.ASSISTANT:
            height += self._name_height()
        return height

    def _name_height(self) -> float:
        return self._small.height() + 4

    @staticmethod
    def _gap(first: bool) -> float:
        return GAP_OTHER if first else GAP_SAME

    @staticmethod
    def waits(row: Row) -> bool:
        """Return whether ``row`` shows waiting dots."""
        return row.role is Role.USER and row.state is Text.WAITING and not row.text
