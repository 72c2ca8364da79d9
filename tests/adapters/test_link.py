from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import logging
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
from websockets.asyncio.server import ServerConnection, serve
from websockets.http11 import Request, Response

from desktop_app.adapters.link import FRAMES_AT_ONCE, WebSocketLink
from desktop_app.core import effects as fx
from desktop_app.core import far_end as fe
from desktop_app.core.events import Event
from desktop_app.core.far_end import LinkFailure
from desktop_app.core.settings import Settings
from desktop_app.ports import LinkError
from tests.adapters.link_contract import ORDER, all_of, until
from tests.adapters.link_places import KEY, PATIENCE_S, ending, opened, target
from tests.servers import speech
from tests.servers.persona import Persona, Spoken, spoken
from tests.servers.scripted import ScriptedServer
from tests.servers.traps import FLOOD, HUGE_DELTA, TRAPS

BLOCK = fx.SendAudio(bytes(480))
ASK = (ORDER, fx.AddText("m1", "user", "What time is it?"), fx.CreateResponse("e2"))
SESSION = {"type": "realtime", "id": "s", "model": "m", "expires_at": 1005}
TOOL: dict[str, object] = {"type": "function", "name": "set_timer", "parameters": {}}

Events = AsyncIterator[Event]


async def answer_to(events: Events) -> list[Event]:
    """What is heard up to the end of a response."""
    heard: list[Event] = []
    async with asyncio.timeout(PATIENCE_S):
        async for event in events:
            heard.append(event)
            if isinstance(event, fe.ResponseEnded):
                return heard
    raise AssertionError("the link ended before the answer did")


def asked(server: ScriptedServer, *orders: fx.Order, **options: Any) -> list[Event]:
    """What is heard when a server is asked."""

    async def run() -> list[Event]:
        async with opened(server.url, **options) as (link, events):
            await until(events, fe.SessionStarted)
            for order in orders or ASK:
                await link.send(order)
            return await answer_to(events)

    return asyncio.run(run())


def sound(heard: list[Event]) -> bytes:
    return b"".join(e.pcm for e in heard if isinstance(e, fe.AudioArrived))


# --- a conversation ---------------------------------------------------------------------------


def test_a_question_is_answered_in_words_and_sound() -> None:
    answer = spoken("It is half past three.")
    with ScriptedServer(Persona(answers=[answer], pace=0)) as server:
        heard = asked(server, tools=[TOOL])
        assert not server.violations
        (update,) = server.connection.events("session.update")
        assert sound(heard) == server.connection.spoken()
    assert update["session"]["tools"] == [TOOL]
    assert update["session"]["reasoning"] == {"effort": "low"}
    assert fe.SessionConfigured("gpt-realtime-2.1", "marin", noise_reduced=True) in heard
    words = "".join(e.text for e in heard if isinstance(e, fe.AssistantTextArrived))
    assert words == "It is half past three."


def test_spoken_words_go_out_as_they_are_and_come_back_as_a_turn() -> None:
    pcm = speech.to_pcm(speech.answer(400))

    async def run(server: ScriptedServer) -> list[Event]:
        async with opened(server.url) as (link, events):
            await until(events, fe.SessionStarted)
            await link.send(ORDER)
            for at in range(0, len(pcm), 480):
                await link.send(fx.SendAudio(pcm[at : at + 480]))
            await asyncio.to_thread(
                server.wait_for, "input_audio_buffer.append", count=len(pcm) // 480
            )
            server.speech_started()
            server.speech_stopped()
            return await answer_to(events)

    with ScriptedServer(Persona(vad="script", pace=0)) as server:
        heard = asyncio.run(run(server))
        assert bytes(server.connection.audio) == pcm
        assert not server.violations
    kinds = {type(event) for event in heard}
    assert {fe.UserSpeechStarted, fe.UserSpeechStopped, fe.InputCommitted, fe.UserTextDone} <= kinds


def test_the_model_in_the_address_decides_what_is_asked_of_it() -> None:
    with ScriptedServer() as server:
        server_url = f"{server.url}?model=gpt-realtime"

        async def run() -> Event:
            async with opened(server_url) as (link, events):
                await link.send(ORDER)
                return await until(events, fe.SessionConfigured)

        assert asyncio.run(run()) == fe.SessionConfigured(
            "gpt-realtime", "marin", noise_reduced=True
        )
        (update,) = server.connection.events("session.update")
    assert "reasoning" not in update["session"]


