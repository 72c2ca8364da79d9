"""What is seen first of the desktop app: its window, before the rest of it is loaded."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEventLoop, QTimer

from desktop_app.adapters.places import private_folder
from desktop_app.app_house import House
from desktop_app.app_services import AppServices
from desktop_app.core.state import AppState
from desktop_app.ui import window_place
from desktop_app.ui.first_paint import FirstPaint
from desktop_app.ui.main_window import MainWindow

if TYPE_CHECKING:
    from desktop_app.core.events import Event
    from desktop_app.ports import Dispatch

PAINT_PATIENCE_MS = 500
"""A window that is covered may never be painted; nothing else waits longer for it."""

log = logging.getLogger(__name__)


class Wishes:
    """Takes wishes, and keeps them until there is somebody to fulfil them."""

    def __init__(self) -> None:
        self._early: list[Event] = []
        self._to: Dispatch = self._early.append

    def __call__(self, wish: Event) -> None:
        """Take a wish."""
        self._to(wish)

    def begin(self, to: Dispatch) -> None:
        """Hand every wish on to ``to``, those first that came before."""
        self._to = to
        for wish in self._early:
            to(wish)


class Remembered:
    """A few bytes that make the next start nicer; nothing depends on them."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> str:
        """Return what was kept; empty if nothing was."""
        try:
            return self._path.read_text(encoding="ascii")
        except (OSError, ValueError):  # The first start, or somebody else's file.
            return ""

    def write(self, text: str) -> None:
        """Keep ``text``."""
        try:
            private_folder(self._path.parent)
            self._path.write_text(text, encoding="ascii")
        except OSError as error:
            log.warning("the window's place could not be kept: %s", error)


class Front:
    """All that can be seen of the app before the rest of it is loaded."""

    def __init__(self, house: House) -> None:
        self.state = AppState(settings=house.settings)
        self.wishes = Wishes()
        self.services = AppServices(house)
        self.window = MainWindow(self.wishes, self.services)
        self.geometry = Remembered(house.places.state / "window")
        window_place.restore(self.window, self.geometry.read())
        self.window.show_state(self.state)

    def show(self) -> None:
        """Show the window, and return when it has been painted."""
        painting = QEventLoop()
        FirstPaint(self.window, painting.quit)
        self.window.show()
        QTimer.singleShot(PAINT_PATIENCE_MS, painting, painting.quit)
        painting.exec()
