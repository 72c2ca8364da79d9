"""Where the rows of a list stand: what Qt asks a list view that places its rows itself."""

from __future__ import annotations

from PySide6.QtCore import (
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    Qt,
)
from PySide6.QtGui import QRegion
from PySide6.QtWidgets import QAbstractItemView, QListView, QWidget

from desktop_app.ui.row_heights import RowHeights

BOTTOM_PAD_PX = 22
Index = QModelIndex | QPersistentModelIndex


class RowGeometry(QListView):
    """Answers from `RowHeights`, in place of Qt's own layout, where each row stands."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.heights = RowHeights()

    def in_sight(self) -> range:
        """Return the numbers of the rows that can be seen."""
        top = float(self.verticalScrollBar().value())
        return self.heights.between(top, top + self.viewport().height())

    def chosen(self) -> list[int]:
        """Return the numbers of the selected rows."""
        return sorted(index.row() for index in self.selectionModel().selectedIndexes())

    def visualRect(self, index: Index) -> QRect:
        """Return where a row stands in the viewport."""
        if not index.isValid() or index.row() >= len(self.heights):
            return QRect()
        top = self.heights.top(index.row()) - self.verticalScrollBar().value()
        height = self.heights.height(index.row())
        return QRect(0, round(top), self.viewport().width(), round(height))

    def indexAt(self, point: QPoint) -> QModelIndex:
        """Return the row at a place of the viewport."""
        y = point.y() + self.verticalScrollBar().value()
        if not 0 <= y < self.heights.total:
            return QModelIndex()
        return self.model().index(self.heights.at(y), 0)

    def scrollTo(
        self,
        index: Index,
        hint: QAbstractItemView.ScrollHint = QAbstractItemView.ScrollHint.EnsureVisible,
    ) -> None:
        """Bring a row into sight."""
        if not index.isValid() or index.row() >= len(self.heights):
            return
        bar, page = self.verticalScrollBar(), self.viewport().height()
        for _ in range(2):  # Only when the row is in sight its true height is known.
            top = self.heights.top(index.row())
            bottom = top + self.heights.height(index.row())
            if top < bar.value():
                bar.setValue(round(top))
            elif bottom > bar.value() + page:
                bar.setValue(round(min(top, bottom + BOTTOM_PAD_PX - page)))

    def moveCursor(
        self, action: QAbstractItemView.CursorAction, modifiers: Qt.KeyboardModifier
    ) -> QModelIndex:
        """Move from row to row by key."""
        last = self.model().rowCount() - 1
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
            case kind.MovePageUp | kind.MovePageDown:
                page = self.viewport().height() * (1 if action is kind.MovePageDown else -1)
                to = self.heights.at(self.heights.top(max(0, min(now, last))) + page)
            case _:
                to = last
        return self.model().index(max(0, min(to, last)), 0)

    def setSelection(self, rect: QRect, command: QItemSelectionModel.SelectionFlag) -> None:
        """Select the rows that meet ``rect``."""
        shift = self.verticalScrollBar().value()
        area = rect.normalized()
        numbers = self.heights.between(area.top() + shift, area.bottom() + shift)
        choice = QItemSelection()
        if numbers:
            first, last = (self.model().index(n, 0) for n in (numbers[0], numbers[-1]))
            choice.select(first, last)
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