def test_how_long_a_session_lives_is_told_by_the_server_s_clock_and_not_by_ours() -> None:
    async def run(url: str) -> Event:
        async with opened(url, clock=lambda: 0.0) as (_, events):
            return await until(events, fe.SessionStarted)

    with ScriptedServer(Persona(lifetime_ms=600_000)) as server:
        started = asyncio.run(run(server.url))
    assert isinstance(started, fe.SessionStarted)
    assert started.lifetime_ms is not None
    assert 590_000 < started.lifetime_ms <= 601_000


def test_where_the_server_tells_no_time_ours_must_do() -> None:
    async def greet(socket: ServerConnection) -> None:
        await socket.send(json.dumps({"type": "session.created", "session": SESSION}))
        await socket.wait_closed()

    def hush(_: ServerConnection, __: Request, response: Response) -> None:
        del response.headers["Date"]

    async def run() -> Event:
        async with serve(greet, "127.0.0.1", 0, process_response=hush) as server:
            port = next(iter(server.sockets)).getsockname()[1]
            url = f"ws://127.0.0.1:{port}/v1/realtime"
            async with opened(url, clock=lambda: 1000.0) as (_, events):
                return await until(events, fe.SessionStarted)

    assert asyncio.run(run()) == fe.SessionStarted("s", "m", lifetime_ms=5000)


# --- dialects ---------------------------------------------------------------------------------


@pytest.mark.parametrize("trap", ["BETA", "BETA_STRICT"])
@pytest.mark.parametrize("dialect", ["auto", "beta"])
def test_a_server_of_the_beta_era_is_spoken_to_in_its_words(trap: str, dialect: str) -> None:
    async def run(server: ScriptedServer) -> list[Event]:
        aim = target(server.url, dialect=dialect)
        async with opened(server.url, aim) as (link, events):
            await until(events, fe.SessionStarted)
            for order in ASK:
                await link.send(order)
            return await answer_to(events)

    with ScriptedServer(replace(TRAPS[trap], pace=0)) as server:
        heard = asyncio.run(run(server))
        (update,) = server.connection.events("session.update")
        assert not server.violations
        assert not server.connection.errors
        assert sound(heard) == server.connection.spoken()
    assert update["session"]["input_audio_format"] == "pcm16"
    assert fe.SessionConfigured("gpt-realtime-2.1", "marin") in heard


# --- traps ------------------------------------------------------------------------------------


@pytest.mark.parametrize("trap", ["GARBAGE", "SPRINKLED"])
def test_what_is_not_understood_does_no_harm(trap: str, caplog: pytest.LogCaptureFixture) -> None:
    answer = spoken()
    persona = replace(TRAPS[trap], pace=0, answers=[answer])
    with caplog.at_level(logging.INFO, "desktop_app"), ScriptedServer(persona) as server:
        heard = asked(server)
    (item,) = answer.items
    assert isinstance(item, Spoken)
    assert sound(heard) == item.pcm
    assert ("malformed frames:" in caplog.text) is (trap == "GARBAGE")
    assert ("unknown events:" in caplog.text) is (trap == "SPRINKLED")


def test_a_frame_of_20_mb_does_no_harm() -> None:
    with ScriptedServer(replace(TRAPS["HUGE_FRAME"], pace=0)) as server:
        heard = asked(server)
        assert sound(heard) == server.connection.spoken()


def test_a_minute_of_sound_in_one_frame_arrives() -> None:
    with ScriptedServer(HUGE_DELTA) as server:
        heard = asked(server)
        assert sound(heard) == server.connection.spoken()
    assert len(sound(heard)) == 60_000 * 48


def test_a_flood_leaves_the_loop_to_others_and_ends_with_the_sound() -> None:
    async def run(server: ScriptedServer) -> tuple[list[Event], Counter[int]]:
        loop = asyncio.get_running_loop()
        turns, heard_in, heard = itertools.count(), Counter[int](), []
        turn = 0

        def turned() -> None:
            nonlocal turn
            turn = next(turns)
            loop.call_soon(turned)

        async with opened(server.url) as (link, events):
            await until(events, fe.SessionStarted)
            for order in ASK:
                await link.send(order)
            turned()
            async for event in events:
                heard.append(event)
                heard_in[turn] += 1
                if len(heard) % 1000 == 0:
                    await link.send(BLOCK)
                if isinstance(event, fe.ResponseEnded):
                    break
            turns_over = loop.create_future()
            loop.call_soon(turns_over.set_result, None)
            await turns_over
        return heard, heard_in

    with ScriptedServer(FLOOD) as server:
        heard, heard_in = asyncio.run(run(server))
        server.wait_for("input_audio_buffer.append", count=20)
        assert sound(heard) == server.connection.spoken()
    assert sum(isinstance(event, fe.AssistantTextArrived) for event in heard) >= 20_000
    # A frame may mean two events (a call, and the end of its response).
    assert max(heard_in.values()) <= FRAMES_AT_ONCE + 1


