"""How soon the talk key is heard at the server, pressed while another program has the keyboard."""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from desktop_app.adapters.instance import door_of
from desktop_app.adapters.places import find_places
from tests.benchmarks.bench_place import Place, place, spread
from tests.other_program import other_program
from tests.parley_process import Parley
from tests.private_process import wait_until
from tests.virtual_screen import VirtualScreen
from tests.x_keyboard import XKeyboard

HEADER = ("talk key", "Parley", "goal")
Row = tuple[str, str, str]

KEY = "F9"
SETTINGS = {"turn_detection": "manual", "talk_key": KEY, "talk_key_mode": "hold"}
BYTES_PER_MS = 48
SPOKEN = 40
"""Pieces of sound that are more than a slip."""
AT_ONCE_NS = 30_000_000
"""What comes in this time after the first piece came with it."""


@dataclass(frozen=True, slots=True)
class Way:
    """One way to press and release."""

    press: Callable[[], object]
    release: Callable[[], object]


@dataclass(slots=True)
class Found:
    """Milliseconds: press to first piece, sound before the press, release to commit."""

    first: list[float]
    before: list[float]
    commit: list[float]


def run(quick: bool) -> list[Row]:
    """Measure, in half a minute if ``quick``."""
    rounds = 8 if quick else 40
    with place() as here, VirtualScreen(1000, 800) as screen:
        config = here.folder / "settings.json"
        config.write_text(json.dumps({"version": 1, "settings": SETTINGS}))
        program = ("desktop_app", "--url", "{url}", "--config", str(config))
        with (
            here.running(program, screen.settings()),
            other_program(screen, screen.env()),
            XKeyboard(screen) as keyboard,
        ):
            key = Way(partial(keyboard.down, KEY), partial(keyboard.up, KEY))
            _connect(here, key)
            by_key = _presses(here, key, rounds)
            by_door = _presses(here, _door(here), rounds)
            by_command = _presses(here, _command(here), max(rounds // 4, 3))
    before = f"{statistics.median(by_key.before):.0f}"
    return [
        ("X11 key down -> first audio at the server, ms", spread(by_key.first, 1), "<= 30"),
        ("sound from before the press that comes with it, ms", before, "300"),
        ("X11 key up -> commit (150 ms are grace), ms", spread(by_key.commit), ""),
        ("word at the door -> first audio, ms", spread(by_door.first, 1), "<= 30"),
        ("parley ptt down started -> first audio, ms", spread(by_command.first), ""),
    ]


def _door(here: Place) -> Way:
    """What the command says, without the time it takes to start one."""
    environ = {"PARLEY_HOME": str(here.folder / "home")}
    door = door_of(find_places(environ), environ)
    return Way(lambda: door.knock("ptt down"), lambda: door.knock("ptt up"))


def _command(here: Place) -> Way:
    parley = Parley(here.folder / "home")
    return Way(lambda: parley("ptt", "down"), lambda: parley("ptt", "up"))


def _connect(here: Place, way: Way) -> None:
    """The first press calls the server; from then on the microphone is open."""
    log = here.folder / "home" / "state" / "parley.log"
    wait_until(lambda: log.exists() and "keys: " in log.read_text(), "the keys are taken")
    way.press()
    wait_until(lambda: here.server.report()["appends"] > SPOKEN, "the first press is heard")
    way.release()
    here.server.wait_for("input_audio_buffer.commit")


def _presses(here: Place, way: Way, rounds: int) -> Found:
    found = Found([], [], [])
    for number in range(rounds):
        time.sleep(0.45 + 0.007 * (number % 11))  # The ring of what was heard fills again.
        here.server.reset()
        pressed_ns = time.monotonic_ns()
        way.press()
        first_ns = here.server.wait_for("append")[0]
        time.sleep(0.4)
        released_ns = time.monotonic_ns()
        way.release()
        commit_ns = here.server.wait_for("input_audio_buffer.commit")[0]
        arrivals = here.server.arrivals()
        came = arrivals.end[arrivals.at_ns <= first_ns + AT_ONCE_NS]
        found.first.append((first_ns - pressed_ns) / 1e6)
        found.before.append(int(came[-1]) / BYTES_PER_MS - AT_ONCE_NS / 1e6)
        found.commit.append((commit_ns - released_ns) / 1e6)
    return found
