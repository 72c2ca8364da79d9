"""Notices that a muted user talks.  What is heard is measured and forgotten, here."""

from __future__ import annotations

from desktop_app.audio.pcm import blocks_of
from desktop_app.audio.talking import Talking
from desktop_app.core.muted_talk import listens
from desktop_app.core.sound import MicFrame, TalkedMuted
from desktop_app.core.state import AppState
from desktop_app.ports import Dispatch


class MutedEar:
    """Hears only while that matters.

    Args:
        dispatch: Takes `TalkedMuted`.
    """

    def __init__(self, dispatch: Dispatch) -> None:
        self._dispatch = dispatch
        self._talking = Talking()
        self._hears = False

    def heard(self, frame: MicFrame, state: AppState) -> None:
        """Take a block of the microphone; the speaker's echo is nobody who talks."""
        if frame.played or not listens(state):
            self._hears = False
            return
        if not self._hears:
            self._hears = True
            self._talking.reset()
        for block in blocks_of(frame.pcm):
            if self._talking.hear(block):
                self._dispatch(TalkedMuted())
