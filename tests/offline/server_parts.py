"""A whole server on loopback whose models are simple: loud is speech, a tone is a sentence."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from websockets.asyncio.client import ClientConnection, connect

from desktop_app.offline.brains.brain import (
    Description,
    Finished,
    FunctionCall,
    Request,
    Said,
    TextDelta,
    Thought,
    Usage,
)
from desktop_app.offline.ears import Ears
from desktop_app.offline.engine import Engine, Models
from desktop_app.offline.server import Limits, RealtimeServer
from desktop_app.offline.voice import BLOCK_SAMPLES, Block, VoiceInfo
from desktop_app.offline.whisper import Decoding, Heard
from tests.wire.oracle import SERVER

Pcm = npt.NDArray[np.int16]
Event = dict[str, Any]
USAGE = Usage(1, 1)


def loud(ms: int, level: int = 9_000) -> Pcm:
    """Sound that the fake detector takes for speech."""
    return np.full(24 * ms, level, np.int16)


def silence(ms: int) -> Pcm:
    return np.zeros(24 * ms, np.int16)


def said(ms: int = 800, level: int = 9_000, after_ms: int = 700) -> Pcm:
    """A turn of the user's, with the silence that ends it."""
    return np.concatenate([silence(400), loud(ms, level), silence(after_ms)])


class LoudListener:
    """Takes loud sound for speech, 32 ms at a time."""

    def __init__(self) -> None:
        self._waiting = np.zeros(0, np.int16)

    def feed(self, pcm: Pcm) -> list[float]:
        sound = np.concatenate([self._waiting, pcm])
        whole = len(sound) // 768 * 768
        self._waiting = sound[whole:]
        return [float(np.abs(f).mean() > 500) for f in sound[:whole].reshape(-1, 768)]


class Scribe:
    """Understands every speech as the sentence its loudness stands for; noise as nothing."""

    sentences = {9_000: "What is the time?", 8_000: "Call a tool.", 7_000: "Tell a long story."}
    noise = 1_000

    def __init__(self, folder: Path, threads: int) -> None:
        self.heard = 0

    def transcribe(
        self,
        sound: npt.NDArray[np.float32],
        language: str | None,
        prompt: str | None,
        decoding: Decoding,
    ) -> Heard:
        self.heard += 1
        level = (
            round(float(np.median(sound[np.abs(sound) > 0.02], axis=0)) * 32_768)
            if np.any(np.abs(sound) > 0.02)
            else 0
        )
        nearest = min((*self.sentences, self.noise), key=lambda known: abs(known - level))
        text = self.sentences.get(nearest, "")
        return Heard(text, "en", 0.0 if text else 0.9, -0.1)


class ToneVoice:
    """Says every word in 200 ms."""

    def __init__(self, info: VoiceInfo) -> None:
        self.info = info
        self.loaded = False

    def load(self) -> None:
        self.loaded = True

    def unload(self) -> None:
        self.loaded = False

    def speak(self, text: str, speed: float = 1.0) -> Iterator[Block]:
        self.loaded = True
        for _ in range(2 * len(text.split())):
            yield np.full(BLOCK_SAMPLES, 3_000, np.int16)


class ScriptedBrain:
    """Answers by what was said: a time, a tool call, a long story, a failure."""

    name = "Scripted brain"

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.closed = 0
        self.thinks_long = False

    def describe(self) -> Description:
        return Description(self.name, "It is scripted.", self.thinks_long)

    async def think(self, request: Request) -> AsyncGenerator[Thought, None]:
        self.requests.append(request)
        last = request.history[-1] if request.history else None
        text = last.text.lower() if isinstance(last, Said) else ""
        if request.tools and request.tool_choice != "none" and "tool" in text:
            if "first" in text:
                yield TextDelta("One moment, please. ")
            yield FunctionCall(request.tools[0].name, '{"city":"Bern"}')
            yield Finished("tool_calls", USAGE)
            return
        if "fail" in text:
            yield TextDelta("I try. ")
            raise RuntimeError("the scripted failure")
        if "wait for ever" in text:
            await asyncio.Event().wait()
        if "story" in text:
            for number in range(60):
                yield TextDelta(f"This is sentence number {number} of a story. ")
                await asyncio.sleep(0)
        else:
            yield TextDelta("It is half ")
            yield TextDelta("past three. Anything else?")
        yield Finished("length" if request.max_output_tokens == 1 else "stop", USAGE)

    async def aclose(self) -> None:
        self.closed += 1


