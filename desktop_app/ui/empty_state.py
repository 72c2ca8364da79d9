"""What stands in the middle before anything was said: the first step, and what to say."""

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
FLAGS = int(Qt.AlignmentFlag.AlignHCenter | Qt.TextFlag.TextWordWrap)

Line = tuple[str, QFont, str, float]
"""Words, their font and colour, and the gap above them in pixels."""


class EmptyState(QWidget):
    """Shows the mark, a greeting, the first step and what one could say; lets clicks through."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._seen = Seen()
        self._title = self._step = self._example = ""

    def show_state(self, state: AppState) -> None:
        """Tell the first step that fits ``state``.  Idempotent."""
        action = state.problems[0].action if state.problems else Action.DISMISS
        if self._seen.same(state.talk, state.manual, action):
            return
        self._title, self._step = self._words(state.talk, state.manual, action)
        can_speak = action is Action.DISMISS and state.talk in (Talk.OFFLINE, Talk.LISTENING)
        self._example = self._examples() if can_speak else ""
        self.setAccessibleName(" ".join(filter(None, (self._title, self._step, self._example))))
        self.update()

    @property
    def step(self) -> str:
        """The first step, in words."""
        return self._step

    @property
    def example(self) -> str:
        """What one could say; empty where nobody would hear it."""
        return self._example

    def _examples(self) -> str:
        # Every assistant can answer these, the one on this computer too.
        return self.tr("Try “What is 15 percent of 80?” or “How many days until Christmas?”")

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
        """Draw mark and words in the middle; where there is little room only the first step."""
        c = theme.colors()
        title = theme.scaled(self.font(), 1.6, QFont.Weight.DemiBold)
        step = theme.scaled(self.font(), 1.12)
        lines = [(self._title, title, c.text, 0.0), (self._step, step, c.muted, 8.0)]
        if self._height_of(lines) > self.height():
            lines = [(self._step, step, c.muted, 0.0)]
        high = self._height_of(lines)
        example = (self._example, self.font(), c.muted, 22.0)
        if self._example and self.height() > (more := self._height_of([*lines, example])) + 40:
            lines, high = [*lines, example], more
        mark = MARK_PX if self.height() > high + MARK_PX + 60 else 0.0
        y = (self.height() - high - (mark + 20 if mark else 0)) / 2
        painter = QPainter(self)
        if mark:
            app_icon.draw_mark(painter, QRectF((self.width() - mark) / 2, y, mark, mark))
            y += mark + 20
        for words, font, color, gap in lines:
            box = self._box(words, font)
            y += gap
            painter.setPen(QColor(color))
            painter.setFont(font)
            painter.drawText(box.translated((self.width() - box.width()) / 2, y), FLAGS, words)
            y += box.height()

    def _height_of(self, lines: list[Line]) -> float:
        return sum(gap + self._box(words, font).height() for words, font, _, gap in lines)

    def _box(self, words: str, font: QFont) -> QRectF:
        """Return the room that ``words`` need, as wide as they may be, from the top left."""
        wide = min(WIDEST_PX, self.width() - 48.0)
        high = QFontMetricsF(font).boundingRect(QRectF(0, 0, wide, 999), FLAGS, words).height()
        return QRectF(0, 0, wide, high + 2)
