"""What all dialogs have in common."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QDialog, QPushButton, QToolButton

ENTER = frozenset({Qt.Key.Key_Return, Qt.Key.Key_Enter})


class Dialog(QDialog):
    """A dialog in which Enter presses the button that has the keyboard, and else the default.

    Qt presses the default whatever has the keyboard, "Save" also for who has gone to "Cancel",
    unless each button takes on the looks of the default in turn.
    """

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Press the button with the focus."""
        button = self.focusWidget()
        if event.key() in ENTER and isinstance(button, QPushButton | QToolButton):
            if not event.isAutoRepeat():
                button.click()
            return
        super().keyPressEvent(event)
