"""The one large control: connect and hang up, or hold to talk.  It shows what is going on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import assert_never

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, QTimer
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QFont,
    QFontMetricsF,
    QHideEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QShowEvent,
)
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from desktop_app.core.state import AppState, Talk
from desktop_app.core.wishes import ConnectAsked, HangUpAsked, TalkPressed, TalkReleased
from desktop_app.ports import Dispatch
from desktop_app.ui import icons, theme
from desktop_app.ui.seen import Seen

SIZE_PX = QSize(340, 68)
HALO_PX = 6.0
FRAME_MS = 50


@dataclass(frozen=True, slots=True)
class Look:
    """How one state of the control looks.

    Attributes:
        ground: Name of the colour of its ground.
        ink: Name of the colour of its words.
        edge: Name of the colour of its border, if it has one.
    """

    icon: str
    ground: str
    ink: str
    edge: str = ""


LOOKS = {
    Talk.OFFLINE: Look("mic", "accent", "on_accent"),
    Talk.CONNECTING: Look("mic", "raised", "text"),
    Talk.READY: Look("mic", "surface", "accent", "accent"),
    Talk.LISTENING: Look("mic", "accent_soft", "on_accent_soft"),
    Talk.HEARING: Look("mic", "accent", "on_accent"),
    Talk.THINKING: Look("wave", "thinking_soft", "on_thinking_soft"),
    Talk.SPEAKING: Look("wave", "speaking", "on_speaking"),
    Talk.MUTED: Look("mic_off", "warning_soft", "on_warning_soft"),
    Talk.NO_MICROPHONE: Look("mic_off", "danger_soft", "on_danger_soft"),
}
BY_KEY = frozenset(
    {
        Qt.FocusReason.TabFocusReason,
        Qt.FocusReason.BacktabFocusReason,
        Qt.FocusReason.ShortcutFocusReason,
    }
)
OPEN = frozenset({Talk.LISTENING, Talk.HEARING, Talk.READY})
"""Where the halo shows how loud the microphone is."""
MOVING = frozenset({Talk.CONNECTING, Talk.THINKING})


class TalkButton(QAbstractButton):
    """Shows `AppState.talk`; click to connect or hang up, in manual mode hold to talk.

    What is going on comes from the snapshot alone.  The button only knows whether it is held, so
    that a release follows each press, even when the window loses the focus meanwhile.
    """

    def __init__(self, dispatch: Dispatch, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._dispatch = dispatch
        self._seen = Seen()
        self._talk = Talk.OFFLINE
        self._manual = False
        self._held = False
        self._ring = False
        self._level = 0.0
        self._turn = 0
        self._clock = QTimer(self, interval=FRAME_MS)
        self._clock.timeout.connect(self._next_frame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMaximumWidth(SIZE_PX.width() + 60)
        self.clicked.connect(self._click)

    def show_state(self, state: AppState) -> None:
        """Make the button look like ``state``.  Idempotent."""
        talk, manual = state.talk, state.manual
        if self._seen.same(talk, manual):
            return
        self._talk, self._manual = talk, manual
        self.set_level(self._level)
        title, hint = self.words()
        self.setAccessibleName(title)
        self.setAccessibleDescription(hint)
        self.setToolTip(hint)
        self._run_clock()
        self.update()

    def set_level(self, level: float) -> None:
        """Let the halo show how loud the microphone is, from 0 to 1."""
        if self._talk not in OPEN:
            level = 0.0
        level = round(level, 2)
        if level != self._level:
            self._level = level
            self.update()

    @property
    def holdable(self) -> bool:
        """Whether the button is to be held, and not clicked, now."""
        return self._manual and self._talk not in {Talk.OFFLINE, Talk.CONNECTING}

    def press(self) -> None:
        """The user began to hold the button or the key for it."""
        if self.holdable and not self._held:
            self._held = True
            self._dispatch(TalkPressed())

    def release(self) -> None:
        """The user let go, or lost the chance to hold on."""
        if self._held:
            self._held = False
            self._dispatch(TalkReleased())

    def words(self) -> tuple[str, str]:
        """Return the words in the button: what is going on, and what can be done."""
        end = self.tr("Click to hang up")
        hold = self.tr("or hold Space")
        match self._talk:
            case Talk.OFFLINE if self._manual:
                return self.tr("Connect"), self.tr("Then hold to talk")
            case Talk.OFFLINE:
                return self.tr("Start talking"), self.tr("Click, then just speak")
            case Talk.CONNECTING:
                return self.tr("Connecting…"), self.tr("Click to stop")
            case Talk.READY:
                return self.tr("Hold to talk"), hold
            case Talk.LISTENING:
                return self.tr("Listening"), end
            case Talk.HEARING if self._manual:
                return self.tr("Hearing you"), self.tr("Release to send")
            case Talk.HEARING:
                return self.tr("Hearing you"), end
            case Talk.THINKING:
                return self.tr("Thinking…"), self.tr("Esc interrupts")
            case Talk.SPEAKING if self._manual:
                return self.tr("Speaking"), self.tr("Hold to answer, Esc interrupts")
            case Talk.SPEAKING:
                return self.tr("Speaking"), self.tr("Just talk over it, or press Esc")
            case Talk.MUTED:
                return self.tr("You are muted"), hold if self._manual else end
            case Talk.NO_MICROPHONE:
                return self.tr("No microphone"), self.tr("You can type instead")
            case _:
                assert_never(self._talk)

    def _click(self) -> None:
        if self._talk is Talk.OFFLINE:
            self._dispatch(ConnectAsked())
        elif not self._manual or self._talk is Talk.CONNECTING:
            self._dispatch(HangUpAsked())

    # --- events -------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin to talk, in manual mode."""
        super().mousePressEvent(event)
        if event.button() is Qt.MouseButton.LeftButton:
            self.press()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End to talk, in manual mode; wherever the pointer is by now."""
        if event.button() is Qt.MouseButton.LeftButton and self._held:
            self.setDown(False)
            self.release()
            return
        super().mouseReleaseEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Take Space and Enter; a held key repeats itself, which counts once."""
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter} and not self.holdable:
            if not event.isAutoRepeat():
                self.click()
        elif self.holdable and event.key() == Qt.Key.Key_Space:
            if not event.isAutoRepeat():
                self.press()
        else:
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        """End to talk when Space goes up."""
        if self._held and event.key() == Qt.Key.Key_Space:
            if not event.isAutoRepeat():
                self.release()
            return
        super().keyReleaseEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show the focus to those who move it by key."""
        super().focusInEvent(event)
        self._ring = event.reason() in BY_KEY
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Let go when another window takes the keyboard: its release would never come."""
        super().focusOutEvent(event)
        if event.reason() is Qt.FocusReason.ActiveWindowFocusReason:
            self.release()
        self._ring = False
        self.update()

    def showEvent(self, event: QShowEvent) -> None:
        """Move again."""
        super().showEvent(event)
        self._run_clock()

    def hideEvent(self, event: QHideEvent) -> None:
        """Let go, and stand still."""
        super().hideEvent(event)
        self.release()
        self._run_clock()

    def changeEvent(self, event: QEvent) -> None:
        """Let go when disabled."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.EnabledChange and not self.isEnabled():
            self.release()

    # --- looks --------------------------------------------------------------------------------

    def sizeHint(self) -> QSize:
        """Return the size that suits a large control."""
        return SIZE_PX

    def minimumSizeHint(self) -> QSize:
        """Return the least size that still holds the words."""
        return QSize(190, SIZE_PX.height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw halo, ground, icon and words."""
        c = theme.colors()
        look = LOOKS[self._talk]
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        body = QRectF(self.rect()).adjusted(HALO_PX, HALO_PX, -HALO_PX, -HALO_PX)
        self._paint_halo(painter, body, QColor(c.accent))
        ground = QColor(getattr(c, look.ground))
        if self._talk is Talk.OFFLINE and self.underMouse():
            ground = QColor(c.accent_over)
        if self.isDown():
            ground = ground.darker(108)
        edge = QColor(getattr(c, look.edge)) if look.edge else ground
        painter.setPen(QPen(edge, 2 if look.edge else 1))
        painter.setBrush(ground)
        radius = body.height() / 2
        painter.drawRoundedRect(body, radius, radius)
        if self._ring:
            painter.setPen(QPen(QColor(c.text), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            ring = body.adjusted(-3, -3, 3, 3)
            painter.drawRoundedRect(ring, radius + 3, radius + 3)
        self._paint_words(painter, body, look, QColor(getattr(c, look.ink)))

    def _paint_halo(self, painter: QPainter, body: QRectF, color: QColor) -> None:
        if self._level <= 0:
            return
        color.setAlphaF(0.30)
        grow = HALO_PX * self._level
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color)
        halo = body.adjusted(-grow, -grow, grow, grow)
        painter.drawRoundedRect(halo, halo.height() / 2, halo.height() / 2)

    def _paint_words(self, painter: QPainter, body: QRectF, look: Look, ink: QColor) -> None:
        title, hint = self.words()
        bold = theme.scaled(self.font(), 1.3, QFont.Weight.DemiBold)
        small = theme.scaled(self.font(), 0.95)
        big, little = QFontMetricsF(bold), QFontMetricsF(small)
        icon = 28.0
        room = body.width() - icon - 12 - 44
        hint = little.elidedText(hint, Qt.TextElideMode.ElideRight, room)
        wide = max(big.horizontalAdvance(title), little.horizontalAdvance(hint))
        x = body.center().x() - (icon + 12 + wide) / 2
        mark = QRectF(x, body.center().y() - icon / 2, icon, icon)
        if self._talk is Talk.CONNECTING:
            self._paint_spinner(painter, mark.adjusted(2, 2, -2, -2), ink)
        elif self._talk is Talk.THINKING:
            self._paint_thought(painter, mark, ink)
        else:
            icons.draw(painter, look.icon, mark, ink)
        y = body.center().y() - (big.height() + little.height()) / 2
        painter.setPen(ink)
        painter.setFont(bold)
        painter.drawText(QPointF(mark.right() + 12, y + big.ascent()), title)
        painter.setFont(small)
        painter.drawText(QPointF(mark.right() + 12, y + big.height() + little.ascent()), hint)

    def _paint_spinner(self, painter: QPainter, box: QRectF, ink: QColor) -> None:
        pen = QPen(ink, 2.6)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        painter.setPen(pen)
        painter.drawArc(box, -self._turn * 16 * 18, 16 * 250)

    def _paint_thought(self, painter: QPainter, box: QRectF, ink: QColor) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        for number in range(3):
            lit = (self._turn // 4) % 3 == number
            ink.setAlphaF(1.0 if lit else 0.35)
            painter.setBrush(ink)
            painter.drawEllipse(box.center() + QPointF((number - 1) * 10.0, 0), 3.6, 3.6)
        ink.setAlphaF(1.0)

    def _run_clock(self) -> None:
        """Move only where something moves and somebody can see it."""
        wanted = self._talk in MOVING and self.isVisible()
        if wanted and not self._clock.isActive():
            self._clock.start()
        elif not wanted and self._clock.isActive():
            self._clock.stop()

    def _next_frame(self) -> None:
        self._turn += 1
        self.update()
