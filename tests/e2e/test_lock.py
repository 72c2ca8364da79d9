"""A locked computer is not listened to."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.adapters.test_session_lock import tell
from tests.parley_process import Parley
from tests.private_process import wait_until
from tests.servers.scripted import ScriptedServer
from tests.virtual_bus import VirtualBus
from tests.virtual_screen import VirtualScreen
from tests.virtual_sound import VirtualSound

SAVER = "org.freedesktop.ScreenSaver"


@pytest.mark.skipif(shutil.which("dbus-daemon") is None, reason="dbus-daemon is not installed")
def test_while_the_screen_is_locked_the_microphone_is_closed(
    screen: VirtualScreen, sound: VirtualSound, tmp_path: Path
) -> None:
    with VirtualBus() as bus:
        places = screen.settings() | sound.settings() | bus.settings()
        parley = Parley(tmp_path / "home", places)

        with ScriptedServer() as server, parley.running("--url", server.url) as app:

            def recording() -> bool:
                return any((s.kind, s.pid) == ("mic", app.process.pid) for s in sound.where())

            door = parley.home / "state" / "door"
            wait_until(door.exists, "it takes commands", process=app.process)
            assert parley("ptt", "toggle").code == 0
            server.wait_for("input_audio_buffer.append", count=5)
            wait_until(recording, "it listens", process=app.process)
            tell(bus, (SAVER, "ActiveChanged", [True]))
            wait_until(lambda: not recording(), "the microphone is closed", process=app.process)
            assert parley("ptt", "toggle").code == 0
            tell(bus, (SAVER, "ActiveChanged", [False]))
            wait_until(recording, "it listens again", process=app.process)
            app.interrupt()
            assert app.wait() == 0
            assert app.err == ""
