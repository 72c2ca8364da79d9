from __future__ import annotations

from typing import Any

import msgspec
import pytest

from desktop_app.offline import tokens
from desktop_app.offline.brains.brain import NamedTool, Said, Tool
from desktop_app.offline.conversation import Conversation, Entry
from desktop_app.offline.plan import Plan, entry_of, plan_of
from desktop_app.offline.refused import Refused
from desktop_app.offline.session_rules import Facts
from desktop_app.offline.session_shape import realtime_session
from desktop_app.offline.skills.clock import local_now
from desktop_app.wire.client_events import NewItem
from desktop_app.wire.items import InputText, Message
from desktop_app.wire.response import ResponseConfig

FACTS = Facts(frozenset(), lambda name: "b" if name == "b" else "a")
SESSION = realtime_session("sess_1", "Brain", "a", 1_900_000_000)
LOOK = {"type": "function", "name": "look", "description": "Look.", "parameters": {"a": 1}}
SLOW = {"type": "audio/pcm", "rate": 8_000}
TYPED = {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "Hi."}]}


def holding(*texts: str) -> Conversation:
    conversation = Conversation()
    for number, text in enumerate(texts):
        item = Message(id=str(number), role="user", content=(InputText(text=text),))
        conversation.add(Entry(item, words=text))
    return conversation


def plan(facts: Facts = FACTS, /, **fields: Any) -> Plan:
    config = msgspec.convert(fields, ResponseConfig)
    return plan_of(SESSION, config, holding("One.", "Two."), facts)


def item(fields: dict[str, Any]) -> NewItem:
    return msgspec.convert(fields, NewItem)  # type: ignore[no-any-return]


def words(made: Plan) -> list[str]:
    return [t.text for t in made.request(local_now(), "en").history if isinstance(t, Said)]


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"output_modalities": []}, "output_modalities"),
        ({"output_modalities": ["text", "audio"]}, "output_modalities"),
        ({"tools": [{"type": "mcp", "server_label": "x"}]}, "tools[0].type"),
        ({"tool_choice": {"type": "function", "name": "x"}}, "tool_choice.name"),
        ({"max_output_tokens": 9_999}, "max_output_tokens"),
        ({"audio": {"output": {"voice": {"id": "voice_1"}}}}, "audio.output.voice"),
        (
            {"audio": {"output": {"format": {"type": "audio/pcm", "rate": 8}}}},
            "audio.output.format.rate",
        ),
        ({"prompt": {"id": "p"}}, "prompt"),
        ({"reasoning": {"effort": "low"}}, "reasoning"),
        ({"conversation": "conv_2"}, "conversation"),
        ({"metadata": {str(n): "" for n in range(17)}}, "metadata"),
        ({"metadata": {"k" * 65: ""}}, "metadata"),
        ({"metadata": {"k": "v" * 513}}, "metadata"),
        ({"input": [{"type": "item_reference", "id": "nobody"}]}, "input[0].id"),
        ({"input": [{"type": "mcp_list_tools", "server_label": "x"}]}, "input[0].type"),
    ],
)
def test_what_a_response_can_not_be_is_refused_by_name(fields: dict[str, Any], param: str) -> None:
    with pytest.raises(Refused) as refused:
        plan(**fields)
    assert refused.value.param == f"response.{param}"


def test_a_response_knows_the_conversation_or_what_it_brings() -> None:
    assert words(plan()) == ["One.", "Two."]
    assert words(plan(input=[])) == []
    assert words(plan(input=[{"type": "item_reference", "id": "1"}, TYPED])) == ["Two.", "Hi."]


def test_a_response_may_differ_from_its_session() -> None:
    made = plan(
        instructions="Only this.",
        output_modalities=["text"],
        tools=[LOOK],
        tool_choice={"type": "function", "name": "look"},
        max_output_tokens=7,
        parallel_tool_calls=False,
        conversation="none",
        metadata={"k": "v"},
        audio={"output": {"voice": "b", "format": {"type": "audio/pcmu"}}},
    )
    request = made.request(local_now(), None)
    assert request.instructions == "Only this."
    assert request.tools == (Tool("look", "Look.", {"a": 1}),)
    assert request.tool_choice == NamedTool("look")
    assert request.max_output_tokens == 7
    assert (made.modality, made.one_call, made.in_conversation) == ("text", True, False)
    assert (made.voice, made.format.type, made.metadata) == ("b", "audio/pcmu", {"k": "v"})


def test_a_voice_that_was_heard_can_not_be_changed_for_one_response() -> None:
    spoke = Facts(FACTS.models, FACTS.voice_of, spoke=True)
    assert plan(spoke, audio={"output": {"voice": "marin"}}).voice == "a"
    with pytest.raises(Refused) as refused:
        plan(spoke, audio={"output": {"voice": "b"}})
    assert refused.value.code == "cannot_update_voice"


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({**TYPED, "id": "x" * 33}, "item.id"),
        (
            {**TYPED, "content": [{"type": "input_image", "image_url": "data:"}]},
            "item.content[0].type",
        ),
        ({**TYPED, "content": [{"type": "input_audio", "audio": "AAAA"}]}, "item.content[0].audio"),
        (
            {
                "type": "mcp_approval_response",
                "id": "m",
                "approval_request_id": "r",
                "approve": True,
            },
            "item.type",
        ),
        (
            {"type": "message", "role": "assistant", "content": [{"type": "output_audio"}]},
            "item.content[0].type",
        ),
    ],
)
def test_an_item_that_no_client_can_make_is_refused(fields: dict[str, Any], param: str) -> None:
    with pytest.raises(Refused) as refused:
        entry_of(item(fields), lambda: "new")
    assert refused.value.param == param


def test_an_item_gets_what_it_lacks() -> None:
    call = entry_of(item({"type": "function_call", "name": "look"}), lambda: "new").item
    assert (call.id, call.status, call.call_id) == ("new", "completed", "new")  # type: ignore[union-attr]
    assert entry_of(item(TYPED), lambda: "new").words == "Hi."


def test_tokens_are_counted_by_sound_and_text() -> None:
    heard = Entry(Message(id="u", role="user"), words="Hello.", audio_ms=1_000)
    answered = Entry(Message(id="a", role="assistant"), words="Yes.", audio_ms=1_000, heard_ms=500)
    usage = tokens.usage([heard, answered, *holding("Four").entries], "Eightful", 3, 990)
    assert usage.input_token_details is not None
    assert usage.input_token_details.audio_tokens == 10 + 10  # type: ignore[union-attr]
    assert usage.input_token_details.text_tokens == 2 + 1  # type: ignore[union-attr]
    assert (usage.input_tokens, usage.output_tokens, usage.total_tokens) == (23, 23, 46)
