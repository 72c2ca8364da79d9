"""What stands in the middle before anything was said: the first step, in one sentence."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from desktop_app.core.problems import Action
from desktop_app.core.state import AppState, Talk
from desktop_app.ui import app_icon, theme
from desktop_app.ui.seen import Seen

MARK_PX = 72.0
WIDEST_PX = 460.0


class EmptyState(QWidget):
    """Shows the mark, a greeting and the first step; lets clicks through."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._seen = Seen()
        self._title = self._step = ""

    def show_state(self, state: AppState) -> None:
        """Tell the first step that fits ``state``.  Idempotent."""
        action = state.problems[0].action if state.problems else Action.DISMISS
        if self._seen.same(state.talk, state.manual, action):
            return
        self._title, self._step = self._words(state.talk, state.manual, action)
        self.setAccessibleName(f"{self._title} {self._step}")
        self.update()

    @property
    def step(self) -> str:
        """The first step, in words."""
        return self._step

    def _words(self, talk: Talk, manual: bool, action: Action) -> tuple[str, str]:
        welcome = self.tr("What would you like to talk about?")
        match action:
            case Action.SET_KEY:
                return self.tr("Almost there"), self.tr("Set your key above, then start talking.")
            case Action.GET_WEIGHTS:
                return self.tr("Almost there"), self.tr(
                    "Get the missing part above, then start talking."
                )
            case _:
                pass  # Whatever else is wrong does not change the first step.
        match talk:
            case Talk.OFFLINE if manual:
                return welcome, self.tr("Press Connect, then hold the button while you speak.")
            case Talk.OFFLINE:
                return welcome, self.tr(
                    "Press Start talking and say it out loud, or type it below."
                )
            case Talk.CONNECTING:
                return self.tr("One moment"), self.tr("Parley is calling the assistant.")
            case Talk.NO_MICROPHONE:
                return welcome, self.tr("Choose a microphone below, or type your first message.")
            case Talk.MUTED:
                return self.tr("You are muted"), self.tr("Unmute to be heard, or type below.")
            case _ if manual:
                return welcome, self.tr("Hold the button or Space, speak, and let go.")
            case _:
                return self.tr("Go ahead"), self.tr("Just speak: the assistant is listening.")

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw mark and words in the middle, without the mark where room is scarce."""
        c = theme.colors()
        painter = QPainter(self)
        title = theme.scaled(self.font(), 1.6, QFont.Weight.DemiBold)
        step = theme.scaled(self.font(), 1.12)
        big, small = QFontMetricsF(title), QFontMetricsF(step)
        wide = min(WIDEST_PX, self.width() - 48.0)
        flags = Qt.AlignmentFlag.AlignHCenter | Qt.TextFlag.TextWordWrap
        big_box = big.boundingRect(QRectF(0, 0, wide, 999), flags, self._title)
        small_box = small.boundingRect(QRectF(0, 0, wide, 999), flags, self._step)
        words = big_box.height() + 8 + small_box.height()
        mark = MARK_PX if self.height() > words + MARK_PX + 60 else 0.0
        y = (self.height() - words - (mark + 20 if mark else 0)) / 2
        if mark:
            app_icon.draw_mark(painter, QRectF((self.width() - mark) / 2, y, mark, mark))
            y += mark + 20
        left = (self.width() - wide) / 2
        painter.setPen(QColor(c.text))
        painter.setFont(title)
        painter.drawText(QRectF(left, y, wide, big_box.height() + 2), int(flags), self._title)
        y += big_box.height() + 8
        painter.setPen(QColor(c.muted))
        painter.setFont(step)
        painter.drawText(QRectF(left, y, wide, small_box.height() + 2), int(flags), self._step)
