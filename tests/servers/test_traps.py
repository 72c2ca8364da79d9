"""Each trap does what its name says."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidMessage, InvalidStatus

from tests.servers import speech, traps
from tests.servers.checking import check_server
from tests.servers.client import BareClient, client_of
from tests.servers.persona import Persona
from tests.servers.scripted import ScriptedServer

QUESTION = speech.to_pcm(speech.joined(speech.silence(200), speech.say(), speech.silence(700)))
COMPLETED = "conversation.item.input_audio_transcription.completed"

Dialogue = Callable[[BareClient, ScriptedServer], Awaitable[None]]


def meet(dialogue: Dialogue, *personas: Persona, greeted: bool = True) -> ScriptedServer:
    with ScriptedServer(*personas) as server:

        async def run() -> None:
            async with client_of(server, greeted=greeted) as client:
                await dialogue(client, server)

        asyncio.run(run())
    assert not server.violations
    return server


async def _ask(client: BareClient, server: ScriptedServer) -> None:
    await client.listen_in(transcription={"model": "whisper-1"})
    await client.speak(QUESTION)
    await client.hear("response.done")


@pytest.mark.parametrize(
    ("persona", "before", "after"),
    [
        (traps.TRANSCRIPT_BEFORE, "conversation.item.done", "response.created"),
        (traps.TRANSCRIPT_DURING, "conversation.item.done", "response.created"),
        (traps.TRANSCRIPT_AMID, "response.output_audio.delta", "response.done"),
    ],
)
def test_the_transcript_comes_when_it_is_meant_to(
    persona: Persona, before: str, after: str
) -> None:
    async def dialogue(client: BareClient, server: ScriptedServer) -> None:
        await _ask(client, server)
        kinds = client.types()
        assert kinds.index(before) < kinds.index(COMPLETED) < kinds.index(after)

    meet(dialogue, persona)


def test_a_streamed_transcript_begins_while_the_user_speaks() -> None:
    async def dialogue(client: BareClient, server: ScriptedServer) -> None:
        await _ask(client, server)
        kinds = client.types()
        first = kinds.index(COMPLETED.replace("completed", "delta"))
        assert first < kinds.index("input_audio_buffer.speech_stopped")

    meet(dialogue, traps.TRANSCRIPT_DURING)


def test_a_transcript_can_come_after_the_answer_or_fail_or_stay_away() -> None:
    async def after(client: BareClient, server: ScriptedServer) -> None:
        await _ask(client, server)
        assert COMPLETED not in client.types()
        await client.hear(COMPLETED)

    async def fails(client: BareClient, server: ScriptedServer) -> None:
        await _ask(client, server)
        await client.hear(COMPLETED.replace("completed", "failed"))

    async def never(client: BareClient, server: ScriptedServer) -> None:
        await _ask(client, server)
        await client.say("input_audio_buffer.clear")
        await client.hear("input_audio_buffer.cleared")
        assert not [kind for kind in client.types() if "transcription" in kind]

    meet(after, traps.TRANSCRIPT_AFTER)
    meet(fails, traps.TRANSCRIPT_FAILED)
    meet(never, traps.TRANSCRIPT_NEVER)


def test_a_long_answer_can_be_sent_as_fast_as_the_line_takes_it() -> None:
    async def dialogue(client: BareClient, server: ScriptedServer) -> None:
        server.answer()
        await client.hear("response.done")
        assert len(client.sound()) == traps.LONG_MS * 48

    meet(dialogue, traps.EARLY_DONE)


def test_a_cancel_can_come_too_late() -> None:
    async def dialogue(client: BareClient, server: ScriptedServer) -> None:
        server.answer()
        await client.hear("response.output_audio.delta")
        await client.say("response.cancel")
        done = await client.hear("response.done")
        assert done["response"]["status"] == "completed"
        assert len(client.sound()) == traps.LONG_MS * 48
        assert (await client.refusal())[0] == "response_cancel_not_active"

    meet(dialogue, traps.LATE_CANCEL)


def test_a_server_can_be_faster_with_an_answer_of_its_own() -> None:
    async def dialogue(client: BareClient, _: ScriptedServer) -> None:
        await client.say("response.create", event_id="mine")
        assert (await client.refusal())[0] == "conversation_already_has_active_response"
        await client.hear("response.done")
        await client.say("response.create")
        await client.hear("response.done")

    meet(dialogue, traps.BUSY)


@pytest.mark.parametrize(
    ("persona", "status", "word"),
    [
        (traps.QUOTA, "failed", "insufficient_quota"),
        (traps.RATE_LIMITED, "failed", "rate_limit_exceeded"),
        (traps.FILTERED, "incomplete", "content_filter"),
        (traps.CUT_SHORT, "incomplete", "max_output_tokens"),
    ],
)
def test_a_response_can_end_badly_without_an_error_event(
    persona: Persona, status: str, word: str
) -> None:
    async def dialogue(client: BareClient, server: ScriptedServer) -> None:
        server.answer()
        response = (await client.hear("response.done"))["response"]
        assert response["status"] == status
        assert word in json.dumps(response["status_details"])
        assert "error" not in client.types()

    meet(dialogue, persona)


def test_an_answer_can_have_several_items() -> None:
    async def dialogue(client: BareClient, server: ScriptedServer) -> None:
        server.answer()
        done = await client.hear("response.done")
        ids = [item["id"] for item in done["response"]["output"]]
        assert [len(client.sound(item_id)) // 48 for item_id in ids] == [1200, 2400, 1200]

    meet(dialogue, traps.MULTI_ITEM)


def test_a_cancelled_response_can_still_send_sound() -> None:
    async def dialogue(client: BareClient, server: ScriptedServer) -> None:
        server.answer()
        await client.hear("response.output_audio.delta")
        server.speech_started()
        await client.hear("response.done")
        for _ in range(traps.LATE_DELTAS.late_deltas):
            await client.hear("response.output_audio.delta")
        assert client.types()[-6:] == ["response.done", *["response.output_audio.delta"] * 5]

    meet(dialogue, traps.LATE_DELTAS)


async def _end(client: BareClient) -> ConnectionClosed:
    with pytest.raises(ConnectionClosed) as ended:
        await client.hear("nothing")
    return ended.value


def test_the_session_ends_at_its_limit() -> None:
    async def dialogue(client: BareClient, _: ScriptedServer) -> None:
        ended = await _end(client)
        assert ended.rcvd is not None
        assert ended.rcvd.code == 1001
        assert "maximum duration" in ended.rcvd.reason

    meet(dialogue, traps.SESSION_LIMIT)


def test_the_line_can_go_dead_in_mid_word() -> None:
    async def dialogue(client: BareClient, server: ScriptedServer) -> None:
        server.answer()
        ended = await _end(client)
        assert ended.rcvd is None
        assert 600 * 48 <= len(client.sound()) < 1000 * 48

    server = meet(dialogue, traps.DROPPED)
    assert len(server.connection.spoken()) == 600 * 48
    assert server.connection.close_code == 1006


def test_the_server_can_restart_in_mid_word_and_be_another_one() -> None:
    with ScriptedServer(traps.RESTARTED, traps.PLAIN) as server:

        async def run() -> None:
            async with client_of(server) as client:
                server.answer()
                ended = await _end(client)
                assert ended.rcvd is not None
                assert ended.rcvd.code == 1012
            async with client_of(server) as client:
                await client.say("response.create")
                await client.hear("response.done")
                await asyncio.to_thread(server.wait_said, "response.done")

        asyncio.run(run())
        assert [one.number for one in server.connections] == [0, 1]
        assert server.wait_for("response.create").connection == 1


@pytest.mark.parametrize(
    ("persona", "status", "code"),
    [
        (traps.UNAUTHORIZED, 401, "invalid_api_key"),
        (Persona(key="sk-right"), 401, "invalid_api_key"),
        (traps.FORBIDDEN, 403, "account_deactivated"),
        (traps.OVERLOADED, 429, "rate_limit_exceeded"),
        (traps.DOWN, 503, "server_error"),
        (traps.MODEL_UNKNOWN_HTTP, 404, "model_not_found"),
    ],
)
def test_a_handshake_can_be_refused(persona: Persona, status: int, code: str) -> None:
    with ScriptedServer(persona) as server:

        async def run() -> None:
            with pytest.raises(InvalidStatus) as refused:
                async with client_of(server):
                    pass
            response = refused.value.response
            assert response.status_code == status
            assert json.loads(response.body)["error"]["code"] == code

        asyncio.run(run())
        assert [attempt.status for attempt in server.attempts] == [status]
        assert not server.connections


def test_the_right_key_is_let_in() -> None:
    with ScriptedServer(Persona(key="sk-right")) as server:

        async def run() -> None:
            headers = {"Authorization": "Bearer sk-right"}
            async with connect(server.url, additional_headers=headers, proxy=None) as socket:
                assert json.loads(await socket.recv())["type"] == "session.created"

        asyncio.run(run())


@pytest.mark.parametrize(
    ("persona", "code"),
    [
        (traps.MODEL_UNKNOWN_FRAME, "invalid_model"),
        (traps.BETA_REFUSED, "beta_api_shape_disabled"),
    ],
)
def test_a_session_can_be_refused_in_its_first_frame(persona: Persona, code: str) -> None:
    async def dialogue(client: BareClient, _: ScriptedServer) -> None:
        assert (await client.refusal())[0] == code
        ended = await _end(client)
        assert ended.rcvd is not None
        assert (ended.rcvd.code, ended.rcvd.reason) == (4000, f"invalid_request_error.{code}")

    meet(dialogue, persona, greeted=False)


def test_the_beta_header_is_refused() -> None:
    with ScriptedServer() as server:

        async def run() -> None:
            headers = {"OpenAI-Beta": "realtime=v1"}
            async with connect(server.url, additional_headers=headers, proxy=None) as socket:
                error = json.loads(await socket.recv())["error"]
                assert error["code"] == "beta_api_shape_disabled"

        asyncio.run(run())


@pytest.mark.parametrize("persona", [traps.BETA, traps.BETA_STRICT])
def test_a_beta_server_speaks_and_understands_the_old_names(persona: Persona) -> None:
    async def dialogue(client: BareClient, server: ScriptedServer) -> None:
        session = {"voice": "cedar", "turn_detection": None, "modalities": ["audio", "text"]}
        await client.say("session.update", session=session)
        updated = (await client.hear("session.updated"))["session"]
        assert updated["voice"] == "cedar"
        assert updated["turn_detection"] is None
        await client.say("response.create")
        done = await client.hear("response.done")
        kinds = set(client.types())
        assert {"response.audio.delta", "response.audio_transcript.done"} <= kinds
        assert "conversation.item.created" in kinds
        assert not [kind for kind in kinds if "output_audio" in kind or "item.done" in kind[:17]]
        assert done["response"]["output"][0]["content"][0]["type"] == "audio"

    meet(dialogue, persona)


def test_a_strict_beta_server_refuses_the_new_shape() -> None:
    async def dialogue(client: BareClient, _: ScriptedServer) -> None:
        await client.say("session.update", session={"type": "realtime"})
        assert await client.refusal() == ("unknown_parameter", "session.type")

    meet(dialogue, traps.BETA_STRICT)


def test_a_server_may_not_know_truncate() -> None:
    async def complains(client: BareClient, _: ScriptedServer) -> None:
        cut = {"item_id": "i", "content_index": 0, "audio_end_ms": 0}
        await client.say("conversation.item.truncate", **cut)
        assert await client.refusal() == ("invalid_value", "type")

    async def ignores(client: BareClient, _: ScriptedServer) -> None:
        await client.say("response.cancel")
        await client.say("input_audio_buffer.clear")
        await client.hear("input_audio_buffer.cleared")
        assert "error" not in client.types()

    meet(complains, traps.NO_TRUNCATE)
    meet(ignores, traps.NO_TRUNCATE_SILENT)


def test_a_flood_of_words_comes_before_the_sound() -> None:
    async def dialogue(client: BareClient, server: ScriptedServer) -> None:
        server.answer()
        await client.hear("response.output_audio.delta")
        assert client.types().count("response.output_audio_transcript.delta") >= 20_000

    meet(dialogue, traps.FLOOD)


def test_a_frame_can_have_twenty_megabytes() -> None:
    async def dialogue(client: BareClient, server: ScriptedServer) -> None:
        server.answer()
        assert len((await client.hear("session.dump"))["dump"]) == 20_000_000
        await client.hear("response.done")

    meet(dialogue, traps.HUGE_FRAME)


def test_garbage_comes_before_the_sound() -> None:
    with ScriptedServer(traps.GARBAGE) as server:

        async def run() -> None:
            async with connect(server.url, max_size=None, proxy=None) as socket:
                await socket.recv()
                server.answer()
                frames: list[str] = []
                while not frames or "response.done" not in frames[-1][:60]:
                    frames.append(str(await socket.recv()))
                assert len([f for f in frames if "output_audio.delta" not in f]) > 10

        asyncio.run(run())
        sent = [one.frame for one in server.connection.sent]
        assert all(junk in sent for junk in traps.GARBAGE.junk)


def test_unknown_events_and_fields_can_be_mixed_in() -> None:
    async def dialogue(client: BareClient, server: ScriptedServer) -> None:
        server.answer()
        await client.hear("response.done")
        assert "session.mood.updated" in client.types()
        known = [event for event in client.heard if event["type"] == "response.output_audio.delta"]
        flaws = {flaw.param for flaw in check_server(known[0])}
        assert flaws == {"obfuscation", "x_new_in_2027"}

    meet(dialogue, traps.SPRINKLED)


def test_a_server_may_never_greet_or_confirm() -> None:
    async def silent(client: BareClient, server: ScriptedServer) -> None:
        await client.configure()
        assert client.types() == ["session.updated"]

    async def unconfirmed(client: BareClient, server: ScriptedServer) -> None:
        await client.say("session.update", session={"type": "realtime", "instructions": "x"})
        await client.say("input_audio_buffer.clear")
        await client.hear("input_audio_buffer.cleared")
        assert "session.updated" not in client.types()

    meet(silent, traps.NO_CREATED, greeted=False)
    meet(unconfirmed, traps.NO_UPDATED)


def test_a_handshake_can_take_its_time() -> None:
    with ScriptedServer(traps.NEVER_SHAKES) as server:

        async def run() -> None:
            with pytest.raises((TimeoutError, InvalidMessage)):
                async with connect(server.url, open_timeout=0.2, proxy=None):
                    pass

        asyncio.run(run())


def test_a_server_that_stops_reading_answers_no_ping() -> None:
    async def dialogue(client: BareClient, server: ScriptedServer) -> None:
        await asyncio.wait_for(await client.socket.ping(), 5)
        await client.speak(bytes(960))
        server.wait_for("input_audio_buffer.append")
        pong = await client.socket.ping()
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(asyncio.shield(pong), 0.3)
        server.resume()
        await asyncio.wait_for(pong, 5)

    meet(dialogue, traps.STALLED)


def test_a_server_that_does_not_read_can_be_stopped() -> None:
    with ScriptedServer(traps.STALLED) as server:

        async def run() -> None:
            async with client_of(server) as client:
                await client.speak(bytes(960))
                server.wait_for("input_audio_buffer.append")
                await asyncio.to_thread(server.stop)
                assert (await _end(client)).rcvd is None

        asyncio.run(run())


def test_every_trap_has_a_name_of_its_own() -> None:
    names = [persona.name for persona in traps.TRAPS.values()]
    assert len(set(names)) == len(names) > 40


def test_the_server_says_what_it_waited_for_in_vain() -> None:
    with ScriptedServer() as server, pytest.raises(TimeoutError, match=r"response\.create"):
        server.wait_for("response.create", timeout_s=0.05)


def test_a_failure_of_the_server_itself_is_not_silent() -> None:
    def broken(_: object) -> object:
        raise ZeroDivisionError

    async def dialogue(client: BareClient, _: ScriptedServer) -> None:
        await client.say("response.create")
        await _end(client)

    with pytest.raises(ZeroDivisionError):
        meet(dialogue, Persona(answers=broken))  # type: ignore[arg-type]
