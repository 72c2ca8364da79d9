"""The cards below the keys in the settings: which ways are open, a trial, and the commands."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QGuiApplication, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget

from desktop_app.core.key_ways import KeyWay
from desktop_app.core.settings import Settings
from desktop_app.ports import HotkeyReport
from desktop_app.ui import icons, theme
from desktop_app.ui.controls import IconButton, toned
from desktop_app.ui.desk import Desk
from desktop_app.ui.settings_page import Card, SettingsPage

LIGHT_PX = 20
COMMANDS = ("ptt toggle", "ptt down", "ptt up", "mute", "interrupt", "show")


class Light(QWidget):
    """Green with a tick, red with a cross, or empty: nobody knows yet."""

    def __init__(self) -> None:
        super().__init__()
        self._on: bool | None = None
        self.setFixedSize(LIGHT_PX, LIGHT_PX)

    def show_light(self, on: bool | None, words: str) -> None:
        """Show whether something works; ``words`` say it to those who can't see it."""
        self._on = on
        self.setAccessibleName(words)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw it."""
        c = theme.colors()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        if self._on is None:
            painter.setPen(QColor(c.outline))
            painter.drawEllipse(box)
        else:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(c.good if self._on else c.danger))
            painter.drawEllipse(box)
            mark = "check" if self._on else "close"
            icons.draw(painter, mark, box.adjusted(3, 3, -3, -3), QColor(c.surface))
        painter.end()


class WayRow(QWidget):
    """One way: a light, its name, and what it can do or what is in the way."""

    def __init__(self, way: KeyWay) -> None:
        super().__init__()
        self.way = way
        self._light, self._title, self._text = Light(), QLabel(way.title), QLabel(way.text)
        self._text.setWordWrap(True)
        self._text.setFont(theme.scaled(self.font(), 0.94))
        used = QLabel(self.tr("Used for your keys"))
        used.setVisible(way.chosen)
        toned(used, "muted")
        words = self.tr("Works") if way.works else self.tr("Does not work here")
        self._light.show_light(way.works, words)
        toned(self._text, "muted" if way.works else "bad")
        self.setAccessibleName(f"{way.title}: {words}. {way.text}")
        column = QVBoxLayout()
        column.setSpacing(3)
        head = QHBoxLayout()
        head.addWidget(self._title, 1)
        head.addWidget(used)
        column.addLayout(head)
        column.addWidget(self._text)
        layout = _row(self)
        layout.addWidget(self._light, 0, Qt.AlignmentFlag.AlignTop)
        layout.addLayout(column, 1)

    def show_proof(self, words: str) -> None:
        """Say what has just arrived this way."""
        self._text.setText(words)
        toned(self._text, "good")
        self._light.show_light(True, self.tr("Works"))


class Trial(QWidget):
    """Press a key and see its press and its release arrive."""

    def __init__(self, desk: Desk, draft: Callable[[], Settings]) -> None:
        super().__init__()
        self._desk, self._draft = desk, draft
        self._rows: dict[str, WayRow] = {}
        self._pressed: set[str] = set()
        self.button = QPushButton(self.tr("Try your keys"))
        self.button.setCheckable(True)
        self.button.setAutoDefault(False)
        self.button.toggled.connect(self._toggled)
        self.text = QLabel()
        self.text.setWordWrap(True)
        self.press, self.release = Light(), Light()
        layout = _row(self)
        layout.addWidget(self.text, 1)
        for light, name in ((self.press, self.tr("Press")), (self.release, self.tr("Release"))):
            layout.addWidget(light)
            layout.addWidget(QLabel(name))
        layout.addWidget(self.button)
        self._say(self.tr("See whether press and release of your keys arrive."), "muted")

    def show_rows(self, rows: dict[str, WayRow]) -> None:
        """Tell these rows what has arrived their way."""
        self._rows = rows

    def stop(self) -> None:
        """Let the keys do what they are for.  Idempotent."""
        self.button.setChecked(False)

    def _toggled(self, on: bool) -> None:
        self.button.setText(self.tr("Stop trying") if on else self.tr("Try your keys"))
        if not on:
            self._desk.stop_trying()
            return
        self._pressed.clear()
        for light in (self.press, self.release):
            light.show_light(None, self.tr("Not yet"))
        self._say(self.tr("Asking the desktop for your keys…"), "muted")
        self._desk.try_keys(self._draft(), self._heard, self._asked)

    def _asked(self, report: HotkeyReport) -> None:
        if not self.button.isChecked():
            return
        if report.ready:
            keys = ", ".join(report.ready.values())
            self._say(self.tr("Press and let go: {0}").format(keys), "")
        if report.refused or not report.ready:
            told = " ".join(report.refused) if report.ready else report.text
            self._say(told, "bad")

    def _heard(self, way: str, action: str, down: bool) -> None:
        names = {
            "talk": self.tr("The talk key"),
            "mute": self.tr("The mute key"),
            "interrupt": self.tr("The interrupt key"),
            "show": self.tr("The key for the window"),
        }
        name = names.get(action, action)
        row = self._rows.get(way) or next((r for r in self._rows.values() if r.way.chosen), None)
        if down:
            self._pressed.add(action)
            self.press.show_light(True, self.tr("Arrived"))
            self.release.show_light(None, self.tr("Not yet"))
            self._say(self.tr("{0} is down.").format(name), "good")
        elif action in self._pressed:
            self._pressed.discard(action)
            self.release.show_light(True, self.tr("Arrived"))
            self._say(self.tr("{0} was pressed and let go.").format(name), "good")
            if row is not None:
                row.show_proof(self.tr("Press and release have arrived just now."))

    def _say(self, words: str, tone: str) -> None:
        self.text.setText(words)
        toned(self.text, tone)


class Commands(QWidget):
    """The command lines that a desktop's own shortcut settings can call, ready to copy."""

    def __init__(self, command: str) -> None:
        super().__init__()
        told = QLabel(
            self.tr(
                "Desktops without any other way can call these in their own shortcut settings. "
                "Most can only switch: use ptt toggle."
            )
        )
        told.setWordWrap(True)
        toned(told, "muted")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 12, 0, 12)
        column.setSpacing(6)
        column.addWidget(told)
        self.copies: dict[str, IconButton] = {}
        for word in COMMANDS:
            column.addLayout(self._line(word, f"{command} {word}"))

    def _line(self, word: str, command: str) -> QHBoxLayout:
        field = QLineEdit(command)
        field.setReadOnly(True)
        field.setCursorPosition(len(command))  # The end tells them apart.
        field.setAccessibleName(self.tr("Command: {0}").format(word))
        copy = IconButton("copy", self.tr("Copy the command: {0}").format(word))
        copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(command))
        self.copies[word] = copy
        line = QHBoxLayout()
        line.addWidget(field, 1)
        line.addWidget(copy)
        return line


