"""How long a spoken question waits for its spoken answer: the offline engine, in real time.

The server runs in a process of its own and hears a voice that is not its own, at the pace of
speech.  The wait is counted from the last audible sample of the question to the arrival of the
first audible sample of the answer; memory and processor time are the server's.
"""

from __future__ import annotations

import asyncio
import base64
import json
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from websockets.asyncio.client import ClientConnection, connect

from tests.offline import speech_data

HEADER = ("offline talk", "median", "p90", "worst", "unit")
Row = tuple[str, str, str, str, str]
Pcm = npt.NDArray[np.int16]
SERVE = "import sys; from desktop_app.offline.main import main; sys.exit(main(sys.argv[1:]))"
BLOCK = 480
"""20 ms, as a microphone gives it."""
AUDIBLE = 200
"""About -44 dB."""
PAUSE_S = 1.0
HELD_ON_S = 0.3
"""How long after the last word a key is held: a slow finger, and the app's own grace of 150 ms."""
_OVER = "input_audio_buffer.speech_stopped"
_WORDS = "response.output_audio_transcript.delta"
ROOT = Path(__file__).resolve().parents[2]


@dataclass(slots=True)
class Turn:
    """One question, and when what came of it, in seconds after its last audible sample."""

    text: str
    at_s: dict[str, float] = field(default_factory=dict)
    first_sound_s: float = 0.0


@dataclass(slots=True)
class Process:
    """The server, from outside."""

    url: str
    pid: int
    started_s: float

    def cpu_s(self) -> float:
        """Processor time so far."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / 100

    def memory_mb(self) -> float:
        """Memory it holds."""
        return int(Path(f"/proc/{self.pid}/statm").read_text().split()[1]) * 4096 / 1e6


def run(quick: bool) -> list[Row]:
    """Ask 30 questions, or 6 if ``quick``."""
    questions = speech_data.spoken_by_joe(6 if quick else 30)
    return asyncio.run(_measure([(text, _trimmed(pcm)) for text, pcm in questions]))


async def _measure(questions: list[tuple[str, Pcm]]) -> list[Row]:
    async with served() as server, connect(server.url, compression=None) as connection:
        await _configure(connection)
        await _ask(connection, *questions[0])  # Loads what is loaded on first use.
        cpu_s, wall_s = server.cpu_s(), time.monotonic()
        turns = [await _ask(connection, text, pcm) for text, pcm in questions]
        share = 100 * (server.cpu_s() - cpu_s) / (time.monotonic() - wall_s)
        await _configure(connection, by_hand=True)
        by_hand = [await _press(connection, pcm) for _, pcm in questions]
        return [
            _row("end of speech -> first sound", [turn.first_sound_s for turn in turns]),
            _row("  end of speech -> turn is over", _stage(turns, _OVER)),
            _row("  end of speech -> words are known", _stage(turns, "response.created")),
            _row("  end of speech -> first words of the answer", _stage(turns, _WORDS)),
            _row("let go of the key -> first sound", by_hand),
            ("processor, of one core", f"{share:.0f}", "", "", "%"),
            ("memory of the server", f"{server.memory_mb():.0f}", "", "", "MB"),
            ("start of the server", f"{server.started_s:.2f}", "", "", "s"),
        ]


@asynccontextmanager
async def served(*more: str) -> AsyncIterator[Process]:
    """Run the server until the end of the block."""
    with tempfile.TemporaryDirectory() as folder:
        began_s = time.monotonic()
        arguments = ["--port", "0", "--with-parent", "--no-look", "--data-folder", folder, *more]
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-c",
            SERVE,
            *arguments,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            cwd=ROOT,
        )
        assert process.stdout is not None
        assert process.stdin is not None
        ready = json.loads(await process.stdout.readline())
        yield Process(ready["url"], process.pid, time.monotonic() - began_s)
        process.stdin.close()
        await process.wait()


async def _configure(connection: ClientConnection, *, by_hand: bool = False) -> None:
    turns = None if by_hand else {"type": "server_vad", "silence_duration_ms": 500}
    heard = {"turn_detection": turns, "transcription": {"model": "whisper-1"}}
    session = {"type": "realtime", "audio": {"input": heard}}
    await connection.send(json.dumps({"type": "session.update", "session": session}))


async def _press(connection: ClientConnection, pcm: Pcm) -> float:
    """Speak while a key is held; return the seconds from letting go to the first sound."""
    held = np.concatenate([pcm, np.zeros(int(24_000 * HELD_ON_S), np.int16)])
    speaking = asyncio.create_task(_speak(connection, held))
    await asyncio.sleep(len(held) / 24_000)
    speaking.cancel()
    for kind in ("input_audio_buffer.commit", "response.create"):
        await connection.send(json.dumps({"type": kind}))
    let_go_s = time.monotonic()
    turn = Turn("")
    async with asyncio.timeout(60):
        while True:
            event = json.loads(await connection.recv())
            _note(turn, event, time.monotonic() - let_go_s)
            if event["type"] == "response.done" and turn.first_sound_s:
                return turn.first_sound_s


async def _ask(connection: ClientConnection, text: str, pcm: Pcm) -> Turn:
    """Speak at the pace of speech, until the answer is there."""
    turn = Turn(text)
    silence = np.zeros(int(24_000 * PAUSE_S), np.int16)
    began_s = time.monotonic() + PAUSE_S
    ended_s = began_s + len(pcm) / 24_000
    speaking = asyncio.create_task(_speak(connection, np.concatenate([silence, pcm])))
    try:
        async with asyncio.timeout(60):
            while True:
                event = json.loads(await connection.recv())
                _note(turn, event, time.monotonic() - ended_s)
                if event["type"] == "response.done" and turn.first_sound_s:
                    return turn
    finally:
        speaking.cancel()


async def _speak(connection: ClientConnection, pcm: Pcm) -> None:
    """Send sound as a microphone would, and silence after it."""
    began_s, at = time.monotonic(), 0
    while True:
        block = pcm[at : at + BLOCK]
        block = np.pad(block, (0, BLOCK - len(block)))
        at += BLOCK
        wait_s = began_s + at / 24_000 - time.monotonic()
        if wait_s > 0:
            await asyncio.sleep(wait_s)
        audio = base64.b64encode(block.tobytes()).decode()
        event = {"type": "input_audio_buffer.append", "audio": audio}
        await connection.send(json.dumps(event))


def _note(turn: Turn, event: dict[str, Any], after_s: float) -> None:
    kind = event["type"]
    if kind == "response.output_audio.delta" and not turn.first_sound_s:
        block = np.abs(np.frombuffer(base64.b64decode(event["delta"]), "<i2").astype(int))
        loud = np.flatnonzero(block > AUDIBLE)
        if len(loud):
            turn.first_sound_s = after_s + float(loud[0]) / 24_000
    turn.at_s[kind] = turn.at_s.get(kind, after_s) if "delta" in kind else after_s


def _trimmed(pcm: Pcm) -> Pcm:
    """Cut off what nobody hears at the end."""
    return pcm[: int(np.flatnonzero(np.abs(pcm.astype(int)) > AUDIBLE)[-1]) + 1]


def _stage(turns: list[Turn], name: str) -> list[float]:
    return [turn.at_s[name] for turn in turns if name in turn.at_s]


def _row(name: str, values: list[float]) -> Row:
    ordered = sorted(values)
    p90 = ordered[min(round(len(ordered) * 0.9), len(ordered) - 1)]
    return name, f"{statistics.median(ordered):.2f}", f"{p90:.2f}", f"{ordered[-1]:.2f}", "s"
