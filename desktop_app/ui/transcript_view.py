"""The list that shows the transcript: smooth with 10,000 rows and with one row that grows long.

Qt's own list view measures every row again whenever one changes.  Here only rows that can be seen
are laid out; of the others an estimate of the height is enough.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Sequence
from itertools import accumulate

from PySide6.QtCore import (
    QEvent,
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QRectF,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QRegion, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QListView, QWidget

from desktop_app.core.transcript import Role
from desktop_app.ui.row_painter import Laid, RowPainter
from desktop_app.ui.transcript_model import TranscriptModel

KEPT_LAYOUTS = 300
BOTTOM_PAD_PX = 22
NEAR_BOTTOM_PX = 24
DOTS_MS = 420
Index = QModelIndex | QPersistentModelIndex


class TranscriptView(QListView):
    """Paints a `TranscriptModel`; follows new words only while its end is in sight."""

    following_changed = Signal(bool)
    """Whether the newest words are in sight."""

    def __init__(self, model: TranscriptModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("transcript")
        self._rows = model
        self._painter = RowPainter(self.font(), 600)
        self._heights: list[float] = []
        self._exact: set[int] = set()
        self._tops: list[float] = [0.0]
        self._laid: OrderedDict[str, Laid] = OrderedDict()
        self._following = True
        self._adjusting = False
        self._beat = 0
        self._dots = QTimer(self, interval=DOTS_MS)
        self._dots.timeout.connect(self._next_beat)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setModel(model)
        model.rowsMoved.connect(self._rows_moved)
        model.modelReset.connect(self._start_over)

    @property
    def following(self) -> bool:
        """Whether the newest words are in sight."""
        return self._following

    def to_newest(self) -> None:
        """Go to the end, and stay there as words arrive."""
        self._set_following(True)
        self.doItemsLayout()

    def chosen(self) -> list[int]:
        """Return the numbers of the selected rows."""
        return sorted(index.row() for index in self.selectionModel().selectedIndexes())

    # --- the model's changes ------------------------------------------------------------------

    def dataChanged(self, first: Index, last: Index, roles: Sequence[int] = ()) -> None:
        """Measure the changed rows anew when they are next seen."""
        for number in range(first.row(), last.row() + 1):
            self._exact.discard(number)
        QAbstractItemView.dataChanged(self, first, last, list(roles))
        self.scheduleDelayedItemsLayout()

    def rowsInserted(self, parent: Index, start: int, end: int) -> None:
        """Make room."""
        added = end - start + 1
        self._exact = {n if n < start else n + added for n in self._exact if n != start}
        self._heights[start:start] = [self._estimate(n) for n in range(start, end + 1)]
        QAbstractItemView.rowsInserted(self, parent, start, end)
        self.scheduleDelayedItemsLayout()

    def rowsAboutToBeRemoved(self, parent: Index, start: int, end: int) -> None:
        """Close the gap."""
        gone = end - start + 1
        kept = (n for n in self._exact if n < start or n > end + 1)
        self._exact = {n if n < start else n - gone for n in kept}
        del self._heights[start : end + 1]
        QAbstractItemView.rowsAboutToBeRemoved(self, parent, start, end)
        self.scheduleDelayedItemsLayout()

    def _rows_moved(self) -> None:
        self._exact.clear()
        self.scheduleDelayedItemsLayout()

    def _start_over(self) -> None:
        self._exact.clear()
        self._laid.clear()
        self._heights = [self._estimate(n) for n in range(self._rows.rowCount())]
        self.scheduleDelayedItemsLayout()

    # --- geometry -----------------------------------------------------------------------------

    def doItemsLayout(self) -> None:
        """Measure what is in sight, and keep that still (or the end, while following)."""
        if self._adjusting:
            return
        self._adjusting = True
        try:
            self._place()
        finally:
            self._adjusting = False
        QAbstractItemView.doItemsLayout(self)

    def _place(self) -> None:
        bar, page = self.verticalScrollBar(), self.viewport().height()
        value = float(bar.value())
        anchor = self._row_at_y(value)
        offset = value - self._tops[anchor] if anchor < len(self._tops) else 0.0
        # The lines that come into sight may be higher or lower than estimated: look again.
        for _ in range(8):
            self._tops = list(accumulate(self._heights, initial=0.0))
            end = max(0.0, self._tops[-1] + BOTTOM_PAD_PX - page)
            if self._following or not self._heights:
                value = end
            else:
                anchor = min(anchor, len(self._heights) - 1)
                value = min(end, self._tops[anchor] + offset)
            if not self._measure(value, value + page):
                break
        bar.setPageStep(page)
        bar.setSingleStep(28)
        bar.setRange(0, round(end))
        bar.setValue(round(value))
        self._update_dots()

    def _measure(self, top: float, bottom: float) -> bool:
        """Lay out the rows between two heights; tell whether any was not as estimated."""
        changed = False
        for number in self._between(top, bottom):
            if number not in self._exact:
                height = self._lay_out(number).height
                changed = changed or height != self._heights[number]
                self._heights[number] = height
                self._exact.add(number)
        return changed

    def _lay_out(self, number: int) -> Laid:
        row = self._rows.row_at(number)
        first = self._is_first(number)
        known = self._laid.get(row.item_id)
        if known is None or known.row is not row or known.first != first:
            known = self._painter.lay_out(row, first, self._rows.note(row), known)
            self._laid[row.item_id] = known
        self._laid.move_to_end(row.item_id)
        if len(self._laid) > KEPT_LAYOUTS:
            self._laid.popitem(last=False)
        return known

    def _estimate(self, number: int) -> float:
        return self._painter.estimate(self._rows.row_at(number), self._is_first(number))

    def _is_first(self, number: int) -> bool:
        """Whether another speaker's row stands above."""
        if number == 0:
            return True
        return self._rows.row_at(number).role is not self._rows.row_at(number - 1).role

    def _row_at_y(self, y: float) -> int:
        return max(0, min(bisect_right(self._tops, y) - 1, len(self._heights) - 1))

    def _between(self, top: float, bottom: float) -> range:
        if not self._heights:
            return range(0)
        return range(self._row_at_y(top), self._row_at_y(bottom) + 1)

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        """Move, and measure the rows that come into sight without making the others jump."""
        if not self._adjusting:
            bar = self.verticalScrollBar()
            self._set_following(bar.value() >= bar.maximum() - NEAR_BOTTOM_PX)
            top = float(bar.value())
            before = self._row_at_y(top)
            base = self._tops[before]
            if self._measure(top, top + self.viewport().height()):
                self._keep_still(before, base, top, dy)
        self.viewport().update()
        self._update_dots()

    def _keep_still(self, first: int, base: float, top: float, dy: int) -> None:
        """Correct the scroll bar after the heights of rows in sight became known."""
        bar = self.verticalScrollBar()
        old_end = self._tops[first + 1]
        self._tops = list(accumulate(self._heights, initial=0.0))
        self._adjusting = True
        end = max(0, round(self._tops[-1] + BOTTOM_PAD_PX - self.viewport().height()))
        bar.setRange(0, end)
        if self._following:
            bar.setValue(end)
        elif dy > 0:  # Upwards: the row that enters grows away from those below it.
            bar.setValue(round(top + self._tops[first + 1] - old_end))
        else:
            bar.setValue(round(top + self._tops[first] - base))
        self._adjusting = False

    def _set_following(self, following: bool) -> None:
        if following is not self._following:
            self._following = following
            self.following_changed.emit(following)

    def updateGeometries(self) -> None:
        """Leave the scroll bars alone: `doItemsLayout` has set them."""

    def visualRect(self, index: Index) -> QRect:
        """Return where a row stands in the viewport."""
        if not index.isValid() or index.row() >= len(self._tops) - 1:
            return QRect()
        top = self._tops[index.row()] - self.verticalScrollBar().value()
        height = self._tops[index.row() + 1] - self._tops[index.row()]
        return QRectF(self._painter.left, top, self._painter.column, height).toRect()

    def indexAt(self, point: QPoint) -> QModelIndex:
        """Return the row at a place of the viewport."""
        y = point.y() + self.verticalScrollBar().value()
        if not self._heights or not 0 <= y < self._tops[-1]:
            return QModelIndex()
        return self._rows.index(self._row_at_y(y))

    def scrollTo(
        self,
        index: Index,
        hint: QAbstractItemView.ScrollHint = QAbstractItemView.ScrollHint.EnsureVisible,
    ) -> None:
        """Bring a row into sight."""
        if not index.isValid() or index.row() >= len(self._tops) - 1:
            return
        bar, page = self.verticalScrollBar(), self.viewport().height()
        top, bottom = self._tops[index.row()], self._tops[index.row() + 1]
        if top < bar.value():
            bar.setValue(round(top))
        elif bottom > bar.value() + page:
            bar.setValue(round(min(top, bottom + BOTTOM_PAD_PX - page)))

    def moveCursor(
        self, action: QAbstractItemView.CursorAction, modifiers: Qt.KeyboardModifier
    ) -> QModelIndex:
        """Move from row to row by key."""
        last = self._rows.rowCount() - 1
        if last < 0:
            return QModelIndex()
        kind = QAbstractItemView.CursorAction
        now = self.currentIndex().row() if self.currentIndex().isValid() else last + 1
        match action:
            case kind.MoveUp | kind.MoveLeft | kind.MovePrevious:
                to = now - 1
            case kind.MoveDown | kind.MoveRight | kind.MoveNext:
                to = now + 1
            case kind.MoveHome:
                to = 0
            case kind.MoveEnd:
                to = last
            case kind.MovePageUp | kind.MovePageDown:
                page = self.viewport().height() * (1 if action is kind.MovePageDown else -1)
                to = self._row_at_y(self._tops[max(0, min(now, last))] + page)
            case _:
                to = now
        return self._rows.index(max(0, min(to, last)))

    def setSelection(self, rect: QRect, command: QItemSelectionModel.SelectionFlag) -> None:
        """Select the rows that meet ``rect``."""
        shift = self.verticalScrollBar().value()
        area = rect.normalized()
        numbers = self._between(area.top() + shift, area.bottom() + shift)
        choice = QItemSelection()
        if numbers:
            choice.select(self._rows.index(numbers[0]), self._rows.index(numbers[-1]))
        self.selectionModel().select(choice, command)

    def visualRegionForSelection(self, selection: QItemSelection) -> QRegion:
        """Return what must be painted when ``selection`` changes."""
        return QRegion(self.viewport().rect())

    def horizontalOffset(self) -> int:
        """Return 0: there is no sideways."""
        return 0

    def verticalOffset(self) -> int:
        """Return how far the view is scrolled."""
        return self.verticalScrollBar().value()

    def isIndexHidden(self, index: Index) -> bool:
        """Return False: the model holds only rows to show."""
        return False

    # --- events -------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the rows in sight."""
        self.executeDelayedItemsLayout()
        painter = QPainter(self.viewport())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        shift = self.verticalScrollBar().value()
        area = QRectF(event.rect())
        picked = self.selectionModel()
        for number in self._between(area.top() + shift, area.bottom() + shift):
            laid = self._lay_out(number)
            top = self._tops[number] - shift
            chosen = picked.isSelected(self._rows.index(number))
            name = self._rows.speaker(laid.row)
            self._painter.paint(painter, laid, top, area, name, chosen=chosen)
            box = self._painter.dots_box(laid, top)
            if not box.isEmpty():
                self._painter.paint_dots(painter, box, self._beat)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Break the lines anew when the width has changed."""
        if event.size().width() != event.oldSize().width():
            self._renew()
        self.doItemsLayout()

    def changeEvent(self, event: QEvent) -> None:
        """Take on another font or other colours."""
        super().changeEvent(event)
        if event.type() in {QEvent.Type.FontChange, QEvent.Type.StyleChange}:
            self._renew()
            self.scheduleDelayedItemsLayout()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Leave Space to the window, for which it may be the talk key."""
        if event.key() == Qt.Key.Key_Space:
            event.ignore()
            return
        super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        """Leave Space to the window."""
        if event.key() == Qt.Key.Key_Space:
            event.ignore()
            return
        super().keyReleaseEvent(event)

    def _renew(self) -> None:
        self._painter = RowPainter(self.font(), float(self.viewport().width()))
        self._start_over()

    def _update_dots(self) -> None:
        """Let the waiting dots move only where somebody can see them."""
        self._dots_wanted = self.isVisible() and any(
            not self._painter.dots_box(self._lay_out(n), 0).isEmpty()
            for n in self._in_sight()
            if self._rows.row_at(n).role is Role.USER
        )
        if self._dots_wanted != self._dots.isActive():
            if self._dots_wanted:
                self._dots.start()
            else:
                self._dots.stop()

    def _in_sight(self) -> range:
        top = float(self.verticalScrollBar().value())
        return self._between(top, top + self.viewport().height())

    def _next_beat(self) -> None:
        self._beat += 1
        if not self.isVisible():
            self._dots.stop()
            return
        shift = self.verticalScrollBar().value()
        for number in self._in_sight():
            box = self._painter.dots_box(self._lay_out(number), self._tops[number] - shift)
            if not box.isEmpty():
                self.viewport().update(box.toRect())
