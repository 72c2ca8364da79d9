"""Devices that are pulled out in the midst of a word, and everything else that happens to them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.e2e.device_scene import (
    HEADSET,
    Scene,
    TooSlowError,
    loud_ms,
    scene,
    without_starvation,
)
from tests.private_process import start, stop
from tests.servers import speech
from tests.servers.speech import RATE_HZ

pytestmark = pytest.mark.sound
SAID = speech.answer(5000, seed=31)


@without_starvation
def test_an_answer_goes_on_where_the_headset_was_pulled_out(tmp_path: Path) -> None:
    with scene(tmp_path, HEADSET) as talk, talk.recording("spk_headset", "spk_desk"):
        talk.until_on("mic_headset", "spk_headset")
        talk.server.answer()
        talk.until_playing("spk_headset", 1500)
        talk.sound.unplug("spk_headset")
        talk.until_playing("spk_desk", 500)
        talk.until_silent("spk_desk")
        talk.check_answer("spk_headset", "spk_desk", lost_ms=60)


@without_starvation
def test_a_speaker_is_never_recorded_when_the_last_microphone_goes(tmp_path: Path) -> None:
    loud = speech.write_wav(tmp_path / "loud.wav", speech.answer(6000, seed=9, level=0.5))
    with scene(tmp_path) as talk:
        player = start(["paplay", "--device=spk_desk", str(loud)], talk.sound.env())
        try:
            talk.sound.unplug("mic_headset")
            talk.until_heard()
            talk.sound.unplug("mic_desk")
            talk.app.wait_for_line("No microphone was found", on_stderr=True)
            assert talk.device("mic") == ""
        finally:
            stop(player)
        assert not np.any(talk.heard()), "the room was silent: this is the speaker"
        talk.sound.plug("mic", "mic_new", "New Microphone")
        talk.soon_on("mic_new", "spk_desk")
        talk.until_heard()
        said = speech.answer(1000, seed=3)
        talk.say(said, "mic_new")
        talk.until_said(said)


def check_whole(talk: Scene, heard_ms: float) -> None:
    """All of an answer must have been played, but for what no recorder was there to hear."""
    answer_ms = len(talk.server.connection.spoken()) / (2 * RATE_HZ) * 1000
    if not answer_ms - 1500 <= heard_ms <= answer_ms + 100:
        raise TooSlowError(f"heard {heard_ms:.0f} ms of {answer_ms:.0f}")


@without_starvation
def test_a_sound_server_that_dies_costs_the_time_it_is_away(tmp_path: Path) -> None:
    with scene(tmp_path) as talk:
        with talk.recording("spk_desk"):
            talk.server.answer()
            talk.until_playing("spk_desk", 1500)
            talk.sound.crash()
            before_ms = loud_ms(talk.played["spk_desk"])
        talk.sound.restart()
        with talk.recording("spk_desk"):
            talk.soon_on("mic_desk", "spk_desk")
            talk.until_heard()
            talk.until_playing("spk_desk", 500)
            talk.until_silent("spk_desk")
            after_ms = loud_ms(talk.played["spk_desk"])
        check_whole(talk, before_ms + after_ms)
        said = speech.answer(1000, seed=3)
        talk.say(said, "mic_desk")
        talk.until_said(said)


@without_starvation
def test_speech_is_heard_again_after_the_sound_server_slept(tmp_path: Path) -> None:
    with scene(tmp_path) as talk:
        talk.sound.freeze(2.0)
        talk.soon_on("mic_desk", "spk_desk")
        said = speech.answer(1000, seed=3)
        talk.say(said, "mic_desk")
        talk.until_said(said)
