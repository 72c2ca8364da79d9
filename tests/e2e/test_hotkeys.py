"""The talk key in the whole program: held in another program, heard by the server."""

from __future__ import annotations

import json
from pathlib import Path

from tests.other_program import other_program
from tests.parley_process import Parley
from tests.private_process import wait_until
from tests.servers.persona import Persona
from tests.servers.scripted import ScriptedServer
from tests.virtual_screen import VirtualScreen
from tests.virtual_sound import VirtualSound

APPEND = "input_audio_buffer.append"
SETTINGS = {"turn_detection": "manual", "talk_key": "F9", "show_key": "F10"}


def test_a_key_held_in_another_program_is_a_turn(
    screen: VirtualScreen, sound: VirtualSound, tmp_path: Path
) -> None:
    config = tmp_path / "settings.json"
    config.write_text(json.dumps({"version": 1, "settings": SETTINGS}))
    parley = Parley(tmp_path / "home", screen.settings() | sound.settings())
    with (
        ScriptedServer(Persona(vad="script")) as server,
        parley.running("--url", server.url, "--config", config) as app,
    ):
        log = parley.home / "state" / "parley.log"
        wait_until(
            lambda: log.exists() and "keys: " in log.read_text(), "keys", process=app.process
        )
        with other_program(screen, screen.env()) as other:
            screen.xdotool("keydown", "F9")
            server.wait_for(APPEND, count=20)
            screen.xdotool("sleep", "0.5", "keyup", "F9")
            server.wait_for("response.create")
            screen.xdotool("keydown", "F9", "sleep", "0.6", "keyup", "F9")
            server.wait_for("response.create", count=2)
            assert screen.window_at(400, 400) == other
            screen.xdotool("key", "F10")
            wait_until(lambda: screen.window_at(400, 400) != other, "the window comes")
        kinds = [one.type for one in server.received if one.type != APPEND]
        app.interrupt()
        assert app.wait() == 0
    assert server.violations == []
    turn = ["input_audio_buffer.clear", "input_audio_buffer.commit", "response.create"]
    begin = kinds.index(turn[0])
    assert [kind for kind in kinds[begin:] if kind in turn][:3] == turn
    assert kinds.count("response.create") == 2
    assert app.err == ""
