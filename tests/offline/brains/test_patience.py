"""Others have their time, whatever holds this program up meanwhile."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from pathlib import Path

import pytest

from desktop_app.offline.brains import choose
from desktop_app.offline.brains.choose import BrainSettings, find_server
from desktop_app.offline.brains.local_server import PROBE_S, LocalServer, LocalServerBrain
from desktop_app.offline.brains.patience import patience
from tests.offline.brains.scripted_server import Exchange, ScriptedServer, models, serving

FIRST_LOOK = """
import asyncio, sys, threading, time
from desktop_app.offline.brains import choose
from desktop_app.offline.brains.local_server import PROBE_S
from tests.offline.brains.scripted_server import serving

loaded = {"beside": [], "in the loop's thread": []}

class SlowDisk:
    def find_spec(self, name, path=None, target=None):
        beside = threading.current_thread() is not threading.main_thread()
        names = loaded["beside" if beside else "in the loop's thread"]
        names.append(name)
        if len(names) == 1:
            time.sleep(2 * PROBE_S)

async def look():
    async with serving() as server:
        settings = choose.BrainSettings(look_for_servers=False, server_url=server.url)
        sys.meta_path.insert(0, SlowDisk())
        found = await choose.find_server(settings)
        assert found is not None, loaded
        assert not loaded["in the loop's thread"], loaded
        assert loaded["beside"]

asyncio.run(look())
"""
"""A process looks for the first time, from a slow disk."""


def hold_the_loop() -> None:
    """What a slow disk does to a loop, or a processor that others keep busy."""
    time.sleep(2 * PROBE_S)


async def slow_to_start(exchange: Exchange) -> None:
    hold_the_loop()
    await exchange.reply(models("llama3.2"))


def test_a_wait_for_nothing_ends() -> None:
    async def scene() -> None:
        with pytest.raises(TimeoutError):
            async with patience(0.01):
                await asyncio.Event().wait()

    asyncio.run(scene())


def test_the_time_that_the_loop_is_held_is_not_the_others() -> None:
    async def scene() -> None:
        async with patience(PROBE_S):
            hold_the_loop()
            for _ in range(5):
                await asyncio.sleep(0)

    asyncio.run(scene())


def test_who_is_called_off_is_not_late() -> None:
    async def scene() -> None:
        async def wait() -> None:
            async with patience(60):
                waiting.set()
                await asyncio.Event().wait()

        waiting = asyncio.Event()
        task = asyncio.create_task(wait())
        await waiting.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(scene())


def test_a_server_is_found_though_the_loop_is_held(monkeypatch: pytest.MonkeyPatch) -> None:
    async def scene() -> None:
        monkeypatch.setattr(choose, "KNOWN_SERVERS", ())
        async with serving(listing_script=slow_to_start) as server:
            found = await find_server(BrainSettings(server_url=server.url))
            assert found is not None
            assert found.model == "llama3.2"

    asyncio.run(scene())


def test_a_server_is_alive_and_not_absent_though_the_loop_is_held() -> None:
    async def story(brain: LocalServerBrain, server: ScriptedServer) -> None:
        assert await brain.is_alive()
        assert await brain.absence() == "Ollama no longer has qwen3."
        assert len(server.seen) == 2

    async def scene() -> None:
        async with serving(listing_script=slow_to_start) as server:
            brain = LocalServerBrain(LocalServer("Ollama", server.url, "qwen3"))
            await story(brain, server)
            await brain.aclose()

    asyncio.run(scene())


def test_the_first_look_finds_a_server_and_loads_nothing_in_the_loop(root: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", FIRST_LOOK], cwd=root, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
