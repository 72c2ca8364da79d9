from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.offline.brains.brain import (
    BrainError,
    Called,
    FunctionCall,
    NamedTool,
    Returned,
    Said,
    Usage,
)
from desktop_app.offline.brains.chat_protocol import (
    MAX_LINE_BYTES,
    ChunkFolder,
    SseReader,
    ThoughtFilter,
    body_of,
    messages_of,
)
from tests.offline.brains.room import WEATHER, ask


def chunk(**delta: object) -> str:
    return json.dumps({"choices": [{"index": 0, "delta": delta}]})


def call(index: int | None, name: str | None, arguments: object) -> dict[str, object]:
    made: dict[str, object] = {"function": {"name": name, "arguments": arguments}}
    return made if index is None else {"index": index, **made}


def test_the_conversation_becomes_messages() -> None:
    turns = (
        Said("user", "Rome and Oslo?"),
        Said("assistant", "Let me see."),
        Called("a", "get_weather", '{"city":"Rome"}'),
        Called("b", "get_weather", '{"city":"Oslo"}'),
        Returned("a", "sunny"),
        Returned("b", "snow"),
    )
    system, *rest = messages_of(ask("Thanks.", *turns, instructions="Be kind."))
    assert str(system["content"]).startswith("Be kind.\n")
    assert "It is now Tuesday, November 24, 2026, 15:00." in str(system["content"])
    assert [message["role"] for message in rest] == ["user", "assistant", "tool", "tool", "user"]
    calls = rest[1]["tool_calls"]
    assert isinstance(calls, list)
    assert [one["id"] for one in calls] == ["a", "b"]
    assert rest[3] == {"role": "tool", "tool_call_id": "b", "content": "snow"}


def test_a_call_without_words_before_it_is_a_message_of_its_own() -> None:
    messages = messages_of(ask("", Said("user", "Rome?"), Called("a", "f", "{}")))
    assert messages[-1]["role"] == "assistant"
    assert messages[-1]["content"] is None


def test_tools_and_their_choice_are_passed_on() -> None:
    body = body_of(ask("x", tools=[WEATHER], choice=NamedTool("get_weather"), limit=50), "m")
    assert body["tool_choice"] == {"type": "function", "function": {"name": "get_weather"}}
    assert body["max_tokens"] == 50
    assert "tools" not in body_of(ask("x", tools=[WEATHER], choice="none"), "m")
    assert "tools" not in body_of(ask("x", tools=[WEATHER]), "m", with_tools=False)
    assert "tools" not in body_of(ask("x"), "m")


@given(st.lists(st.text(min_size=1).filter(lambda t: "\n" not in t and "\r" not in t)), st.data())
def test_events_arrive_whole_however_the_bytes_are_cut(
    texts: list[str], data: st.DataObject
) -> None:
    events = [text.removeprefix(" ") for text in texts]
    stream = "".join(f": comment\r\ndata: {text}\r\n\r\n" for text in events).encode()
    reader, found = SseReader(), []
    while stream:
        cut = data.draw(st.integers(1, len(stream)))
        found += list(reader.feed(stream[:cut]))
        stream = stream[cut:]
    assert found + list(reader.end()) == events


def test_an_event_of_several_lines_is_joined_and_a_last_one_needs_no_end() -> None:
    reader = SseReader()
    assert list(reader.feed(b"event: x\ndata:a\ndata: b\n\ndata: c")) == ["a\nb"]
    assert list(reader.end()) == ["c"]


def test_a_line_without_end_is_not_kept_for_ever() -> None:
    reader = SseReader()
    list(reader.feed(b"x" * (MAX_LINE_BYTES - 1)))
    with pytest.raises(BrainError):
        list(reader.feed(b"xx"))


def test_text_usage_and_reason_are_folded() -> None:
    folder = ChunkFolder()
    said = [folder.fold(chunk(role="assistant", content=None)), folder.fold(chunk(content="Hi."))]
    folder.fold('{"choices":[{"delta":{},"finish_reason":"length"}]}')
    folder.fold('{"choices":[],"usage":{"prompt_tokens":7,"completion_tokens":2}}')
    folder.fold("[DONE]")
    assert (said, folder.reason, folder.usage, folder.done) == (
        ["", "Hi."],
        "length",
        Usage(7, 2),
        True,
    )


@pytest.mark.parametrize(
    "calls",
    [
        [call(0, "f", ""), call(0, None, '{"a"'), call(0, None, ": 1}")],
        [call(0, "f", '{"a": 1}')],
        [call(None, "f", '{"a": 1}')],
        [call(None, "f", ""), call(None, None, '{"a": 1}')],
        [call(0, "f", {"a": 1})],
    ],
)
def test_a_call_is_put_together_from_its_fragments(calls: list[dict[str, object]]) -> None:
    folder = ChunkFolder()
    for one in calls:
        folder.fold(chunk(tool_calls=[one]))
    (made,) = folder.calls()
    assert (made.name, json.loads(made.arguments)) == ("f", {"a": 1})


def test_calls_side_by_side_stay_apart() -> None:
    folder = ChunkFolder()
    folder.fold(chunk(tool_calls=[call(1, "g", "{}"), call(0, "f", '{"x":')]))
    folder.fold(chunk(tool_calls=[call(0, None, "2}")]))
    assert folder.calls() == [FunctionCall("f", '{"x":2}'), FunctionCall("g", "{}")]
    bare = ChunkFolder()
    bare.fold(chunk(tool_calls=[call(None, "f", "{}"), call(None, "g", "")]))
    assert [one.name for one in bare.calls()] == ["f", "g"]


@pytest.mark.parametrize(
    "broken", [call(0, "f", "{broken"), call(0, "", "{}"), call(0, "f", "[1]")]
)
def test_a_call_that_cannot_be_read_is_an_error(broken: dict[str, object]) -> None:
    folder = ChunkFolder()
    folder.fold(chunk(tool_calls=[broken]))
    with pytest.raises(BrainError):
        folder.calls()


@pytest.mark.parametrize(
    "data",
    [
        '{"error": {"message": "out of memory"}}',
        '{"error": "no"}',
        "<html>",
        "[]",
        "3",
        '{"choices": 3}',
        '{"choices": [{"delta": 5}]}',
        '{"choices": [{"delta": {"tool_calls": [{"index": "x"}]}}]}',
        '{"usage": {"prompt_tokens": "many"}}',
    ],
)
def test_what_is_no_chunk_is_an_error(data: str) -> None:
    with pytest.raises(BrainError):
        ChunkFolder().fold(data)


@given(st.data())
def test_thoughts_are_never_spoken_however_they_are_cut(data: st.DataObject) -> None:
    written = "a <b> <think>secret < plan </thin </think>\n\nThe answer <3 is <thi"
    thoughts, spoken = ThoughtFilter(), ""
    while written:
        cut = data.draw(st.integers(1, len(written)))
        spoken += thoughts.feed(written[:cut])
        written = written[cut:]
    assert spoken + thoughts.end() == "a <b> The answer <3 is <thi"


@given(st.text(max_size=30), st.data())
def test_text_without_thoughts_passes_whole(written: str, data: st.DataObject) -> None:
    if "<think>" in written:
        return
    thoughts, spoken, rest = ThoughtFilter(), "", written
    while rest:
        cut = data.draw(st.integers(1, len(rest)))
        spoken += thoughts.feed(rest[:cut])
        rest = rest[cut:]
    assert spoken + thoughts.end() == written
