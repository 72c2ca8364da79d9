from __future__ import annotations

import base64
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.core import far_end as fe
from desktop_app.core.events import Event
from desktop_app.wire.codec import decode_server
from desktop_app.wire.inbound import to_core
from tests.wire.frames import examples, frame
from tests.wire.oracle import SERVER_CLASSES, full

PCM = b"\x01\x00\x02\x00"
PLACE: dict[str, Any] = {"response_id": "r", "item_id": "i", "output_index": 0, "content_index": 1}
CALL = {"type": "function_call", "name": "f", "arguments": "{}"}


def heard(kind: str, now_unix_s: float | None = None, **fields: Any) -> tuple[Event, ...]:
    return to_core(decode_server(frame(kind, **fields)), now_unix_s)


def done(**response: Any) -> tuple[Event, ...]:
    return heard("response.done", response={"id": "r", **response})


def ended(**response: Any) -> fe.ResponseEnded:
    (event,) = done(**response)
    assert isinstance(event, fe.ResponseEnded)
    return event


# --- the session ------------------------------------------------------------------------------


def test_a_session_that_starts_tells_its_model_and_how_long_it_will_live() -> None:
    session = {"type": "realtime", "id": "s", "model": "m", "expires_at": 3600}
    assert heard("session.created", 100.5, session=session) == (
        fe.SessionStarted("s", "m", lifetime_ms=3_499_500),
    )


@pytest.mark.parametrize(
    ("expires_at", "now_unix_s"), [(3600, None), (None, 100.0), (3600, 3600.0), (3600, 99_999.0)]
)
def test_a_lifetime_that_cannot_be_told_or_that_a_wrong_clock_tells_is_unknown(
    expires_at: int | None, now_unix_s: float | None
) -> None:
    session = {"type": "realtime", "id": "s", "expires_at": expires_at}
    (started,) = heard("session.created", now_unix_s, session=session)
    assert started == fe.SessionStarted("s", "", None)


def test_a_session_that_only_listens_has_neither_model_nor_voice() -> None:
    session = {"type": "transcription", "id": "s"}
    assert heard("session.created", session=session) == (fe.SessionStarted("s"),)
    assert heard("session.updated", session=session) == (fe.SessionConfigured(),)


@pytest.mark.parametrize(
    ("audio", "voice"),
    [
        ({"output": {"voice": "cedar"}}, "cedar"),
        ({"output": {"voice": {"id": "voice_7"}}}, "voice_7"),
        ({"output": {"voice": None}}, ""),
        ({"output": {}}, ""),
        ({"output": None}, ""),
        ({}, ""),
        (None, ""),
    ],
)
def test_a_configured_session_tells_model_and_voice(audio: object, voice: str) -> None:
    session = {"type": "realtime", "model": "m", "audio": audio}
    assert heard("session.updated", session=session) == (fe.SessionConfigured("m", voice),)


@pytest.mark.parametrize(
    ("audio", "reduced"),
    [
        ({"input": {"noise_reduction": {"type": "far_field"}}}, True),
        ({"input": {"noise_reduction": None}}, False),
        ({"input": {}}, None),
        ({"input": None}, None),
        (None, None),
    ],
)
def test_a_configured_session_tells_whether_the_server_reduces_noise(
    audio: object, reduced: bool | None
) -> None:
    session = {"type": "realtime", "model": "m", "audio": audio}
    assert heard("session.updated", session=session) == (fe.SessionConfigured("m", "", reduced),)


def test_a_session_of_the_beta_era_is_understood_too() -> None:
    session = {"id": "s", "model": "m", "voice": "sage", "modalities": ["text", "audio"]}
    assert heard("session.created", session=session) == (fe.SessionStarted("s", "m"),)
    assert heard("session.updated", session=session) == (fe.SessionConfigured("m", "sage"),)


def test_an_error_is_passed_on_with_all_it_tells() -> None:
    error = {"type": "t", "code": "c", "message": "m", "param": "session.voice", "event_id": "e"}
    assert heard("error", error=error) == (fe.ServerError("c", "t", "m", "session.voice", "e"),)
    assert heard("error", error={"message": "m"}) == (fe.ServerError(message="m"),)
    bare = {"code": None, "param": None, "event_id": None}
    assert heard("error", error=bare) == (fe.ServerError(),)


def test_of_several_limits_the_scarcest_is_told() -> None:
    limits = [
        {"name": "requests", "limit": 1000, "remaining": 900, "reset_seconds": 0.06},
        {"name": "tokens", "limit": 40_000, "remaining": 2000, "reset_seconds": 57.0},
        {"name": "unknown", "limit": 10},
    ]
    (limited,) = heard("rate_limits.updated", rate_limits=limits)
    assert limited == fe.RateLimited("tokens", 2000, 57.0)


