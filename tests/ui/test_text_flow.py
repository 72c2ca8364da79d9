"""Breaking a growing text into lines."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QFont, QImage, QPainter, QTextLayout

from desktop_app.ui.text_flow import PIECE_CHARS, TextFlow

WORDS = "The quick brown fox jumps over the lazy dog, twice, and naïvely 😀 so. \n" * 120


def lines(flow: TextFlow) -> list[str]:
    found = []
    for piece in flow._pieces:
        coded = piece.layout.text().encode("utf-16-le")
        seen = 0.0
        for number in range(piece.layout.lineCount()):
            line = piece.layout.lineAt(number)
            if seen >= piece.height:
                break
            seen += flow._pitch(line.height())
            at, size = line.textStart() * 2, line.textLength() * 2
            found.append(coded[at : at + size].decode("utf-16-le"))
    return found


def test_a_text_that_grew_word_by_word_stands_like_one_that_came_at_once() -> None:
    grown, whole = TextFlow(QFont(), 400), TextFlow(QFont(), 400)
    for end in range(0, len(WORDS), 37):
        grown.set_text(WORDS[:end])
    grown.set_text(WORDS)
    whole.set_text(WORDS)
    assert lines(grown) == lines(whole)
    assert "".join(lines(whole)).replace("\u2028", "\n") == WORDS
    assert grown.height == whole.height
    assert grown.natural_width == whole.natural_width
    assert len(whole._pieces) > 2


def test_growing_lays_out_only_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    flow = TextFlow(QFont(), 700)
    flow.set_text("word " * 20_000)
    laid_out: list[int] = []
    original = TextFlow._laid_out

    def counted(self: TextFlow, text: str) -> QTextLayout:
        laid_out.append(len(text))
        return original(self, text)

    monkeypatch.setattr(TextFlow, "_laid_out", counted)
    for number in range(1, 101):
        flow.set_text("word " * (20_000 + number))
    assert max(laid_out) <= PIECE_CHARS
    assert len(laid_out) <= 104


def test_another_text_begins_anew_and_the_same_costs_nothing() -> None:
    flow = TextFlow(QFont(), 300)
    flow.set_text("one two three " * 40)
    high, pieces = flow.height, flow._pieces
    flow.set_text("one two three " * 40)
    assert flow._pieces is pieces
    flow.set_text("short")
    assert flow.height < high
    assert flow.natural_width < 300


def test_a_text_without_a_place_to_break_still_ends_at_the_edge() -> None:
    flow = TextFlow(QFont(), 120)
    flow.set_text("x" * 9000)
    assert flow.natural_width <= 121
    assert "".join(lines(flow)) == "x" * 9000


def test_a_very_wide_line_is_not_split() -> None:
    flow = TextFlow(QFont(), 1_000_000)
    flow.set_text("word " * 2000)
    assert len(lines(flow)) == 1


def test_hebrew_and_arabic_begin_on_the_right() -> None:
    flow = TextFlow(QFont(), 400)
    flow.set_text("1. שלום")
    assert flow._pieces[0].layout.lineAt(0).naturalTextRect().left() > 200
    flow.set_text("Hello שלום")
    assert flow._pieces[0].layout.lineAt(0).naturalTextRect().left() < 1


def test_only_what_meets_the_clip_is_drawn() -> None:
    flow = TextFlow(QFont(), 300)
    flow.set_text(WORDS)
    image = QImage(300, 100, QImage.Format.Format_ARGB32)
    for top, inked in ((0.0, True), (-flow.height + 100, True), (-flow.height - 500, False)):
        image.fill(0)
        painter = QPainter(image)
        flow.draw(painter, QPointF(0, top), QRectF(0, 0, 300, 100), QColor("black"))
        painter.end()
        assert (bytes(image.constBits()).count(0) < image.sizeInBytes()) is inked
