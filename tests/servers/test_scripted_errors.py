"""What the real service refuses, and with which words."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from tests.servers import traps
from tests.servers.client import BareClient, client_of
from tests.servers.persona import Answer, Persona, Written, spoken
from tests.servers.scripted import ScriptedServer

Dialogue = Callable[[BareClient], Awaitable[None]]


def refused(dialogue: Dialogue, persona: Persona = traps.PLAIN, model: str = "x") -> list[str]:
    """Run a dialogue and return the flaws that the server found in the client's frames."""
    with ScriptedServer(persona) as server:

        async def run() -> None:
            async with client_of(server, f"?model={model}") as client:
                await dialogue(client)

        asyncio.run(run())
        return [violation.flaw.code for violation in server.violations]


def _message(role: str = "user", kind: str = "input_text", **more: object) -> dict[str, Any]:
    content = [{"type": kind, "text": "hi"}]
    return {"type": "message", "role": role, "content": content, **more}


@pytest.mark.parametrize(
    ("session", "code", "param"),
    [
        ({"instructions": "x"}, "missing_required_parameter", "session.type"),
        ({"type": "realtime", "voice": "cedar"}, "unknown_parameter", "session.voice"),
        ({"type": "realtime", "temperature": 0.8}, "unknown_parameter", "session.temperature"),
    ],
)
def test_a_wrong_session_is_refused_and_written_down(
    session: object, code: str, param: str
) -> None:
    async def dialogue(client: BareClient) -> None:
        await client.say("session.update", session=session)
        assert await client.refusal() == (code, param)

    assert refused(dialogue) == [code]


@pytest.mark.parametrize(
    ("session", "param"),
    [
        ({"type": "realtime", "model": "another"}, "session.model"),
        ({"type": "realtime", "reasoning": {"effort": "low"}}, "session.reasoning"),
        ({"type": "transcription"}, "session.type"),
    ],
)
def test_what_this_session_cannot_do_is_refused_but_no_violation(
    session: object, param: str
) -> None:
    async def dialogue(client: BareClient) -> None:
        await client.say("session.update", session=session)
        assert await client.refusal() == ("invalid_value", param)

    assert refused(dialogue, model="gpt-realtime-2025-08-28") == []


def test_an_update_is_taken_whole_or_not_at_all() -> None:
    async def dialogue(client: BareClient) -> None:
        heard = {"noise_reduction": {"type": "near_field"}}
        session = {"type": "realtime", "instructions": "new", "audio": {"input": heard}}
        await client.say("session.update", session=session)
        path = "session.audio.input.noise_reduction"
        assert await client.refusal() == ("unknown_parameter", path)
        after = await client.configure(max_output_tokens=100)
        assert after["instructions"] != "new"
        assert after["max_output_tokens"] == 100

    assert refused(dialogue, traps.REFUSES_NOISE_REDUCTION) == []


def test_an_update_changes_only_what_it_names() -> None:
    async def dialogue(client: BareClient) -> None:
        await client.listen_in(turn_detection={"type": "server_vad", "threshold": 0.7})
        after = await client.configure(audio={"output": {"voice": "cedar"}})
        assert after["audio"]["input"]["turn_detection"]["threshold"] == 0.7
        assert after["audio"]["output"]["voice"] == "cedar"
        semantic = await client.listen_in(turn_detection={"type": "semantic_vad"})
        assert semantic["audio"]["input"]["turn_detection"]["eagerness"] == "auto"
        assert "threshold" not in semantic["audio"]["input"]["turn_detection"]

    assert refused(dialogue) == []


def test_the_voice_is_fixed_once_it_was_heard() -> None:
    async def dialogue(client: BareClient) -> None:
        await client.configure(audio={"output": {"voice": "cedar"}})
        await client.say("response.create")
        await client.hear("response.done")
        await client.configure(audio={"output": {"voice": "cedar"}})
        change = {"type": "realtime", "audio": {"output": {"voice": "marin"}}}
        await client.say("session.update", session=change)
        assert (await client.refusal())[0] == "cannot_update_voice"

    assert refused(dialogue) == []


def test_only_one_response_runs_at_a_time() -> None:
    async def dialogue(client: BareClient) -> None:
        await client.say("response.create")
        created = await client.hear("response.created")
        await client.say("response.create", event_id="second")
        error = (await client.hear("error"))["error"]
        assert error["code"] == "conversation_already_has_active_response"
        assert error["event_id"] == "second"
        assert created["response"]["id"] in error["message"]

    assert refused(dialogue, Persona(answers=[spoken(duration_ms=5000)], pace=1.0)) == []


