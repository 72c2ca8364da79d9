from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator

import pytest
from websockets.asyncio.client import connect

from tests.servers import speech
from tests.servers.checking import check_server
from tests.servers.client import BareClient
from tests.servers.fast_process import FastError, FastServer

SOUND = speech.to_pcm(speech.answer(1000))


@pytest.fixture(scope="module")
def fast() -> Iterator[FastServer]:
    with FastServer() as server:
        yield server


def _talk(fast: FastServer, dialogue: object) -> BareClient:
    async def run() -> BareClient:
        async with connect(fast.url, max_size=None, max_queue=None, proxy=None) as socket:
            client = BareClient(socket)
            await client.hear("session.created")
            await dialogue(client)  # type: ignore[operator]
            return client

    fast.reset()
    return asyncio.run(run())


def test_every_append_is_kept_with_the_time_it_came(fast: FastServer) -> None:
    began_ns = time.monotonic_ns()

    async def dialogue(client: BareClient) -> None:
        await client.speak(SOUND)
        await asyncio.to_thread(fast.wait_for, "append", len(SOUND) // 960)

    _talk(fast, dialogue)
    got = fast.arrivals()
    assert got.pcm == SOUND
    assert list(got.end) == list(range(960, len(SOUND) + 1, 960))
    assert began_ns < got.arrival_ns(0) <= got.arrival_ns(len(SOUND) // 2 - 1)
    assert got.arrival_ns(479) == got.at_ns[0]
    assert got.arrival_ns(480) == got.at_ns[1]


def test_an_answer_is_spoken_on_order_and_all_it_says_is_right(fast: FastServer) -> None:
    async def dialogue(client: BareClient) -> None:
        await client.configure(instructions="x")
        told = await asyncio.to_thread(fast.speak, SOUND, flood=50)
        assert told["first_ns"] < told["last_ns"]
        await client.hear("response.done")
        started_ns = await asyncio.to_thread(fast.speech_started)
        await client.hear("input_audio_buffer.speech_started")
        assert started_ns > told["last_ns"]
        cut = {"item_id": told["item"], "content_index": 0, "audio_end_ms": 40}
        await client.say("conversation.item.truncate", **cut)
        await client.hear("conversation.item.truncated")

    client = _talk(fast, dialogue)
    assert client.sound() == SOUND
    for event in client.heard:
        assert not check_server(event), event
    at_ns, event = fast.wait_for("conversation.item.truncate")
    assert event["audio_end_ms"] == 40
    assert fast.report()["events"][-1] == [at_ns, event]


def test_speech_of_the_user_stops_an_answer_that_is_still_sent(fast: FastServer) -> None:
    async def dialogue(client: BareClient) -> None:
        await asyncio.to_thread(fast.speak, SOUND, pace=1, wait=False)
        await client.hear("response.output_audio.delta")
        await asyncio.to_thread(fast.speech_started)
        await client.hear("input_audio_buffer.speech_started")

    assert len(_talk(fast, dialogue).sound()) < len(SOUND)


def test_a_refused_configuration_is_an_error_and_no_end(fast: FastServer) -> None:
    async def dialogue(client: BareClient) -> None:
        session = {"type": "realtime", "reasoning": {"effort": "low"}}
        await client.say("session.update", session=session)
        assert await client.refusal() == ("invalid_value", "session.reasoning")
        await client.configure(instructions="x")

    _talk(fast, dialogue)


def test_what_does_not_come_is_an_error(fast: FastServer) -> None:
    with pytest.raises(FastError, match=r"response\.cancel did not come"):
        fast.wait_for("response.cancel", timeout_s=0.05)
