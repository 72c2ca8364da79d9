"""The least that can be called a voice client: ``python -m tests.benchmarks.loop URL``.

It plays what comes and sends what it hears, in blocks of 20 ms at PortAudio's latency "low", and
knows nothing of turns, echoes, lost connections or people.  Parley is measured beside it.
"""

from __future__ import annotations

import asyncio
import base64
import json
import sys
import threading

import sounddevice  # type: ignore[import-untyped]
from websockets.asyncio.client import ClientConnection, connect

RATE_HZ = 24_000
BLOCK = 480


class Speaker:
    """Plays a buffer; counts what it has played."""

    def __init__(self) -> None:
        self._pcm = bytearray()
        self._guard = threading.Lock()
        self.played = 0

    def fill(self, out: memoryview, frames: int, time: object, status: object) -> None:
        with self._guard:
            piece = bytes(self._pcm[: len(out)])
            del self._pcm[: len(out)]
            self.played += len(piece) // 2
        out[:] = piece.ljust(len(out), b"\0")

    def play(self, pcm: bytes) -> None:
        with self._guard:
            self._pcm += pcm

    def cut(self) -> int:
        with self._guard:
            self._pcm.clear()
            played, self.played = self.played, 0
        return played * 1000 // RATE_HZ


async def listen(socket: ClientConnection, speaker: Speaker) -> None:
    item = ""
    async for frame in socket:
        event = json.loads(frame)
        match event["type"]:
            case "response.output_audio.delta":
                if event["item_id"] != item:
                    item, speaker.played = event["item_id"], 0
                speaker.play(base64.b64decode(event["delta"]))
            case "input_audio_buffer.speech_started":
                place = {"item_id": item, "content_index": 0, "audio_end_ms": speaker.cut()}
                await socket.send(json.dumps({"type": "conversation.item.truncate", **place}))


async def main(url: str) -> None:
    loop, blocks, speaker = asyncio.get_running_loop(), asyncio.Queue[bytes](), Speaker()

    def heard(data: object, frames: int, time: object, status: object) -> None:
        loop.call_soon_threadsafe(blocks.put_nowait, bytes(data))  # type: ignore[call-overload]

    form = {"samplerate": RATE_HZ, "blocksize": BLOCK, "channels": 1, "dtype": "int16"}
    async with connect(url, compression=None, max_size=None, max_queue=None) as socket:
        session = {"type": "realtime", "output_modalities": ["audio"]}
        await socket.send(json.dumps({"type": "session.update", "session": session}))
        with (
            sounddevice.RawOutputStream(callback=speaker.fill, latency="low", **form),
            sounddevice.RawInputStream(callback=heard, latency="low", **form),
        ):
            listening = asyncio.create_task(listen(socket, speaker))
            while not listening.done():
                audio = base64.b64encode(await blocks.get()).decode()
                append = {"type": "input_audio_buffer.append", "audio": audio}
                await socket.send(json.dumps(append))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
