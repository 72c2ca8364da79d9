"""Asked once, when the window is closed for the first time: go on in the tray, or end?"""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from desktop_app.ui.dialog import Dialog


class CloseQuestion(Dialog):
    """A small window beside the other; nothing waits for it.  Closing it changes nothing."""

    answered = Signal(str)
    """``hide`` or ``quit``, as the setting ``on_close`` knows them."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Close Parley?"))
        self.setWindowModality(Qt.WindowModality.NonModal)
        text = QLabel(
            self.tr(
                "Parley can go on in the tray, where a click or your keys reach it. "
                "This is asked once; the settings remember it."
            )
        )
        text.setWordWrap(True)
        self.keep = QPushButton(self.tr("Go on in the tray"))
        self.end = QPushButton(self.tr("Quit"))
        self.keep.setDefault(True)
        self.keep.setProperty("kind", "primary")
        self.end.setAutoDefault(False)
        self.keep.clicked.connect(lambda: self._answer("hide"))
        self.end.clicked.connect(lambda: self._answer("quit"))
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(self.end)
        buttons.addWidget(self.keep)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 18, 20, 16)
        layout.setSpacing(16)
        layout.addWidget(text)
        layout.addLayout(buttons)
        self.setMinimumWidth(380)

    def _answer(self, word: str) -> None:
        self.hide()
        self.answered.emit(word)
