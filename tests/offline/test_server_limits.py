"""Who comes in, what is too much, and how a session ends."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import json
import socket
import struct
import weakref
from typing import Any

import httpx2
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.typing import Subprotocol

from desktop_app.offline.brains.choose import chat_model
from desktop_app.offline.line import Line, SlowClientError
from desktop_app.offline.server import EXPIRED, Limits
from desktop_app.offline.session import Talk
from desktop_app.wire.response_events import OutputAudioDelta
from desktop_app.wire.server_events import ItemDeleted
from tests.offline.server_parts import Client, Parts, Place, running, said, until


async def get(place: Place, path: str, **headers: str) -> httpx2.Response:
    async with httpx2.AsyncClient() as client:
        return await client.get(place.http + path, headers=headers)


async def refused(place: Place, path: str = "", **headers: str) -> tuple[int, str]:
    """Be turned away at the door; return the status and the code."""
    with pytest.raises(InvalidStatus) as turned_away:
        async with connect(place.url + path, additional_headers=headers):
            pass
    response = turned_away.value.response
    return response.status_code, json.loads(response.body)["error"]["code"]


async def closed(client: Client) -> tuple[int, str]:
    """Read to the end; return how it was closed."""

    async def read() -> None:
        while True:
            await client.hear()

    with pytest.raises(ConnectionClosed) as end:
        await asyncio.wait_for(read(), 10)
    assert end.value.rcvd is not None
    return end.value.rcvd.code, end.value.rcvd.reason


def test_the_model_is_listed_as_parleys_own() -> None:
    async def run() -> None:
        async with running() as place:
            listing = (await get(place, "/v1/models")).json()
            assert listing["data"][0]["id"] == "Scripted brain"
            assert chat_model(listing) is None, "it would take itself for a brain"
            health = await get(place, "/healthz")
            assert health.json() == {"status": "ok"}
            assert health.headers["content-type"] == "application/json"
            assert (await get(place, "/v1/nothing")).status_code == 404

    asyncio.run(run())


def test_nobody_enters_without_the_token() -> None:
    async def run() -> None:
        async with running(token="sesame") as place:
            assert await refused(place) == (401, "invalid_api_key")
            assert await refused(place, Authorization="Bearer sesam") == (401, "invalid_api_key")
            assert (await get(place, "/v1/models")).status_code == 401
            assert (await get(place, "/healthz")).status_code == 200
            listing = await get(place, "/v1/models", Authorization="Bearer sesame")
            assert listing.status_code == 200
            async with place.client(token="sesame") as client:
                await client.until("session.created")

    asyncio.run(run())


def test_a_page_in_a_browser_enters_with_the_token_as_it_can() -> None:
    async def run() -> None:
        async with running(token="sesame") as place:
            names = [Subprotocol("realtime"), Subprotocol("openai-insecure-api-key.sesame")]
            async with connect(place.url, subprotocols=names) as connection:
                assert connection.subprotocol == "realtime"
                await Client(connection).until("session.created")
            with pytest.raises(InvalidStatus):
                async with connect(place.url, subprotocols=names[:1]):
                    pass

    asyncio.run(run())


def test_a_page_in_a_browser_can_not_use_a_server_without_token() -> None:
    async def run() -> None:
        async with running() as place:
            assert (await refused(place, Origin="https://evil.example"))[0] == 403
            headers = {"Origin": "http://localhost:3000"}
            async with connect(place.url, additional_headers=headers):
                pass

    asyncio.run(run())


def test_there_are_only_so_many_sessions() -> None:
    async def run() -> None:
        async with running(limits=Limits(sessions=1)) as place:
            async with place.client() as client:
                await client.until("session.created")
                assert await refused(place) == (503, "too_many_sessions")
            await until(lambda: place.engine.sessions == 0)
            async with place.client() as client:
                await client.until("session.created")

    asyncio.run(run())


def test_a_frame_that_is_too_big_ends_the_session_and_says_so() -> None:
    async def run() -> None:
        async with (
            running(limits=Limits(frame_bytes=10_000)) as place,
            place.client() as client,
        ):
            await client.until("session.created")
            await client.say("input_audio_buffer.append", audio="A" * 20_000)
            code, reason = await closed(client)
            assert code == 1009
            assert "10000" in reason

    asyncio.run(run())


def test_a_session_ends_after_its_time_and_says_so() -> None:
    async def run() -> None:
        async with running(limits=Limits(lifetime_s=0.05)) as place, place.client() as client:
            created = await client.until("session.created")
            assert created["session"]["expires_at"] > 1_700_000_000
            assert await client.refusal() == "session_expired"
            assert await closed(client) == (1001, EXPIRED)

    asyncio.run(run())


def test_an_unknown_intent_is_refused() -> None:
    async def run() -> None:
        async with running() as place, place.client("?intent=dreaming") as client:
            assert await client.refusal() == "invalid_intent"
            assert await closed(client) == (4000, "invalid_request_error.invalid_intent")

    asyncio.run(run())


def test_a_client_that_does_not_read_is_left() -> None:
    async def run() -> None:
        async with running(limits=Limits(queue_chars=200_000)) as place:
            raw = await _unread(place)
            frame = json.dumps({"type": "conversation.item.retrieve", "item_id": "x" * 900})
            loop = asyncio.get_running_loop()
            with contextlib.suppress(ConnectionError):  # It hung up.
                async with asyncio.timeout(20):
                    while place.engine.sessions:
                        await loop.sock_sendall(raw, _masked(frame))
            await until(lambda: place.engine.sessions == 0)
            raw.close()

    asyncio.run(run())


async def _unread(place: Place) -> socket.socket:
    """Open a session by hand, with a small window, and never read from it."""
    raw = socket.socket()
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
    raw.setblocking(False)
    loop = asyncio.get_running_loop()
    await loop.sock_connect(raw, ("127.0.0.1", place.port))
    request = (
        "GET /v1/realtime HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
    )
    await loop.sock_sendall(raw, request.encode())
    await until(lambda: place.engine.sessions == 1)
    return raw


def _masked(text: str) -> bytes:
    """A client's frame; masked with zeros, it is the text itself."""
    return b"\x81" + bytes([0x80 | 126]) + struct.pack(">H", len(text)) + bytes(4) + text.encode()


