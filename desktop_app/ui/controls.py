"""Small controls that several parts of the window share."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFocusEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QWheelEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFrame,
    QLabel,
    QPushButton,
    QSlider,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionComboBox,
    QStylePainter,
    QToolButton,
    QWidget,
)

from desktop_app.ui import icons, theme

LIST_EDGES_PX = 16
SWITCH_PX = QSize(42, 24)
BY_KEY = frozenset(
    {
        Qt.FocusReason.TabFocusReason,
        Qt.FocusReason.BacktabFocusReason,
        Qt.FocusReason.ShortcutFocusReason,
    }
)
"""Why the focus came, where who moved it looks for it."""
AWAY = frozenset({Qt.FocusReason.ActiveWindowFocusReason, Qt.FocusReason.PopupFocusReason})
"""Why it goes to another window and comes back."""


class IconButton(QToolButton):
    """A button that is an icon; its name is read out and shown when the pointer rests on it.

    Args:
        name: Icon of `desktop_app.ui.icons`.
        words: What it does, for people.
        kind: Look in the stylesheet: ``round``, ``danger``, ``send`` or empty.
    """

    def __init__(
        self, name: str, words: str, kind: str = "", size_px: int = 20, ink: str = "text"
    ) -> None:
        super().__init__()
        self._name, self._size_px, self._ink = name, size_px, ink
        self.setProperty("kind", kind)
        self.setIconSize(QSize(size_px, size_px))
        # A click leaves the focus where it is: Space may be the talk key.
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.say(words)
        self._redraw()

    def say(self, words: str, more: str = "") -> None:
        """Set what people read: a name, and how else to do it (a key)."""
        self.setAccessibleName(words)
        self.setToolTip(f"{words} ({more})" if more else words)

    def look(self, name: str, ink: str = "text") -> None:
        """Show icon ``name`` in the colour ``ink`` of the palette."""
        if (name, ink) != (self._name, self._ink):
            self._name, self._ink = name, ink
            self._redraw()

    def changeEvent(self, event: QEvent) -> None:
        """Draw the icon in the new colours when the theme changes."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.StyleChange:
            self._redraw()

    def _redraw(self) -> None:
        c = theme.colors()
        filled = self._name == "stop"
        ink = getattr(c, self._ink)
        self.setIcon(icons.icon(self._name, ink, c.faint, self._size_px, filled=filled))


class IconPushButton(QPushButton):
    """A button with words and an icon that follows the theme."""

    def __init__(self, name: str, words: str, kind: str = "", ink: str = "text") -> None:
        super().__init__(words)
        self._name, self._ink = name, ink
        self.setProperty("kind", kind)
        self.setIconSize(QSize(16, 16))
        self._redraw()

    def changeEvent(self, event: QEvent) -> None:
        """Draw the icon in the new colours when the theme changes."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.StyleChange:
            self._redraw()

    def _redraw(self) -> None:
        c = theme.colors()
        self.setIcon(icons.icon(self._name, getattr(c, self._ink), c.faint, 16))


class Choice(QComboBox):
    """A combo box with our arrow; turning the wheel over it scrolls the page, not the choice."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(8)
        # The stylesheet reaches the entries of the list only through this delegate.
        self.setItemDelegate(QStyledItemDelegate(self))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the box, as much of the words as fits, and the arrow."""
        c = theme.colors()
        option = QStyleOptionComboBox()
        self.initStyleOption(option)
        room = self.style().subControlRect(
            QStyle.ComplexControl.CC_ComboBox,
            option,
            QStyle.SubControl.SC_ComboBoxEditField,
            self,
        )
        option.currentText = self.fontMetrics().elidedText(
            self.brief() or option.currentText, Qt.TextElideMode.ElideRight, room.width() - 2
        )
        frame = QStylePainter(self)
        frame.drawComplexControl(QStyle.ComplexControl.CC_ComboBox, option)
        if not self.isEditable():
            frame.drawControl(QStyle.ControlElement.CE_ComboBoxLabel, option)
        frame.end()
        color = QColor(c.muted if self.isEnabled() else c.faint)
        side = 14.0
        box = QRectF(self.width() - side - 8, (self.height() - side) / 2, side, side)
        painter = QPainter(self)
        icons.draw(painter, "chevron", box, color)
        painter.end()

    def showPopup(self) -> None:
        """Show the list, wide enough for its longest entry."""
        view = self.view()
        view.setMinimumWidth(max(self.width(), view.sizeHintForColumn(0) + LIST_EDGES_PX))
        super().showPopup()

    def brief(self) -> str:
        """Return other words for the closed box than stand in the list; empty: the same."""
        return ""

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Pass the wheel on."""
        event.ignore()