class Parts:
    """The simple models, and what became of them."""

    def __init__(self) -> None:
        self.brain = ScriptedBrain()
        self.voices: list[ToneVoice] = []
        self.scribes: list[Scribe] = []

    def models(self) -> Models:
        async def make_brain() -> ScriptedBrain:
            return self.brain

        def make_scribe(folder: Path, threads: int) -> Scribe:
            self.scribes.append(Scribe(folder, threads))
            return self.scribes[-1]

        def open_voice(info: VoiceInfo) -> ToneVoice:
            self.voices.append(ToneVoice(info))
            return self.voices[-1]

        infos = [VoiceInfo("tone:low", "Low", "en-US"), VoiceInfo("tone:high", "High", "en-GB")]
        ears = Ears(Path(), make=make_scribe)
        return Models(ears, infos, open_voice, make_brain, LoudListener)


class Place:
    """A running server."""

    def __init__(self, engine: Engine, server: RealtimeServer, port: int, parts: Parts) -> None:
        self.engine, self.server, self.port, self.parts = engine, server, port, parts

    @property
    def http(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        return f"ws://127.0.0.1:{self.port}/v1/realtime"

    @asynccontextmanager
    async def client(self, query: str = "", token: str = "") -> AsyncIterator[Client]:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        async with connect(
            self.url + query,
            additional_headers=headers,
            compression=None,
            max_size=None,
            max_queue=None,
        ) as connection:
            yield Client(connection)


class Client:
    """Speaks raw JSON, and holds every event against the published types."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection
        self.seen: list[Event] = []

    async def say(self, kind: str, **fields: Any) -> None:
        await self.connection.send(json.dumps({"type": kind, **fields}))

    async def sound(self, pcm: Pcm, block_ms: int = 40) -> None:
        for at in range(0, len(pcm), 24 * block_ms):
            block = base64.b64encode(pcm[at : at + 24 * block_ms].tobytes()).decode()
            await self.say("input_audio_buffer.append", audio=block)

    async def update(self, **session: Any) -> None:
        await self.say("session.update", session={"type": "realtime", **session})

    async def hear(self) -> Event:
        event: Event = json.loads(await self.connection.recv())
        SERVER.validate_python(event)
        self.seen.append(event)
        return event

    async def until(self, kind: str, accept: Callable[[Event], bool] = lambda _: True) -> Event:
        """Read up to an event of this type."""
        async with asyncio.timeout(20):
            while True:
                event = await self.hear()
                if event["type"] == kind and accept(event):
                    return event

    async def refusal(self) -> str:
        """Read up to an error; return its code."""
        code = (await self.until("error"))["error"]["code"]
        assert isinstance(code, str)
        return code

    def types(self) -> list[str]:
        return [event["type"] for event in self.seen]

    def heard_ms(self, item_id: str = "") -> int:
        """How much speech came."""
        deltas = [e for e in self.seen if e["type"] == "response.output_audio.delta"]
        mine = [e for e in deltas if item_id in ("", e["item_id"])]
        return sum(len(base64.b64decode(e["delta"])) for e in mine) // 48


async def until(condition: Callable[[], bool]) -> None:
    """Wait for something to become true in this process."""
    async with asyncio.timeout(10):
        while not condition():
            await asyncio.sleep(0.005)


@asynccontextmanager
async def running(
    parts: Parts | None = None, token: str = "", limits: Limits | None = None, idle_s: float = 600
) -> AsyncIterator[Place]:
    """A server, until the end of the block."""
    parts = parts or Parts()
    engine = Engine(parts.models(), idle_s)
    server = RealtimeServer(engine, token, limits)
    port: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    async with asyncio.TaskGroup() as group:
        work = [
            group.create_task(engine.run()),
            group.create_task(server.run("127.0.0.1", 0, port.set_result)),
        ]
        try:
            yield Place(engine, server, await port, parts)
        finally:
            for task in work:
                task.cancel()
    await engine.aclose()
