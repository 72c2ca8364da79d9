"""A small talk button above all other windows, for who has no key to spare.

On Wayland the desktop decides where it is and what covers it; everywhere else it stays where it was
dragged to.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QFocusEvent,
    QGuiApplication,
    QHideEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QRegion,
)
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QMenu, QWidget

from desktop_app.core.state import AppState
from desktop_app.core.wishes import KeyPressed, KeyReleased, MuteToggled
from desktop_app.ports import Dispatch
from desktop_app.ui import icons, theme
from desktop_app.ui.tray_icons import WHITE, Face, face_of, face_words

BUTTON_PX = 56
GRIP_PX = 18
EDGE_PX = 4
FROM_CORNER_PX = 96
STEP_PX = 16
TALKS_BY = frozenset({Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter})
ARROWS = {
    Qt.Key.Key_Left: QPoint(-STEP_PX, 0),
    Qt.Key.Key_Right: QPoint(STEP_PX, 0),
    Qt.Key.Key_Up: QPoint(0, -STEP_PX),
    Qt.Key.Key_Down: QPoint(0, STEP_PX),
}


class RoundTalk(QAbstractButton):
    """The talk key as a button: hold it, or tap it, as the key itself."""

    def __init__(self, dispatch: Dispatch) -> None:
        super().__init__()
        self._dispatch = dispatch
        self._held = False
        self.face = Face.IDLE
        self.setFixedSize(BUTTON_PX, BUTTON_PX)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.show_face(Face.IDLE)

    def show_face(self, face: Face) -> None:
        """Show what is going on, by colour and icon."""
        self.face = face
        self.setAccessibleName(self.tr("Hold to talk"))
        self.setAccessibleDescription(face_words(face))
        self.setToolTip(face_words(face))
        self.update()

    def press(self) -> None:
        """The user began to hold it."""
        if not self._held:
            self._held = True
            self.setDown(True)
            self._dispatch(KeyPressed())

    def release(self) -> None:
        """The user let go, or lost the chance to hold on."""
        if self._held:
            self._held = False
            self.setDown(False)
            self._dispatch(KeyReleased())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin to talk."""
        if event.button() is Qt.MouseButton.LeftButton:
            self.press()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End to talk, wherever the pointer is by now."""
        if event.button() is Qt.MouseButton.LeftButton:
            self.release()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Take Space and Enter; a held key repeats itself, which counts once."""
        if event.key() not in TALKS_BY:
            event.ignore()
        elif not event.isAutoRepeat():
            self.press()

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        """End to talk."""
        if event.key() not in TALKS_BY:
            event.ignore()
        elif not event.isAutoRepeat():
            self.release()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Let go: the release would go to another window."""
        super().focusOutEvent(event)
        self.release()

    def hideEvent(self, event: QHideEvent) -> None:
        """Let go."""
        super().hideEvent(event)
        self.release()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw ground, icon and focus ring."""
        name, ground = self.face.value
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self.rect()).adjusted(4, 4, -4, -4)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(ground).darker(125) if self.isDown() else QColor(ground))
        painter.drawEllipse(box)
        inner = box.adjusted(*[11 if self.isDown() else 12] * 2, *[-12] * 2)
        icons.draw(painter, name, inner, WHITE)
        if self.hasFocus():
            painter.setPen(QPen(QColor(theme.colors().text), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawEllipse(box.adjusted(-2.5, -2.5, 2.5, 2.5))
        painter.end()


class TalkWindow(QWidget):
    """The button, and a grip to drag it by.

    Args:
        dispatch: Takes the user's wishes.
        place: Where it was, as `place` told.
    """

    moved_to = Signal(str)
    show_asked = Signal()
    hide_asked = Signal()

    def __init__(self, dispatch: Dispatch, place: str = "") -> None:
        kind = Qt.WindowType
        super().__init__(None, kind.Tool | kind.FramelessWindowHint | kind.WindowStaysOnTopHint)
        self._dispatch = dispatch
        self._muted = False
        self._grabbed: QPoint | None = None
        self.setWindowTitle(self.tr("Parley: talk button"))
        self.setAttribute(Qt.WidgetAttribute.WA_TranslucentBackground)
        # Whoever works in another program goes on to type there.
        self.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
        self.button = RoundTalk(dispatch)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(GRIP_PX + EDGE_PX, EDGE_PX, EDGE_PX, EDGE_PX)
        layout.addWidget(self.button)
        self.setFixedSize(self.sizeHint())
        # Where nothing mixes windows, as on bare X11, what is translucent would be black.
        outline = QPainterPath()
        box = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        outline.addRoundedRect(box, box.height() / 2, box.height() / 2)
        self.setMask(QRegion(outline.toFillPolygon().toPolygon()))
        self.move(_on_screen(place, self.size()))

    def show_state(self, state: AppState) -> None:
        """Show what is going on.  Idempotent."""
        self._muted = state.muted
        face = face_of(state)
        if face is not self.button.face:
            self.button.show_face(face)

    def menu(self) -> QMenu:
        """Return what else can be done here."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction(self.tr("Show window"), self.show_asked.emit)
        mute = self.tr("Unmute") if self._muted else self.tr("Mute")
        menu.addAction(mute, lambda: self._dispatch(MuteToggled()))
        menu.addSeparator()
        menu.addAction(self.tr("Hide this button"), self.hide_asked.emit)
        return menu

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Open the menu."""
        self.menu().popup(event.globalPos())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move by the arrow keys."""
        step = ARROWS.get(Qt.Key(event.key()))
        if step is None:
            super().keyPressEvent(event)
        else:
            self._go(self.pos() + step)
            self._tell()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin to drag; on Wayland only the desktop can."""
        if event.button() is not Qt.MouseButton.LeftButton:
            return
        if QGuiApplication.platformName().startswith("wayland"):
            self.windowHandle().startSystemMove()
        else:
            self._grabbed = event.globalPosition().toPoint() - self.pos()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drag."""
        if self._grabbed is not None:
            self._go(event.globalPosition().toPoint() - self._grabbed)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Stay here."""
        if self._grabbed is not None:
            self._grabbed = None
            self._tell()

    def changeEvent(self, event: QEvent) -> None:
        """Let go when another window takes the keyboard."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.ActivationChange and not self.isActiveWindow():
            self.button.release()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the ground and the grip."""
        c = theme.colors()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.setPen(QPen(QColor(c.outline), 1))
        painter.setBrush(QColor(c.surface))
        painter.drawRoundedRect(box, box.height() / 2, box.height() / 2)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(c.muted))
        for number in range(6):
            across, down = number % 2, number // 2 - 1
            painter.drawEllipse(QPointF(14 + 5 * across, box.center().y() + 6 * down), 1.5, 1.5)
        painter.end()

    def _go(self, to: QPoint) -> None:
        self.move(_within_screens(to, self.size()))

    def _tell(self) -> None:
        self.moved_to.emit(f"{self.x()},{self.y()}")


def _on_screen(place: str, size: QSize) -> QPoint:
    """Return the place that was kept; near a corner if there is none, or its screen has gone."""
    x, _, y = place.partition(",")
    try:
        return _within_screens(QPoint(int(x), int(y)), size)
    except ValueError:
        room = QGuiApplication.primaryScreen().availableGeometry()
        return room.bottomRight() - QPoint(size.width() + FROM_CORNER_PX, FROM_CORNER_PX)


def _within_screens(to: QPoint, size: QSize) -> QPoint:
    """Return the place next to ``to`` where all of the button can be seen."""
    screen = QGuiApplication.screenAt(to + QPoint(size.width() // 2, size.height() // 2))
    room = (screen or QGuiApplication.primaryScreen()).availableGeometry()
    x = min(max(to.x(), room.left()), room.right() + 1 - size.width())
    y = min(max(to.y(), room.top()), room.bottom() + 1 - size.height())
    return QPoint(x, y)
