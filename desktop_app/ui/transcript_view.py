"""The list that shows the transcript: bubbles, answers, waiting dots."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRect, QRectF, Qt, QTimer
from PySide6.QtGui import (
    QBrush,
    QColor,
    QFocusEvent,
    QHideEvent,
    QKeyEvent,
    QLinearGradient,
    QPainter,
    QPaintEvent,
    QPen,
    QShowEvent,
)
from PySide6.QtWidgets import QWidget

from desktop_app.ui import theme
from desktop_app.ui.controls import ring_after
from desktop_app.ui.row_layouts import RowLayouts
from desktop_app.ui.row_list import RowList
from desktop_app.ui.transcript_model import TranscriptModel

FADE_PX = 16
DOTS_MS = 420


class TranscriptView(RowList):
    """Paints a `TranscriptModel`: smooth with 10,000 rows and with one row that grows long."""

    def __init__(self, model: TranscriptModel, parent: QWidget | None = None) -> None:
        self._rows, self._layouts = model, RowLayouts(model)
        self._beat = 0
        self._ring = False
        super().__init__(model, self._layouts, parent)
        self._dots = QTimer(self, interval=DOTS_MS)
        self._dots.timeout.connect(self._next_beat)
        self.setObjectName("transcript")

    @property
    def moving(self) -> bool:
        """Whether waiting dots move."""
        return self._dots.isActive()

    # --- painting -----------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the rows in sight."""
        self.executeDelayedItemsLayout()
        painter = QPainter(self.viewport())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        shift = self.verticalScrollBar().value()
        area = QRectF(event.rect())
        picked = self.selectionModel()
        for number in self.heights.between(area.top() + shift, area.bottom() + shift):
            laid = self._layouts.lay_out(number)
            top = self.heights.top(number) - shift
            chosen = picked.isSelected(self._rows.index(number))
            name = self._rows.speaker(laid.row)
            self._layouts.painter.paint(painter, laid, top, area, name, chosen=chosen)
            box = self._layouts.painter.dots_box(laid, top)
            if not box.isEmpty():
                self._layouts.painter.paint_dots(painter, box, self._beat)
        self._paint_edges(painter)
        if self._ring and self.hasFocus() and not picked.hasSelection():
            painter.setPen(QPen(QColor(theme.colors().accent), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            box = QRectF(self.viewport().rect()).adjusted(5, 3, -5, -3)
            painter.drawRoundedRect(box, 10, 10)

    def _paint_edges(self, painter: QPainter) -> None:
        """Fade the words where more of them lie beyond the edge."""
        bar, area = self.verticalScrollBar(), self.viewport().rect()
        ground = QColor(theme.colors().window)
        clear = QColor(ground)
        clear.setAlpha(0)
        for beyond, edge, inner in (
            (bar.value() > 0, 0, FADE_PX),
            (bar.value() < bar.maximum(), area.height(), area.height() - FADE_PX),
        ):
            if beyond:
                shade = QLinearGradient(0, edge, 0, inner)
                shade.setColorAt(0, ground)
                shade.setColorAt(1, clear)
                strip = QRect(0, min(edge, inner), area.width(), FADE_PX)
                painter.fillRect(strip, QBrush(shade))

    # --- waiting dots -------------------------------------------------------------------------

    def placed(self) -> None:
        """Let the waiting dots move only where somebody can see them."""
        wanted = self.isVisible() and any(self._dots_boxes())
        if wanted and not self._dots.isActive():
            self._dots.start()
        elif not wanted and self._dots.isActive():
            self._dots.stop()

    def _dots_boxes(self) -> list[QRectF]:
        shift = self.verticalScrollBar().value()
        boxes = (
            self._layouts.painter.dots_box(self._layouts.lay_out(n), self.heights.top(n) - shift)
            for n in self.in_sight()
            if self._layouts.painter.waits(self._rows.row_at(n))
        )
        return [box for box in boxes if not box.isEmpty()]

    def _next_beat(self) -> None:
        self._beat += 1
        for box in self._dots_boxes():
            self.viewport().update(box.toAlignedRect())

    # --- events -------------------------------------------------------------------------------

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show the focus to those who move it by key."""
        super().focusInEvent(event)
        self._ring = ring_after(event, self._ring)
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Show it no longer."""
        super().focusOutEvent(event)
        self._ring = ring_after(event, self._ring)
        self.viewport().update()

    def showEvent(self, event: QShowEvent) -> None:
        """Move again."""
        super().showEvent(event)
        self.placed()

    def hideEvent(self, event: QHideEvent) -> None:
        """Stand still."""
        super().hideEvent(event)
        self.placed()

    def changeEvent(self, event: QEvent) -> None:
        """Take on another font or other colours."""
        super().changeEvent(event)
        if event.type() in {QEvent.Type.FontChange, QEvent.Type.StyleChange}:
            self.start_over()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Leave Space to the window, for which it may be the talk key."""
        if event.key() == Qt.Key.Key_Space:
            event.ignore()
        else:
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        """Leave Space to the window."""
        if event.key() == Qt.Key.Key_Space:
            event.ignore()
        else:
            super().keyReleaseEvent(event)
