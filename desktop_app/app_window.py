"""Starts the desktop app: first its window, then everything that the window can be seen without."""

from __future__ import annotations

import gc
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from desktop_app.app_house import House
from desktop_app.ui.sources import read_no_sources

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

    from desktop_app.app_front import Front

log = logging.getLogger(__name__)


@contextmanager
def uncollected() -> Iterator[None]:
    """Look for no garbage while the window is loaded: there is hardly any, and it takes 20 ms."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def run(house: House, *, hidden: bool = False) -> int:
    """Run the desktop app, unless it runs already; returns the exit code."""
    read_no_sources()
    with uncollected():
        from desktop_app.app_door import RunsAlready, enter

        try:
            door = enter(house.places)
        except RunsAlready:
            log.info("Parley runs already; its window is shown")
            return 0
        qt, front = _front(house)
        if not hidden:
            front.show()
    # To load all this takes as long as all before; now there is something to look at meanwhile.
    from desktop_app.app import live

    live(qt, house, front, door, hidden=hidden)
    return 0


def _front(house: House) -> tuple[QApplication, Front]:
    from PySide6.QtWidgets import QApplication

    from desktop_app.app_front import Front
    from desktop_app.ui.app_icon import app_icon

    qt = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(qt, QApplication)
    qt.setApplicationName("Parley")
    qt.setDesktopFileName("parley")
    qt.setWindowIcon(app_icon())
    qt.setQuitOnLastWindowClosed(False)
    return qt, Front(house)
