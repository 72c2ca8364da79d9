"""Every test of the window fails when Qt complains."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from PySide6.QtCore import QtMsgType
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop_app.core.events import Event
from desktop_app.ui import theme
from desktop_app.ui.main_window import MainWindow
from tests.fakes.services import FakeServices

HARMLESS = "This plugin does not support "
"""So begins what Qt's offscreen platform says of every window, and of every menu."""


@pytest.fixture(autouse=True)
def no_complaints(qapp: QApplication, qtlog: Any) -> Iterator[None]:
    """Fail when Qt warned of anything during the test; begin in the light theme."""
    theme.apply(qapp, dark=False)
    yield
    bad = {QtMsgType.QtWarningMsg, QtMsgType.QtCriticalMsg, QtMsgType.QtFatalMsg}
    said = [r.message for r in qtlog.records if r.type in bad]
    assert [message for message in said if not message.startswith(HARMLESS)] == []


@pytest.fixture
def wishes() -> list[Event]:
    """Everything the user wished for."""
    return []


@pytest.fixture
def services() -> FakeServices:
    """What the window asks for, answered at once."""
    return FakeServices()


@pytest.fixture
def open_window(
    qtbot: QtBot, wishes: list[Event], services: FakeServices
) -> Iterator[Callable[[], MainWindow]]:
    """Return a function that shows a window, with the keyboard in it."""
    made = []

    def show() -> MainWindow:
        window = MainWindow(wishes.append, services, lambda: False)
        made.append(window)
        window.show()
        window.activateWindow()
        qtbot.waitUntil(window.isActiveWindow)
        return window

    yield show
    for window in made:
        window.hide()
        window.deleteLater()


@pytest.fixture
def window(open_window: Callable[[], MainWindow]) -> MainWindow:
    """A window that is open and active."""
    return open_window()
