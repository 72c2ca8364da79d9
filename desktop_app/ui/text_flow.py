"""Lays out a text that grows, without laying out again what stands already."""

from __future__ import annotations

from dataclasses import dataclass
from unicodedata import bidirectional

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QTextLayout, QTextOption

PIECE_CHARS = 2000
"""About how much is laid out at once; the end of a growing text is laid out with every word."""
OPEN_LINES = 2
"""Lines at the end that more text may still break differently."""
DIRECTION_CHARS = 200
"""The first letter decides where a text begins; it is not sought further than this."""
LINE_SPACING = 1.28
_LINE_SEPARATOR = "\u2028"


@dataclass(slots=True)
class _Piece:
    """Lines that stand: a layout and where it begins."""

    layout: QTextLayout
    top: float
    height: float
    text: str


class TextFlow:
    """A text broken into lines of one width.

    Line breaks depend only on what comes before them.  So the text is kept in pieces that end
    where a line ends, and only the last piece is laid out when words arrive.

    Attributes:
        leftward: It runs from right to left, and stands at the right of its width.
    """

    def __init__(self, font: QFont, width: float) -> None:
        self._font = font
        self.width = max(1.0, width)
        self.text = ""
        self.height = 0.0
        self.natural_width = 0.0
        self._pieces: list[_Piece] = []
        self.leftward = False

    def set_text(self, text: str) -> None:
        """Show ``text``; cheap when it only grew at its end."""
        if text == self.text:
            return
        open_text = text
        if self._pieces and text.startswith(self.text):
            last = self._pieces.pop()
            open_text = last.text + text[len(self.text) :]
        else:
            self._pieces.clear()
            self.natural_width = 0.0
            self.leftward = _runs_left(text)
        self.text = text
        self._append(open_text)
        last = self._pieces[-1]
        self.height = last.top + last.height

    def draw(self, painter: QPainter, origin: QPointF, clip: QRectF, color: QColor) -> None:
        """Draw what meets ``clip``, with the text's corner at ``origin``."""
        painter.setPen(color)
        for piece in self._pieces:
            top = origin.y() + piece.top
            if top > clip.bottom():
                break
            if top + piece.height >= clip.top():
                piece.layout.draw(painter, QPointF(origin.x(), top), [], clip)

    def _append(self, text: str) -> None:
        rest = text
        while True:
            chunk, rest = rest[:PIECE_CHARS], rest[PIECE_CHARS:]
            layout = self._laid_out(chunk)
            lines = layout.lineCount()
            if rest and lines <= OPEN_LINES:
                chunk, rest = chunk + rest, ""
                layout = self._laid_out(chunk)
                lines = layout.lineCount()
            if not rest:
                self._add(layout, lines, chunk)
                return
            keep = lines - OPEN_LINES
            # Qt counts in UTF-16, Python in code points; they differ behind an emoji.
            split = layout.lineAt(keep).textStart() * 2
            coded = chunk.encode("utf-16-le", "surrogatepass")
            settled = coded[:split].decode("utf-16-le", "surrogatepass")
            self._add(self._laid_out(settled), keep, settled)
            rest = coded[split:].decode("utf-16-le", "surrogatepass") + rest

    def _add(self, layout: QTextLayout, lines: int, text: str) -> None:
        top = self._pieces[-1].top + self._pieces[-1].height if self._pieces else 0.0
        height = sum(self._pitch(layout.lineAt(n).height()) for n in range(lines))
        widths = (layout.lineAt(n).naturalTextWidth() for n in range(lines))
        self.natural_width = max(self.natural_width, *widths, 0.0)
        self._pieces.append(_Piece(layout, top, height, text))

    def _laid_out(self, text: str) -> QTextLayout:
        layout = QTextLayout(text.replace("\n", _LINE_SEPARATOR), self._font)
        option = QTextOption(Qt.AlignmentFlag.AlignLeft)
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        if self.leftward:
            option.setTextDirection(Qt.LayoutDirection.RightToLeft)
            option.setAlignment(Qt.AlignmentFlag.AlignRight)
        layout.setTextOption(option)
        layout.setCacheEnabled(True)
        layout.beginLayout()
        y = 0.0
        while (line := layout.createLine()).isValid():
            line.setLineWidth(self.width)
            pitch = self._pitch(line.height())
            line.setPosition(QPointF(0, y + (pitch - line.height()) / 2))
            y += pitch
        layout.endLayout()
        return layout

    @staticmethod
    def _pitch(line_height: float) -> float:
        return round(line_height * LINE_SPACING)


def _runs_left(text: str) -> bool:
    """Return whether the first letter that has a direction runs from right to left."""
    classes = map(bidirectional, text[:DIRECTION_CHARS])
    return next((c for c in classes if c in {"L", "R", "AL"}), "L") != "L"
