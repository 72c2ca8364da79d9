"""The problem bar: the newest failure in words, and one button that helps."""

from __future__ import annotations

from typing import assert_never

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import (
    QAccessible,
    QAccessibleAnnouncementEvent,
    QFont,
    QHideEvent,
    QResizeEvent,
    QShowEvent,
)
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QPushButton, QWidget

from desktop_app.core.problems import Action, Problem
from desktop_app.core.state import AppState
from desktop_app.core.wishes import ProblemSolved
from desktop_app.ports import Dispatch
from desktop_app.ui import icons, theme
from desktop_app.ui.controls import IconButton
from desktop_app.ui.seen import Seen

NARROWEST_PX = 60
WORDS_CHARS = 44
"""Room for mark and words that makes a line worth reading, in letters."""


class ProblemBar(QFrame):
    """Shows the first of ``AppState.problems``, and how many more there are."""

    act = Signal(object)
    """The user pressed the button of this `Problem`."""

    def __init__(self, dispatch: Dispatch, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("problems")
        self._dispatch = dispatch
        self._problem: Problem | None = None
        self._seen = Seen()
        self._mark = QLabel()
        self._title, self._hint, self._more = QLabel(), QLabel(), QLabel()
        for label in (self._title, self._hint):
            label.setWordWrap(True)
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setMinimumWidth(NARROWEST_PX)  # No long name widens the window.
        self._title.setFont(theme.scaled(self.font(), 1.0, QFont.Weight.DemiBold))
        self._button = QPushButton()
        self._close = IconButton("close", self.tr("Dismiss"), size_px=16, ink="on_warning_soft")
        self._button.clicked.connect(self._act)
        self._close.clicked.connect(self._dismiss)
        self._layout = QGridLayout(self)
        self._layout.setContentsMargins(14, 9, 8, 9)
        self._layout.setHorizontalSpacing(10)
        self._layout.setVerticalSpacing(2)
        self._layout.setColumnStretch(1, 1)
        self._layout.addWidget(self._mark, 0, 0, 2, 1)
        self._layout.addWidget(self._title, 0, 1)
        self._layout.addWidget(self._hint, 1, 1)
        self._layout.addWidget(self._close, 0, 3, 2, 1, Qt.AlignmentFlag.AlignTop)
        self._side = QHBoxLayout()
        self._side.setSpacing(10)
        self._side.addStretch(1)
        self._side.addWidget(self._more)
        self._side.addWidget(self._button)
        self._below = False
        self._put(below=True)
        self.hide()

    def show_state(self, state: AppState) -> None:
        """Show the newest problem, or nothing.  Idempotent."""
        if self._seen.same(state.problems):
            return
        before, self._problem = self._problem, next(iter(state.problems), None)
        self.setVisible(self._problem is not None)
        if self._problem is None:
            return
        self._title.setText(self._problem.title)
        self._hint.setText(self._problem.hint)
        self._hint.setVisible(bool(self._problem.hint))
        more = len(state.problems) - 1
        self._more.setText(self.tr("+ %n more", "", more))
        self._more.setVisible(more > 0)
        words = self._words(self._problem.action)
        self._button.setText(words)
        self._button.setVisible(bool(words))
        self._button.setAccessibleName(words or self.tr("No action"))
        self.setAccessibleName(self.tr("Problem: {0}").format(self._problem.title))
        self._close.say(self.tr("Dismiss"))
        self._redraw()
        if self.isVisible():
            self._place()
        if self._problem is not before:
            said = f"{self._problem.title}. {self._problem.hint}"
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, said))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put the button below the words where both don't fit beside each other."""
        super().resizeEvent(event)
        self._place()

    def showEvent(self, event: QShowEvent) -> None:
        """Take on the width there is."""
        super().showEvent(event)
        self._place()

    def hideEvent(self, event: QHideEvent) -> None:
        """Ask for little, until it is known how much there is: the window must not grow."""
        super().hideEvent(event)
        self._put(below=True)

    def order(self) -> tuple[QWidget, ...]:
        """Return the controls in the order in which Tab goes through them."""
        return (self._button, self._close)

    def refresh(self) -> None:
        """Draw again in the colours in use now."""
        self._redraw()

    def _place(self) -> None:
        words_px = WORDS_CHARS * self.fontMetrics().averageCharWidth()
        self._put(below=self.width() < self._side.sizeHint().width() + words_px)

    def _put(self, *, below: bool) -> None:
        if below is not self._below:
            self._below = below
            self._layout.removeItem(self._side)
            place = (2, 1, 1, 3) if below else (0, 2, 2, 1)
            self._layout.addLayout(self._side, *place)

    def _redraw(self) -> None:
        self._mark.setPixmap(icons.pixmap("warning", theme.colors().on_warning_soft, 20))

    def _act(self) -> None:
        if self._problem is not None:
            self.act.emit(self._problem)

    def _dismiss(self) -> None:
        if self._problem is not None:
            self._dispatch(ProblemSolved(self._problem.kind))

    def _words(self, action: Action) -> str:
        """Return the words on the button; none where only dismissing is left."""
        match action:
            case Action.DISMISS:
                return ""
            case Action.RETRY:
                return self.tr("Try again")
            case Action.NEW_CONVERSATION:
                return self.tr("New conversation")
            case Action.SET_KEY:
                return self.tr("Set key…")
            case Action.OPEN_SETTINGS:
                return self.tr("Open settings")
            case Action.CHOOSE_MICROPHONE:
                return self.tr("Choose microphone")
            case Action.CHOOSE_SPEAKER:
                return self.tr("Choose speaker")
            case Action.REOPEN_SOUND:
                return self.tr("Try sound again")
            case Action.CHECK_SOUND:
                return self.tr("Check sound…")
            case Action.UNMUTE:
                return self.tr("Unmute")
            case Action.LISTEN_ALWAYS:
                return self.tr("Listen always")
            case Action.USE_OFFLINE:
                return self.tr("Use this computer")
            case Action.GET_WEIGHTS:
                return self.tr("Download…")
            case Action.COPY_REPORT:
                return self.tr("Copy report")
            case Action.OPEN_RELEASES:
                return self.tr("Open the page")
            case _:
                assert_never(action)