@pytest.mark.parametrize("limits", [[], [{"name": "tokens"}]])
def test_limits_that_tell_nothing_are_not_told(limits: list[object]) -> None:
    assert heard("rate_limits.updated", rate_limits=limits) == ()


def test_a_limit_of_nothing_is_no_reason_to_stumble() -> None:
    limits = [{"name": "tokens", "limit": 0, "remaining": 0}]
    assert heard("rate_limits.updated", rate_limits=limits) == (fe.RateLimited("tokens", 0, 0.0),)


# --- the user ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "fields", "event"),
    [
        ("speech_started", {"audio_start_ms": 9}, fe.UserSpeechStarted("i", 9)),
        ("speech_stopped", {"audio_end_ms": 19}, fe.UserSpeechStopped("i", 19)),
        ("committed", {"previous_item_id": "h"}, fe.InputCommitted("i", "h")),
        ("committed", {"previous_item_id": None}, fe.InputCommitted("i")),
    ],
)
def test_turns_of_the_user_are_told(kind: str, fields: dict[str, Any], event: Event) -> None:
    assert heard(f"input_audio_buffer.{kind}", item_id="i", **fields) == (event,)


def test_a_server_need_not_name_the_item_when_speech_begins() -> None:
    assert heard("input_audio_buffer.speech_started") == (fe.UserSpeechStarted(),)


@pytest.mark.parametrize(
    ("kind", "fields", "event"),
    [
        ("delta", {"delta": "Hel"}, fe.UserTextArrived("i", "Hel")),
        ("updated", {"transcript": "Hello"}, fe.UserTextArrived("i", "Hello", whole=True)),
        ("completed", {"transcript": "Hello."}, fe.UserTextDone("i", "Hello.")),
        ("completed", {"transcript": ""}, fe.UserTextDone("i", "")),
        ("failed", {"error": {"message": "No."}}, fe.UserTextFailed("i", "No.")),
        (
            "failed",
            {"error": {"code": "DeploymentNotFound"}},
            fe.UserTextFailed("i", "DeploymentNotFound"),
        ),
        ("failed", {}, fe.UserTextFailed("i")),
    ],
)
def test_the_words_of_the_user_are_told(kind: str, fields: dict[str, Any], event: Event) -> None:
    name = f"conversation.item.input_audio_transcription.{kind}"
    assert heard(name, item_id="i", content_index=0, **fields) == (event,)


@pytest.mark.parametrize("nothing", ["", None])
def test_an_empty_piece_of_the_user_s_words_is_nothing(nothing: str | None) -> None:
    name = "conversation.item.input_audio_transcription.delta"
    assert heard(name, item_id="i", delta=nothing) == ()


# --- items ------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["added", "done", "created"])
def test_an_item_is_told_under_each_of_its_names(kind: str) -> None:
    content = [{"type": "input_text", "text": "Hi "}, {"type": "input_text", "text": "there"}]
    item = {"id": "i", "type": "message", "role": "user", "content": content}
    assert heard(f"conversation.item.{kind}", item=item, previous_item_id="h") == (
        fe.ItemAdded("i", "message", "user", "h", "Hi there"),
    )


@pytest.mark.parametrize(
    ("item", "kind", "role", "text", "name"),
    [
        (
            {"role": "assistant", "content": [{"type": "output_text", "text": "Yes."}]},
            "message",
            "assistant",
            "Yes.",
            "",
        ),
        (
            {"role": "assistant", "content": [{"type": "output_audio", "transcript": "Yes."}]},
            "message",
            "assistant",
            "",
            "",
        ),
        (
            {"role": "system", "content": [{"type": "input_text", "text": None}]},
            "message",
            "system",
            "",
            "",
        ),
        (CALL, "function_call", "", "", "f"),
        (
            {"type": "function_call_output", "call_id": "c", "output": "o"},
            "function_call_output",
            "",
            "",
            "",
        ),
        ({"type": "mcp_call", "server_label": "s", "name": "g"}, "mcp_call", "", "", "g"),
        (
            {"type": "mcp_approval_request", "server_label": "s", "name": "g"},
            "mcp_approval_request",
            "",
            "",
            "g",
        ),
        ({"type": "hologram"}, "hologram", "", "", ""),
    ],
)
def test_an_item_of_any_kind_has_its_place(
    item: dict[str, Any], kind: str, role: str, text: str, name: str
) -> None:
    said = {"type": "message", "id": "i", **item}
    assert heard("conversation.item.added", item=said, previous_item_id=None) == (
        fe.ItemAdded("i", kind, role, None, text, name),
    )


