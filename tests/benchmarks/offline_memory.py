"""Whether the offline engine's memory stays flat over many turns, and what it gives back.

One conversation of 500 turns, every tenth of them spoken and the rest written; all answers are
spoken.  Sound is sent as fast as the server takes it.
"""

from __future__ import annotations

import asyncio
import base64
import json

import numpy as np
import numpy.typing as npt
from websockets.asyncio.client import ClientConnection, connect

from tests.benchmarks.offline_talk import Process, served
from tests.offline import speech_data

HEADER = ("offline memory", "megabytes")
Row = tuple[str, str]
Pcm = npt.NDArray[np.int16]
SPOKEN_EVERY = 10
SETTLE_S = 1.0
QUESTIONS = ("What time is it?", "What is 17 times 23?", "How many feet are three miles?")


def run(quick: bool) -> list[Row]:
    """Take 500 turns, or 100 if ``quick``."""
    return asyncio.run(_measure(100 if quick else 500))


async def _measure(turns: int) -> list[Row]:
    question = np.concatenate([speech_data.speak(QUESTIONS[0]), np.zeros(16_000, np.int16)])
    async with served("--idle-minutes", "0.02") as server:
        before = server.memory_mb()
        async with connect(server.url, compression=None, max_size=None) as connection:
            settled = await _talk(connection, server, question, turns)
            after = server.memory_mb()
        left = await _given_back(server, after)
    return [
        ("after the start", f"{before:.0f}"),
        (f"after {turns // 5} turns", f"{settled:.0f}"),
        (f"after {turns} turns", f"{after:.0f}"),
        ("growth", f"{after - settled:.1f}"),
        ("once nobody talks", f"{left:.0f}"),
    ]


async def _talk(connection: ClientConnection, server: Process, question: Pcm, turns: int) -> float:
    """Take the turns; return the memory after the first fifth of them."""
    settled = 0.0
    for number in range(turns):
        if number == turns // 5:
            settled = server.memory_mb()
        if number % SPOKEN_EVERY == 0:
            await _speak(connection, question)
        else:
            await _write(connection, QUESTIONS[number % len(QUESTIONS)])
        await _done(connection)
    return settled


async def _given_back(server: Process, before_mb: float) -> float:
    """Wait until the models have left memory; return what is still there."""
    least = before_mb
    async with asyncio.timeout(30):
        while least > before_mb / 2:
            await asyncio.sleep(SETTLE_S)
            least = server.memory_mb()
    await asyncio.sleep(SETTLE_S)
    return server.memory_mb()


async def _write(connection: ClientConnection, text: str) -> None:
    content = [{"type": "input_text", "text": text}]
    item = {"type": "message", "role": "user", "content": content}
    await connection.send(json.dumps({"type": "conversation.item.create", "item": item}))
    await connection.send(json.dumps({"type": "response.create"}))


async def _speak(connection: ClientConnection, pcm: Pcm) -> None:
    for at in range(0, len(pcm), 2_400):
        audio = base64.b64encode(pcm[at : at + 2_400].tobytes()).decode()
        event = {"type": "input_audio_buffer.append", "audio": audio}
        await connection.send(json.dumps(event))


async def _done(connection: ClientConnection) -> None:
    async with asyncio.timeout(60):
        while json.loads(await connection.recv())["type"] != "response.done":
            pass
