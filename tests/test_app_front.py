"""The window comes first; what it asks for meanwhile is done as soon as somebody can."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path

from desktop_app.adapters.async_secrets import AsyncSecrets
from desktop_app.adapters.secrets import KeyringSecretStore
from desktop_app.app_front import Wishes
from desktop_app.app_house import House, Wanted
from desktop_app.app_services import AppServices
from desktop_app.core.events import Event
from desktop_app.core.settings import Settings
from desktop_app.core.sound import MicLevel
from desktop_app.core.wishes import InterruptAsked, MuteToggled
from desktop_app.ui.services import KeyStatus
from tests.ui.test_first_paint import HEAVY

PROGRAM = """
import json, linecache, sys
from desktop_app.app_house import House, Wanted
from desktop_app.ui.sources import read_no_sources
read_no_sources()
from PySide6.QtWidgets import QApplication
from desktop_app.app_front import Front
app = QApplication([])
with House(Wanted()) as house:
    front = Front(house)
    front.show()
    shown = front.window.isVisible() and not front.window.grab().isNull()
loaded = sorted(sys.modules)
import desktop_app.app
print(json.dumps([shown, loaded, [name for name in linecache.cache if "desktop_app" in name]]))
"""


def test_the_window_is_painted_before_anything_heavy_and_any_source_is_loaded(
    tmp_path: Path, root: Path
) -> None:
    env = os.environ | {"PARLEY_HOME": str(tmp_path), "QT_QPA_PLATFORM": "offscreen"}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        cwd=root,
        env=env,
        capture_output=True,
        text=True,
        check=True,
    )
    shown, loaded, read = json.loads(done.stdout)
    assert shown
    assert not HEAVY & set(loaded)
    assert not read


def test_early_wishes_are_fulfilled_first_and_in_order() -> None:
    wishes, fulfilled = Wishes(), list[Event]()
    wishes(MuteToggled())
    wishes(InterruptAsked())
    assert not fulfilled
    wishes.begin(fulfilled.append)
    wishes(MuteToggled())
    assert fulfilled == [MuteToggled(), InterruptAsked(), MuteToggled()]


def test_what_the_window_asks_for_too_early_is_answered_later(tmp_path: Path) -> None:
    house = House(Wanted(config=tmp_path / "settings.json"))
    services, answers = AppServices(house), list[KeyStatus]()
    services.key_status("wss://example.org/v1", answers.append)

    async def live() -> None:
        store = KeyringSecretStore(environ={"PARLEY_API_KEY": "pk-" + "a" * 20})
        loop = asyncio.get_running_loop()
        services.begin(loop, AsyncSecrets(store), MicLevel, Settings)
        async with asyncio.timeout(10):
            while not answers:
                await asyncio.sleep(0.001)

    asyncio.run(live())
    assert [answer.source for answer in answers] == ["environment"]