def test_a_client_killed_in_mid_sentence_leaves_nothing_behind() -> None:
    async def run() -> None:
        talks: list[weakref.ref[Talk]] = []
        async with running() as place:
            before = len(asyncio.all_tasks())
            async with place.client() as client:
                await client.sound(said(level=7_000))
                await client.until("response.output_audio.delta")
                talks += [weakref.ref(talk) for talk in place.server._talks]
                client.connection.transport.abort()
            await until(lambda: place.engine.sessions == 0)
            await until(lambda: len(asyncio.all_tasks()) <= before)
            gc.collect()
            assert [talk() for talk in talks] == [None]

    asyncio.run(run())


def test_the_models_leave_memory_when_nobody_talks_and_come_back() -> None:
    async def run() -> None:
        parts = Parts()
        async with running(parts, idle_s=0.02) as place:
            async with place.client() as client:
                await client.sound(said())
                await client.until("response.done")
                assert place.engine.ears.loaded
            await until(lambda: parts.brain.closed == 1)
            await until(lambda: not place.engine.ears.loaded and not parts.voices[0].loaded)
            async with place.client() as client:
                await client.sound(said())
                done = await client.until("response.done")
                assert done["response"]["status"] == "completed"

    asyncio.run(run())


def test_models_that_can_not_be_loaded_are_told_of_and_harm_no_session() -> None:
    class DeafParts(Parts):
        def models(self) -> Any:
            from dataclasses import replace
            from pathlib import Path

            from desktop_app.offline.ears import Ears

            def make(folder: Path, threads: int) -> Any:
                raise OSError("the disk is gone")

            return replace(super().models(), ears=Ears(Path(), make=make))

    async def run() -> None:
        async with running(DeafParts()) as place, place.client() as client:
            await client.sound(said())
            name = "conversation.item.input_audio_transcription.failed"
            failed = await client.until(name)
            assert failed["error"]["message"] == "the disk is gone"
            await client.update(instructions="Go on.")
            await client.until("session.updated")

    asyncio.run(run())


def test_a_line_is_left_when_too_much_waits_and_forgets_unwanted_sound() -> None:
    async def run() -> None:
        sent: list[str] = []

        async def send(frame: str) -> None:
            sent.append(json.loads(frame)["type"])

        line = Line(send, most_chars=1_000)
        sound = OutputAudioDelta(response_id="r", item_id="i", delta=b"\0" * 90)
        line.say([sound, ItemDeleted(item_id="x"), sound])
        line.drop_sound("r")
        sending = asyncio.create_task(line.run())
        await until(lambda: bool(sent) and not line.waiting_chars)
        assert sent == ["conversation.item.deleted"]
        sending.cancel()
        line.say([sound] * 10)
        with pytest.raises(SlowClientError):
            await line.watch()

    asyncio.run(run())
