"""``parley serve`` as a process: what it says when it starts, and when it goes."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from websockets.asyncio.client import connect

from desktop_app.offline.main import main
from desktop_app.offline.options import read_options
from tests.offline import speech_data
from tests.offline.server_parts import Client

SERVE = "import sys; from desktop_app.offline.main import main; sys.exit(main(sys.argv[1:]))"
ROOT = Path(__file__).resolve().parents[2]
WHISPER = {"transcription": {"model": "whisper-1"}}


@asynccontextmanager
async def served(
    tmp_path: Path, *arguments: str
) -> AsyncIterator[tuple[asyncio.subprocess.Process, dict[str, Any]]]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        SERVE,
        *("--data-folder", str(tmp_path), "--no-look", *arguments),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        cwd=ROOT,
        env={**os.environ, "PARLEY_TOKEN": "sesame"},
    )
    assert process.stdout is not None
    try:
        async with asyncio.timeout(60):
            yield process, json.loads(await process.stdout.readline())
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


@asynccontextmanager
async def talking(ready: dict[str, Any]) -> AsyncIterator[Client]:
    headers = {"Authorization": "Bearer sesame"}
    async with connect(ready["url"], additional_headers=headers, compression=None) as connection:
        yield Client(connection)


@pytest.mark.weights
def test_a_spoken_question_is_understood_and_answered(tmp_path: Path) -> None:
    question = speech_data.speak("How many kilometers are twenty six miles?")

    async def run() -> None:
        async with served(tmp_path, "--port", "0", "--with-parent") as (process, ready):
            assert ready["url"] == f"ws://127.0.0.1:{ready['port']}/v1/realtime"
            assert ready["model"] == "Built-in skills"
            async with talking(ready) as client:
                await client.update(audio={"input": WHISPER})
                await client.sound(np.concatenate([question, np.zeros(16_000, np.int16)]))
                name = "conversation.item.input_audio_transcription.completed"
                heard = await client.until(name)
                assert speech_data.words(heard["transcript"]) == speech_data.words(
                    "How many kilometers are 26 miles?"
                )
                done = await client.until("response.done")
                words = done["response"]["output"][0]["content"][0]["transcript"]
                assert "41.84 kilometers" in words
                deltas = [e for e in client.seen if e["type"] == "response.output_audio.delta"]
                blocks = [len(base64.b64decode(e["delta"])) for e in deltas]
                assert max(blocks) <= 4_800
                assert client.heard_ms() > 1_500
            assert process.stdin is not None
            process.stdin.close()
            async with asyncio.timeout(5):
                assert await process.wait() == 0

    asyncio.run(run())


@pytest.mark.weights
def test_a_timer_that_was_set_by_voice_rings_for_everyone(tmp_path: Path) -> None:
    async def run() -> None:
        async with (
            served(tmp_path, "--port", "0") as (_, ready),
            talking(ready) as client,
            talking(ready) as other,
        ):
            content = [{"type": "input_text", "text": "Set a timer for one second."}]
            item = {"type": "message", "role": "user", "content": content}
            await client.say("conversation.item.create", item=item)
            await client.say("response.create")
            for listener in (client, other):
                done = await listener.until(
                    "response.done", lambda e: e["response"]["conversation_id"] is None
                )
                words = done["response"]["output"][0]["content"][0]["transcript"]
                assert "timer" in words

    asyncio.run(run())


@pytest.mark.weights
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signal")
def test_it_ends_when_it_is_asked_to(tmp_path: Path) -> None:
    async def run() -> None:
        async with (
            served(tmp_path, "--port", "0") as (process, ready),
            talking(ready) as client,
        ):
            await client.until("session.created")
            process.send_signal(signal.SIGTERM)
            assert await process.wait() == 0

    asyncio.run(run())


@pytest.mark.weights
def test_a_port_that_is_taken_is_said_in_one_line(tmp_path: Path) -> None:
    async def run() -> None:
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
            async with served(tmp_path, "--port", str(port)) as (process, told):
                assert told["code"] == "port"
                assert str(port) in told["error"]
                assert await process.wait() == 1

    asyncio.run(run())


def test_a_folder_without_a_model_is_said_in_one_line(tmp_path: Path) -> None:
    async def run() -> None:
        arguments = ("--port", "0", "--model-folder", str(tmp_path))
        async with served(tmp_path, *arguments) as (process, told):
            assert told["code"] == "weights"
            assert str(tmp_path) in told["error"]
            assert await process.wait() == 1

    asyncio.run(run())


def test_nobody_serves_other_computers_without_a_token(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("PARLEY_TOKEN", raising=False)
    assert main(["--host", "0.0.0.0"]) == 1
    assert json.loads(capsys.readouterr().out)["code"] == "token"


def test_the_token_is_found_where_it_was_put(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARLEY_TOKEN", "from the environment")
    assert read_options([]).token == "from the environment"
    assert read_options(["--token", "given"]).token == "given"
    monkeypatch.delenv("PARLEY_TOKEN")
    assert read_options([]).token == ""
    assert read_options([]).host == "127.0.0.1"


@pytest.mark.weights
def test_who_shall_answer_and_is_not_there_is_said_in_one_line(tmp_path: Path) -> None:
    async def run() -> None:
        arguments = ("--port", "0", "--brain=gguf", f"--gguf={tmp_path / 'none.gguf'}")
        async with served(tmp_path, *arguments) as (process, told):
            assert told["code"] == "brain"
            assert str(tmp_path / "none.gguf") in told["error"] or "xllamacpp" in told["error"]
            assert await process.wait() == 1

    asyncio.run(run())


@pytest.mark.parametrize(
    "arguments", [("--model=whisper-small",), ("--brain=gguf", "--gguf=qwen2.5-0.5b")]
)
def test_a_model_that_was_never_fetched_is_asked_for_by_name(
    tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    async def run() -> None:
        async with served(tmp_path, "--port", "0", *arguments) as (process, told):
            assert (told["code"], told["model"]) == ("weights", arguments[-1].partition("=")[2])
            assert await process.wait() == 1

    asyncio.run(run())


def memory_mb(pid: int) -> float:
    """What a process holds, as the system sees it."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * 4096 / 1e6


@pytest.mark.weights
@pytest.mark.skipif(sys.platform != "linux", reason="optional: needs /proc")
def test_memory_is_given_back_when_nobody_talks_and_the_next_question_is_answered(
    tmp_path: Path,
) -> None:
    question = np.concatenate([speech_data.speak("What is 12 times 12?"), np.zeros(16_000, "i2")])

    async def answered(ready: dict[str, Any]) -> None:
        async with talking(ready) as client:
            await client.sound(question)
            done = await client.until("response.done")
            assert "144" in done["response"]["output"][0]["content"][0]["transcript"]

    async def run() -> None:
        async with served(tmp_path, "--port", "0", "--idle-minutes", "0.02") as (process, ready):
            await answered(ready)
            full_mb = memory_mb(process.pid)
            while memory_mb(process.pid) > 0.7 * full_mb:  # Bounded by `served`.
                await asyncio.sleep(0.1)
            await answered(ready)

    asyncio.run(run())
