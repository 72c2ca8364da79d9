"""Where rows stand."""

from __future__ import annotations

from desktop_app.ui.row_heights import RowHeights


def made(*heights: float) -> RowHeights:
    rows = RowHeights()
    rows.reset(heights)
    return rows


def test_tops_follow_from_heights() -> None:
    rows = made(10, 20, 30)
    assert [rows.top(n) for n in range(4)] == [0, 10, 30, 60]
    assert rows.total == 60
    assert len(rows) == 3


def test_a_measured_height_moves_what_stands_below() -> None:
    rows = made(10, 20, 30)
    assert not rows.is_exact(1)
    assert rows.measured(1, 25)
    assert rows.is_exact(1)
    assert not rows.measured(1, 25)
    assert rows.top(2) == 35


def test_inserting_shifts_and_doubts_the_row_behind() -> None:
    rows = made(10, 20, 30)
    for number, height in enumerate((10, 20, 30)):
        rows.measured(number, height)
    rows.insert(1, [5, 5])
    assert [rows.is_exact(n) for n in range(5)] == [True, False, False, False, True]
    assert rows.total == 70


def test_removing_shifts_and_doubts_the_row_behind() -> None:
    rows = made(10, 20, 30, 40)
    for number, height in enumerate((10, 20, 30, 40)):
        rows.measured(number, height)
    rows.remove(1, 1)
    assert [rows.is_exact(n) for n in range(3)] == [True, False, True]
    assert rows.total == 80


def test_places_find_their_rows_even_outside() -> None:
    rows = made(10, 20, 30)
    assert [rows.at(y) for y in (-5, 0, 9, 10, 59, 1000)] == [0, 0, 0, 1, 2, 2]
    assert list(rows.between(5, 12)) == [0, 1]
    assert list(made().between(0, 100)) == []
    assert made().at(50) == 0


def test_heights_can_be_doubted() -> None:
    rows = made(10, 20)
    rows.measured(0, 10)
    rows.measured(1, 20)
    rows.doubt(0)
    assert (rows.is_exact(0), rows.is_exact(1)) == (False, True)
    rows.doubt_all()
    assert not rows.is_exact(1)
