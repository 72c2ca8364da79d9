"""Devices that are pulled out in the midst of a word, and everything else that happens to them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.benchmarks.devices import changes
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
def test_a_headset_pulled_out_in_mid_sentence_costs_no_word(tmp_path: Path) -> None:
    with scene(tmp_path, HEADSET) as talk:
        talk.until_on("mic_headset", "spk_headset")
        talk.say(SAID, "mic_headset", "mic_desk")
        talk.until_said(SAID[: RATE_HZ // 2])  # The change comes behind what is compared.
        for name in ("mic_headset", "spk_headset"):
            talk.sound.unplug(name)
        talk.soon_on("mic_desk", "spk_desk")
        talk.until_said(SAID)
        talk.check_said(SAID, missing_ms=60)
        talk.app.wait_for_line("Now using Desk Microphone", on_stderr=True)
        for kind, name, label in (
            ("mic", "mic_headset", "Headset Microphone"),
            ("spk", "spk_headset", "Headset Earphones"),
        ):
            talk.sound.plug(kind, name, label)  # type: ignore[arg-type]
        talk.soon_on("mic_headset", "spk_headset")
        talk.until_heard()
        talk.app.wait_for_line("again", on_stderr=True)


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
def test_an_answer_follows_the_system_to_another_default(tmp_path: Path) -> None:
    with scene(tmp_path) as talk, talk.recording("spk_headset", "spk_desk"):
        talk.until_on("mic_desk", "spk_desk")
        talk.server.answer()
        talk.until_playing("spk_desk", 1500)
        talk.sound.set_default("spk_headset")
        talk.sound.set_default("mic_headset")
        talk.soon_on("mic_headset", "spk_headset")
        talk.until_playing("spk_headset", 500)
        talk.until_silent("spk_headset")
        talk.check_answer("spk_desk", "spk_headset", lost_ms=60)


@without_starvation
def test_an_answer_that_is_cut_after_a_change_was_heard_on_both(tmp_path: Path) -> None:
    with (
        scene(tmp_path, {"interrupting": "server"}, 8000) as talk,
        talk.recording("spk_headset", "spk_desk"),
    ):
        talk.server.answer()
        talk.until_playing("spk_desk", 1500)
        talk.sound.set_default("spk_headset")
        talk.until_playing("spk_headset", 1000)
        talk.server.speech_started()
        told = talk.server.wait_for("conversation.item.truncate").event["audio_end_ms"]
        talk.until_silent("spk_headset")
        heard_ms = loud_ms(talk.played["spk_desk"]) + loud_ms(talk.played["spk_headset"])
        if abs(told - heard_ms) > 40:
            raise TooSlowError(f"told {told} ms, heard {heard_ms:.0f} ms")


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


@without_starvation
def test_when_the_last_device_goes_the_answer_waits_for_the_next(tmp_path: Path) -> None:
    with scene(tmp_path) as talk:
        for name in ("mic_headset", "spk_headset", "mic_desk"):
            talk.sound.unplug(name)
        with talk.recording("spk_desk"):
            talk.server.answer()
            talk.until_playing("spk_desk", 1500)
            talk.sound.unplug("spk_desk")
            before_ms = loud_ms(talk.played["spk_desk"])
        talk.until_on("", "")
        talk.sound.plug("spk", "spk_new", "New Speakers")
        # Before the recording, which the server would lead to the first microphone that comes.
        talk.sound.plug("mic", "mic_new", "New Microphone")
        with talk.recording("spk_new"):
            talk.soon_on("mic_new", "spk_new")
            talk.until_playing("spk_new", 500)
            talk.until_silent("spk_new")
            talk.until_heard()
            check_whole(talk, before_ms + loud_ms(talk.played["spk_new"]))


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


@without_starvation
def test_ten_changes_leave_nothing_behind(tmp_path: Path) -> None:
    with scene(tmp_path, HEADSET) as talk:
        outcome = changes(talk, 10)
    before, after = outcome.before, outcome.after
    assert not outcome.missed
    assert after.files <= before.files + 2
    assert after.threads <= before.threads + 2
    assert after.memory_mb <= before.memory_mb + 10
