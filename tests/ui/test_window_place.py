"""Size and place of the window, from one start to the next."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, QSize
from PySide6.QtGui import QScreen

from desktop_app.ui import window_place
from desktop_app.ui.main_window import MainWindow


@pytest.mark.parametrize(("screen", "shown"), [(QSize(1093, 614), 566), (QSize(1920, 1080), None)])
def test_a_new_window_is_no_larger_than_the_screen(
    open_window: Callable[[], MainWindow],
    monkeypatch: pytest.MonkeyPatch,
    screen: QSize,
    shown: int | None,
) -> None:
    monkeypatch.setattr(QScreen, "availableSize", lambda _: screen)
    window = open_window()
    settings = window.open_settings()
    assert window.size() == QSize(860, shown or 720)
    assert settings.size() == QSize(820, shown or 640)
    settings.reject()


def test_a_window_comes_back_as_it_was(open_window: Callable[[], MainWindow]) -> None:
    first = open_window()
    first.resize(640, 500)
    first.move(60, 40)
    token = window_place.token(first)
    assert token.isascii()
    assert token.isprintable()
    second = open_window()
    window_place.restore(second, token)
    assert second.size() == QSize(640, 500)
    assert second.pos() == QPoint(60, 40)


@pytest.mark.parametrize("token", ["", "nonsense", "äöü", "AAAA" * 40])
def test_what_is_no_place_changes_nothing(window: MainWindow, token: str) -> None:
    before = window.geometry()
    window_place.restore(window, token)
    assert window.geometry() == before


def test_a_window_comes_back_onto_the_screen_there_is(window: MainWindow) -> None:
    window.move(-5000, -5000)
    token = window_place.token(window)
    window_place.restore(window, token)
    assert window.screen().availableGeometry().intersects(window.frameGeometry())
