"""The frozen program, used through its window, so that nothing it imports was left out.

PARLEY_FROZEN names it: ``packaging/prove.py`` and the release workflow do.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop_app.offline import weights
from desktop_app.offline.ears import model_for_machine
from tests.e2e.app_process import ROOT, AppProcess
from tests.e2e.window import Window
from tests.private_process import wait_until
from tests.tray_host import TrayHost
from tests.virtual_bus import VirtualBus
from tests.virtual_screen import VirtualScreen
from tests.virtual_secrets import VirtualSecrets
from tests.virtual_sound import VirtualSound

PROGRAM = os.environ.get("PARLEY_FROZEN", "")
QUESTION = ROOT / "resources" / "samples" / "question.wav"
ANSWER = "391"
LOADED_S = 90.0
CONVERSATION_PX = (300, 250)
PAGES = 9
"""At least as many as the settings have."""
pytestmark = pytest.mark.skipif(not PROGRAM, reason="optional: PARLEY_FROZEN names no program")


@pytest.fixture
def env(sound: VirtualSound, screen: VirtualScreen, tmp_path: Path) -> Iterator[dict[str, str]]:
    """A desktop with sound, a screen, a tray, and weights where the system keeps them for all."""
    model = weights.model(model_for_machine())
    place = weights.home(model, tmp_path / "share" / "parley-weights")
    place.parent.mkdir(parents=True)
    place.symlink_to(weights.find(model).folder)
    plain = {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "LANG": "C.UTF-8"}
    with VirtualBus() as bus:
        wanted = sound.settings() | screen.settings() | bus.settings()
        yield plain | wanted | {"XDG_DATA_DIRS": f"{tmp_path / 'share'}:/usr/share"}


def running(env: dict[str, str], home: Path, *arguments: str, **settings: object) -> AppProcess:
    return AppProcess([*arguments], env, home, settings or None, program=[PROGRAM])


def command(env: dict[str, str], home: Path, *arguments: str, typed: str = "") -> str:
    """Let the frozen program do one command beside the running one; return what it told."""
    done = subprocess.run(
        [PROGRAM, *arguments],
        env=env | {"PARLEY_HOME": str(home)},
        input=typed,
        capture_output=True,
        text=True,
        timeout=LOADED_S,
        check=False,
    )
    assert "Traceback" not in done.stderr, done.stderr
    return done.stdout + done.stderr


@pytest.mark.timeout(600)
def test_every_feature_works_in_the_frozen_window(
    env: dict[str, str], sound: VirtualSound, screen: VirtualScreen, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    with (
        TrayHost(env["DBUS_SESSION_BUS_ADDRESS"]) as tray,
        running(env, home, "gui", service="offline", mute_key="F9", cue_volume=0) as app,
        sound.record("spk_desk") as recorder,
    ):
        window = Window(screen, app)
        tray.wait_for_icon()
        # Typed: the engine's process, its brain, its voice and the loudspeaker.
        window.press("ctrl+l")
        window.type("What is 17 times 23?")
        window.press("Return")
        wait_until(lambda: loud(recorder), "the answer is spoken", timeout_s=LOADED_S)
        wait_until(lambda: said(window) >= 1, "it is written", timeout_s=LOADED_S)
        window.press("Escape", "ctrl+m", "ctrl+m")
        screen.xdotool("key", "F9", "F9")  # The key that works in every program.
        tour_of_the_settings(window, screen)
        for words in (["mute"], ["mute"], ["interrupt"], ["ptt", "toggle"], ["show"]):
            command(env, home, *words)
        tray.click()
        window.press("ctrl+n", "ctrl+l")
        window.type("What is 6 times 7?")
        window.press("Return")
        wait_until(lambda: said(window, "42") >= 1, "it goes on", timeout_s=LOADED_S)
        assert said(window) == 0, "the conversation has begun anew"
        assert app.process.poll() is None
        app.interrupt()
        assert app.wait()[0] == 0
        assert "Traceback" not in app.stderr


@pytest.mark.timeout(600)
def test_every_command_works_in_the_frozen_program(env: dict[str, str], tmp_path: Path) -> None:
    home = tmp_path / "home"
    told = command(env, home, "self-test")
    assert "FAIL" not in told, told
    assert f"answered “17 times 23 is {ANSWER}.”" in told
    assert "Desk Microphone" in command(env, home, "devices")
    assert "key" in command(env, home, "key", "where").lower()
    assert ANSWER in command(env, home, "ask", "--offline", "--text", "What is 17 times 23?")
    assert "usage" in command(env, home, "serve", "--help")


@pytest.mark.timeout(300)
def test_keys_models_the_login_and_the_sound_check_work_in_the_frozen_program(
    env: dict[str, str], secrets: VirtualSecrets, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    keyring = env | secrets.settings()
    assert "The key" in command(keyring, home, "key", "set", typed="sk-nobodys-key-0123456789\n")
    assert "The key" in command(keyring, home, "key", "where")
    assert "No key" in command(keyring, home, "key", "forget")
    assert model_for_machine() in command(env, home, "weights", "list")
    command(env, home, "autostart", "on")
    (entry,) = (tmp_path / ".config" / "autostart").iterdir()
    assert PROGRAM in entry.read_text(encoding="utf-8")
    command(env, home, "autostart", "off")
    assert not entry.exists()
    assert "Speaker: Desk" in command(env, home, "doctor")


def tour_of_the_settings(window: Window, screen: VirtualScreen) -> None:
    """Open the settings and every page of them."""
    before = set(windows(screen))
    window.press("ctrl+comma")
    wait_until(lambda: bool(set(windows(screen)) - before), "the settings open")
    (dialog,) = set(windows(screen)) - before
    screen.xdotool("windowfocus", "--sync", dialog)
    for _ in range(PAGES):
        window.press("ctrl+Page_Down", "Down")
    window.press("Escape")
    wait_until(lambda: set(windows(screen)) == before, "the settings close")
    screen.xdotool("windowfocus", "--sync", window.number)


def windows(screen: VirtualScreen) -> list[str]:
    return [*screen.windows("Parley"), *screen.windows("Settings")]


def listens(tray: TrayHost) -> bool:
    """Whether the icon says so: the session stands, so nothing that is said gets lost."""
    return bool(tray.property("ToolTip")[2] == "Parley is listening")


def said(window: Window, answer: str = ANSWER) -> int:
    """How often an answer is in the conversation."""
    window.click(*CONVERSATION_PX)
    return window.copied().count(f"is {answer}")


def loud(recorder: object) -> bool:
    return int(abs(recorder.pcm().astype(int)).max(initial=0)) > 2000  # type: ignore[attr-defined]