def test_a_cancel_ends_the_response_and_the_next_finds_nothing() -> None:
    async def dialogue(client: BareClient) -> None:
        await client.say("response.create")
        created = await client.hear("response.created")
        await client.hear("response.output_audio.delta")
        await client.say("response.cancel", response_id=created["response"]["id"])
        done = (await client.hear("response.done"))["response"]
        assert done["status_details"] == {"type": "cancelled", "reason": "client_cancelled"}
        await client.say("response.cancel")
        assert (await client.refusal())[0] == "response_cancel_not_active"

    assert refused(dialogue, traps.PATIENT) == []


@pytest.mark.parametrize(
    ("item", "code"),
    [
        (_message("assistant", "input_text"), "invalid_value"),
        ({"type": "function_call_output", "call_id": "no", "output": "x"}, "invalid_tool_call_id"),
    ],
)
def test_a_wrong_item_is_refused(item: object, code: str) -> None:
    async def dialogue(client: BareClient) -> None:
        await client.say("conversation.item.create", item=item)
        assert (await client.refusal())[0] == code
        await client.say("conversation.item.create", item=_message("assistant", "output_text"))
        assert (await client.hear("conversation.item.added"))["previous_item_id"] is None

    refused(dialogue)


def test_items_stand_where_they_were_put() -> None:
    async def dialogue(client: BareClient) -> None:
        for item_id, after in (("b", None), ("a", "root"), ("c", "b")):
            await client.say(
                "conversation.item.create", item=_message(id=item_id), previous_item_id=after
            )
            added = await client.hear("conversation.item.added")
            assert added["previous_item_id"] == (after if after == "b" else None)
        await client.say("conversation.item.create", item=_message(id="a"))
        assert (await client.refusal())[0] == "item_create_duplicate_item_id"
        await client.say("conversation.item.create", item=_message(), previous_item_id="no")
        assert (await client.refusal())[0] == "item_create_invalid_previous_item_id"
        await client.say("conversation.item.delete", item_id="b")
        await client.hear("conversation.item.deleted")
        await client.say("conversation.item.delete", item_id="b")
        assert (await client.refusal())[0] == "item_delete_invalid_item_id"
        await client.say("conversation.item.retrieve", item_id="b")
        assert (await client.refusal())[0] == "item_retrieve_invalid_item_id"

    assert refused(dialogue) == []


@pytest.mark.parametrize("item_id", ["unknown", "user"])
def test_only_the_assistants_speech_can_be_truncated(item_id: str) -> None:
    async def dialogue(client: BareClient) -> None:
        await client.say("conversation.item.create", item=_message(id="user"))
        cut = {"item_id": item_id, "content_index": 0, "audio_end_ms": 0}
        await client.say("conversation.item.truncate", **cut)
        assert (await client.refusal())[0] == "unsupported_content_type"

    assert refused(dialogue) == []


def test_written_answers_cannot_be_truncated() -> None:
    async def dialogue(client: BareClient) -> None:
        await client.say("response.create")
        done = await client.hear("response.done")
        item_id = done["response"]["output"][0]["id"]
        cut = {"item_id": item_id, "content_index": 0, "audio_end_ms": 0}
        await client.say("conversation.item.truncate", **cut)
        assert (await client.refusal())[0] == "unsupported_content_type"

    assert refused(dialogue, Persona(answers=[Answer((Written(),))])) == []


@pytest.mark.parametrize("audio", ["!!!!", "AAAA", "AA"])
def test_sound_that_is_none_is_refused(audio: str) -> None:
    async def dialogue(client: BareClient) -> None:
        await client.say("input_audio_buffer.append", audio=audio)
        assert await client.refusal() == ("invalid_value", "audio")

    refused(dialogue)


def test_a_commit_without_speech_is_refused_while_the_server_finds_the_turns() -> None:
    async def dialogue(client: BareClient) -> None:
        await client.speak(bytes(48 * 300))
        await client.say("input_audio_buffer.commit")
        assert (await client.refusal())[0] == "input_audio_buffer_commit_empty"

    assert refused(dialogue) == []


def test_binary_frames_and_broken_json_are_violations() -> None:
    async def dialogue(client: BareClient) -> None:
        await client.socket.send(b"\x00\x01")
        assert (await client.refusal())[0] == "invalid_value"
        await client.socket.send("{")
        assert (await client.refusal())[0] == "invalid_json"

    assert refused(dialogue) == ["invalid_value", "invalid_json"]
