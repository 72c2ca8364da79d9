"""Each server is spoken to as it wants."""

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
from desktop_app.wire.items import FunctionCall, InputText, Message
from desktop_app.wire.response import ResponseConfig
from desktop_app.wire.response_events import (
    OutputAudioDelta,
    OutputAudioDone,
    OutputTextDelta,
    OutputTextDone,
    OutputTranscriptDelta,
    OutputTranscriptDone,
)
from desktop_app.wire.server_events import ItemAdded, SessionCreated
from desktop_app.wire.session import (
    PCM_24K,
    Audio,
    AudioInput,
    AudioOutput,
    RealtimeSession,
    Reasoning,
    Transcription,
    TranscriptionAudio,
    TranscriptionSession,
    VoiceId,
)
from tests.wire import strategies
from tests.wire.wishes import FLAT_WISH, PART, SAID, WISH


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
