"""The switch that lets Parley start at login; what the system says is the truth, no setting."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from desktop_app.ui import theme
from desktop_app.ui.controls import Switch, SwitchWords, toned
from desktop_app.ui.desk import Desk
from desktop_app.ui.settings_page import Card


class LoginCard(Card):
    """Start at login, hidden."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self.switch = Switch()
        words, help_ = SwitchWords(self.tr("Start at login"), self.switch), QLabel()
        help_.setText(self.tr("Hidden in the tray; where there is none, the window shows."))
        help_.setWordWrap(True)
        help_.setFont(theme.scaled(self.font(), 0.94))
        toned(help_, "muted")
        self.switch.setAccessibleDescription(help_.text())
        row = QWidget()
        text = QVBoxLayout()
        text.setSpacing(3)
        text.addWidget(words)
        text.addWidget(help_)
        layout = QHBoxLayout(row)
        layout.setContentsMargins(0, 12, 0, 12)
        layout.addLayout(text, 1)
        layout.addWidget(self.switch)
        self.add(row)

    def refresh(self) -> None:
        """Show how it is now."""
        self.switch.setChecked(self._desk.starts_at_login())

    def save(self) -> None:
        """Make it as the switch says."""
        if self.switch.isChecked() is not self._desk.starts_at_login():
            self._desk.start_at_login(self.switch.isChecked())