@pytest.mark.parametrize("trap", ["BETA_REFUSED", "MODEL_UNKNOWN_FRAME"])
def test_a_refusal_by_frame_is_told_twice_once_as_it_was_said(trap: str) -> None:
    code = {"BETA_REFUSED": "beta_api_shape_disabled"}.get(trap, "invalid_model")
    with ScriptedServer(TRAPS[trap]) as server:
        heard, failure = ending(server.url)
    assert [e.code for e in heard if isinstance(e, fe.ServerError)] == [code]
    detail = f"This will not do: {code}."
    assert failure == LinkFailure("closed", close_code=4000, code=code, detail=detail)


def test_the_end_of_a_session_is_told_with_its_reason() -> None:
    with ScriptedServer(Persona(lifetime_ms=50)) as server:
        heard, failure = ending(server.url)
    assert isinstance(heard[1], fe.SessionStarted)
    assert (failure.where, failure.close_code, failure.code) == ("closed", 1001, "")
    assert failure.detail == "Your session hit the maximum duration of 60 minutes."


@pytest.mark.parametrize(
    ("code", "reason", "named", "detail"),
    [
        (1000, "", "", "The server ended the conversation."),
        (1001, "", "", "The server went away."),
        (1011, "server_error.internal", "internal", "The server had a fault. (internal)"),
        (1012, "restart", "", "restart"),
        (1013, "", "", "The server is overloaded."),
        (
            3000,
            "invalid_request_error.invalid_api_key",
            "invalid_api_key",
            "(3000). (invalid_api_key)",
        ),
        (4711, "", "", "The server ended the conversation (4711)."),
    ],
)
def test_a_close_is_told_by_code_and_reason(
    code: int, reason: str, named: str, detail: str
) -> None:
    async def run(server: ScriptedServer) -> LinkFailure:
        async with opened(server.url) as (link, events):
            await until(events, fe.SessionStarted)
            server.hang_up(code, reason)
            with pytest.raises(LinkError) as error:
                await all_of(events)
            with pytest.raises(LinkError) as again:
                await link.send(BLOCK)
            assert again.value.failure == error.value.failure
        return error.value.failure

    with ScriptedServer() as server:
        failure = asyncio.run(run(server))
    assert (failure.where, failure.close_code, failure.code) == ("closed", code, named)
    assert failure.detail.endswith(detail)


def test_a_reason_that_quotes_the_key_is_told_without_it() -> None:
    async def run(server: ScriptedServer) -> LinkFailure:
        async with opened(server.url) as (_, events):
            await until(events, fe.SessionStarted)
            server.hang_up(3000, f"no such key: {KEY}")
            with pytest.raises(LinkError) as error:
                await all_of(events)
        return error.value.failure

    with ScriptedServer() as server:
        assert asyncio.run(run(server)).detail == "no such key: [hidden]"


def test_a_connection_that_breaks_in_mid_word_is_told_after_all_that_came() -> None:
    async def run(server: ScriptedServer) -> tuple[list[Event], LinkFailure]:
        heard: list[Event] = []

        async def listen(events: Events) -> None:
            async for event in events:
                heard.append(event)

        async with opened(server.url) as (link, events):
            for order in ASK:
                await link.send(order)
            with pytest.raises(LinkError) as error:
                await asyncio.wait_for(listen(events), PATIENCE_S)
        return heard, error.value.failure

    with ScriptedServer(replace(TRAPS["DROPPED"], pace=50)) as server:
        heard, failure = asyncio.run(run(server))
        assert len(sound(heard)) >= 500 * 48
        assert server.connection.spoken().startswith(sound(heard))
    assert failure == LinkFailure("closed", close_code=1006, detail="The connection broke.")


def test_a_frame_beyond_all_measure_ends_the_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("desktop_app.adapters.link.LARGEST_FRAME", 4000)

    async def run(server: ScriptedServer) -> LinkFailure:
        async with opened(server.url) as (_, events):
            await until(events, fe.SessionStarted)
            server.say_frame("x" * 5000)
            with pytest.raises(LinkError) as error:
                await all_of(events)
        return error.value.failure

    with ScriptedServer() as server:
        failure = asyncio.run(run(server))
    assert (failure.where, failure.close_code) == ("closed", 1009)


# --- a network that does not move -------------------------------------------------------------


async def fill(link: WebSocketLink) -> None:
    """Send until nothing more goes out."""
    while True:
        await link.send(fx.SendAudio(bytes(1_000_000)))


