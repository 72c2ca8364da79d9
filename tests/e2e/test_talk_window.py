"""The talk button above all windows, held and dragged with a real pointer."""

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

TITLE = "Parley: talk button"
SETTINGS = {"turn_detection": "manual", "talk_window": True, "cue_volume": 0}
APPEND = "input_audio_buffer.append"
GRIP_PX, BUTTON_PX = (10, 32), (50, 32)


def place(screen: VirtualScreen) -> tuple[int, int]:
    """Where the button's window is."""
    told = screen.xdotool("getwindowgeometry", "--shell", screen.windows(TITLE)[0])
    found = dict(line.split("=") for line in told.split())
    return int(found["X"]), int(found["Y"])


def test_held_over_another_program_it_makes_a_turn_and_dragged_it_stays(
    screen: VirtualScreen, sound: VirtualSound, tmp_path: Path
) -> None:
    config = tmp_path / "settings.json"
    config.write_text(json.dumps({"version": 1, "settings": SETTINGS}))
    parley = Parley(tmp_path / "home", screen.settings() | sound.settings())
    with ScriptedServer(Persona(vad="script")) as server:
        with (
            other_program(screen, screen.env()),
            parley.running("--url", server.url, "--config", config) as app,
        ):
            wait_until(lambda: bool(screen.windows(TITLE)), "it is there", process=app.process)
            x, y = place(screen)
            screen.xdotool("windowraise", screen.windows(TITLE)[0])
            spot = (str(x + BUTTON_PX[0]), str(y + BUTTON_PX[1]))
            screen.xdotool("mousemove", *spot, "mousedown", "1")
            server.wait_for(APPEND, count=60)
            screen.xdotool("mouseup", "1")
            server.wait_for("response.create")
            grip = (str(x + GRIP_PX[0]), str(y + GRIP_PX[1]))
            screen.xdotool("mousemove", *grip, "mousedown", "1", "mousemove", "500", "300")
            screen.xdotool("mouseup", "1")
            wait_until(lambda: place(screen) != (x, y), "it moves", process=app.process)
            there = place(screen)
            kept = parley.home / "state" / "talk-button"
            wait_until(
                lambda: kept.exists() and kept.read_text() == f"{there[0]},{there[1]}", "kept"
            )
            app.interrupt()
            assert app.wait() == 0
        with parley.running("--url", server.url, "--config", config) as again:
            wait_until(lambda: bool(screen.windows(TITLE)), "it is there", process=again.process)
            assert place(screen) == there
    assert server.violations == []
