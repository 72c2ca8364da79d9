"""The running app, told what to do by other processes: a second start, shortcuts, scripts."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from tests.other_program import other_program
from tests.parley_process import Parley, Running
from tests.private_process import wait_until
from tests.servers.persona import Persona
from tests.servers.scripted import ScriptedServer
from tests.virtual_screen import VirtualScreen
from tests.virtual_sound import VirtualSound

COMMANDS = (("show",), ("mute",), ("interrupt",), ("ptt", "down"), ("ptt", "up"), ("ptt", "toggle"))
SPEECH_S = 0.6
PLACE = (400, 400)
"""Where the window is, and everything else too."""


@pytest.fixture
def parley(tmp_path: Path, screen: VirtualScreen) -> Parley:
    """One on the virtual screen."""
    return Parley(tmp_path / "home", screen.settings())


def wait_open(parley: Parley, app: Running) -> None:
    """Return when the app takes commands."""
    door = parley.home / "state" / "door"
    wait_until(door.exists, "it takes commands", process=app.process)


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_without_a_running_parley_a_command_says_so(
    tmp_path: Path, command: tuple[str, ...]
) -> None:
    done = Parley(tmp_path / "home")(*command)
    assert done.code == 1
    assert done.err == "parley: Parley is not running. Start it with: parley\n"
    assert not (tmp_path / "home").exists()


def test_a_second_start_shows_the_first_and_ends(parley: Parley, screen: VirtualScreen) -> None:
    with parley.running() as first:
        wait_open(parley, first)
        wait_until(lambda: bool(screen.windows("Parley")), "it opens", process=first.process)
        ours = screen.windows("Parley")
        with other_program(screen, screen.env()) as other:
            assert screen.window_at(*PLACE) == other
            assert parley().code == 0
            wait_until(lambda: screen.window_at(*PLACE) == ours[0], "it comes to the front")
        assert screen.windows("Parley") == ours
        first.interrupt()
        assert first.wait() == 0
    assert not (parley.home / "state" / "door").exists()


def test_of_two_started_at_once_one_is_left(parley: Parley, screen: VirtualScreen) -> None:
    both = [
        subprocess.Popen(parley.command(), env=parley.environment(), stderr=subprocess.DEVNULL)
        for _ in range(2)
    ]
    try:
        wait_until(lambda: any(p.poll() is not None for p in both), "one gives way")
        left = [process for process in both if process.poll() is None]
        assert [p.returncode for p in both if p not in left] == [0]
        wait_until(lambda: len(screen.windows("Parley")) == 1, "the other opens", process=left[0])
    finally:
        for process in both:
            process.terminate()
            process.wait(10)


def test_after_a_kill_the_next_start_works(parley: Parley) -> None:
    with parley.running() as first:
        wait_open(parley, first)
        first.process.kill()
        first.process.wait(10)
    assert parley("mute").code == 1
    with parley.running() as second:
        wait_until(lambda: parley("show").code == 0, "it listens", process=second.process)


def test_the_talk_key_reaches_the_server_through_the_command(
    parley: Parley, sound: VirtualSound
) -> None:
    config = parley.home.with_name("settings.json")
    config.write_text(json.dumps({"version": 1, "settings": {"turn_detection": "manual"}}))
    hearing = parley.with_env(**sound.settings())
    with (
        ScriptedServer(Persona(vad="script")) as server,
        hearing.running("--url", server.url, "--config", config) as app,
    ):
        wait_open(parley, app)
        assert parley("ptt", "down").code == 0
        # More than the sound from before the press (300 ms) and the shortest press (250 ms).
        server.wait_for("input_audio_buffer.append", count=80)
        assert parley("ptt", "up").code == 0
        server.wait_for("response.create")
        assert parley("ptt", "toggle").code == 0
        server.wait_for("input_audio_buffer.clear", count=2)
        began = len(server.connection.events("input_audio_buffer.append"))
        server.wait_for("input_audio_buffer.append", count=began + int(SPEECH_S * 50))
        assert parley("ptt", "toggle").code == 0
        server.wait_for("input_audio_buffer.commit", count=2)
        server.wait_for("response.create", count=2)
        kinds = [one.type for one in server.received if "append" not in one.type]
        app.interrupt()
        assert app.wait() == 0
    assert server.violations == []
    assert kinds.index("input_audio_buffer.clear") < kinds.index("input_audio_buffer.commit")
    assert kinds.count("input_audio_buffer.commit") == 2


def test_a_talk_without_a_window_takes_commands_too(tmp_path: Path, sound: VirtualSound) -> None:
    config = tmp_path / "settings.json"
    config.write_text(json.dumps({"version": 1, "settings": {"turn_detection": "manual"}}))
    parley = Parley(tmp_path / "home", sound.settings())
    with (
        ScriptedServer(Persona(vad="script")) as server,
        parley.running("talk", "--url", server.url, "--config", config) as app,
    ):
        wait_open(parley, app)
        server.wait_for("session.update")
        assert parley("ptt", "down").code == 0
        server.wait_for("input_audio_buffer.append", count=80)
        assert parley("ptt", "up").code == 0
        server.wait_for("response.create")
        shown = parley("show")
        assert (shown.code, "no window" in shown.err) == (1, True)
        app.interrupt()
        assert app.wait() == 0
    assert server.violations == []
    assert not (parley.home / "state" / "door").exists()


def test_beside_a_talk_in_a_terminal_the_window_opens_all_the_same(
    parley: Parley, sound: VirtualSound, screen: VirtualScreen
) -> None:
    hearing = parley.with_env(**sound.settings())
    with (
        ScriptedServer() as server,
        hearing.running("talk", "--url", server.url) as talk,
    ):
        wait_open(parley, talk)
        with hearing.running("--url", server.url) as window:
            wait_until(lambda: bool(screen.windows("Parley")), "it opens", process=window.process)
        assert parley("mute").code == 0
        talk.interrupt()
        assert talk.wait() == 0
