"""Tells a screen reader what the talk control shows to the eye."""

from __future__ import annotations

from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QWidget

from desktop_app.core.state import AppState, Phase
from desktop_app.ui.header import phase_words

STEPS = frozenset({Phase.OPENING, Phase.CONFIGURING})


class SpokenState:
    """Says when the connection or the mute changes, and says nothing into a conversation.

    Args:
        window: Says it.
        control: Has a name that changes likewise, which is read out while it has the focus.
    """

    def __init__(self, window: QWidget, control: QWidget) -> None:
        self._window, self._control = window, control
        self._phase = Phase.OFFLINE
        self._muted = False

    def show_state(self, state: AppState) -> None:
        """Say what has changed.  Idempotent."""
        # Both steps on the way to a connection are called the same.
        phase = Phase.OPENING if state.link.phase in STEPS else state.link.phase
        words = []
        if phase is not self._phase:
            words.append(phase_words(self._window, state.link))
        if state.muted is not self._muted:
            muted, heard = self._window.tr("You are muted"), self._window.tr("You can be heard")
            words.append(muted if state.muted else heard)
        self._phase, self._muted = phase, state.muted
        if words and QAccessible.isActive() and not self._control.hasFocus():
            said = QAccessibleAnnouncementEvent(self._window, ". ".join(words))
            QAccessible.updateAccessibility(said)
