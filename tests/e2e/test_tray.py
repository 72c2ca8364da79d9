"""The tray of two kinds, and none: real clicks, late trays, trays that go away."""

from __future__ import annotations

import json
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.parley_process import Parley
from tests.private_process import start, stop, wait_until
from tests.servers.scripted import ScriptedServer
from tests.tray_host import TrayHost
from tests.virtual_bus import VirtualBus
from tests.virtual_screen import VirtualScreen

PANEL_PX = 40
LATE_S = 8.0
"""Most of the ten seconds; the app began to count before the test did."""
needs_trayer = pytest.mark.skipif(
    shutil.which("trayer") is None, reason="the tray program trayer is not installed"
)
needs_bus = pytest.mark.skipif(
    shutil.which("dbus-daemon") is None, reason="dbus-daemon is not installed"
)


@pytest.fixture
def bus() -> Iterator[VirtualBus]:
    with VirtualBus() as place:
        yield place


@contextmanager
def xembed_tray(screen: VirtualScreen) -> Iterator[subprocess.Popen[bytes]]:
    """A panel in the lower left corner, with room for one icon."""
    width = ["--edge", "bottom", "--align", "left", "--widthtype", "pixel", "--width", "40"]
    height = ["--heighttype", "pixel", "--height", str(PANEL_PX)]
    panel = start(["trayer", *width, *height], screen.env())
    try:
        yield panel
    finally:
        stop(panel)


def icon_place(screen: VirtualScreen) -> str:
    """What is to be seen where the icon of an XEmbed tray would be."""
    x_px, y_px = PANEL_PX // 2, screen.size_px[1] - PANEL_PX // 2
    return screen.window_at(x_px, y_px)


def colour(screen: VirtualScreen) -> str:
    """The colour of the ground of the icon in an XEmbed tray."""
    command = ["import", "-window", "root", "-crop", f"40x40+0+{screen.size_px[1] - PANEL_PX}"]
    done = subprocess.run(
        [*command, "-colors", "1", "-format", "%[hex:p{1,1}]", "info:"],
        env=screen.env(),
        capture_output=True,
        text=True,
        timeout=20,
        check=True,
    )
    return done.stdout


def settings_file(folder: Path, **settings: str) -> Path:
    path = folder / "settings.json"
    path.write_text(json.dumps({"version": 1, "settings": settings}))
    return path


@needs_trayer
def test_a_click_on_the_icon_starts_to_talk(screen: VirtualScreen, tmp_path: Path) -> None:
    parley = Parley(tmp_path / "home", screen.settings())
    with (
        xembed_tray(screen),
        ScriptedServer() as server,
        parley.running("--url", server.url) as app,
    ):
        wait_until(lambda: bool(screen.windows("Parley")), "it opens", process=app.process)
        wait_until(lambda: screen.embedded() == 1, "the icon appears", process=app.process)
        before = colour(screen)
        icon_place(screen)
        screen.xdotool("click", "1")
        server.wait_for("session.update")
        wait_until(lambda: colour(screen) != before, "the icon changes", process=app.process)
        app.interrupt()
        assert app.wait() == 0


@needs_bus
def test_a_notifier_icon_takes_clicks_and_says_what_is_going_on(
    screen: VirtualScreen, bus: VirtualBus, tmp_path: Path
) -> None:
    parley = Parley(tmp_path / "home", screen.settings() | bus.settings())
    with (
        TrayHost(bus.address) as tray,
        ScriptedServer() as server,
        parley.running("--url", server.url) as app,
    ):
        tray.wait_for_icon()
        assert tray.property("ToolTip")[2] == "Parley"
        tray.click()
        server.wait_for("session.update")
        wait_until(lambda: tray.property("ToolTip")[2] != "Parley", "it says what is going on")
        app.interrupt()
        assert app.wait() == 0


@needs_bus
def test_a_tray_that_comes_late_gets_its_icon(
    screen: VirtualScreen, bus: VirtualBus, tmp_path: Path
) -> None:
    parley = Parley(tmp_path / "home", screen.settings() | bus.settings())
    with parley.running() as app:
        wait_until(lambda: bool(screen.windows("Parley")), "it opens", process=app.process)
        door = parley.home / "state" / "door"
        wait_until(door.exists, "it is at work", process=app.process)
        with TrayHost(bus.address) as tray:
            tray.wait_for_icon()
            assert tray.property("ToolTip")[2] == "Parley"