class Shortcuts:
    """Puts the cards on the page and keeps them true.

    Args:
        page: The page with the keys.
        desk: Knows the desktop.
        draft: Returns the settings as edited.
    """

    def __init__(self, page: SettingsPage, desk: Desk, draft: Callable[[], Settings]) -> None:
        self._page, self._desk = page, desk
        self.trial = Trial(desk, draft)
        self.ways = Card()
        self.commands = Commands(desk.command())
        page.add_card(self._card(self.trial))
        page.add_card(self.ways)
        page.add_card(self._card(self.commands))
        for row in page.rows.values():
            field = getattr(row.editor, "field", None)
            if field is not None:
                field.recording.connect(self._recording)

    def refresh(self) -> None:
        """Look again which ways are open."""
        self._desk.ways(self._show_ways)

    def stop(self) -> None:
        """The page is left: keys do what they are for."""
        self.trial.stop()

    def _show_ways(self, ways: tuple[KeyWay, ...]) -> None:
        self.ways.clear()
        rows = {way.name: WayRow(way) for way in ways}
        for row in rows.values():
            self.ways.add(row)
        self.trial.show_rows(rows)

    def _recording(self, on: bool) -> None:
        """While a key is recorded no key of ours is taken, or the field would never see it."""
        self.trial.stop()
        if on:
            self._desk.try_keys(Settings(), lambda *_: None, lambda _: None)
        else:
            self._desk.stop_trying()

    @staticmethod
    def _card(part: QWidget) -> Card:
        card = Card()
        card.add(part)
        return card


def _row(widget: QWidget) -> QHBoxLayout:
    layout = QHBoxLayout(widget)
    layout.setContentsMargins(0, 12, 0, 12)
    layout.setSpacing(12)
    return layout