class Slide(QSlider):
    """A horizontal slider that leaves the wheel to the page."""

    def __init__(self) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Pass the wheel on."""
        event.ignore()


class Switch(QCheckBox):
    """A check box that looks like a switch."""

    def sizeHint(self) -> QSize:
        """Return the size of the switch alone; its words stand elsewhere."""
        return SWITCH_PX + QSize(6, 6)

    def hitButton(self, pos: object) -> bool:
        """Take a click anywhere on the switch."""
        return True

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the track, the knob and the focus ring."""
        c = theme.colors()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        track = QRectF(3, (self.height() - SWITCH_PX.height()) / 2, *SWITCH_PX.toTuple())
        track.adjust(0.5, 0.5, -0.5, -0.5)
        on = self.isChecked()
        if not self.isEnabled():
            ground, edge, knob = c.window, c.line, c.faint
        elif on:
            ground, edge, knob = c.accent, c.accent, c.on_accent
        else:
            ground, edge, knob = c.surface, c.outline, c.outline
        radius = track.height() / 2
        painter.setPen(QPen(QColor(edge), 1.4))
        painter.setBrush(QColor(ground))
        painter.drawRoundedRect(track, radius, radius)
        x = track.right() - radius if on else track.left() + radius
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(knob))
        size = radius - 4 if on else radius - 5
        painter.drawEllipse(QPointF(x, track.center().y()), size, size)
        if self.hasFocus():
            painter.setPen(QPen(QColor(c.text if on else c.accent), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(track.adjusted(-2, -2, 2, 2), radius + 2, radius + 2)


class SwitchWords(QLabel):
    """The words beside a switch: a click on them is one on the switch."""

    def __init__(self, words: str, switch: Switch) -> None:
        super().__init__(words)
        self._switch = switch
        self.setBuddy(switch)
        switch.setAccessibleName(words)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Wait for the release."""
        event.accept()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Flip the switch, unless the pointer has gone elsewhere."""
        left = event.button() is Qt.MouseButton.LeftButton
        if left and self.rect().contains(event.position().toPoint()):
            self._switch.click()


class ElidedLabel(QLabel):
    """A line of text that is cut with an ellipsis where the room ends."""

    def minimumSizeHint(self) -> QSize:
        """Return that it may become narrow."""
        return QSize(24, super().minimumSizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw as much of the text as fits."""
        painter = QPainter(self)
        painter.setPen(self.palette().windowText().color())
        shown = self.fontMetrics().elidedText(
            self.text(), Qt.TextElideMode.ElideRight, self.width()
        )
        painter.drawText(self.rect(), int(self.alignment()), shown)


class Glyph(QLabel):
    """An icon in place of the words that stand beside ``control`` elsewhere.

    On Linux a screen reader knows a combo box by its label, and by nothing else.
    """

    def __init__(self, name: str, words: str, control: QWidget, size_px: int = 16) -> None:
        super().__init__()
        self._name = name
        self.setAccessibleName(words)
        self.setBuddy(control)
        self.setFixedSize(size_px, size_px)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the icon."""
        painter = QPainter(self)
        icons.draw(painter, self._name, QRectF(self.rect()), QColor(theme.colors().muted))
        painter.end()


def ring_after(event: QFocusEvent, ring: bool) -> bool:
    """Return whether a control shows the focus from now on; ``ring`` is whether it did so before.

    It is shown to those who move it by key, also when it comes back from another window.
    """
    if event.reason() in AWAY:
        return ring
    return event.gotFocus() and event.reason() in BY_KEY


def toned(label: QLabel, tone: str) -> QLabel:
    """Give ``label`` a tone of the stylesheet: ``muted``, ``good``, ``bad`` or empty."""
    if label.property("tone") != tone:
        label.setProperty("tone", tone)
        label.style().unpolish(label)
        label.style().polish(label)
    return label


def rule() -> QFrame:
    """Return a hairline."""
    line = QFrame()
    line.setObjectName("rule")
    return line
