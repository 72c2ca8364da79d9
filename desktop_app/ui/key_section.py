"""The card about the API key: where it lies, and setting, forgetting and testing it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QFont, QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QLineEdit, QPushButton, QVBoxLayout

from desktop_app.core.settings import Settings
from desktop_app.ui import theme
from desktop_app.ui.controls import toned
from desktop_app.ui.header import host
from desktop_app.ui.services import KeyStatus, Services, TestOutcome


class KeySection(QFrame):
    """Never shows a key.  What it says of one comes from `Services` and is about one server.

    Args:
        services: Keeps and tries keys.
        draft: Returns the settings as edited, for the test.
    """

    found = Signal(str, bool)
    """For which server it is known now whether there is a key."""

    def __init__(self, services: Services, draft: Callable[[], Settings]) -> None:
        super().__init__()
        self.setObjectName("card")
        self._services, self._draft = services, draft
        self._url = ""
        self._test_number = 0
        self.place, self.hint, self.result = QLabel(), QLabel(), QLabel()
        for label in (self.place, self.hint, self.result):
            label.setWordWrap(True)
        toned(self.place, "muted")
        toned(self.hint, "muted")
        self.set_button = QPushButton(self.tr("Set key…"))
        self.forget_button = QPushButton(self.tr("Forget"))
        self.test_button = QPushButton(self.tr("Test"))
        self.field = QLineEdit()
        self.field.setEchoMode(QLineEdit.EchoMode.Password)
        self.field.setPlaceholderText(self.tr("Paste the key"))
        self.field.setAccessibleName(self.tr("API key"))
        self.save_button = QPushButton(self.tr("Save key"))
        self.cancel_button = QPushButton(self.tr("Cancel"))
        self._entry = (self.field, self.save_button, self.cancel_button)
        self.set_button.clicked.connect(self.ask)
        self.forget_button.clicked.connect(self._forget)
        self.test_button.clicked.connect(self._test)
        self.save_button.clicked.connect(self.save)
        self.cancel_button.clicked.connect(self._end_entry)
        self.field.textChanged.connect(self._look)
        for button in (self.set_button, self.forget_button, self.test_button, *self._entry[1:]):
            button.setAutoDefault(False)
            self._name(button)
        self._arrange()
        self._end_entry()

    def show_url(self, url: str) -> None:
        """Tell about the key for the server at ``url``."""
        if url == self._url:
            return
        self._url = url
        self.field.clear()
        self.refresh()

    def refresh(self) -> None:
        """Ask again where the key lies."""
        self._say("", "")
        self.place.setText(self.tr("Looking for a key for {0}…").format(host(self._url)))
        self._services.key_status(self._url, self._answer())

    def ask(self) -> None:
        """Let the user type a key."""
        for part in self._entry:
            part.show()
        self.set_button.hide()
        self.field.setFocus()
        self._look()

    def save(self) -> None:
        """Store what was typed, if anything was."""
        key = self.field.text().strip()
        if key:
            self.place.setText(self.tr("Waiting for the system's keyring…"))
            self._services.set_key(self._url, key, self._answer())
        self._end_entry()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Let Escape end the typing of a key, and not all of the settings with it."""
        if event.key() == Qt.Key.Key_Escape and self.field.isVisible():
            self._end_entry()
            return
        super().keyPressEvent(event)

    def _forget(self) -> None:
        self.place.setText(self.tr("Waiting for the system's keyring…"))
        self._services.forget_key(self._url, self._answer())

    def _test(self) -> None:
        self._test_number += 1
        number = self._test_number
        self._say(self.tr("Calling {0}…").format(host(self._url)), "muted")
        self.test_button.setEnabled(False)

        def done(outcome: TestOutcome) -> None:
            if number == self._test_number:
                self.test_button.setEnabled(True)
                self._say(outcome.text, "good" if outcome.ok else "bad")

        typed = self.field.text().strip()
        self._services.test_connection(self._draft(), typed or None, done)

    def _answer(self) -> Callable[[KeyStatus], None]:
        """Return a callback that takes an answer only if it is still about this server."""
        url = self._url
        self.set_button.setEnabled(False)
        self.forget_button.setEnabled(False)

        def done(status: KeyStatus) -> None:
            if url == self._url:
                self._show_status(status)

        return done

    def _show_status(self, status: KeyStatus) -> None:
        self.found.emit(self._url, status.source != "none")
        fixed = status.source == "environment"
        words = {
            "environment": self.tr("From {0}; it cannot be changed here."),
            "keyring": self.tr("Stored in {0}."),
            "session": self.tr("Kept in memory until Parley ends."),
        }.get(status.source, self.tr("No key is set for {0}.").format(host(self._url)))
        self.place.setText(words.format(status.place or self.tr("the system's keyring")))
        problem = status.problem
        self.hint.setText(f"{problem.title}. {problem.hint}" if problem else "")
        self.hint.setVisible(problem is not None)
        self.set_button.setEnabled(not fixed)
        self.set_button.setText(
            self.tr("Set key…") if status.source == "none" else self.tr("Change…")
        )
        self._name(self.set_button)
        self.forget_button.setEnabled(status.source in {"keyring", "session"})

    def _end_entry(self) -> None:
        here = any(part.hasFocus() for part in self._entry)
        self.field.clear()
        self.set_button.show()
        if here:
            (self.set_button if self.set_button.isEnabled() else self.test_button).setFocus()
        for part in self._entry:
            part.hide()

    def _look(self) -> None:
        self.save_button.setEnabled(bool(self.field.text().strip()))

    def _say(self, words: str, tone: str) -> None:
        self.result.setText(words)
        self.result.setVisible(bool(words))
        toned(self.result, tone)
        if words:
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, words))

    def _name(self, button: QPushButton) -> None:
        button.setAccessibleName(self.tr("{0} (API key)").format(button.text()))

    def _arrange(self) -> None:
        title = QLabel(self.tr("API key"))
        title.setFont(theme.scaled(self.font(), 1.0, QFont.Weight.Normal))
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        for button in (self.set_button, self.forget_button, self.test_button):
            buttons.addWidget(button)
        top = QHBoxLayout()
        words = QVBoxLayout()
        words.setSpacing(3)
        words.addWidget(title)
        words.addWidget(self.place)
        top.addLayout(words, 1)
        top.addSpacing(16)
        top.addLayout(buttons)
        entry = QHBoxLayout()
        entry.setSpacing(8)
        entry.addWidget(self.field, 1)
        entry.addWidget(self.save_button)
        entry.addWidget(self.cancel_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(18, 14, 18, 14)
        layout.setSpacing(8)
        layout.addLayout(top)
        layout.addLayout(entry)
        layout.addWidget(self.hint)
        layout.addWidget(self.result)
