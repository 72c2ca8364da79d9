"""The icon in the desktop's tray: shows what is going on, a click talks, a menu does the rest.

Holding it to talk can't work: most trays report clicks, never press and release.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QSystemTrayIcon

from desktop_app.core.state import AppState, Phase, Talk
from desktop_app.core.wishes import (
    HangUpAsked,
    InterruptAsked,
    MuteToggled,
    SettingsChanged,
    TalkToggled,
    Wish,
)
from desktop_app.ports import Dispatch
from desktop_app.ui.seen import Seen
from desktop_app.ui.tray_icons import Face, face_of, face_words, tray_icon

POLL_MS = 2_000
"""How often a tray is looked for that is not there yet: a panel may start after us."""

WATCH_MS = 5_000
"""How often we look whether it is there still: each look is a connection of its own to the bus."""


class Tray(QObject):
    """The tray icon, there or not; `present` says which.

    Args:
        dispatch: Takes the user's wishes.
        available: Whether the desktop has a tray now.
    """

    show_asked = Signal()
    settings_asked = Signal()
    quit_asked = Signal()
    lost = Signal()
    """The tray has gone: nobody can come back through it."""

    def __init__(
        self,
        dispatch: Dispatch,
        available: Callable[[], bool] = QSystemTrayIcon.isSystemTrayAvailable,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._dispatch, self._available = dispatch, available
        self._state = AppState()
        self._seen = Seen()
        self.menu = self._make_menu()
        self.icon: QSystemTrayIcon | None = None
        self._timer = QTimer(self, interval=POLL_MS)
        self._timer.timeout.connect(self.look)

    def start(self) -> None:
        """Appear, as soon as there is a tray."""
        self.look()
        if self.icon is None:
            self._timer.start()

    def stop(self) -> None:
        """Go away."""
        self._timer.stop()
        self._drop()

    @property
    def present(self) -> bool:
        """Whether the user can reach us through the tray now."""
        return self.icon is not None and self._available()

    def watch(self, *, hidden: bool) -> None:
        """Look after the tray while nothing but the tray is to be seen of us."""
        if hidden or self.icon is None:
            self._timer.start(POLL_MS if self.icon is None else WATCH_MS)
        else:
            self._timer.stop()

    def look(self) -> None:
        """Appear in a tray that has come, notice one that has gone.

        An icon that was made before its tray never shows up in some, so it is made anew.
        """
        if self._available():
            if self.icon is None:
                self._make()
        elif self.icon is not None:
            self._drop()
            self._timer.start(POLL_MS)
            self.lost.emit()

    def show_state(self, state: AppState) -> None:
        """Make icon, words and menu fit ``state``.  Idempotent."""
        self._state = state
        face = face_of(state)
        if self._seen.same(face, state.talk, state.muted, state.settings, state.pressed):
            return
        offline = state.link.phase is Phase.OFFLINE
        self.talk.setText(self._talk_words(state))
        self.mute.setText(self.tr("Unmute") if state.muted else self.tr("Mute"))
        self.interrupt.setEnabled(state.talk in {Talk.SPEAKING, Talk.THINKING})
        self.hang_up.setVisible(state.manual and not offline)
        self.on_top.setChecked(state.settings.talk_window)
        self._refresh(face)

    def tell(self, title: str, text: str) -> None:
        """Show a notice beside the icon, where the tray can."""
        if self.icon is not None and self.present:
            self.icon.showMessage(title, text, QSystemTrayIcon.MessageIcon.NoIcon)

    def _talk_words(self, state: AppState) -> str:
        if state.manual and state.pressed:
            return self.tr("Send what you said")
        if state.manual or state.link.phase is Phase.OFFLINE:
            return self.tr("Start talking")
        return self.tr("Stop talking")

    def _talk(self) -> None:
        """Do what the first line of the menu says."""
        running = not self._state.manual and self._state.link.phase is not Phase.OFFLINE
        self._dispatch(HangUpAsked() if running else TalkToggled())

    def _toggle_on_top(self) -> None:
        wanted = not self._state.settings.talk_window
        self._dispatch(SettingsChanged(replace(self._state.settings, talk_window=wanted)))

    def _clicked(self, reason: QSystemTrayIcon.ActivationReason) -> None:
        # A double click begins with a click, which has been answered already.
        if reason is QSystemTrayIcon.ActivationReason.Trigger:
            self._dispatch(TalkToggled())
        elif reason is QSystemTrayIcon.ActivationReason.MiddleClick:
            self._dispatch(MuteToggled())

    def _make(self) -> None:
        self.icon = QSystemTrayIcon(self)
        self.icon.setContextMenu(self.menu)
        self.icon.activated.connect(self._clicked)
        self._refresh(face_of(self._state))
        self.icon.show()
        self._timer.stop()

    def _drop(self) -> None:
        if self.icon is not None:
            self.icon.hide()
            self.icon.deleteLater()
            self.icon = None

    def _refresh(self, face: Face) -> None:
        if self.icon is not None:
            self.icon.setIcon(tray_icon(face))
            self.icon.setToolTip(face_words(face))

    def _make_menu(self) -> QMenu:
        menu = QMenu()

        def add(text: str, then: Callable[[], object]) -> QAction:
            action = menu.addAction(text)
            action.triggered.connect(lambda: then())
            return action

        def wish(made: Wish) -> Callable[[], object]:
            return partial(self._dispatch, made)

        # The first line is what some desktops show in place of taking a click.
        self.talk = add(self.tr("Start talking"), self._talk)
        self.mute = add(self.tr("Mute"), wish(MuteToggled()))
        self.interrupt = add(self.tr("Interrupt"), wish(InterruptAsked()))
        self.hang_up = add(self.tr("Hang up"), wish(HangUpAsked()))
        menu.addSeparator()
        self.on_top = add(self.tr("Talk button on top"), self._toggle_on_top)
        self.on_top.setCheckable(True)
        self.show_window = add(self.tr("Show window"), self.show_asked.emit)
        self.settings = add(self.tr("Settings…"), self.settings_asked.emit)
        menu.addSeparator()
        self.quit = add(self.tr("Quit"), self.quit_asked.emit)
        self.hang_up.setVisible(False)
        self.interrupt.setEnabled(False)
        return menu
