"""The list that shows the transcript."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QItemSelectionModel, QPoint, QRect, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractItemView
from pytestqt.qtbot import QtBot

from desktop_app.core.transcript import Role, Row, Rows, Text, grown, place
from desktop_app.ui.palettes import LIGHT
from desktop_app.ui.row_layouts import RowLayouts
from desktop_app.ui.row_painter import RowPainter
from desktop_app.ui.transcript_model import TranscriptModel
from desktop_app.ui.transcript_view import TranscriptView
from tests.ui.scenes import TALK, said


def many(count: int) -> Rows:
    roles = (Role.USER, Role.ASSISTANT)
    return tuple(
        said(f"i{n}", roles[n % 2], f"Row {n}. " + "Some words to fill it. " * (n * 7 % 11))
        for n in range(count)
    )


@pytest.fixture
def view(qtbot: QtBot) -> TranscriptView:
    made = TranscriptView(TranscriptModel())
    qtbot.addWidget(made)
    made.resize(600, 400)
    made.show()
    return made


def show(view: TranscriptView, rows: Rows) -> None:
    model = view.model()
    assert isinstance(model, TranscriptModel)
    model.show_rows(rows)
    view.executeDelayedItemsLayout()


def at_end(view: TranscriptView) -> bool:
    return view.verticalScrollBar().value() == view.verticalScrollBar().maximum()


def places(view: TranscriptView) -> dict[str, int]:
    """Return where each row in sight begins, by its first words."""
    model = view.model()
    return {
        model.index(n, 0).data()[:9]: view.visualRect(model.index(n, 0)).top()
        for n in view.in_sight()
    }


def test_the_end_stays_in_sight_while_words_arrive(view: TranscriptView) -> None:
    rows = many(50)
    show(view, rows)
    assert at_end(view)
    for _ in range(30):
        rows = (*rows[:-1], grown(rows[-1], " and more words for the last row"))
        show(view, rows)
        assert at_end(view)
    show(view, (*rows, said("new", Role.USER, "New.")))
    assert at_end(view)


def test_who_reads_further_up_is_not_disturbed(view: TranscriptView, qtbot: QtBot) -> None:
    rows = many(200)
    show(view, rows)
    with qtbot.waitSignal(view.following_changed) as told:
        view.verticalScrollBar().setValue(2000)
    assert told.args == [False]
    before = places(view)
    rows = (*rows, said("new", Role.USER, "New."))
    show(view, rows)
    assert places(view) == before
    late = said("late", Role.USER, "Words that came late and stand further up. " * 9)
    show(view, place(rows, late, "i3"))
    assert places(view) == before
    show(view, (*rows[:2], *rows[4:]))
    assert places(view) == before


def test_going_to_the_newest_follows_again(view: TranscriptView) -> None:
    show(view, many(200))
    view.verticalScrollBar().setValue(0)
    assert not view.following
    view.to_newest()
    assert view.following
    assert at_end(view)


def test_scrolling_back_to_the_end_follows_again(view: TranscriptView) -> None:
    show(view, many(60))
    view.verticalScrollBar().setValue(0)
    for _ in range(500):
        bar = view.verticalScrollBar()
        bar.setValue(bar.value() + 60)
    assert at_end(view)
    assert view.following


@pytest.mark.parametrize("step", [-37, 37])
def test_rows_move_exactly_as_far_as_one_scrolls(view: TranscriptView, step: int) -> None:
    show(view, many(300))
    bar = view.verticalScrollBar()
    bar.setValue(3000)
    for _ in range(60):
        before = places(view)
        bar.setValue(bar.value() + step)
        after = places(view)
        kept = [name for name in before if name in after]
        assert kept
        # The row at the edge may turn out higher than thought; the others keep their distance.
        assert all(abs(before[name] - after[name] - step) <= 1 for name in kept)


def test_with_10_000_rows_a_word_costs_no_more_than_what_is_in_sight(
    view: TranscriptView, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = many(10_000)
    show(view, rows)
    laid_out: list[str] = []
    original = RowPainter.lay_out

    def counted(self: RowPainter, row: Row, *rest: object) -> object:
        laid_out.append(row.item_id)
        return original(self, row, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(RowPainter, "lay_out", counted)
    for number in range(50):
        rows = (*rows[:-1], grown(rows[-1], f" {number}"))
        show(view, rows)
        view.grab()
    assert set(laid_out) == {"i9999"}
    assert len(laid_out) == 50
    laid_out.clear()
    show(view, (*rows, said("new", Role.USER, "New.")))
    view.grab()
    assert set(laid_out) <= {"i9999", "new"}


def test_another_width_breaks_the_lines_anew(view: TranscriptView) -> None:
    show(view, many(40))
    wide = view.heights.total
    view.resize(320, 400)
    view.executeDelayedItemsLayout()
    assert view.heights.total > wide * 1.2
    assert at_end(view)


def test_every_state_of_a_row_is_drawn_and_estimated_about_right(view: TranscriptView) -> None:
    states = [said(f"{r}{s}", r, "Some words.", s) for r in Role for s in Text]
    empty = [Row(f"u{s}", Role.USER, s) for s in Text]
    view.resize(600, 6000)
    show(view, (*states, *empty))
    assert view.grab().toImage() != QImage()
    model = view.model()
    assert isinstance(model, TranscriptModel)
    layouts = RowLayouts(model)
    layouts.begin(view.font(), view.width())
    for number in range(model.rowCount()):
        assert view.heights.is_exact(number)
        assert abs(layouts.estimate(number) - view.heights.height(number)) < 60


def test_partial_words_are_paler_than_final_ones(view: TranscriptView) -> None:
    def inks(state: Text) -> set[str]:
        show(view, (said("i", Role.USER, "MMMMMM", state),))
        image = view.viewport().grab().toImage()
        spots = ((x, y) for x in range(0, image.width(), 1) for y in range(10, 60))
        return {QColor(image.pixel(x, y)).name() for x, y in spots}

    assert LIGHT.bubble_muted in inks(Text.PARTIAL)
    assert LIGHT.on_bubble not in inks(Text.PARTIAL)
    assert LIGHT.on_bubble in inks(Text.DONE)


def test_a_line_from_right_to_left_stays_in_its_bubble(view: TranscriptView) -> None:
    show(view, (said("i", Role.USER, "שלום, מה שלומך היום?"),))
    image = view.viewport().grab().toImage()
    columns: dict[str, list[int]] = {LIGHT.bubble: [], LIGHT.on_bubble: []}
    for x in range(image.width()):
        for y in range(10, 60):
            columns.get(QColor(image.pixel(x, y)).name(), []).append(x)
    bubble, ink = columns.values()
    assert bubble[0] < ink[0]
    assert ink[-1] < bubble[-1]


def test_dots_move_only_while_somebody_waits_and_sees_them(view: TranscriptView) -> None:
    waiting = Row("w", Role.USER)
    show(view, (*TALK, waiting))
    assert view.moving
    before = view.viewport().grab().toImage()
    view._next_beat()
    assert view.viewport().grab().toImage() != before
    view.hide()
    assert not view.moving
    view.show()
    assert view.moving
    show(view, (*TALK, replace(waiting, state=Text.DONE, tail="Here I am.")))
    assert not view.moving


def test_keys_go_from_row_to_row(view: TranscriptView) -> None:
    show(view, many(60))
    kind = QAbstractItemView.CursorAction
    none = Qt.KeyboardModifier.NoModifier

    def go(action: QAbstractItemView.CursorAction) -> int:
        view.setCurrentIndex(view.moveCursor(action, none))
        return view.currentIndex().row()

    assert go(kind.MoveUp) == 59
    assert go(kind.MovePrevious) == 58
    assert go(kind.MoveHome) == 0
    assert view.verticalScrollBar().value() == 0
    assert go(kind.MoveUp) == 0
    assert go(kind.MoveDown) == 1
    page = go(kind.MovePageDown)
    assert 1 < page < 20
    assert go(kind.MovePageUp) < page
    assert go(kind.MoveEnd) == 59
    assert at_end(view)
    show(view, ())
    assert not view.moveCursor(kind.MoveDown, none).isValid()


def test_the_mouse_selects_rows_and_points_at_them(view: TranscriptView) -> None:
    show(view, TALK)
    middle = view.visualRect(view.model().index(2, 0)).center()
    assert view.indexAt(middle).row() == 2
    assert not view.indexAt(QPoint(10, 5000)).isValid()
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=middle)
    assert view.chosen() == [2]
    select = QItemSelectionModel.SelectionFlag.ClearAndSelect
    view.setSelection(QRect(0, 0, 600, 399), select)
    assert view.chosen() == list(view.in_sight())
    before = view.viewport().grab().toImage()
    view.clearSelection()
    assert view.viewport().grab().toImage() != before


def test_space_is_left_to_the_window(view: TranscriptView) -> None:
    show(view, TALK)
    view.setCurrentIndex(view.model().index(0, 0))
    view.clearSelection()
    QTest.keyClick(view, Qt.Key.Key_Space)
    assert view.chosen() == []
    QTest.keyClick(view, Qt.Key.Key_Down)
    assert view.chosen() == [1]


def test_rows_that_moved_stand_where_they_are_now(view: TranscriptView) -> None:
    rows = many(6)
    view.resize(600, 900)
    show(view, rows)
    show(view, (*rows[1:], rows[0]))
    assert next(iter(places(view))) == "Row 1. So"
    tops = list(places(view).values())
    assert tops == sorted(tops)
    assert view.horizontalOffset() == 0
    assert view.verticalOffset() == view.verticalScrollBar().value()
    assert not view.isIndexHidden(view.model().index(0, 0))
