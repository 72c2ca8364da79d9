"""Other servers' names and shapes: all are understood, and each is spoken to as it wants."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.wire.client_events import (
    InputAudioAppend,
    ItemCreate,
    ResponseCreate,
    SessionUpdate,
)
from desktop_app.wire.codec import decode_server, encode_client, encode_server
from desktop_app.wire.dialects import BETA, DIALECTS, GA, XAI, Dialect
from desktop_app.wire.items import FunctionCall, InputText, Message, OutputAudio, OutputText
from desktop_app.wire.response import ResponseAudio, ResponseConfig, ResponseVoice
from desktop_app.wire.response_events import (
    ContentPartAdded,
    OutputAudioDelta,
    OutputAudioDone,
    OutputItemDone,
    OutputTextDelta,
    OutputTextDone,
    OutputTranscriptDelta,
    OutputTranscriptDone,
    ResponseCreated,
    ResponsePart,
)
from desktop_app.wire.server_events import ItemAdded, ServerEvent, SessionCreated, SessionUpdated
from desktop_app.wire.session import (
    PCM_24K,
    PCMU,
    Audio,
    AudioFormat,
    AudioInput,
    AudioOutput,
    NoiseReduction,
    RealtimeSession,
    Reasoning,
    ServerVad,
    Transcription,
    TranscriptionAudio,
    TranscriptionSession,
    VoiceId,
)
from tests.wire import strategies
from tests.wire.frames import frame

PART = {"response_id": "r", "item_id": "i", "output_index": 1, "content_index": 2}
SAID = Message(id="a", role="assistant", content=(OutputAudio(transcript="Hi."),))
WISH = RealtimeSession(
    output_modalities=("audio",),
    instructions="Be brief.",
    audio=Audio(
        input=AudioInput(
            format=PCM_24K,
            noise_reduction=NoiseReduction(type="near_field"),
            transcription=Transcription(model="whisper-1", languages=("de",), keywords=("Rhine",)),
            turn_detection=ServerVad(threshold=0.5, silence_duration_ms=500),
        ),
        output=AudioOutput(format=PCMU, voice="cedar", speed=1.0),
    ),
    tools=(),
    tool_choice="auto",
    max_output_tokens="inf",
    reasoning=Reasoning(effort="low"),
    truncation="auto",
)
FLAT_WISH = {
    "modalities": ["audio", "text"],
    "instructions": "Be brief.",
    "voice": "cedar",
    "speed": 1.0,
    "input_audio_format": "pcm16",
    "output_audio_format": "g711_ulaw",
    "input_audio_transcription": {"model": "whisper-1", "language": "de"},
    "input_audio_noise_reduction": {"type": "near_field"},
    "turn_detection": {"type": "server_vad", "threshold": 0.5, "silence_duration_ms": 500},
    "tools": [],
    "tool_choice": "auto",
    "max_response_output_tokens": "inf",
}


@pytest.mark.parametrize(
    ("old", "event"),
    [
        (
            frame("response.audio.delta", **PART, delta="AAE="),
            OutputAudioDelta(**PART, delta=b"\0\1"),
        ),
        (frame("response.audio.done", **PART), OutputAudioDone(**PART)),
        (
            frame("response.audio_transcript.delta", **PART, delta="Hi"),
            OutputTranscriptDelta(**PART, delta="Hi"),
        ),
        (
            frame("response.audio_transcript.done", **PART, transcript="Hi."),
            OutputTranscriptDone(**PART, transcript="Hi."),
        ),
        (frame("response.text.delta", **PART, delta="Hi"), OutputTextDelta(**PART, delta="Hi")),
        (frame("response.text.done", **PART, text="Hi."), OutputTextDone(**PART, text="Hi.")),
        (
            frame("response.text.delta", **{**PART, "output_index": 1.0}, delta="Hi"),
            OutputTextDelta(**PART, delta="Hi"),
        ),
        (
            frame(
                "conversation.item.created",
                previous_item_id="u",
                item={
                    "id": "a",
                    "type": "message",
                    "role": "assistant",
                    "content": [{"type": "audio", "transcript": "Hi."}],
                },
            ),
            ItemAdded(previous_item_id="u", item=SAID),
        ),
        (
            frame(
                "conversation.item.created", item={"id": "f", "type": "function_call", "name": "x"}
            ),
            ItemAdded(item=FunctionCall(id="f", name="x")),
        ),
        (
            frame(
                "response.output_item.done",
                response_id="r",
                item={"role": "user", "content": [{"type": "text", "text": "Hello"}]},
            ),
            OutputItemDone(
                response_id="r", item=Message(role="user", content=(InputText(text="Hello"),))
            ),
        ),
        (
            frame("response.content_part.added", **PART, part={"type": "output_audio"}),
            ContentPartAdded(**PART, part=ResponsePart(type="audio")),
        ),
    ],
)
def test_an_old_name_becomes_the_present_one(old: str, event: ServerEvent) -> None:
    assert decode_server(old) == event


def test_a_flat_session_is_brought_into_todays_shape() -> None:
    created = decode_server(
        frame("session.created", session={"id": "s", "model": "m", "temperature": 0.8, **FLAT_WISH})
    )
    audio = Audio(
        input=AudioInput(
            format=AudioFormat(type="audio/pcm"),
            noise_reduction=NoiseReduction(type="near_field"),
            transcription=Transcription(model="whisper-1", language="de"),
            turn_detection=ServerVad(threshold=0.5, silence_duration_ms=500),
        ),
        output=AudioOutput(format=PCMU, voice="cedar", speed=1.0),
    )
    assert created == SessionCreated(
        session=RealtimeSession(
            id="s",
            model="m",
            output_modalities=("audio",),
            instructions="Be brief.",
            audio=audio,
            tools=(),
            tool_choice="auto",
            max_output_tokens="inf",
        )
    )


def test_a_lifted_voice_is_found_in_a_session_that_is_nested_otherwise() -> None:
    updated = decode_server(
        frame(
            "session.updated",
            session={
                "type": "realtime",
                "voice": "eve",
                "turn_detection": None,
                "audio": {
                    "input": {"format": {"type": "audio/pcm", "rate": 16000}},
                    "output": None,
                },
            },
        )
    )
    assert updated == SessionUpdated(
        session=RealtimeSession(
            audio=Audio(
                input=AudioInput(format=AudioFormat(rate=16_000), turn_detection=None),
                output=AudioOutput(voice="eve"),
            )
        )
    )


def test_a_nested_value_wins_over_a_flat_one() -> None:
    updated = decode_server(
        frame(
            "session.updated",
            session={"voice": "old", "modalities": ["text"], "audio": {"output": {"voice": "new"}}},
        )
    )
    audio = Audio(output=AudioOutput(voice="new"))
    session = RealtimeSession(output_modalities=("text",), audio=audio)
    assert updated == SessionUpdated(session=session)


@pytest.mark.parametrize(
    "text",
    [
        frame("transcription_session.created", session={"input_audio_format": "g711_ulaw"}),
        frame(
            "session.created",
            session={"object": "realtime.transcription_session", "input_audio_format": "g711_ulaw"},
        ),
    ],
)
def test_a_session_that_only_listens_is_recognised(text: str) -> None:
    audio = TranscriptionAudio(input=AudioInput(format=PCMU))
    created = decode_server(text)
    assert isinstance(created, SessionCreated)
    assert isinstance(created.session, TranscriptionSession)
    assert created.session.audio == audio


def test_a_flat_response_is_brought_into_todays_shape() -> None:
    created = decode_server(
        frame(
            "response.created",
            response={
                "id": "r",
                "modalities": ["audio", "text"],
                "voice": "cedar",
                "output": [{"type": "message", "role": "assistant", "content": [{"type": "text"}]}],
            },
        )
    )
    assert isinstance(created, ResponseCreated)
    assert created.response.output == (Message(role="assistant", content=(OutputText(),)),)
    assert created.response.output_modalities == ("audio",)
    assert created.response.audio == ResponseAudio(output=ResponseVoice(voice="cedar"))


def test_beta_is_told_the_session_flat_and_without_what_it_does_not_know() -> None:
    said = json.loads(encode_client(SessionUpdate(session=WISH, event_id="e"), BETA))
    assert said == {"type": "session.update", "event_id": "e", "session": FLAT_WISH}


def test_beta_is_told_null_where_something_is_switched_off() -> None:
    wish = RealtimeSession(
        output_modalities=("text",),
        audio=Audio(input=AudioInput(turn_detection=None, transcription=None)),
    )
    said = json.loads(encode_client(SessionUpdate(session=wish), BETA))
    assert said["session"] == {
        "modalities": ["text"],
        "turn_detection": None,
        "input_audio_transcription": None,
    }


def test_beta_has_an_event_of_its_own_for_sessions_that_only_listen() -> None:
    wish = TranscriptionSession(audio=TranscriptionAudio(input=AudioInput(format=PCM_24K)))
    said = json.loads(encode_client(SessionUpdate(session=wish), BETA))
    assert said == {
        "type": "transcription_session.update",
        "session": {"input_audio_format": "pcm16"},
    }


def test_beta_is_told_a_custom_voice_by_its_id() -> None:
    wish = RealtimeSession(audio=Audio(output=AudioOutput(voice=VoiceId(id="voice_1"))))
    said = json.loads(encode_client(SessionUpdate(session=wish), BETA))
    assert said["session"] == {"voice": "voice_1"}


def test_beta_is_given_old_content_names_for_the_assistant_only() -> None:
    user = Message(role="user", content=(InputText(text="Hello"),))
    told = [json.loads(encode_client(ItemCreate(item=item), BETA))["item"] for item in (SAID, user)]
    assert [item["content"][0]["type"] for item in told] == ["audio", "input_text"]
    call = json.loads(encode_client(ItemCreate(item=FunctionCall(name="x")), BETA))["item"]
    assert call == {"type": "function_call", "name": "x", "arguments": ""}


def test_beta_is_asked_for_a_response_in_its_own_words() -> None:
    wish = ResponseConfig(
        output_modalities=("text",),
        conversation="none",
        input=(SAID,),
        max_output_tokens=100,
        reasoning=Reasoning(effort="low"),
    )
    said = json.loads(encode_client(ResponseCreate(response=wish), BETA))
    assert said["response"] == {
        "modalities": ["text"],
        "conversation": "none",
        "input": [
            {
                "type": "message",
                "id": "a",
                "role": "assistant",
                "content": [{"type": "audio", "transcript": "Hi."}],
            }
        ],
        "max_response_output_tokens": 100,
    }
    assert json.loads(encode_client(ResponseCreate(), BETA)) == {"type": "response.create"}


def test_sound_is_the_same_in_every_dialect() -> None:
    event = InputAudioAppend(audio=b"\0\1")
    assert {encode_client(event, dialect) for dialect in DIALECTS.values()} == {
        encode_client(event)
    }


def test_xai_is_told_voice_and_turn_detection_at_the_top() -> None:
    said = json.loads(encode_client(SessionUpdate(session=WISH), XAI))["session"]
    assert said["voice"] == "cedar"
    assert said["turn_detection"]["type"] == "server_vad"
    assert "voice" not in said["audio"]["output"]
    assert "turn_detection" not in said["audio"]["input"]
    assert said["audio"]["input"]["transcription"]["model"] == "whisper-1"


def test_xai_is_told_no_empty_audio() -> None:
    wish = RealtimeSession(audio=Audio(output=AudioOutput(voice="eve")))
    said = json.loads(encode_client(SessionUpdate(session=wish), XAI))["session"]
    assert said == {"type": "realtime", "voice": "eve"}
    bare = json.loads(encode_client(SessionUpdate(session=RealtimeSession()), XAI))["session"]
    assert bare == {"type": "realtime"}


def test_old_names_with_nested_sessions_are_a_dialect_too() -> None:
    inworld = Dialect("inworld", old_names=True)
    said = json.loads(encode_client(SessionUpdate(session=WISH), inworld))
    assert said == json.loads(encode_client(SessionUpdate(session=WISH), GA))
    item = json.loads(encode_client(ItemCreate(item=SAID), inworld))["item"]
    assert item["content"] == [{"type": "audio", "transcript": "Hi."}]


@pytest.mark.parametrize(
    "kind",
    [OutputAudioDelta, OutputAudioDone, OutputTextDelta, OutputTextDone, OutputTranscriptDelta]
    + [OutputTranscriptDone, ItemAdded],
)
@given(data=st.data())
def test_what_we_say_as_a_beta_server_is_understood_again(kind: type, data: st.DataObject) -> None:
    event = data.draw(strategies.structs(kind, TWO_WAY))
    said = encode_server(event, BETA)
    assert json.loads(said)["type"] in OLD_TYPES
    assert decode_server(said) == event


TWO_WAY = strategies.overrides({(Message, ""): st.just(SAID)})
OLD_TYPES = {
    "response.audio.delta",
    "response.audio.done",
    "response.audio_transcript.delta",
    "response.audio_transcript.done",
    "response.text.delta",
    "response.text.done",
    "conversation.item.created",
}


def test_a_server_with_todays_names_keeps_them_whatever_its_session_looks_like() -> None:
    said = json.loads(encode_server(OutputTextDelta(**PART, delta="Hi"), XAI))
    assert said["type"] == "response.output_text.delta"


def test_a_beta_server_is_told_the_language_it_is_given() -> None:
    spoken = Transcription(model="m", language="en", languages=("de",))
    wish = RealtimeSession(audio=Audio(input=AudioInput(transcription=spoken)))
    said = json.loads(encode_client(SessionUpdate(session=wish), BETA))["session"]
    assert said == {"input_audio_transcription": {"model": "m", "language": "en"}}


def test_a_beta_server_tells_its_session_flat() -> None:
    said = json.loads(encode_server(SessionCreated(session=WISH), BETA))
    assert said == {"type": "session.created", "session": FLAT_WISH}
