"""The talk key in the whole program: pressed in another program, heard by the server."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from tests.other_program import other_program
from tests.parley_process import Parley
from tests.private_process import wait_until
from tests.servers import speech
from tests.servers.persona import Persona
from tests.servers.scripted import ScriptedServer
from tests.virtual_screen import VirtualScreen
from tests.virtual_sound import VirtualSound
from tests.x_keyboard import XKeyboard

APPEND = "input_audio_buffer.append"
CLEAR = "input_audio_buffer.clear"
COMMIT = "input_audio_buffer.commit"
ASK = "response.create"
TURN = [CLEAR, COMMIT, ASK]
SETTINGS = {"turn_detection": "manual", "talk_key": "F9, Ctrl+F8", "show_key": "F10"}
# The words of these tests are noise, and shall arrive as they were said.
SETTINGS |= {"noise_suppression": "off", "microphone_gain": "off", "echo_cancellation": "off"}
SPOKEN = 60
"""Pieces of sound: more than the sound from before the press and the shortest press together."""
RATE_HZ = 48_000
WORD_MS = 1_500
EDGE_MS = 200
EARLY_MS = 50
LOUD = 300


class Place:
    """Parley behind another program's window, with a key to talk."""

    def __init__(self, screen: VirtualScreen, server: ScriptedServer) -> None:
        self.screen, self.server = screen, server

    def down(self, key: str = "F9") -> None:
        self.screen.xdotool("keydown", key)

    def up(self, key: str = "F9") -> None:
        self.screen.xdotool("keyup", key)

    def speak(self) -> None:
        """Wait until the server has heard enough of this turn to take it for one."""
        before = len(self.server.connection.events(APPEND)) if self.server.connections else 0
        self.server.wait_for(APPEND, count=before + SPOKEN)

    def turns(self, count: int) -> list[str]:
        """What the server was told, without the sound, once it has been asked so often."""
        self.server.wait_for(ASK, count=count)
        return [one.type for one in self.server.received if one.type in TURN]


@pytest.fixture
def place(screen: VirtualScreen, sound: VirtualSound, tmp_path: Path) -> Iterator[Place]:
    with in_another_program(screen, sound, tmp_path) as made:
        yield made
        assert screen.window_at(400, 400) not in screen.windows("Parley")


@contextmanager
def in_another_program(screen: VirtualScreen, sound: VirtualSound, folder: Path) -> Iterator[Place]:
    """Run Parley with another program before it."""
    config = folder / "settings.json"
    config.write_text(json.dumps({"version": 1, "settings": SETTINGS}))
    parley = Parley(folder / "home", screen.settings() | sound.settings())
    with (
        ScriptedServer(Persona(vad="script")) as server,
        parley.running("--url", server.url, "--config", config) as app,
    ):
        log = parley.home / "state" / "parley.log"
        wait_until(
            lambda: log.exists() and "keys: " in log.read_text(), "keys", process=app.process
        )
        with other_program(screen, screen.env()):
            yield Place(screen, server)
        app.interrupt()
        assert app.wait() == 0
    assert server.violations == []
    assert app.err == ""


def test_a_held_key_is_a_turn_however_often_it_repeats_itself(place: Place) -> None:
    place.down()
    place.speak()
    place.screen.xdotool("sleep", "1")  # The X server repeats a key after 660 ms.
    place.up()
    assert place.turns(1) == TURN
    place.down("Ctrl+F8")
    place.speak()
    place.up("Ctrl+F8")
    assert place.turns(2) == TURN * 2


def test_a_tap_begins_a_turn_and_the_next_one_ends_it(place: Place) -> None:
    place.screen.xdotool("key", "F9")
    place.speak()
    place.screen.xdotool("key", "F9")
    assert place.turns(1) == TURN


def test_a_second_press_at_once_goes_on_with_the_turn(place: Place) -> None:
    place.down()
    place.speak()
    place.screen.xdotool("keyup", "F9", "keydown", "F9")
    place.speak()
    place.up()
    assert place.turns(1) == TURN


def test_a_release_that_another_window_took_is_seen_all_the_same(place: Place) -> None:
    from Xlib import X
    from Xlib.display import Display

    place.down()
    place.speak()
    display = Display(place.screen.display)
    try:
        root = display.screen().root
        root.grab_keyboard(False, X.GrabModeAsync, X.GrabModeAsync, X.CurrentTime)
        display.sync()
        place.up()
        assert place.turns(1) == TURN
    finally:
        display.close()


def test_the_window_comes_when_its_key_is_pressed(
    screen: VirtualScreen, sound: VirtualSound, tmp_path: Path
) -> None:
    with in_another_program(screen, sound, tmp_path):
        ours = screen.windows("Parley")
        screen.xdotool("key", "F10")
        wait_until(lambda: screen.window_at(400, 400) in ours, "the window comes")


def test_first_and_last_word_are_whole_for_who_presses_late_and_lets_go_early(
    place: Place, sound: VirtualSound, tmp_path: Path
) -> None:
    place.down()
    place.speak()
    place.up()
    place.turns(1)
    word = speech.answer(WORD_MS, seed=11)
    wav = speech.write_wav(tmp_path / "word.wav", word)
    with sound.listen("mic_desk", RATE_HZ) as air, XKeyboard(place.screen) as keyboard:
        sound.say_async("mic_desk", wav)
        while (begin := onset(air.pcm())) is None:
            air.wait_for(len(air.pcm()) + RATE_HZ // 100)
        keyboard.down("F9")
        end = begin + WORD_MS * RATE_HZ // 1000
        air.wait_for(end - EARLY_MS * RATE_HZ // 1000)
        keyboard.up("F9")
    place.turns(2)
    heard = speech.from_pcm(bytes(place.server.connection.audio))
    for edge in (word[: EDGE_MS * 24], word[-EDGE_MS * 24 :]):
        assert speech.correlation(edge, heard) > 0.98


def onset(pcm: npt.NDArray[np.int16]) -> int | None:
    """The sample at which a recording begins to sound."""
    loud = np.flatnonzero(np.abs(pcm.astype(np.int32)) > LOUD)
    return int(loud[0]) if len(loud) else None
