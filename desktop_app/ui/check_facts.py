"""The card with what a check of the sound has measured."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel

from desktop_app.core import check_words
from desktop_app.core.sound_check import Findings
from desktop_app.ui.controls import toned

MOST_ROWS = 9


class CheckFacts(QFrame):
    """Shows `Findings`: the devices, and a row for each measure."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("card")
        self._rows = [(toned(QLabel(), "muted"), QLabel()) for _ in range(MOST_ROWS)]
        grid = QGridLayout(self)
        grid.setContentsMargins(18, 14, 18, 14)
        grid.setHorizontalSpacing(20)
        grid.setVerticalSpacing(6)
        grid.setColumnStretch(1, 1)
        for row, (name, value) in enumerate(self._rows):
            value.setWordWrap(True)
            value.setTextFormat(Qt.TextFormat.PlainText)
            grid.addWidget(name, row, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(value, row, 1)

    def show_findings(self, found: Findings) -> None:
        """Show what was found.  Idempotent."""
        devices = ((self.tr("Microphone"), found.microphone), (self.tr("Speaker"), found.speaker))
        facts = [(name, label) for name, label in devices if label]
        facts += check_words.measures(found)
        for number, (name, value) in enumerate(self._rows):
            shown = number < len(facts)
            name.setText(facts[number][0] if shown else "")
            value.setText(facts[number][1] if shown else "")
            name.setVisible(shown)
            value.setVisible(shown)
        self.setVisible(bool(facts))
