"""The running app on the desktop's bus, where there is one; and notices, wherever there is none."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal

from desktop_app.core.state import AppState

if TYPE_CHECKING:  # It takes longer to load than a frame lasts.
    from desktop_app.adapters.session_bus import SessionBus


class OnBus(QObject):
    """Joins the bus beside the window.

    Args:
        act: Does what others ask for.
        fallback: Shows a notice where the desktop does not; in the window's thread.
        platform: As in `sys.platform`.
    """

    _not_told = Signal(str, str)

    def __init__(
        self,
        act: Callable[[str], str],
        fallback: Callable[[str, str], None],
        platform: str = sys.platform,
    ) -> None:
        super().__init__()
        self._act, self._fallback = act, fallback
        self._state = ""
        self._bus: SessionBus | None = None
        self._joining: threading.Thread | None = None
        self._not_told.connect(fallback, Qt.ConnectionType.QueuedConnection)
        if platform.startswith("linux"):
            self._joining = threading.Thread(target=self._join, name="bus", daemon=True)

    def begin(self) -> None:
        """Join."""
        if self._joining is not None:
            self._joining.start()

    def show_state(self, state: AppState) -> None:
        """Tell others what is going on.  Idempotent."""
        if state.talk != self._state:
            self._state = state.talk.value
            if self._bus is not None:
                self._bus.show_state(self._state)

    def tell(self, title: str, text: str) -> None:
        """Show a notice, by the desktop or beside the tray icon."""
        if self._bus is None:
            self._fallback(title, text)
        else:
            self._bus.notify(title, text, lambda: self._not_told.emit(title, text))

    def close(self) -> None:
        """Leave.  May take a moment: use a pool thread."""
        if self._joining is not None and self._joining.ident is not None:
            self._joining.join()
        if self._bus is not None:
            self._bus.close()

    def _join(self) -> None:
        from desktop_app.adapters.session_bus import SessionBus

        bus = SessionBus(self._act)
        bus.show_state(self._state or "offline")
        self._bus = bus
