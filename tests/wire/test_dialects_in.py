"""Other servers' names and shapes are understood, whoever sends them."""

from __future__ import annotations

import pytest

from desktop_app.wire.codec import decode_server
from desktop_app.wire.items import FunctionCall, InputText, Message, OutputText
from desktop_app.wire.response import ResponseAudio, ResponseVoice
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
    PCMU,
    Audio,
    AudioFormat,
    AudioInput,
    AudioOutput,
    NoiseReduction,
    RealtimeSession,
    ServerVad,
    Transcription,
    TranscriptionAudio,
    TranscriptionSession,
)
from tests.wire.frames import frame
from tests.wire.wishes import FLAT_WISH, PART, SAID


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
