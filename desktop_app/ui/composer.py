"""The line to type into."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QWidget

from desktop_app.core.wishes import TextSubmitted
from desktop_app.ports import Dispatch
from desktop_app.ui.controls import IconButton

LONGEST_CHARS = 20_000


class Composer(QFrame):
    """A line and its send button; what was typed becomes a `TextSubmitted`.

    The draft belongs to the line.  Typing works at any time: what is sent without a connection
    waits in the core.
    """

    def __init__(self, dispatch: Dispatch, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("composer")
        self._dispatch = dispatch
        self.line = QLineEdit()
        self.line.setPlaceholderText(self.tr("Type a message"))
        self.line.setAccessibleName(self.tr("Message"))
        self.line.setAccessibleDescription(self.tr("Press Enter to send"))
        self.line.setMaxLength(LONGEST_CHARS)
        self.line.returnPressed.connect(self._send)
        self.line.textChanged.connect(self._look)
        self.line.installEventFilter(self)
        self._button = IconButton("up", self.tr("Send"), "send", 18, "on_accent")
        self._button.say(self.tr("Send"), self.tr("Enter"))
        self._button.clicked.connect(self._send)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(16, 4, 5, 4)
        layout.addWidget(self.line)
        layout.addWidget(self._button)
        self.setFixedHeight(42)
        self._look()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Draw the frame of the whole field when the line has the focus."""
        if event.type() in {QEvent.Type.FocusIn, QEvent.Type.FocusOut}:
            self.setProperty("focused", event.type() is QEvent.Type.FocusIn)
            self.style().unpolish(self)
            self.style().polish(self)
        return False

    def focus(self) -> None:
        """Put the cursor into the line."""
        self.line.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def type(self, text: str) -> None:
        """Go on typing here what was begun elsewhere."""
        self.focus()
        self.line.end(False)
        self.line.insert(text)

    def order(self) -> tuple[QWidget, ...]:
        """Return the controls in the order in which Tab goes through them."""
        return (self.line, self._button)

    def _send(self) -> None:
        text = self.line.text().strip()
        if text:
            if self._button.hasFocus():
                self.focus()  # An empty line disables the button: the focus would go elsewhere.
            self.line.clear()
            self._dispatch(TextSubmitted(text))

    def _look(self) -> None:
        self._button.setEnabled(bool(self.line.text().strip()))
