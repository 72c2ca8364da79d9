"""The transcript's rows, laid out: how high each is, and where its lines stand."""

from __future__ import annotations

from collections import OrderedDict

from PySide6.QtGui import QFont

from desktop_app.ui.row_painter import Laid, RowPainter
from desktop_app.ui.transcript_model import TranscriptModel

KEPT_LAYOUTS = 300
ANY_WIDTH_PX = 600


class RowLayouts:
    """Lays rows out when they are first needed, and keeps those that were needed last.

    Attributes:
        painter: Draws what was laid out; another one after each `begin`.
    """

    def __init__(self, model: TranscriptModel) -> None:
        self._rows = model
        self._laid: OrderedDict[str, Laid] = OrderedDict()
        self.painter = RowPainter(QFont(), ANY_WIDTH_PX)

    def begin(self, font: QFont, width_px: float) -> None:
        """Take on another font, width or colours: all is laid out anew."""
        self.painter = RowPainter(font, width_px)
        self._laid.clear()

    def estimate(self, number: int) -> float:
        """Return about how high a row is, from the number of its letters."""
        return self.painter.estimate(self._rows.row_at(number), self._is_first(number))

    def measure(self, number: int) -> float:
        """Break a row into lines and return how high it is."""
        return self.lay_out(number).height

    def lay_out(self, number: int) -> Laid:
        """Return a row as it is painted."""
        row = self._rows.row_at(number)
        first = self._is_first(number)
        known = self._laid.get(row.item_id)
        if known is None or known.row is not row or known.first != first:
            known = self.painter.lay_out(row, first, self._rows.note(row), known)
            self._laid[row.item_id] = known
        self._laid.move_to_end(row.item_id)
        if len(self._laid) > KEPT_LAYOUTS:
            self._laid.popitem(last=False)
        return known

    def _is_first(self, number: int) -> bool:
        """Whether another speaker's row stands above."""
        if number == 0:
            return True
        return self._rows.row_at(number).role is not self._rows.row_at(number - 1).role
