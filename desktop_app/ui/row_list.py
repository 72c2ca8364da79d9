"""A list view of rows of any height that lays out only what can be seen.

Qt's own list view measures every row again whenever one of them changes.  Here an estimate of the
height is enough for rows out of sight, so that 10,000 rows cost as little as ten.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from PySide6.QtCore import QAbstractListModel, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QFont, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QWidget

from desktop_app.ui.row_geometry import BOTTOM_PAD_PX, Index, RowGeometry

NEAR_BOTTOM_PX = 24
LINE_PX = 28
MOST_LOOKS = 8
"""Rows in sight are measured until none is of another height than thought, or so many times."""


class RowSizes(Protocol):
    """Knows how high rows are."""

    def begin(self, font: QFont, width_px: float) -> None:
        """Take on another font, width or colours."""

    def estimate(self, number: int) -> float:
        """Return about how high a row is.  Must be cheap."""

    def measure(self, number: int) -> float:
        """Lay out a row and return how high it is."""


class RowList(RowGeometry):
    """Places rows; follows the end only while it is in sight, and else keeps still what is seen.

    A subclass paints them.

    Args:
        model: The rows.
        sizes: Knows how high they are.
        parent: Qt's.
    """

    following_changed = Signal(bool)
    """Whether the end is in sight."""

    def __init__(
        self, model: QAbstractListModel, sizes: RowSizes, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._sizes = sizes
        self._following = True
        self._anchor = QPersistentModelIndex()
        self._offset = 0.0
        self._adjusting = False
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setModel(model)
        model.rowsMoved.connect(self._rows_moved)
        model.modelReset.connect(self.start_over)

    # --- what a subclass knows ----------------------------------------------------------------

    def placed(self) -> None:
        """Rows have been placed or scrolled; for what depends on which are in sight."""

    # --- the end ------------------------------------------------------------------------------

    @property
    def following(self) -> bool:
        """Whether the end is in sight."""
        return self._following

    def to_newest(self) -> None:
        """Go to the end, and stay there as rows arrive."""
        self._set_following(True)
        self.doItemsLayout()

    def _set_following(self, following: bool) -> None:
        if following is not self._following:
            self._following = following
            self.following_changed.emit(following)

    # --- the model's changes ------------------------------------------------------------------

    def dataChanged(self, first: Index, last: Index, roles: Sequence[int] = ()) -> None:
        """Measure the changed rows anew when they are next seen."""
        for number in range(first.row(), last.row() + 1):
            self.heights.doubt(number)
        QAbstractItemView.dataChanged(self, first, last, list(roles))
        self.scheduleDelayedItemsLayout()

    def rowsInserted(self, parent: Index, start: int, end: int) -> None:
        """Make room."""
        self.heights.insert(start, [self._sizes.estimate(n) for n in range(start, end + 1)])
        QAbstractItemView.rowsInserted(self, parent, start, end)
        self.scheduleDelayedItemsLayout()

    def rowsAboutToBeRemoved(self, parent: Index, start: int, end: int) -> None:
        """Close the gap."""
        self.heights.remove(start, end)
        QAbstractItemView.rowsAboutToBeRemoved(self, parent, start, end)
        self.scheduleDelayedItemsLayout()

    def _rows_moved(self) -> None:
        self.heights.doubt_all()
        self.scheduleDelayedItemsLayout()

    def start_over(self) -> None:
        """Forget all heights: other rows, another width, another font."""
        self._sizes.begin(self.font(), float(self.width()))
        self.heights.reset(self._sizes.estimate(n) for n in range(self.model().rowCount()))
        self.scheduleDelayedItemsLayout()

    # --- placing ------------------------------------------------------------------------------

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
        known = self._anchor.isValid()
        anchor = self._anchor.row() if known else self.heights.at(bar.value())
        offset = self._offset if known else 0.0
        for _ in range(MOST_LOOKS):
            end = max(0.0, self.heights.total + BOTTOM_PAD_PX - page)
            value = end if self._following else min(end, self.heights.top(anchor) + offset)
            if not self._measure(value, value + page):
                break
        bar.setPageStep(page)
        bar.setSingleStep(LINE_PX)
        bar.setRange(0, round(end))
        bar.setValue(round(value))
        self._set_following(self._following or value >= end)
        self._remember()

    def _measure(self, top: float, bottom: float) -> bool:
        """Lay out the rows between two heights; tell whether any was not as estimated."""
        changed = False
        for number in self.heights.between(top, bottom):
            if not self.heights.is_exact(number):
                changed |= self.heights.measured(number, self._sizes.measure(number))
        return changed

    def _remember(self) -> None:
        """Keep in mind which row is the first in sight."""
        value = self.verticalScrollBar().value()
        first = self.heights.at(value)
        self._anchor = QPersistentModelIndex(self.model().index(first, 0))
        self._offset = value - self.heights.top(first) if len(self.heights) else 0.0
        self.placed()

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        """Move, and measure the rows that come into sight without making the others jump."""
        if not self._adjusting:
            bar = self.verticalScrollBar()
            self._set_following(bar.value() >= bar.maximum() - NEAR_BOTTOM_PX)
            top = float(bar.value())
            first = self.heights.at(top)
            before = self.heights.top(first), self.heights.top(min(first + 1, len(self.heights)))
            if self._measure(top, top + self.viewport().height()):
                self._keep_still(first, before, top, upwards=dy > 0)
            self._remember()
        self.viewport().update()

    def _keep_still(
        self, first: int, before: tuple[float, float], top: float, *, upwards: bool
    ) -> None:
        """Correct the scroll bar after the heights of rows in sight became known.

        Args:
            first: The first row in sight.
            before: Where it began and ended as long as its height was estimated.
            top: Where the view began.
            upwards: The row that entered grows away from those below it.
        """
        bar = self.verticalScrollBar()
        self._adjusting = True
        end = max(0, round(self.heights.total + BOTTOM_PAD_PX - self.viewport().height()))
        bar.setRange(0, end)
        if self._following:
            bar.setValue(end)
        elif top <= 0:
            bar.setValue(0)
        elif upwards:
            bar.setValue(round(top + self.heights.top(first + 1) - before[1]))
        else:
            bar.setValue(round(top + self.heights.top(first) - before[0]))
        self._adjusting = False

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Break the lines anew when the width has changed."""
        if event.size().width() != event.oldSize().width():
            self.start_over()
        self.doItemsLayout()

    def updateGeometries(self) -> None:
        """Leave the scroll bars alone: `doItemsLayout` has set them."""
