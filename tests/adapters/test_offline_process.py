"""The engine's process: started once, told apart when it can't, and never left behind."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from desktop_app.adapters.offline_process import (
    HEALTHY_S,
    RESTARTED,
    OfflineProcess,
    engine_command,
)
from desktop_app.core.problems import Problem
from desktop_app.ports import LinkError
from tests.private_process import wait_until

ROOT = Path(__file__).resolve().parents[2]
HEAD = """
import json, os, pathlib, signal, sys, time
def say(**told): print(json.dumps(told), flush=True)
pathlib.Path(sys.argv[1]).write_text(str(os.getpid()))
"""
READY = (
    HEAD
    + """
say(url="ws://127.0.0.1:4711/" + os.environ["PARLEY_TOKEN"])
sys.stderr.write("x" * 300_000 + chr(10)); sys.stderr.flush()
sys.stdout.write("y" * 300_000); sys.stdout.flush()
sys.stdin.read()
"""
)
STUBBORN = (
    HEAD
    + """
say(url="ws://127.0.0.1:4711/")
while True: time.sleep(60)
"""
)
ECHOES = HEAD + "say(url='ws://' + sys.argv[2]); sys.stdin.read()"
NO_WEIGHTS = HEAD + "say(code='weights', error='The speech models are missing.')"
DIES = HEAD + "sys.exit('Traceback: a bug')"
HANGS = HEAD + "sys.stdin.read()"
FLOODS = HEAD + "sys.stdout.write('z' * 200_000); sys.stdout.flush(); sys.stdin.read()"

Work = Callable[[OfflineProcess], Awaitable[None]]


@pytest.fixture
def pid_file(tmp_path: Path) -> Path:
    return tmp_path / "pid"


def with_engine(code: str, pid_file: Path, work: Work, start_timeout_s: float = 30.0) -> None:
    async def live() -> None:
        command = (sys.executable, "-c", code, str(pid_file))
        engine = OfflineProcess(command, start_timeout_s=start_timeout_s)
        try:
            await work(engine)
        finally:
            await engine.aclose()

    asyncio.run(live())


def is_up(pid_file: Path) -> bool:
    return pid_file.exists() and bool(pid_file.read_text())


def is_gone(pid_file: Path) -> bool:
    try:
        os.kill(int(pid_file.read_text()), 0)
    except ProcessLookupError:
        return True
    state = Path(f"/proc/{pid_file.read_text()}/stat")
    return state.exists() and state.read_text().split()[2] == "Z"


def refusal(code: str, pid_file: Path, start_timeout_s: float = 30.0) -> LinkError:
    caught: list[LinkError] = []

    async def work(engine: OfflineProcess) -> None:
        with pytest.raises(LinkError) as refused:
            await engine.start()
        caught.append(refused.value)

    with_engine(code, pid_file, work, start_timeout_s)
    assert is_gone(pid_file)
    return caught[0]


def test_it_starts_once_and_its_token_is_new_each_time(pid_file: Path) -> None:
    async def work(engine: OfflineProcess) -> None:
        url, token = await engine.start()
        assert url == f"ws://127.0.0.1:4711/{token}"
        assert len(token) >= 32
        assert (await engine.start()) == (url, token)
        await engine.aclose()
        assert (await engine.start())[1] != token

    with_engine(READY, pid_file, work)
    assert is_gone(pid_file)


async def kill(engine: OfflineProcess) -> None:
    assert engine._process is not None
    os.kill(engine._process.pid, signal.SIGKILL)
    await engine._process.wait()


class Room:
    """An engine, somebody who is told of its problems, and a clock."""

    def __init__(self, pid_file: Path) -> None:
        self.told: list[Problem] = []
        self.now_s = 1000.0
        command = (sys.executable, "-c", READY, str(pid_file))
        self.engine = OfflineProcess(command, tell=self.told.append, clock=lambda: self.now_s)

    def live(self, work: Callable[[], Awaitable[None]]) -> None:
        async def run() -> None:
            try:
                await work()
            finally:
                await self.engine.aclose()

        asyncio.run(run())


def test_one_that_crashed_is_started_again_and_that_is_told(pid_file: Path) -> None:
    room = Room(pid_file)

    async def work() -> None:
        _, token = await room.engine.start()
        assert room.told == []
        await kill(room.engine)
        assert (await room.engine.start())[1] != token

    room.live(work)
    assert room.told == [RESTARTED]


def test_one_that_crashes_again_at_once_waits_for_the_user(pid_file: Path) -> None:
    room = Room(pid_file)

    async def work() -> None:
        await room.engine.start()
        await kill(room.engine)
        await room.engine.start()
        await kill(room.engine)
        room.now_s += HEALTHY_S - 1
        with pytest.raises(LinkError) as refused:
            await room.engine.start()
        assert refused.value.failure.code == "crashed"
        assert is_gone(pid_file)
        await room.engine.start()
        await kill(room.engine)
        await room.engine.start()

    room.live(work)
    assert room.told == [RESTARTED, RESTARTED]


def test_a_crash_is_forgotten_after_a_healthy_while(pid_file: Path) -> None:
    room = Room(pid_file)

    async def work() -> None:
        await room.engine.start()
        for _ in range(3):
            await kill(room.engine)
            await room.engine.start()
            room.now_s += HEALTHY_S

    room.live(work)
    assert room.told == [RESTARTED] * 3


def test_other_options_mean_another_engine(pid_file: Path) -> None:
    async def work(engine: OfflineProcess) -> None:
        first = await engine.start(("--brain=skills",))
        assert first[0] == "ws://--brain=skills"
        assert await engine.start(("--brain=skills",)) == first
        assert (await engine.start(("--brain=server",)))[0] == "ws://--brain=server"

    with_engine(ECHOES, pid_file, work)


def test_one_that_was_ended_by_us_has_not_crashed(pid_file: Path) -> None:
    room = Room(pid_file)

    async def work() -> None:
        for _ in range(3):
            await room.engine.start()
            await room.engine.aclose()

    room.live(work)
    assert room.told == []


def test_missing_models_are_told_apart(pid_file: Path) -> None:
    failure = refusal(NO_WEIGHTS, pid_file).failure
    assert (failure.where, failure.code) == ("engine", "weights")
    assert failure.detail == "The speech models are missing."


@pytest.mark.parametrize("code", [DIES, FLOODS])
def test_one_that_says_nothing_useful_is_given_up(code: str, pid_file: Path) -> None:
    failure = refusal(code, pid_file).failure
    assert (failure.where, failure.code) == ("engine", "")
    assert "the log says more" in failure.detail


def test_one_that_hangs_is_given_up(pid_file: Path) -> None:
    assert "in time" in refusal(HANGS, pid_file, start_timeout_s=1.0).failure.detail


def test_one_that_is_not_there_is_told() -> None:
    async def start() -> None:
        await OfflineProcess(("/nowhere/engine",)).start()

    with pytest.raises(LinkError, match="can't be started"):
        asyncio.run(start())


def test_one_that_does_not_leave_is_ended(pid_file: Path) -> None:
    async def work(engine: OfflineProcess) -> None:
        await engine.start()

    with_engine(STUBBORN, pid_file, work)
    assert is_gone(pid_file)


def test_a_start_that_nobody_waits_for_leaves_nothing_behind(pid_file: Path) -> None:
    async def work(engine: OfflineProcess) -> None:
        starting = asyncio.create_task(engine.start())
        await asyncio.to_thread(wait_until, lambda: is_up(pid_file), "the engine is up")
        starting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await starting
        assert engine._process is None
        assert is_gone(pid_file)

    with_engine(HANGS, pid_file, work)


def test_it_ends_with_a_parent_that_is_killed(pid_file: Path) -> None:
    parent = f"""
import asyncio, sys
from desktop_app.adapters.offline_process import OfflineProcess
async def live():
    await OfflineProcess((sys.executable, "-c", {READY!r}, {str(pid_file)!r})).start()
    print("started", flush=True)
    await asyncio.sleep(600)
asyncio.run(live())
"""
    process = subprocess.Popen([sys.executable, "-c", parent], cwd=ROOT, stdout=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stdout.readline() == b"started\n"
    process.kill()
    process.wait()
    process.stdout.close()
    wait_until(lambda: is_gone(pid_file), "the engine leaves")


def test_the_engine_is_this_program() -> None:
    command = engine_command()
    assert command[:3] == (sys.executable, "-m", "desktop_app")
    assert command[3:] == ("serve", "--with-parent", "--port", "0")