def test_an_item_without_an_id_has_no_place() -> None:
    item = {"type": "message", "role": "user", "content": []}
    assert heard("conversation.item.added", item=item) == ()


def test_what_the_server_forgot_is_told() -> None:
    truncated = heard("conversation.item.truncated", item_id="i", content_index=0, audio_end_ms=7)
    assert truncated == (fe.ItemTruncated("i", 7),)
    assert heard("conversation.item.deleted", item_id="i") == (fe.ItemDeleted("i"),)


# --- the assistant ----------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["response.output_audio.delta", "response.audio.delta"])
def test_speech_arrives_as_samples(name: str) -> None:
    delta = base64.b64encode(PCM).decode()
    assert heard(name, delta=delta, **PLACE) == (fe.AudioArrived("r", "i", PCM, 1),)


@pytest.mark.parametrize(("sent", "kept"), [(PCM + b"\x03", PCM), (b"\x03", b""), (b"", b"")])
def test_half_a_sample_is_not_passed_on(sent: bytes, kept: bytes) -> None:
    events = heard("response.output_audio.delta", delta=base64.b64encode(sent).decode(), **PLACE)
    assert [e.pcm for e in events if isinstance(e, fe.AudioArrived)] == ([kept] if kept else [])
    assert len(events) == bool(kept)


@pytest.mark.parametrize("kind", ["output_audio_transcript", "output_text", "text"])
def test_the_assistant_s_words_arrive(kind: str) -> None:
    assert heard(f"response.{kind}.delta", delta="Ye", **PLACE) == (
        fe.AssistantTextArrived("r", "i", "Ye"),
    )
    assert heard(f"response.{kind}.delta", delta="", **PLACE) == ()
    whole: dict[str, Any] = {"transcript": "Yes."} if "transcript" in kind else {"text": "Yes."}
    assert heard(f"response.{kind}.done", **whole, **PLACE) == (
        fe.AssistantTextDone("r", "i", "Yes."),
    )


def test_a_response_starts() -> None:
    response = {"id": "r", "conversation_id": "c", "status": "in_progress"}
    assert heard("response.created", response=response) == (fe.ResponseStarted("r"),)
    assert heard("response.created", response={}) == (fe.ResponseStarted(""),)


@pytest.mark.parametrize(
    ("fields", "inside"),
    [
        ({}, True),
        ({"conversation_id": "c", "metadata": {"topic": "x"}}, True),
        ({"conversation_id": None}, True),
        ({"conversation_id": None, "metadata": None}, True),
        ({"conversation_id": None, "metadata": {}}, True),
        ({"metadata": {"topic": "x"}}, True),
        ({"conversation_id": None, "metadata": {"topic": "x"}}, False),
    ],
)
def test_only_a_labelled_response_without_a_conversation_stands_beside_it(
    fields: dict[str, object], inside: bool
) -> None:
    (started,) = heard("response.created", response={"id": "r", **fields})
    assert started == fe.ResponseStarted("r", in_conversation=inside)
    assert ended(**fields).in_conversation is inside


def test_a_response_ends_with_its_words_and_its_cost() -> None:
    output = [
        {
            "id": "a",
            "type": "message",
            "role": "assistant",
            "content": [
                {"type": "output_audio", "transcript": "Half "},
                {"type": "output_text", "text": "past"},
                {"type": "output_text", "text": None},
            ],
        },
        {"id": "b", "type": "message", "role": "assistant", "content": []},
        {"type": "message", "role": "assistant", "content": [{"type": "text", "text": "lost"}]},
        {
            "id": "d",
            "type": "message",
            "role": "user",
            "content": [{"type": "input_audio", "transcript": "not the assistant's"}],
        },
    ]
    usage = {
        "input_tokens": 9,
        "output_tokens": 8,
        "input_token_details": {"cached_tokens": 7},
    }
    event = ended(status="completed", output=output, usage=usage)
    assert event.texts == (("a", "Half past"),)
    assert event.usage == fe.Usage(9, 8, 7)


def test_a_cost_without_details_has_nothing_cached() -> None:
    assert ended(usage={"output_tokens": 8}).usage == fe.Usage(0, 8, 0)
    assert ended(usage=None).usage is None


