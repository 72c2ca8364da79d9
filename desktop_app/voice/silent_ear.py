"""Notices a microphone that gives nothing but zeros."""

from __future__ import annotations

from desktop_app.audio.pcm import BLOCK_BYTES, BLOCK_MS
from desktop_app.core.silent_microphone import listens
from desktop_app.core.sound import MicSilent
from desktop_app.core.state import AppState
from desktop_app.ports import Dispatch

SILENT_MS = 5_000
"""A headset that changes its profile is silent for a second or two."""


class SilentEar:
    """Looks at what comes until the first sound does.

    Later silence says nothing: some microphones shut themselves whenever nobody speaks.

    Args:
        dispatch: Takes `MicSilent`.
    """

    def __init__(self, dispatch: Dispatch) -> None:
        self._dispatch = dispatch
        self.reset()

    def reset(self) -> None:
        """Another microphone, or the same anew."""
        self._hears = self._told = False
        self._silent_ms = 0

    def heard(self, piece: bytes, state: AppState) -> None:
        """Take what the device gave, as it is."""
        if self._hears:
            return
        if piece.count(0) != len(piece):
            self._hears = True
            if self._told:
                self._dispatch(MicSilent(silent=False))
        elif listens(state) and not self._told:
            self._silent_ms += len(piece) // BLOCK_BYTES * BLOCK_MS
            if self._silent_ms >= SILENT_MS:
                self._told = True
                self._dispatch(MicSilent(silent=True))
