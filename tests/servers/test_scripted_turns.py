"""Turns as the real service makes them."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest

from tests.servers import speech, traps
from tests.servers.checking import check_server
from tests.servers.client import BareClient, client_of
from tests.servers.persona import Answer, Call, Persona, Spoken, Turn, Written, spoken
from tests.servers.scripted import ScriptedServer

QUESTION = speech.to_pcm(speech.joined(speech.silence(500), speech.say(), speech.silence(900)))
WHISPER = {"model": "whisper-1"}
ANSWER = Spoken("It is half past three.", speech.to_pcm(speech.answer(1600)))

Dialogue = Callable[[BareClient, ScriptedServer], Awaitable[None]]


def play(dialogue: Dialogue, *personas: Persona, query: str = "?model=gpt-realtime-2.1") -> None:
    """Run a dialogue; at its end everything that was said must be right on both sides."""
    with ScriptedServer(*(personas or (Persona(answers=[Answer((ANSWER,))]),))) as server:

        async def run() -> None:
            async with client_of(server, query) as client:
                await dialogue(client, server)

        asyncio.run(run())
        assert not server.violations
        for sent in server.connection.sent:
            assert not check_server(sent.event), sent.event


def test_a_spoken_turn_has_the_events_of_flow_b_in_order() -> None:
    async def dialogue(client: BareClient, server: ScriptedServer) -> None:
        await client.listen_in(transcription=WHISPER)
        await client.speak(QUESTION)
        await client.hear("response.done")
        seen = list(dict.fromkeys(client.types()))
        order = [
            "input_audio_buffer.speech_started",
            "input_audio_buffer.speech_stopped",
            "input_audio_buffer.committed",
            "conversation.item.added",
            "conversation.item.done",
            "response.created",
            "response.output_item.added",
            "response.content_part.added",
            "response.output_audio.delta",
            "conversation.item.input_audio_transcription.completed",
            "response.output_audio.done",
            "response.output_audio_transcript.done",
            "response.content_part.done",
            "response.output_item.done",
            "response.done",
        ]
        assert [kind for kind in seen if kind in order] == order
        assert client.sound() == ANSWER.pcm
        assert bytes(server.connection.audio) == QUESTION

    play(dialogue)


def test_turns_are_found_in_the_time_of_the_sound() -> None:
    async def dialogue(client: BareClient, _: ScriptedServer) -> None:
        await client.listen_in(
            turn_detection={
                "type": "server_vad",
                "prefix_padding_ms": 100,
                "silence_duration_ms": 400,
            }
        )
        await client.speak(QUESTION)
        started = await client.hear("input_audio_buffer.speech_started")
        stopped = await client.hear("input_audio_buffer.speech_stopped")
        length_ms = speech.offset_ms(speech.say(), floor=0.03) or 0.0
        assert abs(started["audio_start_ms"] - (500 - 100)) < 120
        assert abs(stopped["audio_end_ms"] - (500 + length_ms + 400)) < 250

    play(dialogue)


def test_noise_under_the_threshold_is_no_turn() -> None:
    async def dialogue(client: BareClient, server: ScriptedServer) -> None:
        await client.speak(speech.to_pcm(speech.answer(1500, level=0.004)))
        await client.say("input_audio_buffer.clear")
        await client.hear("input_audio_buffer.cleared")
        assert "input_audio_buffer.speech_started" not in client.types()

    play(dialogue)


def test_a_manual_turn_needs_commit_and_create() -> None:
    async def dialogue(client: BareClient, server: ScriptedServer) -> None:
        assert (await client.listen_in(turn_detection=None))["audio"]["input"][
            "turn_detection"
        ] is None
        await client.speak(QUESTION)
        await client.say("input_audio_buffer.commit")
        committed = await client.hear("input_audio_buffer.committed")
        await client.hear("conversation.item.done")
        assert "response.created" not in client.types()
        await client.say("response.create")
        await client.hear("response.done")
        await client.say("conversation.item.retrieve", item_id=committed["item_id"])
        retrieved = await client.hear("conversation.item.retrieved")
        assert base64.b64decode(retrieved["item"]["content"][0]["audio"]) == QUESTION

    play(dialogue)


def test_a_press_that_is_too_short_is_refused_with_its_length() -> None:
    async def dialogue(client: BareClient, _: ScriptedServer) -> None:
        await client.listen_in(turn_detection=None)
        await client.speak(bytes(40 * 48))
        await client.say("input_audio_buffer.commit", event_id="ptt_1")
        error = (await client.hear("error"))["error"]
        assert error["code"] == "input_audio_buffer_commit_empty"
        assert error["event_id"] == "ptt_1"
        assert "40.00ms" in error["message"]

    play(dialogue)


def test_a_text_turn_is_answered_in_text_when_asked_so() -> None:
    async def dialogue(client: BareClient, _: ScriptedServer) -> None:
        content = [{"type": "input_text", "text": "Name three rivers."}]
        item = {"id": "msg_1", "type": "message", "role": "user", "content": content}
        await client.say("conversation.item.create", item=item)
        await client.say("response.create", response={"output_modalities": ["text"]})
        done = await client.hear("response.done")
        assert done["response"]["output"][0]["content"] == [
            {"type": "output_text", "text": ANSWER.text}
        ]
        assert not client.sound()

    play(dialogue)


def test_a_function_call_is_made_and_its_output_taken() -> None:
    call = Answer((Call("get_weather", '{"city":"Bern"}', "call_9"),))

    async def dialogue(client: BareClient, _: ScriptedServer) -> None:
        await client.say("response.create")
        made = await client.hear("response.function_call_arguments.done")
        assert (made["name"], made["arguments"]) == ("get_weather", '{"city":"Bern"}')
        await client.hear("response.done")
        output = {"type": "function_call_output", "call_id": "call_9", "output": "fog"}
        await client.say("conversation.item.create", item=output)
        await client.hear("conversation.item.added")
        await client.say("response.create")
        done = await client.hear("response.done")
        assert done["response"]["output"][0]["role"] == "assistant"

    play(dialogue, Persona(answers=[call, Answer((ANSWER,))]))


def test_speech_cancels_the_answer_and_truncation_forgets_the_unheard() -> None:
    async def dialogue(client: BareClient, server: ScriptedServer) -> None:
        server.answer()
        await client.hear("response.output_audio.delta")
        server.speech_started()
        done = (await client.hear("response.done"))["response"]
        assert (done["status"], done["status_details"]["reason"]) == ("cancelled", "turn_detected")
        assert done["output"][0]["status"] == "incomplete"
        item_id = done["output"][0]["id"]
        await client.say(
            "conversation.item.truncate", item_id=item_id, content_index=0, audio_end_ms=40
        )
        await client.hear("conversation.item.truncated")
        assert server.connection.items()[0]["content"] == [{"type": "output_audio"}]
        await client.say(
            "conversation.item.truncate", item_id=item_id, content_index=0, audio_end_ms=60
        )
        error = (await client.hear("error"))["error"]
        assert error["message"] == "Audio content of 40ms is already shorter than 60ms"

    play(dialogue, traps.PATIENT)


def test_an_answer_that_may_not_be_interrupted_goes_on() -> None:
    async def dialogue(client: BareClient, server: ScriptedServer) -> None:
        await client.listen_in(turn_detection={"type": "server_vad", "interrupt_response": False})
        server.answer()
        await client.hear("response.output_audio.delta")
        server.speech_started()
        server.speech_stopped()
        assert (await client.refusal())[0] == "conversation_already_has_active_response"
        done = await client.hear("response.done")
        assert done["response"]["status"] == "completed"

    play(dialogue, replace(traps.PATIENT, pace=20.0, answers=[spoken(duration_ms=2000)]))


def test_a_turn_is_not_answered_when_the_client_wants_to_ask() -> None:
    async def dialogue(client: BareClient, server: ScriptedServer) -> None:
        await client.listen_in(turn_detection={"type": "server_vad", "create_response": False})
        await client.speak(QUESTION)
        await client.hear("input_audio_buffer.committed")
        await client.hear("conversation.item.done")
        await client.say("input_audio_buffer.clear")
        await client.hear("input_audio_buffer.cleared")
        assert "response.created" not in client.types()

    play(dialogue)


def test_an_out_of_band_response_leaves_the_conversation_alone() -> None:
    async def dialogue(client: BareClient, server: ScriptedServer) -> None:
        server.answer(spoken(duration_ms=3000))
        await client.hear("response.output_audio.delta")
        wish = {
            "conversation": "none",
            "output_modalities": ["text"],
            "metadata": {"purpose": "title"},
        }
        await client.say("response.create", response=wish)
        done = await client.hear("response.done")
        assert done["response"]["conversation_id"] is None
        assert done["response"]["metadata"] == {"purpose": "title"}
        await client.hear("response.done")
        assert len(server.connection.items()) == 1

    play(dialogue, Persona(answers=[Answer((Written("Weather"),))]))


def test_silence_after_an_answer_is_a_turn_when_an_idle_timeout_is_set() -> None:
    async def dialogue(client: BareClient, server: ScriptedServer) -> None:
        detection = {"type": "server_vad", "idle_timeout_ms": 5000}
        await client.listen_in(turn_detection=detection)
        detection["idle_timeout_ms"] = 50
        server.do(lambda wire: wire.session.config.turn_detection.update(detection))  # type: ignore[union-attr]
        server.answer()
        await client.hear("input_audio_buffer.timeout_triggered")
        await client.hear("input_audio_buffer.committed")
        await client.hear("response.created")

    play(dialogue, Persona(answers=[spoken(duration_ms=100)]))


def test_a_transcription_session_transcribes_and_never_answers() -> None:
    async def dialogue(client: BareClient, server: ScriptedServer) -> None:
        heard = {"transcription": WHISPER}
        await client.say(
            "session.update", session={"type": "transcription", "audio": {"input": heard}}
        )
        await client.speak(QUESTION)
        done = await client.hear("conversation.item.input_audio_transcription.completed")
        assert done["transcript"] == "What time is it?"
        await client.say("response.create")
        await client.hear("error")
        assert "response.created" not in client.types()

    play(dialogue, query="?intent=transcription")


def test_a_function_chooses_the_answer_by_what_was_heard() -> None:
    def echo(turn: Turn) -> Answer:
        return Answer((Spoken(f"{turn.number}", turn.heard),))

    async def dialogue(client: BareClient, _: ScriptedServer) -> None:
        await client.speak(QUESTION)
        await client.hear("response.done")
        assert speech.correlation(speech.say(), speech.from_pcm(client.sound())) > 0.99

    play(dialogue, Persona(answers=echo))


@pytest.mark.parametrize("letter", ["B", "H", "K"])
def test_a_flow_is_played_to_the_letter(letter: str) -> None:
    with ScriptedServer() as server:

        async def run() -> None:
            async with client_of(server) as client:
                playing = server.begin_flow(letter)
                if letter == "H":
                    await client.hear("input_audio_buffer.speech_started")
                cut = {"item_id": "item_a8", "content_index": 0, "audio_end_ms": 1480}
                await client.say("conversation.item.truncate", **cut)
                await asyncio.wrap_future(playing)

        asyncio.run(run())
        assert not server.violations