@needs_bus
def test_closed_to_the_tray_it_goes_on_and_returns_when_the_tray_goes(
    screen: VirtualScreen, bus: VirtualBus, tmp_path: Path
) -> None:
    parley = Parley(tmp_path / "home", screen.settings() | bus.settings())
    config = settings_file(tmp_path, on_close="hide")
    with parley.running("--config", config) as app:
        with TrayHost(bus.address) as tray:
            tray.wait_for_icon()
            _close(screen)
            wait_until(lambda: not screen.windows("Parley"), "it hides", process=app.process)
            assert app.process.poll() is None
            assert parley("show").code == 0
            wait_until(lambda: bool(screen.windows("Parley")), "it returns", process=app.process)
            _close(screen)
            wait_until(lambda: not screen.windows("Parley"), "it hides", process=app.process)
        wait_until(lambda: bool(screen.windows("Parley")), "it comes back", process=app.process)


@needs_bus
def test_started_hidden_it_is_in_the_tray_alone_until_it_is_asked_for(
    screen: VirtualScreen, bus: VirtualBus, tmp_path: Path
) -> None:
    parley = Parley(tmp_path / "home", screen.settings() | bus.settings())
    with TrayHost(bus.address) as tray, parley.running("gui", "--hidden") as app:
        tray.wait_for_icon()
        door = parley.home / "state" / "door"
        wait_until(door.exists, "it is at work", process=app.process)
        assert screen.windows("Parley") == []
        assert parley("show").code == 0
        wait_until(lambda: bool(screen.windows("Parley")), "it opens", process=app.process)
        app.interrupt()
        assert app.wait() == 0
        assert app.err == ""


@needs_bus
def test_started_hidden_it_waits_ten_seconds_for_a_tray_and_takes_one_that_comes_later(
    screen: VirtualScreen, bus: VirtualBus, tmp_path: Path
) -> None:
    parley = Parley(tmp_path / "home", screen.settings() | bus.settings())
    began_s = time.monotonic()
    with parley.running("gui", "--hidden") as app:
        door = parley.home / "state" / "door"
        wait_until(door.exists, "it is at work", process=app.process)
        wait_until(lambda: bool(screen.windows("Parley")), "it shows itself", process=app.process)
        assert time.monotonic() - began_s > LATE_S
        with TrayHost(bus.address) as tray:
            tray.wait_for_icon()
            tray.click()
            app.interrupt()
            assert app.wait() == 0


@needs_trayer
def test_a_panel_that_comes_late_gets_its_icon_and_its_clicks(
    screen: VirtualScreen, tmp_path: Path
) -> None:
    parley = Parley(tmp_path / "home", screen.settings())
    with ScriptedServer() as server, parley.running("--url", server.url) as app:
        door = parley.home / "state" / "door"
        wait_until(door.exists, "it is at work", process=app.process)
        with xembed_tray(screen):
            wait_until(lambda: screen.embedded() == 1, "the icon appears", process=app.process)
            # The pointer may stand there from before, and an icon wants to be entered.
            screen.xdotool("mousemove", "1", "1")
            icon_place(screen)
            screen.xdotool("click", "1")
            server.wait_for("session.update")
            app.interrupt()
            assert app.wait() == 0


def test_without_a_tray_closing_ends_it(screen: VirtualScreen, tmp_path: Path) -> None:
    parley = Parley(tmp_path / "home", screen.settings())
    config = settings_file(tmp_path, on_close="hide")
    with parley.running("--config", config) as app:
        wait_until(lambda: bool(screen.windows("Parley")), "it opens", process=app.process)
        door = parley.home / "state" / "door"
        wait_until(door.exists, "it is at work", process=app.process)
        _close(screen)
        assert app.wait() == 0


def _close(screen: VirtualScreen) -> None:
    """Ask the window to close, as the button of its frame would."""
    screen.close_window(screen.windows("Parley")[0])
