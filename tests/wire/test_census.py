"""What we do not know is counted, within bounds."""

from __future__ import annotations

from desktop_app.wire.census import Census
from desktop_app.wire.codec import decode_server
from desktop_app.wire.outcome import Malformed
from desktop_app.wire.response_events import OutputTextDelta
from tests.wire.frames import frame

DELTA = {"response_id": "r", "item_id": "i", "delta": "Hi"}


def test_an_unknown_field_is_counted_and_does_no_harm() -> None:
    census = Census()
    event = decode_server(frame("response.output_text.delta", **DELTA, colour="red"), census)
    assert event == OutputTextDelta(response_id="r", item_id="i", delta="Hi")
    assert census.unknown_fields == {"response.output_text.delta: colour": 1}


def test_fields_are_looked_for_in_the_first_frames_of_a_type_only() -> None:
    census = Census()
    for _ in range(50):
        decode_server(frame("response.output_text.delta", **DELTA, colour="red"), census)
    assert census.unknown_fields == {"response.output_text.delta: colour": 4}


def test_sessions_are_looked_at_as_often_as_the_rest() -> None:
    census = Census()
    for _ in range(50):
        decode_server(frame("session.updated", session={"type": "realtime", "mood": 1}), census)
    assert census.unknown_fields == {"session.updated: session.mood": 4}


def test_a_field_deep_inside_is_named_by_its_path() -> None:
    census = Census()
    content = [{"type": "output_text"}, {"type": "output_text", "mood": "gay"}]
    item = {"type": "message", "role": "assistant", "content": content}
    decode_server(frame("response.done", response={"output": [item]}), census)
    assert census.unknown_fields == {"response.done: response.output.content.mood": 1}


def test_depths_are_not_searched_for_ever() -> None:
    census = Census()
    deep: dict[str, object] = {"a": 1}
    for _ in range(100):
        deep = {"a": deep}
    tool = {"type": "function", "name": "x", "parameters": deep, "strict": True}
    decode_server(frame("session.updated", session={"type": "realtime", "tools": [tool]}), census)
    assert census.unknown_fields == {"session.updated: session.tools.strict": 1}


def test_old_names_and_shapes_are_counted_so_that_a_dialect_can_be_guessed() -> None:
    census = Census()
    decode_server(frame("session.created", session={"modalities": ["text"]}), census)
    decode_server(frame("response.text.delta", **DELTA), census)
    decode_server(frame("response.text.delta", **DELTA, output_index=0.0), census)
    decode_server(frame("response.output_text.delta", **DELTA), census)
    decode_server(frame("session.updated", session={"type": "realtime"}), census)
    assert census.old_names == {"session.created": 1, "response.text.delta": 2}


def test_broken_text_in_an_unknown_field_is_counted_and_does_no_harm() -> None:
    census = Census()
    text = frame("response.output_text.delta", **DELTA, colour="#").encode().replace(b"#", b"\xff")
    assert isinstance(decode_server(text, census), OutputTextDelta)
    assert census.malformed == {"UnicodeDecodeError": 1}


def test_an_inventive_server_cannot_fill_the_memory() -> None:
    census = Census()
    for number in range(1_000):
        decode_server(frame(f"{number:04}" * 200), census)
    assert len(census.unknown_types) == 201
    assert census.unknown_types["(more)"] == 800
    assert max(map(len, census.unknown_types)) == 100


def test_nothing_needs_a_census() -> None:
    texts = [
        frame("ping"),
        "{",
        frame("session.created", session={"modalities": ["text"]}),
        frame("response.text.delta", **DELTA),
        frame("response.output_text.delta"),
    ]
    kinds = [type(decode_server(text)).__name__ for text in texts]
    assert kinds == ["Unknown", "Malformed", "SessionCreated", "OutputTextDelta", "Malformed"]


def test_a_frame_cannot_wear_out_the_repair() -> None:
    limits = [{"name": [], "limit": "x", "remaining": "y"} for _ in range(200)]
    census = Census()
    assert isinstance(
        decode_server(frame("rate_limits.updated", rate_limits=limits), census), Malformed
    )
    assert len(census.malformed) == 1
