"""The time a download will still take."""

from __future__ import annotations

import pytest

from desktop_app.ui.pace import WINDOW_S, Pace


def test_nobody_can_tell_before_anything_has_arrived_for_a_while() -> None:
    pace = Pace()
    assert pace.left_s(100) is None
    pace.mark(10.0, 5.0)
    assert pace.left_s(100) is None
    pace.mark(10.4, 6.0)
    assert pace.left_s(100) is None


def test_what_remains_takes_as_long_as_what_came() -> None:
    pace = Pace()
    pace.mark(10.0, 20.0)
    pace.mark(14.0, 28.0)
    assert pace.left_s(100) == pytest.approx(36.0)
    assert pace.left_s(28) == 0.0


def test_only_the_newest_part_of_the_past_counts() -> None:
    pace = Pace()
    pace.mark(0.0, 0.0)
    for second in range(1, 31):
        pace.mark(100.0 + second, 10.0 * second)
    assert pace.left_s(400) == pytest.approx(10.0)
    assert len(pace._marks) <= WINDOW_S + 2


def test_a_download_that_stands_still_has_no_end_in_sight() -> None:
    pace = Pace()
    for second in range(40):
        pace.mark(float(second), 30.0)
    assert pace.left_s(100) is None
