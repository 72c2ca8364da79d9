"""Whoever asks the assistant on this computer to be quieter hears it quieter."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from desktop_app.audio.volume import factor_of
from tests.e2e.app_process import AppProcess
from tests.e2e.window import Window
from tests.private_process import wait_until
from tests.sound_recorder import Recorder
from tests.virtual_screen import VirtualScreen
from tests.virtual_sound import VirtualSound

pytestmark = pytest.mark.weights
PATIENCE_S = 60.0
SPEAKER, RATE_HZ = "spk_desk", 24_000
LOUD, QUIET_S = 30, 1.0
MIDDLE_PX = (430, 330)
"""Somewhere in the conversation."""
SUM, PRODUCT = "What is seventeen times twenty three?", "391"


class Listening:
    """Somebody at the window, who writes, and hears each answer to its end."""

    def __init__(self, window: Window, recorder: Recorder) -> None:
        self._window, self._recorder = window, recorder
        self._from = 0

    def ask(self, text: str, answer: str) -> float:
        """Write ``text``; return how loud what follows is, as the root of the mean square."""
        before = self._conversation().count(answer)
        self._window.press("ctrl+l")
        self._window.type(text)
        self._window.press("Return")
        wait_until(
            lambda: self._conversation().count(answer) > before, answer, timeout_s=PATIENCE_S
        )
        wait_until(self._is_over, "it has spoken", timeout_s=PATIENCE_S)
        heard = self._recorder.pcm()[self._from :].astype(float)
        self._from += len(heard)
        return float(np.sqrt(np.mean(heard[np.abs(heard) > LOUD] ** 2)))

    def _conversation(self) -> str:
        self._window.click(*MIDDLE_PX)
        return self._window.copied()

    def _is_over(self) -> bool:
        loud = np.abs(self._recorder.pcm()[self._from :]) > LOUD
        quiet = loud[-round(QUIET_S * RATE_HZ) :]
        return bool(np.any(loud)) and not np.any(quiet)


def test_asked_to_be_quieter_it_is_so_from_the_next_answer_on_and_stays_so(
    sound: VirtualSound, screen: VirtualScreen, tmp_path: Path
) -> None:
    settings = {"service": "offline", "cue_volume": 0}
    with (
        AppProcess([], sound.env() | screen.settings(), tmp_path / "home", settings) as app,
        sound.record(SPEAKER, RATE_HZ) as recorder,
    ):
        listening = Listening(Window(screen, app), recorder)
        before = listening.ask(SUM, PRODUCT)
        listening.ask("Be quieter", "percent")
        stored = json.loads(app.settings_file.read_text())["settings"]["volume"]
        assert 0 < stored < 100
        after = listening.ask(SUM, PRODUCT)
        # The very same words in the very same voice: only the volume differs.
        assert after / before == pytest.approx(factor_of(stored), rel=0.15)
