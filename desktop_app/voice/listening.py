"""Lets the local detector hear the microphone, while the core wants to know who speaks."""

from __future__ import annotations

import logging

from desktop_app.audio.stillness import Stillness
from desktop_app.core.interrupting import listens
from desktop_app.core.sound import DetectorChanged, MicFrame, VoiceHeard
from desktop_app.core.state import AppState, Phase
from desktop_app.ports import Dispatch
from desktop_app.sound_ports import VoiceDetector
from desktop_app.voice.sounds import Spawn

log = logging.getLogger(__name__)


class Listening:
    """Owns the detector.  It is loaded once somebody talks: not before, for the start is slow.

    Args:
        detector: Port; None: there is none.
        dispatch: Takes what the detector hears.
        spawn: Runs what takes time.
    """

    def __init__(self, detector: VoiceDetector | None, dispatch: Dispatch, spawn: Spawn) -> None:
        self._detector, self._dispatch, self._spawn = detector, dispatch, spawn
        self._stillness = Stillness()
        self._before = b""
        self._asked = self._loaded = self._hears = self._near = False

    def begin(self) -> None:
        """Say whether there is a detector."""
        self._dispatch(DetectorChanged(self._detector is not None and self._detector.available))

    def heard(self, frame: MicFrame, state: AppState) -> None:
        """Take a block of the microphone, as the far end would get it."""
        detector = self._detector
        if detector is None or not state.sound.detects:
            return
        if not self._loaded:
            if not self._asked and state.link.phase is Phase.LIVE:
                self._asked = True
                self._spawn(self._load(detector), "detector-load")
            return
        before, self._before = self._before, frame.pcm
        if not listens(state):
            self._hears = False
            return
        still = self._stillness.still(frame.pcm) and not frame.near
        if still and state.overlap.doubt is None:
            if self._hears:
                self._hears = False
                self._dispatch(VoiceHeard(0.0))
            return
        if not self._hears:
            self._hears, self._near = True, False
            detector.reset()
            detector.feed(before)  # Whoever begins softly has begun there.
        self._near |= frame.near
        for probability in detector.feed(frame.pcm):
            near, self._near = self._near, False
            self._dispatch(VoiceHeard(probability, near, frame.learning))

    def reset(self) -> None:
        """Another microphone: nothing is known of its room."""
        self._stillness.reset()
        self._before = b""

    async def _load(self, detector: VoiceDetector) -> None:
        self._loaded = await detector.load()
        if not self._loaded:
            log.warning("speech cannot be told from noise here: the server decides")
            self._dispatch(DetectorChanged(works=False))
