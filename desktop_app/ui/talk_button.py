"""The one large control: connect and hang up, or hold to talk.  It shows what is going on."""

from __future__ import annotations

from typing import assert_never

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, QTimer
from PySide6.QtGui import (
    QFocusEvent,
    QHideEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QShowEvent,
)
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from desktop_app.core.state import AppState, Talk
from desktop_app.core.wishes import ConnectAsked, HangUpAsked, TalkPressed, TalkReleased
from desktop_app.ports import Dispatch
from desktop_app.ui import talk_painter
from desktop_app.ui.controls import ring_after
from desktop_app.ui.seen import Seen

SIZE_PX = QSize(340, 68)
FRAME_MS = 50
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
        self.setMaximumWidth(self.sizeHint().width() + 60)
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
        return self._words(self._talk)

    def _words(self, talk: Talk) -> tuple[str, str]:
        end = self.tr("Click to hang up")
        hold = self.tr("or hold Space")
        match talk:
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
            case Talk.MUTED if self._manual:
                return self.tr("You are muted"), self.tr("Ctrl+M unmutes")
            case Talk.MUTED:
                return self.tr("You are muted"), self.tr("Ctrl+M unmutes, a click hangs up")
            case Talk.NO_MICROPHONE:
                return self.tr("No microphone"), self.tr("You can type instead")
            case _:
                assert_never(talk)

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
        self._ring = ring_after(event, self._ring)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Let go when another window takes the keyboard: its release would never come."""
        super().focusOutEvent(event)
        if event.reason() is Qt.FocusReason.ActiveWindowFocusReason:
            self.release()
        self._ring = ring_after(event, self._ring)
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
        return SIZE_PX.expandedTo(self.minimumSizeHint())

    def minimumSizeHint(self) -> QSize:
        """Return the least size that still holds the words."""
        least = talk_painter.smallest(self.font(), (self._words(talk)[0] for talk in Talk))
        return least.expandedTo(QSize(190, SIZE_PX.height()))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw what is going on."""
        title, hint = self.words()
        face = talk_painter.Face(
            self._talk,
            title,
            hint,
            level=self._level,
            turn=self._turn,
            over=self.underMouse(),
            down=self.isDown(),
            ring=self._ring and self.hasFocus(),
        )
        painter = QPainter(self)
        talk_painter.draw(painter, QRectF(self.rect()), face, self.font())
        painter.end()

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
