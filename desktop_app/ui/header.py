"""The top of the window: the name, where the assistant lives, and the window's own buttons."""

from __future__ import annotations

from urllib.parse import urlsplit

from PySide6.QtCore import QPointF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QIcon, QPainter, QPixmap
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QPushButton, QSizePolicy, QWidget

from desktop_app.core.settings import Settings
from desktop_app.core.state import AppState, LinkState, Phase
from desktop_app.core.wishes import NewConversationAsked
from desktop_app.ports import Dispatch
from desktop_app.ui import app_icon, setting_rules, theme
from desktop_app.ui.controls import IconButton
from desktop_app.ui.seen import Seen


class Header(QWidget):
    """Name, server and model, new conversation, menu, settings."""

    settings_asked = Signal()
    connection_asked = Signal()

    def __init__(self, dispatch: Dispatch, menu: QMenu, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._seen = Seen()
        self._has_key: bool | None = None
        self._state = AppState()
        self._mark = QLabel()
        self._mark.setFixedSize(26, 26)
        self._name = QLabel("Parley")
        self._name.setFont(theme.scaled(self.font(), 1.2, QFont.Weight.DemiBold))
        self._chip = ServerChip()
        self._chip.clicked.connect(self.connection_asked)
        self._new = IconButton("plus", self.tr("New conversation"))
        self._new.say(self.tr("New conversation"), "Ctrl+N")
        self._new.clicked.connect(lambda: dispatch(NewConversationAsked()))
        self._more = IconButton("more", self.tr("More"))
        self._more.setMenu(menu)
        self._more.setPopupMode(IconButton.ToolButtonPopupMode.InstantPopup)
        self._settings = IconButton("sliders", self.tr("Settings"))
        self._settings.say(self.tr("Settings"), "Ctrl+,")
        self._settings.clicked.connect(self.settings_asked)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(16, 10, 12, 8)
        layout.setSpacing(4)
        layout.addWidget(self._mark)
        layout.addSpacing(4)
        layout.addWidget(self._name)
        layout.addSpacing(8)
        layout.addWidget(self._chip, 1)
        layout.addStretch(0)
        for button in (self._new, self._more, self._settings):
            layout.addWidget(button)
        self._draw_mark()

    def show_state(self, state: AppState) -> None:
        """Show where the assistant lives, or will.  Idempotent."""
        self._state = state
        if not self._seen.same(state.link, state.settings, self._has_key):
            self._chip.show_link(state.link, state.settings, self._has_key)

    def show_key(self, has_key: bool | None) -> None:
        """Take into account whether there is a key for the server; None: nobody knows."""
        self._has_key = has_key
        self.show_state(self._state)

    def refresh(self) -> None:
        """Draw again in the colours in use now."""
        self._chip.refresh()

    def order(self) -> tuple[QWidget, ...]:
        """Return the controls in the order in which Tab goes through them."""
        return (self._chip, self._new, self._more, self._settings)

    def _draw_mark(self) -> None:
        ratio = self.devicePixelRatioF()
        picture = app_icon.mark(round(26 * ratio))
        picture.setDevicePixelRatio(ratio)
        self._mark.setPixmap(picture)


class ServerChip(QPushButton):
    """Says which server and model answer; opens their settings."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("kind", "chip")
        self.setIconSize(QSize(14, 14))
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self._full = ""
        self._phase = Phase.OFFLINE

    def show_link(self, link: LinkState, settings: Settings, has_key: bool | None) -> None:
        """Show the server and model in use, or those that would be used."""
        self._phase = link.phase
        here = setting_rules.runs_here(settings, has_key)
        words = self._in_use(link, settings) if link.server else self._planned(settings, here)
        self._full = " · ".join(filter(None, words))
        self.setAccessibleName(self.tr("Server and model: {0}").format(self._full))
        self.setAccessibleDescription(phase_words(self, link))
        self.setToolTip(f"{self._full}\n{phase_words(self, link)}")
        self.refresh()
        # The room follows the words, even where as little of them is shown as before.
        self.updateGeometry()
        self._elide()

    def refresh(self) -> None:
        """Draw the light again in the colours in use now."""
        c = theme.colors()
        color = {Phase.OFFLINE: c.faint, Phase.LIVE: c.good}.get(self._phase, c.warning)
        ratio = self.devicePixelRatioF()
        picture = QPixmap(QSize(14, 14) * ratio)
        picture.setDevicePixelRatio(ratio)
        picture.fill(Qt.GlobalColor.transparent)
        painter = QPainter(picture)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(color))
        painter.drawEllipse(QPointF(7, 7), 4, 4)
        painter.end()
        self.setIcon(QIcon(picture))

    def sizeHint(self) -> QSize:
        """Return room for all of the words."""
        wide = self.fontMetrics().horizontalAdvance(self._full)
        return QSize(wide + 43, super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        """Return that it may become narrow."""
        return QSize(60, super().sizeHint().height())

    def resizeEvent(self, event: object) -> None:
        """Show as much as fits."""
        self._elide()

    def _elide(self) -> None:
        room = self.width() - 42
        shown = self.fontMetrics().elidedText(self._full, Qt.TextElideMode.ElideRight, room)
        if shown != self.text():
            self.setText(shown)

    def _in_use(self, link: LinkState, settings: Settings) -> tuple[str, str]:
        server = host(settings.server_url)
        # Until the server names its model, it is the one that was asked for; the engine on this
        # computer was asked for none.
        return link.server, link.model or (settings.model if link.server == server else "")

    def _planned(self, settings: Settings, here: bool | None) -> tuple[str, str]:
        if here is None:
            return self.tr("Automatic"), ""
        if here:
            return self.tr("This computer"), ""
        return host(settings.server_url), settings.model


def host(url: str) -> str:
    """Return the host of ``url`` as people know it, or all of it when it has none."""
    try:
        parts = urlsplit(url)
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return url
    return f"{parts.hostname}{port}" if parts.hostname else url


def phase_words(teller: QWidget, link: LinkState) -> str:
    """Return where the connection stands, in words."""
    match link.phase:
        case Phase.OFFLINE:
            return teller.tr("Not connected")
        case Phase.OPENING | Phase.CONFIGURING:
            return teller.tr("Connecting…")
        case Phase.LIVE:
            return teller.tr("Connected")
        case Phase.BACKING_OFF:
            return teller.tr("Connection lost, trying again (attempt {0})").format(link.attempt + 1)
