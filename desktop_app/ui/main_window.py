"""The main window."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, assert_never, cast

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import (
    QCloseEvent,
    QGuiApplication,
    QKeyEvent,
    QKeySequence,
    QShortcut,
    QShowEvent,
)
from PySide6.QtWidgets import QApplication, QHBoxLayout, QMenu, QVBoxLayout, QWidget

from desktop_app.core.problems import Action, Kind, Problem
from desktop_app.core.sound import DeviceList
from desktop_app.core.state import AppState
from desktop_app.core.wishes import (
    ConnectAsked,
    InterruptAsked,
    MuteToggled,
    NewConversationAsked,
    SettingsChanged,
)
from desktop_app.ports import Dispatch
from desktop_app.ui import app_icon, setting_rules, theme, window_place
from desktop_app.ui.dialogs import Dialogs
from desktop_app.ui.dock import Dock
from desktop_app.ui.header import Header
from desktop_app.ui.problem_bar import ProblemBar
from desktop_app.ui.row_painter import COLUMN_PX, MARGIN_PX
from desktop_app.ui.services import Services
from desktop_app.ui.spoken_state import SpokenState
from desktop_app.ui.status_line import StatusLine
from desktop_app.ui.transcript_panel import TranscriptPanel

if TYPE_CHECKING:  # Loaded when they are opened.
    from desktop_app.ui.settings_dialog import SettingsDialog

SIZE_PX = QSize(860, 720)
SMALLEST_PX = QSize(400, 440)


def _system_is_dark() -> bool:
    return QGuiApplication.styleHints().colorScheme() is Qt.ColorScheme.Dark


def _types(event: QKeyEvent) -> bool:
    """Return whether ``event`` is a letter, digit or sign, and no command."""
    held = event.modifiers()
    control = bool(held & Qt.KeyboardModifier.ControlModifier)
    # Windows calls AltGr both.
    command = control is not bool(held & Qt.KeyboardModifier.AltModifier)
    written = event.text().isprintable() and bool(event.text().strip())
    return written and not command and not held & Qt.KeyboardModifier.MetaModifier


class MainWindow(QWidget):
    """Header, problem bar, transcript, talk control and everything around it.

    Args:
        dispatch: Takes the user's wishes.
        services: Whatever else the window needs.
        system_dark: Tells whether the system prefers dark; call `refresh_theme` when it changes.
    """

    close_requested = Signal()
    """The user wants to leave.  The window stays until the worker has ended."""

    def __init__(
        self,
        dispatch: Dispatch,
        services: Services,
        system_dark: Callable[[], bool] = _system_is_dark,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._dispatch = dispatch
        self._services = services
        self._system_dark = system_dark
        self._state = AppState()
        self._shown: AppState | None = None
        self.dialogs = Dialogs(dispatch, services, self)
        self.setWindowTitle("Parley")
        self.setObjectName("window")
        self.setMinimumHeight(SMALLEST_PX.height())
        self.resize(window_place.fitting(SIZE_PX, self))
        self.refresh_theme()
        self.setWindowIcon(app_icon.app_icon())
        self.problems = ProblemBar(dispatch)
        self.transcript = TranscriptPanel(dispatch)
        self.dock = Dock(dispatch, services)
        self.header = Header(dispatch, self._menu())
        self.status = StatusLine()
        self._spoken = SpokenState(self, self.dock.talk)
        self._arrange()
        self._connect()
        self.show_state(self._state)

    # --- snapshots ----------------------------------------------------------------------------

    def show_state(self, state: AppState) -> None:
        """Pass ``state`` on to every part; each skips what it has shown already.  Idempotent."""
        if state is self._shown:
            return
        if state.sound.devices is not self._state.sound.devices:
            self.show_devices(state.sound.devices)
        before, self._state, self._shown = self._state.settings, state, state
        self.refresh_theme()
        self.header.show_state(state)
        self.problems.show_state(state)
        self._problem_row.setVisible(bool(state.problems))
        self.transcript.show_state(state)
        self.dock.show_state(state)
        self.status.show_state(state)
        self._spoken.show_state(state)
        self.dialogs.show_state(state)
        if state.settings.server_url != before.server_url:
            self.header.show_key(None)
        if state.settings is not before:
            self._find_key()

    def show_devices(self, devices: DeviceList) -> None:
        """Offer ``devices``, for instance because one was plugged in.  Idempotent."""
        self.dock.show_devices(devices)
        self.dialogs.show_devices(devices)

    def _find_key(self) -> None:
        """Find out whether there is a key, where that decides who will answer."""
        settings = self._state.settings
        if not self.isVisible() or setting_rules.runs_here(settings, None) is not None:
            return

        url = settings.server_url
        self._services.key_status(url, lambda status: self._show_key(url, status.source != "none"))

    def _show_key(self, url: str, has_key: bool) -> None:
        if url == self._state.settings.server_url:
            self.header.show_key(has_key)

    def refresh_theme(self) -> None:
        """Look as the settings say, or as the system prefers now."""
        app = cast("QApplication", QApplication.instance())
        theme.apply(app, dark=theme.wants_dark(self._state.settings.theme, self._system_dark()))

    # --- wishes -------------------------------------------------------------------------------

    def open_settings(self, page: str = "", *, set_key: bool = False) -> SettingsDialog:
        """Open the settings on ``page``, ready to type a key if ``set_key``."""
        return self.dialogs.settings(page, set_key=set_key)

    def act_on(self, problem: Problem) -> None:
        """Do what the button of ``problem`` promises."""
        match problem.action:
            case Action.DISMISS:
                pass
            case Action.RETRY | Action.REOPEN_SOUND:
                self._dispatch(ConnectAsked())
            case Action.NEW_CONVERSATION:
                self._dispatch(NewConversationAsked())
            case Action.SET_KEY:
                self.open_settings("connection", set_key=True)
            case Action.OPEN_SETTINGS:
                self.open_settings("engine" if problem.kind is Kind.NO_ENGINE else "")
            case Action.CHOOSE_MICROPHONE:
                self.dock.microphone.choose()
            case Action.CHOOSE_SPEAKER:
                self.dock.speaker.choose()
            case Action.CHECK_SOUND:
                self.dialogs.sound_check()
            case Action.UNMUTE:
                self._dispatch(MuteToggled())
            case Action.LISTEN_ALWAYS:
                self._set(half_duplex="off")
            case Action.USE_OFFLINE:
                self._set(service="offline")
                self._dispatch(ConnectAsked())
            case Action.GET_WEIGHTS:
                self.dialogs.download()
            case Action.COPY_REPORT:
                self._copy_report()
            case Action.OPEN_RELEASES:
                self._services.open_releases()
            case _:
                assert_never(problem.action)

    def _set(self, **setting: str) -> None:
        settings = replace(self._state.settings, **setting)  # type: ignore[arg-type]
        self._dispatch(SettingsChanged(settings))

    def _copy_report(self) -> None:
        QGuiApplication.clipboard().setText(self._services.report())

    # --- events -------------------------------------------------------------------------------

    def closeEvent(self, event: QCloseEvent) -> None:
        """Refuse, and ask for an orderly end.

        Accepting would end Qt's loop, and the window's coroutines with it, in the middle of the
        goodbye.  Refusing also vetoes Cmd-Q and ``QApplication.quit``.
        """
        event.ignore()
        self.close_requested.emit()

    def showEvent(self, event: QShowEvent) -> None:
        """Find out which devices and keys there are: it takes a while, and nobody waits for it."""
        super().showEvent(event)
        if not event.spontaneous():
            self.dock.refresh_devices()
            self._find_key()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Space is the talk key in manual mode, wherever nothing else needs it.

        Letters go into the message: who types at once expects it, and the next blank would press
        the talk button, which has the keyboard at first.
        """
        if event.key() == Qt.Key.Key_Space and self.dock.talk.holdable:
            if not event.isAutoRepeat():
                self.dock.talk.press()
            return
        if _types(event):
            self.dock.composer.type(event.text())
            return
        super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        """Let go of the talk key."""
        if event.key() == Qt.Key.Key_Space and not event.isAutoRepeat():
            self.dock.talk.release()
            return
        super().keyReleaseEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        """Let go of the talk key when another window takes the keyboard."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.ActivationChange and not self.isActiveWindow():
            self.dock.talk.release()
        elif event.type() is QEvent.Type.StyleChange and self._shown is not None:
            self.header.refresh()
            self.problems.refresh()

    # --- making -------------------------------------------------------------------------------

    def _menu(self) -> QMenu:
        menu = QMenu(self)
        menu.addActions([self.transcript.copy_all, self.transcript.save])
        menu.addSeparator()
        menu.addAction(self.tr("Check sound…"), self.dialogs.sound_check)
        menu.addAction(self.tr("Copy diagnostic report"), self._copy_report)
        return menu

    def _arrange(self) -> None:
        self._problem_row = QWidget()
        row = QHBoxLayout(self._problem_row)
        row.setContentsMargins(MARGIN_PX - 4, 0, MARGIN_PX - 4, 6)
        self.problems.setMaximumWidth(COLUMN_PX)
        row.addStretch(1)
        row.addWidget(self.problems, 1000)
        row.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addStrut(SMALLEST_PX.width())  # In large type the words need more.
        layout.addWidget(self.header)
        layout.addWidget(self._problem_row)
        layout.addWidget(self.transcript, 1)
        layout.addWidget(self.dock)
        layout.addWidget(self.status)
        self._problem_row.hide()

    def _connect(self) -> None:
        self.header.settings_asked.connect(lambda: self.open_settings())
        self.header.connection_asked.connect(lambda: self.open_settings("connection"))
        self.problems.act.connect(self.act_on)
        self.dialogs.key_found.connect(self._show_key)
        self.dialogs.microphone_asked.connect(self.dock.microphone.choose)
        wishes = {
            "Ctrl+M": lambda: self._dispatch(MuteToggled()),
            "Esc": lambda: self._dispatch(InterruptAsked()),
            "Ctrl+N": lambda: self._dispatch(NewConversationAsked()),
            "Ctrl+,": lambda: self.open_settings(),
            "Ctrl+L": self.dock.composer.focus,
        }
        for keys, wish in wishes.items():
            QShortcut(QKeySequence(keys), self, wish)
        order = (*self.dock.order(), *self.header.order(), *self.problems.order())
        order = (*order, self.transcript.view, self.transcript.jump)
        for before, after in pairwise(order):
            QWidget.setTabOrder(before, after)
        QGuiApplication.styleHints().colorSchemeChanged.connect(self.refresh_theme)
        self.dock.talk.setFocus()
