"""Turns against a server whose models are simple; every event is held against the SDK's types."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Awaitable, Callable
from typing import Any

import numpy as np
import pytest

from tests.offline.server_parts import Client, Parts, Place, loud, running, said, silence, until

Script = Callable[[Client, Place], Awaitable[None]]
TOOL = {"type": "function", "name": "get_weather", "parameters": {"type": "object"}}
QUESTION = "What is the time?"
MANUAL = {"input": {"turn_detection": None}}


def play(script: Script, query: str = "", parts: Parts | None = None) -> None:
    """Run a script against a server of its own."""

    async def run() -> None:
        async with asyncio.timeout(30), running(parts) as place, place.client(query) as client:
            await client.until("session.created")
            await script(client, place)

    asyncio.run(run())


def turns(**fields: Any) -> dict[str, Any]:
    return {"input": {"turn_detection": {"type": "server_vad", **fields}}}


async def write(client: Client, text: str, **fields: Any) -> None:
    """Type a message."""
    item = {
        "type": "message",
        "role": "user",
        "content": [{"type": "input_text", "text": text}],
        **fields,
    }
    await client.say("conversation.item.create", item=item)


async def ask(client: Client, text: str, **response: Any) -> dict[str, Any]:
    """Type a message and wait for the written answer."""
    await write(client, text)
    await client.say("response.create", response={"output_modalities": ["text"], **response})
    done = await client.until("response.done")
    answer: dict[str, Any] = done["response"]
    return answer


def test_a_spoken_turn_comes_in_the_protocols_order() -> None:
    async def script(client: Client, place: Place) -> None:
        await client.sound(said())
        done = await client.until("response.done")
        assert done["response"]["status"] == "completed"
        types = [t for t in client.types() if not t.endswith("delta")]
        assert types == [
            "session.created",
            "input_audio_buffer.speech_started",
            "input_audio_buffer.speech_stopped",
            "input_audio_buffer.committed",
            "conversation.item.added",
            "conversation.item.done",
            "response.created",
            "response.output_item.added",
            "conversation.item.added",
            "response.content_part.added",
            "response.output_audio.done",
            "response.output_audio_transcript.done",
            "response.content_part.done",
            "conversation.item.done",
            "response.output_item.done",
            "response.done",
        ]
        words = done["response"]["output"][0]["content"][0]["transcript"]
        assert words == "It is half past three. Anything else?"
        assert client.heard_ms() == 1400
        usage = done["response"]["usage"]
        assert usage["output_token_details"]["audio_tokens"] == 28
        assert usage["input_token_details"]["audio_tokens"] == 17  # 300 + 800 + 500 ms and a frame.

    play(script)


def test_speech_is_marked_by_the_milliseconds_of_the_sound_sent() -> None:
    async def script(client: Client, place: Place) -> None:
        await client.sound(said(800, after_ms=700))
        started = await client.until("input_audio_buffer.speech_started")
        stopped = await client.until("input_audio_buffer.speech_stopped")
        assert abs(started["audio_start_ms"] - 100) <= 32
        assert abs(stopped["audio_end_ms"] - 1700) <= 32
        assert started["item_id"] == stopped["item_id"]

    play(script)


def test_a_noise_is_a_turn_without_words_and_without_an_answer() -> None:
    async def script(client: Client, place: Place) -> None:
        await client.update(audio={"input": {"transcription": {"model": "whisper"}}})
        await client.sound(said(level=1_000))
        name = "conversation.item.input_audio_transcription.completed"
        assert (await client.until(name))["transcript"] == ""
        await client.sound(said())
        await client.until("response.done")
        assert client.types().count("response.created") == 1

    play(script)


def test_the_user_sees_their_words_while_they_speak() -> None:
    async def script(client: Client, place: Place) -> None:
        await client.update(audio={"input": {"transcription": {"model": "whisper"}}})
        await client.until("session.updated")
        shown = "conversation.item.input_audio_transcription.delta"
        await client.sound(silence(300))

        async def speak_on() -> None:
            while True:
                await client.sound(loud(40))
                await asyncio.sleep(0.01)

        speaking = asyncio.create_task(speak_on())
        seen = await client.until(shown)
        speaking.cancel()
        assert "input_audio_buffer.speech_stopped" not in client.types()
        await client.sound(silence(700))
        done = await client.until("conversation.item.input_audio_transcription.completed")
        deltas = [e["delta"] for e in client.seen if e["type"] == shown]
        assert "".join(deltas) == done["transcript"] == "What is the time?"
        assert seen["item_id"] == done["item_id"]

    play(script)


def test_no_transcript_is_told_to_who_did_not_ask_for_it() -> None:
    async def script(client: Client, place: Place) -> None:
        await client.sound(said())
        await client.until("response.done")
        assert not [t for t in client.types() if "transcription" in t]

    play(script)


def test_speech_interrupts_an_answer_within_a_block() -> None:
    async def script(client: Client, place: Place) -> None:
        await client.sound(said(level=7_000))
        await client.until("response.output_audio.delta")
        await client.sound(loud(200))
        await client.until("input_audio_buffer.speech_started")
        before_ms = client.heard_ms()
        done = await client.until("response.done")
        assert done["response"]["status_details"] == {
            "type": "cancelled",
            "reason": "turn_detected",
        }
        assert done["response"]["output"][0]["status"] == "incomplete"
        assert client.heard_ms() == before_ms

    play(script)


def test_an_answer_goes_on_when_nobody_may_interrupt_it() -> None:
    async def script(client: Client, place: Place) -> None:
        await client.update(audio=turns(interrupt_response=False, create_response=False))
        await client.sound(said())
        await client.until("conversation.item.done")
        await client.say("response.create")
        await client.until("response.output_audio.delta")
        await client.sound(said())
        done = await client.until("response.done")
        assert done["response"]["status"] == "completed"

    play(script)


def test_a_cancelled_answer_sends_no_more_sound() -> None:
    async def script(client: Client, place: Place) -> None:
        await write(client, "Tell a story.")
        await client.say("response.create")
        await client.until("response.output_audio.delta")
        await client.say("response.cancel")
        done = await client.until("response.done")
        assert done["response"]["status_details"]["reason"] == "client_cancelled"
        heard_ms = client.heard_ms()
        await client.say("response.cancel", event_id="late")
        error = (await client.until("error"))["error"]
        assert (error["code"], error["event_id"]) == ("response_cancel_not_active", "late")
        assert client.heard_ms() == heard_ms
        assert heard_ms < 8_000

    play(script)


def test_an_answer_is_truncated_to_what_was_heard() -> None:
    async def script(client: Client, place: Place) -> None:
        await write(client, "What is the time?")
        await client.say("response.create")
        done = await client.until("response.done")
        item_id = done["response"]["output"][0]["id"]
        cut = {"item_id": item_id, "content_index": 0}
        await client.say("conversation.item.truncate", **cut, audio_end_ms=99_000)
        assert await client.refusal() == "invalid_value"
        await client.say("conversation.item.truncate", **cut, audio_end_ms=600)
        truncated = await client.until("conversation.item.truncated")
        assert truncated["audio_end_ms"] == 600
        await client.say("conversation.item.retrieve", item_id=item_id)
        item = (await client.until("conversation.item.retrieved"))["item"]
        assert not item["content"][0].get("transcript")
        await ask(client, "And now?")
        assert place.parts.brain.requests[-1].history[1].text.split() == ["It", "is", "half"]  # type: ignore[union-attr]

    play(script)


def test_a_written_question_is_answered_in_writing() -> None:
    async def script(client: Client, place: Place) -> None:
        await write(client, "What is the time?", id="mine")
        added = await client.until("conversation.item.added")
        assert added["item"]["id"] == "mine"
        await client.say("response.create", response={"output_modalities": ["text"]})
        done = await client.until("response.done")
        assert [t for t in client.types() if t.startswith("response.")] == [
            "response.created",
            "response.output_item.added",
            "response.content_part.added",
            "response.output_text.delta",
            "response.output_text.delta",
            "response.output_text.done",
            "response.content_part.done",
            "response.output_item.done",
            "response.done",
        ]
        assert done["response"]["output"][0]["content"] == [
            {"type": "output_text", "text": "It is half past three. Anything else?"}
        ]

    play(script)


def test_a_function_is_called_and_its_output_answered() -> None:
    async def script(client: Client, place: Place) -> None:
        await client.update(tools=[TOOL])
        await client.sound(said(level=8_000))
        call = await client.until("response.function_call_arguments.done")
        assert (call["name"], call["arguments"]) == ("get_weather", '{"city":"Bern"}')
        done = await client.until("response.done")
        assert done["response"]["output"][0]["type"] == "function_call"
        output = {"type": "function_call_output", "call_id": call["call_id"], "output": "6 degrees"}
        await client.say("conversation.item.create", item=output)
        await client.say("response.create")
        await client.until("response.done")
        history = place.parts.brain.requests[-1].history
        assert [type(turn).__name__ for turn in history] == ["Said", "Called", "Returned"]

    play(script)


def test_an_output_without_a_call_is_refused() -> None:
    async def script(client: Client, place: Place) -> None:
        output = {"type": "function_call_output", "call_id": "nobody", "output": "6"}
        await client.say("conversation.item.create", item=output)
        assert await client.refusal() == "invalid_tool_call_id"

    play(script)


def test_a_response_beside_the_conversation_leaves_no_trace_in_it() -> None:
    async def script(client: Client, place: Place) -> None:
        await write(client, "Remember the word plum.", id="plum")
        config = {
            "conversation": "none",
            "output_modalities": ["text"],
            "instructions": "Give a title.",
            "metadata": {"purpose": "title"},
            "input": [
                {"type": "item_reference", "id": "plum"},
                {
                    "type": "message",
                    "role": "user",
                    "content": [{"type": "input_text", "text": "A title, please."}],
                },
            ],
        }
        await client.say("response.create", response=config)
        done = await client.until("response.done")
        assert done["response"]["conversation_id"] is None
        assert done["response"]["metadata"] == {"purpose": "title"}
        assert client.types().count("conversation.item.added") == 1
        request = place.parts.brain.requests[-1]
        assert request.instructions == "Give a title."
        assert [t.text for t in request.history] == ["Remember the word plum.", "A title, please."]  # type: ignore[union-attr]
        await ask(client, "What now?")
        assert len(place.parts.brain.requests[-1].history) == 2

    play(script)


def test_responses_beside_the_conversation_run_while_one_in_it_runs() -> None:
    async def script(client: Client, place: Place) -> None:
        await write(client, "Tell a story.")
        await client.say("response.create")
        first = (await client.until("response.created"))["response"]["id"]
        await client.say("response.create", event_id="second")
        error = (await client.until("error"))["error"]
        assert error["code"] == "conversation_already_has_active_response"
        assert first in error["message"]
        await client.say("response.create", response={"conversation": "none", "input": []})
        second = (await client.until("response.created"))["response"]["id"]
        await client.say("response.cancel", response_id=second)
        done = await client.until("response.done")
        assert done["response"]["id"] in (first, second)
        await client.say("response.cancel", response_id=first)
        await client.until("response.done")

    play(script)


def test_a_turn_is_committed_by_hand() -> None:
    async def script(client: Client, place: Place) -> None:
        await client.update(audio=MANUAL)
        await client.sound(loud(60))
        await client.say("input_audio_buffer.commit", event_id="short")
        error = (await client.until("error"))["error"]
        assert error["code"] == "input_audio_buffer_commit_empty"
        assert "60.00ms" in error["message"]
        await client.say("input_audio_buffer.clear")
        await client.until("input_audio_buffer.cleared")
        await client.sound(loud(800))
        await client.say("input_audio_buffer.commit")
        await client.say("response.create")
        committed = await client.until("input_audio_buffer.committed")
        assert (await client.until("response.done"))["response"]["status"] == "completed"
        assert place.parts.brain.requests[-1].history[-1].text == "What is the time?"  # type: ignore[union-attr]
        await client.say("conversation.item.retrieve", item_id=committed["item_id"])
        item = (await client.until("conversation.item.retrieved"))["item"]
        assert base64.b64decode(item["content"][0]["audio"]) == loud(800).tobytes()
        assert item["content"][0]["transcript"] == "What is the time?"

    play(script)


def test_a_commit_without_speech_is_refused_while_turns_are_detected() -> None:
    async def script(client: Client, place: Place) -> None:
        await client.sound(silence(500))
        await client.say("input_audio_buffer.commit")
        assert await client.refusal() == "input_audio_buffer_commit_empty"

    play(script)


def test_a_pause_ends_a_turn_when_the_sentence_is_whole() -> None:
    async def script(client: Client, place: Place) -> None:
        detection = {"type": "semantic_vad", "eagerness": "high"}
        await client.update(audio={"input": {"turn_detection": detection}})
        await client.until("session.updated")
        await client.sound(np.concatenate([silence(200), loud(600)]))
        for _ in range(100):
            await client.sound(silence(40))
            await asyncio.sleep(0.01)
        stopped = await client.until("input_audio_buffer.speech_stopped")
        assert stopped["audio_end_ms"] < 2_000
        await client.until("response.done")

    play(script)


def test_silence_after_an_answer_becomes_a_turn_of_its_own() -> None:
    async def script(client: Client, place: Place) -> None:
        await client.update(audio=turns(idle_timeout_ms=5_000))
        await client.sound(said())
        await client.until("response.done")
        await client.sound(silence(8_000), block_ms=200)
        timeout = await client.until("input_audio_buffer.timeout_triggered")
        assert 4_990 <= timeout["audio_end_ms"] - timeout["audio_start_ms"] <= 5_040
        committed = await client.until("input_audio_buffer.committed")
        assert committed["item_id"] == timeout["item_id"]
        await client.until("response.done")
        assert "Are you still there?" in place.parts.brain.requests[-1].instructions

    play(script)


def test_a_broken_brain_is_a_failed_response_and_the_session_goes_on() -> None:
    async def script(client: Client, place: Place) -> None:
        response = await ask(client, "Please fail.")
        assert response["status"] == "failed"
        assert response["status_details"]["error"]["code"] == "server_error"
        assert response["usage"] is None
        assert (await ask(client, "What is the time?"))["status"] == "completed"

    play(script)


def test_an_answer_of_too_many_tokens_is_incomplete() -> None:
    async def script(client: Client, place: Place) -> None:
        response = await ask(client, "What is the time?", max_output_tokens=1)
        assert response["status"] == "incomplete"
        assert response["status_details"]["reason"] == "max_output_tokens"

    play(script)


def test_the_voice_is_fixed_once_it_was_heard() -> None:
    async def script(client: Client, place: Place) -> None:
        await client.update(audio={"output": {"voice": "high"}})
        session = (await client.until("session.updated"))["session"]
        assert session["audio"]["output"]["voice"] == "tone:high"
        await client.sound(said())
        await client.until("response.done")
        await client.update(audio={"output": {"voice": "tone:high", "speed": 1.2}})
        await client.until("session.updated")
        await client.update(audio={"output": {"voice": "low"}})
        assert await client.refusal() == "cannot_update_voice"
        await client.say("response.create", response={"audio": {"output": {"voice": "low"}}})
        assert await client.refusal() == "cannot_update_voice"

    play(script)


def test_a_refused_update_changes_nothing() -> None:
    async def script(client: Client, place: Place) -> None:
        await client.update(instructions="Be brief.", audio={"output": {"speed": 9}})
        assert await client.refusal() == "invalid_value"
        await client.update(max_output_tokens=100)
        session = (await client.until("session.updated"))["session"]
        assert session["instructions"] != "Be brief."
        assert session["max_output_tokens"] == 100

    play(script)


def test_sound_written_into_the_conversation_is_understood() -> None:
    async def script(client: Client, place: Place) -> None:
        audio = base64.b64encode(loud(800).tobytes()).decode()
        content = [{"type": "input_audio", "audio": audio}]
        item = {"type": "message", "role": "user", "content": content}
        await client.say("conversation.item.create", item=item)
        await client.say("response.create")
        await client.until("response.done")
        assert place.parts.brain.requests[-1].history[-1].text == "What is the time?"  # type: ignore[union-attr]

    play(script)


@pytest.mark.parametrize("law", ["audio/pcmu", "audio/pcma"])
def test_a_telephone_is_understood_and_answered_in_its_own_format(law: str) -> None:
    from desktop_app.offline.g711 import decoded, encoded

    async def script(client: Client, place: Place) -> None:
        sound = {"format": {"type": law}}
        await client.update(audio={"input": sound, "output": sound})
        await client.until("session.updated")
        data = encoded(said()[::3], law)  # type: ignore[arg-type]
        for at in range(0, len(data), 320):
            audio = base64.b64encode(data[at : at + 320]).decode()
            await client.say("input_audio_buffer.append", audio=audio)
        await client.until("response.done")
        assert place.parts.brain.requests[-1].history[-1].text == "What is the time?"  # type: ignore[union-attr]
        deltas = [e for e in client.seen if e["type"] == "response.output_audio.delta"]
        spoken = b"".join(base64.b64decode(e["delta"]) for e in deltas)
        assert abs(len(spoken) - 1_400 * 8) < 400
        assert abs(float(np.median(decoded(spoken, law).astype(np.float64))) - 3_000) < 150  # type: ignore[arg-type]

    play(script)


def test_a_transcription_session_writes_down_and_answers_nothing() -> None:
    async def script(client: Client, place: Place) -> None:
        assert client.seen[0]["session"]["type"] == "transcription"
        session = {
            "type": "transcription",
            "audio": {"input": {"transcription": {"model": "whisper", "language": "en"}}},
        }
        await client.say("session.update", session=session)
        await client.sound(said())
        name = "conversation.item.input_audio_transcription.completed"
        assert (await client.until(name))["transcript"] == "What is the time?"
        await client.say("response.create")
        assert await client.refusal() == "invalid_value"
        await client.update(instructions="Be brief.")
        assert await client.refusal() == "invalid_value"

    play(script, "?intent=transcription")


def test_two_clients_talk_at_once_and_hear_nothing_of_each_other() -> None:
    async def script(client: Client, place: Place) -> None:
        async with place.client() as other:
            await asyncio.gather(client.sound(said()), other.sound(said(level=7_000)))
            one, two = await asyncio.gather(
                client.until("response.done"), other.until("response.output_audio.delta")
            )
            assert one["response"]["id"] != two["response_id"]
            assert not [e for e in client.seen if e.get("response_id") == two["response_id"]]

    play(script)


def test_a_ring_is_spoken_to_every_conversation_when_it_is_quiet() -> None:
    async def script(client: Client, place: Place) -> None:
        async with place.client() as other:
            await other.until("session.created")
            await client.sound(said())
            await client.until("response.created")
            place.server.ring("Your tea is ready.")
            for listener in (client, other):
                done = await listener.until(
                    "response.done", lambda e: e["response"]["conversation_id"] is None
                )
                words = done["response"]["output"][0]["content"][0]["transcript"]
                assert words == "Your tea is ready."
            types = client.types()
            assert types.index("response.done") < len(types) - 1 - types[::-1].index(
                "response.created"
            )

    play(script)


def test_a_slow_brain_begins_to_think_before_the_turn_is_over() -> None:
    async def script(client: Client, place: Place) -> None:
        place.parts.brain.thinks_long = True
        requests = place.parts.brain.requests
        await client.sound(np.concatenate([silence(200), loud(600), silence(300)]))
        await until(lambda: len(requests) == 1)
        await client.sound(np.concatenate([loud(600), silence(300)]))
        await until(lambda: len(requests) == 2)
        assert "input_audio_buffer.speech_stopped" not in client.types()
        await client.sound(silence(400))
        done = await client.until("response.done")
        assert done["response"]["status"] == "completed"
        assert len(requests) == 2
        assert [t.text for t in requests[1].history] == ["What is the time?"]  # type: ignore[union-attr]

    play(script)


def test_what_was_thought_ahead_is_dropped_when_the_conversation_changed() -> None:
    async def script(client: Client, place: Place) -> None:
        place.parts.brain.thinks_long = True
        requests = place.parts.brain.requests
        await client.sound(np.concatenate([silence(200), loud(600), silence(300)]))
        await until(lambda: len(requests) == 1)
        await write(client, "I am in Bern.")
        await client.sound(silence(400))
        await client.until("response.done")
        assert [t.text for t in requests[1].history] == ["I am in Bern.", "What is the time?"]  # type: ignore[union-attr]

    play(script)


def test_the_session_tells_which_brain_answers() -> None:
    async def script(client: Client, place: Place) -> None:
        session = client.seen[0]["session"]
        assert session["model"] == "Scripted brain"
        assert session["audio"]["output"]["voice"] == "tone:low"

    play(script, "?model=gpt-realtime-2.1")


HEARD_BY_HAND = {"input": {"turn_detection": None, "transcription": {"model": "whisper"}}}


def test_the_user_sees_their_words_while_they_hold_the_key() -> None:
    async def script(client: Client, place: Place) -> None:
        await client.update(audio=HEARD_BY_HAND)
        shown = "conversation.item.input_audio_transcription.delta"

        async def speak_on() -> None:
            while True:
                await client.sound(loud(40))
                await asyncio.sleep(0.01)

        speaking = asyncio.create_task(speak_on())
        seen = await client.until(shown)
        speaking.cancel()
        assert "input_audio_buffer.committed" not in client.types()
        await client.say("input_audio_buffer.commit")
        done = await client.until("conversation.item.input_audio_transcription.completed")
        deltas = [e["delta"] for e in client.seen if e["type"] == shown]
        assert "".join(deltas) == done["transcript"] == "What is the time?"
        assert seen["item_id"] == done["item_id"]
        assert not [t for t in client.types() if "speech_st" in t]

    play(script)


def decodings(place: Place) -> int:
    return sum(scribe.heard for scribe in place.parts.scribes)


def test_the_words_before_a_pause_are_ready_when_the_key_is_let_go() -> None:
    async def script(client: Client, place: Place) -> None:
        await client.update(audio=MANUAL)
        await client.until("session.updated")
        await until(lambda: decodings(place) == 1)  # The engine has warmed up.
        for _ in range(2):  # The second turn by hand is as quick as the first.
            before = decodings(place)
            await client.sound(np.concatenate([loud(800), silence(260)]))
            await until(lambda: decodings(place) == before + 1)  # noqa: B023
            await client.say("input_audio_buffer.commit")
            await client.say("response.create")
            await client.until("response.done")
            assert decodings(place) == before + 1
            asked = place.parts.brain.requests[-1].history[-1]
            assert asked.text == QUESTION  # type: ignore[union-attr]

    play(script)


def test_what_is_said_after_a_pause_is_heard_as_well() -> None:
    async def script(client: Client, place: Place) -> None:
        await client.update(audio=MANUAL)
        await client.until("session.updated")
        await client.sound(np.concatenate([loud(400, 8_000), silence(300), loud(1_500)]))
        await client.say("input_audio_buffer.commit")
        await client.say("response.create")
        await client.until("response.done")
        assert place.parts.brain.requests[-1].history[-1].text == QUESTION  # type: ignore[union-attr]

    play(script)


def test_what_was_cleared_is_not_part_of_the_next_turn_by_hand() -> None:
    async def script(client: Client, place: Place) -> None:
        await client.update(audio=MANUAL)
        await client.sound(np.concatenate([loud(800, 8_000), silence(300)]))
        await client.say("input_audio_buffer.clear")
        await client.until("input_audio_buffer.cleared")
        await client.sound(loud(800))
        await client.say("input_audio_buffer.commit")
        await client.say("response.create")
        await client.until("response.done")
        assert place.parts.brain.requests[-1].history[-1].text == QUESTION  # type: ignore[union-attr]

    play(script)
