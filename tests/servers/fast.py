"""A Realtime server for measurements: it does little, at once, and notes when.

Runs in a process of its own, so the program that is measured shares nothing with it::

    python -m tests.servers.fast --port 0

It prints one line of JSON with ``port`` and ``control``.  The control port takes one JSON object a
line and answers each with one (``{"do": "speech_started"}``); `tests.servers.fast_process` is the
way to use it from Python.  Times are `time.monotonic_ns`, which all processes of a machine share.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import gc
import json
import time
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed

from tests.servers import events
from tests.servers.config import Config, Refused

BYTES_PER_MS = 48
# An append begins so, or with its id; looking for the type near the front is enough.
APPEND = "input_audio_buffer.append"
FRONT = 200
WAIT_S = 30.0

Fields = dict[str, Any]


class Fast:
    """All state of the process: one conversation at a time, the newest connection."""

    def __init__(self) -> None:
        self.socket: ServerConnection | None = None
        self.connections: list[int] = []
        self.appends: list[tuple[int, str]] = []
        self.others: list[tuple[int, Fields]] = []
        self.news = asyncio.Condition()
        self._answers = 0
        self._speaking: asyncio.Task[Fields] | None = None
        self._config = _fresh("")

    # --- the protocol -------------------------------------------------------------------------

    async def serve(self, socket: ServerConnection) -> None:
        self.socket = socket
        self.connections.append(time.monotonic_ns())
        self._config = _fresh(socket.request.path if socket.request else "")
        await self._say(events.session_created(self._config.now))
        try:
            while True:
                raw = await socket.recv(decode=True)
                at_ns = time.monotonic_ns()
                if APPEND in raw[:FRONT]:
                    self.appends.append((at_ns, raw))
                    if len(self.appends) == 1:
                        await self._tell()
                else:
                    await self._take(at_ns, json.loads(raw))
        except ConnectionClosed:
            await self._tell()

    async def _take(self, at_ns: int, event: Fields) -> None:
        self.others.append((at_ns, event))
        match event["type"]:
            case "session.update":
                await self._configure(event)
            case "input_audio_buffer.clear":
                await self._say(events.cleared())
            case "conversation.item.truncate":
                place = (event["item_id"], event["content_index"], event["audio_end_ms"])
                await self._say(events.item_truncated(*place))
            case "conversation.item.delete":
                await self._say(events.item_deleted(event["item_id"]))
        await self._tell()

    async def _configure(self, event: Fields) -> None:
        try:
            self._config.update(event["session"], spoken=False, refuses=frozenset())
        except Refused as no:
            said = (no.code, no.message)
            cause = event.get("event_id")
            await self._say(events.error(*said, param=no.param, cause=cause))
        else:
            await self._say(events.session_updated(self._config.now))

    async def _tell(self) -> None:
        async with self.news:
            self.news.notify_all()

    async def _say(self, event: Fields) -> int:
        """Send an event; return when it was given to the socket."""
        assert self.socket is not None, "nobody is connected"
        frame = _frame(event)
        at_ns = time.monotonic_ns()
        await self.socket.send(frame)
        return at_ns

    # --- orders -------------------------------------------------------------------------------

    async def obey(self, order: Fields) -> Fields:
        """Carry out one line of the control port."""
        match order["do"]:
            case "say":
                return {"at_ns": await self._say(order["event"])}
            case "speech_started":
                return await self._start_speech(order.get("item", "item_user"))
            case "speak":
                return await self._speak(order)
            case "wait":
                return await self._wait(order)
            case "report":
                return self._report()
            case "save":
                return self._save(Path(order["path"]))
            case "reset":
                self.appends.clear()
                self.others.clear()
                gc.collect()
                return {}
            case other:
                return {"error": f"unknown order {other!r}"}

    async def _start_speech(self, item: str) -> Fields:
        if self._speaking is not None and not self._speaking.done():
            self._speaking.cancel()
        return {"at_ns": await self._say(events.speech_started(item, 0))}

    async def _speak(self, order: Fields) -> Fields:
        """Answer with sound; ``wait`` false: return after the first delta."""
        self._answers += 1
        ids = {"response": f"resp_{self._answers}", "item": f"item_{self._answers}"}
        first: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        frames = _answer_frames(order, ids["response"], ids["item"])
        self._speaking = asyncio.create_task(self._play(frames, order, first))
        if order.get("wait", True):
            return {**ids, **await self._speaking}
        return {**ids, "first_ns": await first}

    async def _play(
        self, frames: tuple[list[str], list[str], list[str]], order: Fields, first: Any
    ) -> Fields:
        socket = self.socket
        assert socket is not None, "nobody is connected"
        head, deltas, tail = frames
        pace, delta_ms = float(order.get("pace", 0)), float(order.get("delta_ms", 20))
        ahead_ms = float(order.get("ahead_ms", 0))
        start = time.monotonic_ns()
        for frame in head:
            await socket.send(frame)
        begin = time.monotonic_ns()
        first.set_result(begin)
        for number, frame in enumerate(deltas, 1):
            await socket.send(frame)
            if pace:
                due_s = begin / 1e9 + (number * delta_ms - ahead_ms) / 1000 / pace
                await asyncio.sleep(max(0.0, due_s - time.monotonic()))
        sent_ns = time.monotonic_ns()
        for frame in tail:
            await socket.send(frame)
        return {"start_ns": start, "first_ns": begin, "last_ns": sent_ns}

    async def _wait(self, order: Fields) -> Fields:
        """Wait for a client event, for sound (``append``) or for a ``connection``."""
        kind, count = order["type"], order.get("count", 1)

        def times() -> list[tuple[int, Fields]]:
            if kind == "connection":
                return [(at_ns, {}) for at_ns in self.connections]
            if kind == "append":
                return [(at_ns, {}) for at_ns, _ in self.appends[:count]]
            return [(at_ns, event) for at_ns, event in self.others if event["type"] == kind]

        try:
            async with asyncio.timeout(order.get("timeout_s", WAIT_S)), self.news:
                await self.news.wait_for(lambda: len(times()) >= count)
        except TimeoutError:
            return {"error": f"{kind} did not come"}
        at_ns, event = times()[count - 1]
        return {"at_ns": at_ns, "event": event}

    def _report(self) -> Fields:
        return {
            "connections_ns": self.connections,
            "appends": len(self.appends),
            "first_append_ns": self.appends[0][0] if self.appends else None,
            "events": self.others,
        }

    def _save(self, path: Path) -> Fields:
        """Write ``path.jsonl`` (arrivals) and ``path.pcm`` (the sound)."""
        offset = 0
        with (
            path.with_suffix(".jsonl").open("w") as arrivals,
            path.with_suffix(".pcm").open("wb") as sound,
        ):
            for at_ns, raw in self.appends:
                pcm = base64.b64decode(json.loads(raw)["audio"])
                line = {"at_ns": at_ns, "offset": offset, "bytes": len(pcm)}
                arrivals.write(json.dumps(line) + "\n")
                sound.write(pcm)
                offset += len(pcm)
        return {"appends": len(self.appends), "bytes": offset}


def _fresh(path: str) -> Config:
    query = dict(parse_qsl(urlsplit(path).query))
    expires_at = int(time.time()) + 3600
    return Config(query.get("model", "fast"), "sess_fast", expires_at, "realtime")


def _frame(event: Fields) -> str:
    return json.dumps({"type": event["type"], "event_id": "event_fast", **event})


def _answer_frames(
    order: Fields, response_id: str, item_id: str
) -> tuple[list[str], list[str], list[str]]:
    """Encode an answer beforehand: what comes before the sound, the sound, and the rest."""
    pcm = Path(order["pcm"]).read_bytes()
    step = int(order.get("delta_ms", 20) * BYTES_PER_MS)
    place = events.place(response_id, item_id, 0)
    item: Fields = {"id": item_id, "object": "realtime.item", "type": "message"}
    item |= {"role": "assistant", "status": "in_progress", "content": []}
    response: Fields = {"id": response_id, "object": "realtime.response", "output": []}
    part = {"type": "audio", "transcript": ""}
    flood = [f"w{number} " for number in range(order.get("flood", 0))]
    head = [
        events.response_created({**response, "status": "in_progress", "conversation_id": "conv_1"}),
        events.output_item("added", response_id, 0, item),
        events.item_added(item, None),
        events.content_part("added", place, part),
        *(events.transcript_delta(place, word) for word in flood),
    ]
    deltas = [events.audio_delta(place, pcm[at : at + step]) for at in range(0, len(pcm), step)]
    content = [{"type": "output_audio", "transcript": "".join(flood)}]
    done = {**item, "status": "completed", "content": content}
    tail = [
        events.audio_done(place),
        events.transcript_done(place, "".join(flood)),
        events.item_done(done, None),
        events.output_item("done", response_id, 0, done),
        events.response_done(
            {**response, "status": "completed", "conversation_id": "conv_1", "output": [done]}
        ),
    ]
    return [_frame(e) for e in head], [_frame(e) for e in deltas], [_frame(e) for e in tail]


async def main(port: int) -> None:
    """Serve until the control connection ends."""
    fast = Fast()
    ended = asyncio.Event()

    async def control(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while line := await reader.readline():
            writer.write(json.dumps(await fast.obey(json.loads(line))).encode() + b"\n")
            await writer.drain()
        writer.close()
        ended.set()

    door = await asyncio.start_server(control, "127.0.0.1", 0)
    async with serve(
        fast.serve,
        "127.0.0.1",
        port,
        compression=None,
        ping_interval=None,
        max_size=None,
        max_queue=None,
        close_timeout=0.2,
    ) as server:
        here = next(iter(server.sockets)).getsockname()[1]
        ports = {"port": here, "control": door.sockets[0].getsockname()[1]}
        print(json.dumps(ports), flush=True)
        # A collection in the middle of a measurement would be measured.
        gc.collect()
        gc.freeze()
        gc.disable()
        await ended.wait()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    asyncio.run(main(parser.parse_args().port))