def test_usage_beside_the_response_counts_too() -> None:
    usage = {"input_tokens": 9, "output_tokens": 8}
    (event,) = heard("response.done", response={"id": "r"}, usage=usage)
    assert isinstance(event, fe.ResponseEnded)
    assert event.usage == fe.Usage(9, 8, 0)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, ("completed", "", "", "")),
        ({"status": "in_progress"}, ("completed", "", "", "")),
        (
            {"status": "cancelled", "status_details": {"reason": "turn_detected"}},
            ("cancelled", "turn_detected", "", ""),
        ),
        (
            {"status": "incomplete", "status_details": {"reason": "content_filter"}},
            ("incomplete", "content_filter", "", ""),
        ),
        (
            {
                "status": "failed",
                "status_details": {"error": {"code": "c", "type": "t", "message": "m"}},
            },
            ("failed", "", "c", "m"),
        ),
        (
            {"status": "failed", "status_details": {"error": {"type": "t"}}},
            ("failed", "", "t", ""),
        ),
        ({"status": "failed", "status_details": {"error": None}}, ("failed", "", "", "")),
    ],
)
def test_why_a_response_ended_is_told(fields: dict[str, object], expected: tuple[str, ...]) -> None:
    event = ended(**fields)
    assert (event.status, event.reason, event.code, event.message) == expected


def test_a_call_is_told_when_its_item_is_done() -> None:
    item = {**CALL, "id": "i", "call_id": "c", "status": "completed"}
    assert heard("response.output_item.done", response_id="r", item=item) == (
        fe.ToolCalled("r", "i", "c", "f", "{}", complete=True),
    )


def test_a_call_that_was_interrupted_is_not_complete() -> None:
    item = {**CALL, "id": "i", "call_id": "c", "status": "incomplete"}
    (called,) = heard("response.output_item.done", response_id="r", item=item)
    assert isinstance(called, fe.ToolCalled)
    assert not called.complete


def test_arguments_alone_start_no_call_for_they_end_interrupted_ones_too() -> None:
    kind = "response.function_call_arguments.done"
    assert heard(kind, call_id="c", name="f", arguments='{"half', **PLACE) == ()


def test_a_call_without_a_call_id_goes_by_its_item() -> None:
    (called,) = heard("response.output_item.done", response_id="r", item={**CALL, "id": "i"})
    assert called == fe.ToolCalled("r", "i", "i", "f", "{}")
    assert heard("response.output_item.done", response_id="r", item=CALL) == ()


def test_the_end_of_a_response_repeats_its_calls_for_servers_that_tell_them_nowhere_else() -> None:
    output = [
        {**CALL, "id": "i", "call_id": "c"},
        {**CALL, "id": "j", "call_id": "d", "status": "incomplete"},
    ]
    *calls, last = done(output=output)
    assert calls == [
        fe.ToolCalled("r", "i", "c", "f", "{}"),
        fe.ToolCalled("r", "j", "d", "f", "{}", complete=False),
    ]
    assert isinstance(last, fe.ResponseEnded)


# --- the rest ---------------------------------------------------------------------------------


@pytest.mark.parametrize("raw", ["", "{", "[1]", '{"type": 7}', '{"type": "session.mood"}'])
def test_what_is_no_event_we_know_means_nothing(raw: str) -> None:
    assert to_core(decode_server(raw)) == ()


@pytest.mark.parametrize("kind", sorted(SERVER_CLASSES))
def test_every_event_of_the_protocol_can_be_translated(kind: str) -> None:
    for event in full(SERVER_CLASSES[kind]):
        told = to_core(decode_server(frame(**{"kind": kind, **_without_type(event)})), 0.0)
        assert isinstance(told, tuple)


def test_the_examples_of_the_protocol_tell_a_conversation() -> None:
    told = [type(e) for raw in examples("S<") for e in to_core(decode_server(raw), 0.0)]
    missing = {
        fe.SessionStarted,
        fe.SessionConfigured,
        fe.ServerError,
        fe.UserSpeechStarted,
        fe.UserSpeechStopped,
        fe.InputCommitted,
        fe.ItemAdded,
        fe.ItemTruncated,
        fe.UserTextArrived,
        fe.UserTextDone,
        fe.UserTextFailed,
        fe.ResponseStarted,
        fe.AudioArrived,
        fe.AssistantTextArrived,
        fe.AssistantTextDone,
        fe.ResponseEnded,
        fe.ToolCalled,
        fe.RateLimited,
    } - set(told)
    assert missing == set()


@given(st.binary(max_size=200))
def test_no_frame_whatever_makes_it_stumble(raw: bytes) -> None:
    assert isinstance(to_core(decode_server(raw), 0.0), tuple)


def _without_type(event: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in event.items() if name != "type"}
