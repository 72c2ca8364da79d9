"""Who uses the keyboard sees where it is: the look of a control changes enough."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QApplication, QListWidget, QSlider, QWidget

from desktop_app.ui.main_window import MainWindow
from desktop_app.ui.tab_order import stops
from tests.ui.scenes import MANUAL, TROUBLE
from tests.ui.test_palettes import contrast

LEAST = 3.0
"""WCAG 2.2, 2.4.13: between the same places with and without the focus."""

HANDLE_PX = 40


def picture(control: QWidget) -> QImage:
    """``control`` and what is around it."""
    top = control.window()
    around = QRect(control.mapTo(top, control.rect().topLeft()), control.size())
    QApplication.processEvents()
    return top.grab(around.adjusted(-4, -4, 4, 4)).toImage()


def changed(before: QImage, after: QImage) -> int:
    """How many places have changed so much that one sees it."""
    seen: dict[tuple[int, int], bool] = {}
    count = 0
    for x in range(before.width()):
        for y in range(before.height()):
            pair = before.pixel(x, y), after.pixel(x, y)
            if pair[0] == pair[1]:
                continue
            if pair not in seen:
                one, other = (QColor(pixel).name() for pixel in pair)
                seen[pair] = contrast(one, other) >= LEAST
            count += seen[pair]
    return count


def hardly_seen(top: QWidget) -> list[str]:
    """The names of the controls in ``top`` on which the focus is hardly seen."""
    found = []
    for control in stops(top):
        if not control.isVisible() or not control.isEnabled() or isinstance(control, QListWidget):
            continue
        control.clearFocus()
        before = picture(control)
        control.setFocus(Qt.FocusReason.TabFocusReason)
        # A slider shows it on its handle.
        around = HANDLE_PX if isinstance(control, QSlider) else control.width() + control.height()
        if changed(before, picture(control)) < around:
            found.append(control.accessibleName() or type(control).__name__)
    return found


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_focus_is_seen_on_every_control_of_the_window(window: MainWindow, theme: str) -> None:
    window.dock.composer.line.setText("so that Send can be used")
    for state in (TROUBLE, MANUAL):
        window.show_state(replace(state, settings=replace(state.settings, theme=theme)))
        assert hardly_seen(window) == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_focus_is_seen_on_every_control_of_the_settings(window: MainWindow, theme: str) -> None:
    window.show_state(replace(TROUBLE, settings=replace(TROUBLE.settings, theme=theme)))
    dialog = window.open_settings()
    dialog.resize(820, 1000)
    for name in dialog.pages:
        dialog.show_page(name)
        assert hardly_seen(dialog) == []
    dialog.reject()
