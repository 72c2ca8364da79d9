"""``parley talk``, ``parley devices``, and what Parley does where there is no display or sound."""

from __future__ import annotations

import json
import signal
import time
from dataclasses import replace
from pathlib import Path

import pytest

from desktop_app.adapters.wave_files import read_wave
from desktop_app.cli_start import has_display
from tests.parley_process import ROOT, Parley
from tests.private_process import wait_until
from tests.servers import speech, traps
from tests.servers.persona import Persona, spoken
from tests.servers.scripted import ScriptedServer
from tests.virtual_screen import VirtualScreen
from tests.virtual_sound import VirtualSound

LEAVING_S = 3.0
SAMPLE = ROOT / "resources" / "samples" / "question.wav"


@pytest.fixture
def parley(tmp_path: Path) -> Parley:
    """One without display and sound."""
    return Parley(tmp_path / "home", {"QT_QPA_PLATFORM": ""})


@pytest.fixture
def hearing(tmp_path: Path, sound: VirtualSound) -> Parley:
    """One with sound and without display."""
    return Parley(tmp_path / "home", sound.settings() | {"QT_QPA_PLATFORM": ""})


# -- talk -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_talk_ends_at_once_and_cleanly_when_told_to(parley: Parley, number: signal.Signals) -> None:
    with ScriptedServer() as server, parley.running("talk", "--url", server.url) as talk:
        server.wait_for("session.update")
        started = time.monotonic()
        talk.interrupt(number)
        assert talk.wait() == 0
        assert time.monotonic() - started < LEAVING_S
        server.wait_until(lambda: server.connection.close_code is not None, "it hangs up")
    assert server.connection.close_code in (1000, 1001)
    assert "Traceback" not in talk.err


def test_talk_can_be_ended_before_it_is_connected(parley: Parley) -> None:
    with (
        ScriptedServer(traps.NEVER_SHAKES) as server,
        parley.running("talk", "--url", server.url) as talk,
    ):
        wait_until(lambda: "connecting" in talk.err, "it connects", process=talk.process)
        started = time.monotonic()
        talk.interrupt()
        assert talk.wait() == 0
        assert time.monotonic() - started < LEAVING_S


def test_talk_says_what_is_missing_and_goes_on(parley: Parley) -> None:
    with ScriptedServer() as server, parley.running("talk", "--url", server.url) as talk:
        wait_until(lambda: "No microphone was found" in talk.err, "it tells", process=talk.process)
        server.wait_for("session.update")
        assert talk.process.poll() is None


def test_talk_tries_again_and_talks_on_when_the_server_comes_back(parley: Parley) -> None:
    with ScriptedServer() as server, parley.running("talk", "--url", server.url) as talk:
        server.wait_for("session.update")
        server.cut()
        server.wait_for("session.update", count=2)
        assert talk.process.poll() is None


def test_talk_ends_with_a_reason_when_trying_again_cannot_help(parley: Parley) -> None:
    with (
        ScriptedServer(Persona(), traps.UNAUTHORIZED) as server,
        parley.running("talk", "--url", server.url) as talk,
    ):
        server.wait_for("session.update")
        server.cut()
        assert talk.wait() == 1
    assert "The server refused the API key" in talk.err


def test_talk_is_told_of_a_broken_settings_file(parley: Parley, tmp_path: Path) -> None:
    file = tmp_path / "broken.json"
    file.write_text("[")
    with (
        ScriptedServer() as server,
        parley.running("talk", "--url", server.url, "--config", file) as talk,
    ):
        wait_until(lambda: "settings file is broken" in talk.err, "it tells", process=talk.process)


def test_talk_hears_a_microphone_and_prints_both_sides(
    hearing: Parley, sound: VirtualSound, tmp_path: Path
) -> None:
    said = speech.write_wav(tmp_path / "said.wav", speech.say())
    persona = Persona(answers=[spoken("It is half past three.")], user_words=["What time is it?"])
    with ScriptedServer(persona) as server, hearing.running("--url", server.url, "talk") as talk:
        server.wait_for("input_audio_buffer.append")
        sound.say("mic_desk", said)
        wait_until(
            lambda: "Parley: It is half past three." in talk.out, "it answers", process=talk.process
        )
        assert "You: What time is it?" in talk.out
        talk.interrupt()
        assert talk.wait() == 0
    assert server.violations == []


# -- devices --------------------------------------------------------------------------------------


def test_devices_are_listed_by_the_names_people_know(hearing: Parley) -> None:
    done = hearing("devices")
    assert (done.code, done.err) == (0, "")
    assert "* Desk Microphone  [mic_desk]" in done.out
    assert "  Headset Earphones  [spk_headset]" in done.out
    assert ".monitor" not in done.out


def test_devices_can_be_read_by_programs(hearing: Parley) -> None:
    found = json.loads(hearing("devices", "--json").out)
    assert {"name": "mic_desk", "label": "Desk Microphone", "default": True} in found["microphones"]
    assert {"spk_desk", "spk_headset"} <= {one["name"] for one in found["speakers"]}


def test_no_devices_is_a_failure_with_a_reason(parley: Parley) -> None:
    done = parley("devices", "--json")
    assert done.code == 1
    assert done.told == {"microphones": [], "speakers": []}
    assert done.err.startswith("parley: ")


# -- without a command ----------------------------------------------------------------------------


def test_without_display_and_sound_the_recorded_question_is_answered(parley: Parley) -> None:
    with ScriptedServer() as server:
        done = parley("--url", server.url)
    assert done.code == 0
    assert "there is neither display nor sound" in done.err
    assert "It is half past three." in done.out
    assert bytes(server.connection.audio) == read_wave(SAMPLE)


@pytest.mark.parametrize("display", [":4711", "localhost:4711.0", "nonsense"])
def test_a_display_that_is_gone_is_none(parley: Parley, display: str) -> None:
    with ScriptedServer() as server:
        done = parley.with_env(DISPLAY=display)("--url", server.url)
    assert done.code == 0
    assert "there is neither display nor sound" in done.err


def test_a_display_is_found(screen: VirtualScreen, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QT_QPA_PLATFORM", "")
    monkeypatch.setenv("DISPLAY", screen.settings()["DISPLAY"])
    assert has_display()


def test_without_display_it_talks_in_the_terminal(hearing: Parley) -> None:
    with ScriptedServer() as server, hearing.running("--url", server.url) as talk:
        server.wait_for("input_audio_buffer.append")
        assert "there is no display" in talk.err
        talk.interrupt()
        assert talk.wait() == 0


def test_with_a_display_it_opens_the_window(parley: Parley) -> None:
    window = replace(parley, env={"QT_QPA_PLATFORM": "offscreen"})
    with ScriptedServer() as server, window.running("--url", server.url) as app:
        log = window.home / "state" / "parley.log"
        wait_until(log.exists, "the program is up", process=app.process)
        app.interrupt()
        assert app.wait() == 0
    assert "there is" not in app.err
    assert "Traceback" not in app.err
