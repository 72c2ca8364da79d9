"""The engine on this computer is killed while people talk with it."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import pytest

from desktop_app.adapters.offline_process import RESTARTED
from tests.e2e.app_process import AppProcess
from tests.e2e.window import Window
from tests.offline import speech_data
from tests.private_process import wait_until
from tests.servers import speech
from tests.virtual_screen import VirtualScreen
from tests.virtual_sound import VirtualSound

pytestmark = [
    pytest.mark.weights,
    pytest.mark.skipif(sys.platform != "linux", reason="optional: needs /proc"),
]
PATIENCE_S = 60.0
ATTEMPTS = 3
MIDDLE_PX = (430, 330)
"""Somewhere in the conversation."""
SUM, PRODUCT = "What is seventeen times twenty three?", "391"


def engine_of(app: AppProcess) -> int:
    """The process id of the engine that ``app`` runs; 0 if there is none."""
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, parent = stat.read_text().rpartition(")")[2].split()[:2]
            words = stat.with_name("cmdline").read_bytes().split(b"\0")
        except (OSError, ValueError):
            continue
        if int(parent) == app.process.pid and b"serve" in words and state != "Z":
            return int(stat.parent.name)
    return 0


def kill_engine(app: AppProcess) -> int:
    """Kill the engine as the system would that has no memory left; returns who it was."""
    wait_until(lambda: engine_of(app) > 0, "the engine is up", process=app.process)
    pid = engine_of(app)
    os.kill(pid, signal.SIGKILL)
    return pid


def wait_for_another(app: AppProcess, pid: int) -> None:
    wait_until(lambda: engine_of(app) not in (0, pid), "it is up again", process=app.process)


def ask_aloud(app: AppProcess, sound: VirtualSound, question: Path) -> None:
    """Ask for the product, again where another word was understood, and get it."""
    for _ in range(ATTEMPTS):
        before = len(answers(app))
        sound.say("mic_desk", question)
        if PRODUCT in answer_after(app, before):
            return
    raise AssertionError(f"it never understood: {app.stdout}")


def answer_after(app: AppProcess, before: int) -> str:
    """Wait until there are more answers than before; return the newest."""
    wait_until(
        lambda: len(answers(app)) > before,
        "it answers",
        process=app.process,
        timeout_s=PATIENCE_S,
    )
    return answers(app)[-1]


def answers(app: AppProcess) -> list[str]:
    """What it has answered so far, each to its end."""
    whole = app.stdout.rpartition("\n")[0]
    return [line for line in whole.splitlines() if line.startswith("Parley: ")]


def test_a_talk_goes_on_once_and_then_asks_the_user(sound: VirtualSound, tmp_path: Path) -> None:
    question = speech.write_wav(
        tmp_path / "said.wav", speech.from_pcm(speech_data.speak(SUM).tobytes())
    )
    with AppProcess(["talk", "--offline"], sound.env(), tmp_path / "home") as app:
        app.wait_for_line("[listening", on_stderr=True, timeout_s=PATIENCE_S)
        ask_aloud(app, sound, question)
        pid = kill_engine(app)
        app.wait_for_line(RESTARTED.title, on_stderr=True, timeout_s=PATIENCE_S)
        wait_for_another(app, pid)
        wait_until(lambda: app.stderr.count("[listening") == 2, "it listens", process=app.process)
        ask_aloud(app, sound, question)
        kill_engine(app)
        app.wait_for_line("stopped again", on_stderr=True, timeout_s=PATIENCE_S)
        assert app.wait()[0] == 1
        assert "Traceback" not in app.stderr


def test_the_conversation_in_the_window_outlives_its_engine(
    sound: VirtualSound, screen: VirtualScreen, tmp_path: Path
) -> None:
    env = sound.env() | screen.settings()
    settings = {"service": "offline"}
    with AppProcess([], env, tmp_path / "home", settings) as app:
        window = Window(screen, app)
        ask(window, SUM)
        wait_until(lambda: PRODUCT in conversation(window), "it answers", timeout_s=PATIENCE_S)
        wait_for_another(app, kill_engine(app))
        ask(window, "What is twelve times twelve?")
        wait_until(lambda: "144" in conversation(window), "it goes on", timeout_s=PATIENCE_S)
        assert PRODUCT in conversation(window)
        window.picture(tmp_path / "window.png")


def ask(window: Window, text: str) -> None:
    window.press("ctrl+l")
    window.type(text)
    window.press("Return")


def conversation(window: Window) -> str:
    """All that stands in the window's conversation."""
    window.click(*MIDDLE_PX)
    return window.copied()