def test_a_server_that_takes_nothing_is_given_up() -> None:
    async def run(server: ScriptedServer) -> tuple[LinkFailure, LinkFailure]:
        async with opened(server.url, send_timeout_s=0.1) as (link, events):
            await until(events, fe.SessionStarted)
            server.stall()
            with pytest.raises(LinkError) as sending:
                await asyncio.wait_for(fill(link), PATIENCE_S)
            with pytest.raises(LinkError) as listening:
                await all_of(events)
        return sending.value.failure, listening.value.failure

    with ScriptedServer() as server:
        sending, listening = asyncio.run(run(server))
    detail = "127.0.0.1 has taken nothing for 0.1 s."
    assert sending == listening == LinkFailure("timeout", detail=detail)


def test_a_server_that_answers_no_ping_is_given_up() -> None:
    async def run(server: ScriptedServer) -> LinkFailure:
        async with opened(server.url, ping_s=0.05, hang_up_s=0.05) as (_, events):
            await until(events, fe.SessionStarted)
            server.stall()
            with pytest.raises(LinkError) as error:
                await all_of(events)
        return error.value.failure

    with ScriptedServer() as server:
        failure = asyncio.run(run(server))
    detail = "The server stopped answering."
    assert failure == LinkFailure("timeout", close_code=1006, detail=detail)


def test_hanging_up_on_a_server_that_does_not_listen_is_quick() -> None:
    async def run(server: ScriptedServer) -> None:
        async with opened(server.url, hang_up_s=0.05) as (link, events):
            await until(events, fe.SessionStarted)
            server.stall()
            filling = asyncio.create_task(fill(link))
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(asyncio.shield(filling), 0.1)
            assert not filling.done()
            async with asyncio.timeout(1.0):
                await link.aclose()
                with pytest.raises(LinkError):
                    await filling
            assert link._socket is not None
            assert link._socket.transport.is_closing()

    with ScriptedServer() as server:
        asyncio.run(run(server))


def test_hanging_up_says_goodbye() -> None:
    async def run(server: ScriptedServer) -> None:
        async with opened(server.url) as (_, events):
            await until(events, fe.SessionStarted)

    with ScriptedServer() as server:
        asyncio.run(run(server))
        server.wait_until(lambda: server.connection.close_code == 1000)


def test_what_still_waits_when_we_hang_up_is_not_told() -> None:
    async def run(server: ScriptedServer) -> list[Event]:
        async with opened(server.url) as (link, events):
            await until(events, fe.SessionStarted)
            for order in ASK:
                await link.send(order)
            await asyncio.to_thread(server.wait_said, "response.done")
            await link.aclose()
            return await all_of(events)

    with ScriptedServer(Persona(pace=0)) as server:
        assert asyncio.run(run(server)) == []


def test_hanging_up_that_is_cancelled_still_lets_go() -> None:
    async def run(server: ScriptedServer) -> None:
        async with opened(server.url) as (link, events):
            await until(events, fe.SessionStarted)
            server.stall()
            closing = asyncio.create_task(link.aclose())
            await asyncio.sleep(0)
            closing.cancel()
            with pytest.raises(asyncio.CancelledError):
                await closing
            assert link._socket is not None
            assert link._socket.transport.is_closing()

    with ScriptedServer() as server:
        asyncio.run(run(server))


@pytest.mark.parametrize("cancelled", [True, False])
def test_what_opens_while_it_is_given_up_is_let_go(cancelled: bool) -> None:
    async def run(server: ScriptedServer) -> None:
        link = WebSocketLink()
        opening = asyncio.create_task(link.open(target(server.url)))
        # Look in each turn of the loop: it has connected, and `open` does not yet know.
        while link._opening is None or not link._opening.done():
            await asyncio.sleep(0)
        if cancelled:
            opening.cancel()
        else:
            await link.aclose()
        with pytest.raises(asyncio.CancelledError if cancelled else LinkError):
            await opening
        assert link._opening.result().transport.is_closing()
        await link.aclose()

    with ScriptedServer() as server:
        asyncio.run(run(server))
        server.wait_until(lambda: [c.close_code for c in server.connections] == [1006])


def test_settings_reach_the_server_as_they_are() -> None:
    settings = replace(Settings(), turn_detection="manual", noise_reduction="off", voice="cedar")
    with ScriptedServer(Persona(pace=0)) as server:
        asked(server, fx.ConfigureSession(settings, "e1"), *ASK[1:])
        (update,) = server.connection.events("session.update")
        assert not server.violations
    assert update["session"]["audio"]["input"]["turn_detection"] is None
    assert update["session"]["audio"]["output"]["voice"] == "cedar"
