from __future__ import annotations

import numpy as np
import pytest

from desktop_app.offline.brains.brain import Called, Returned, Said
from desktop_app.offline.conversation import KEPT_SAMPLES, Conversation, Entry, turns
from desktop_app.offline.refused import Refused
from desktop_app.wire.base import known
from desktop_app.wire.items import (
    FunctionCall,
    FunctionCallOutput,
    InputAudio,
    InputText,
    Message,
    OutputAudio,
)


def typed(item_id: str, text: str = "Hello.") -> Entry:
    return Entry(Message(id=item_id, role="user", content=(InputText(text=text),)), words=text)


def answer(item_id: str, *spoken: tuple[int, str]) -> Entry:
    words = "".join(sentence for _, sentence in spoken)
    item = Message(id=item_id, role="assistant", content=(OutputAudio(transcript=words),))
    return Entry(item, words, audio_ms=spoken[-1][0] if spoken else 0, spoken=list(spoken))


def holding(*entries: Entry) -> Conversation:
    conversation = Conversation()
    for entry in entries:
        conversation.add(entry)
    return conversation


def code(act: object, *args: object) -> str:
    with pytest.raises(Refused) as refused:
        act(*args)  # type: ignore[operator]
    return refused.value.code


def ids(conversation: Conversation) -> str:
    return "".join(entry.id for entry in conversation.entries)


def test_items_go_where_they_are_put() -> None:
    conversation = holding(typed("a"), typed("b"))
    assert conversation.add(typed("c")) == "b"
    assert conversation.add(typed("d"), "root") is None
    assert conversation.add(typed("e"), "a") == "a"
    assert ids(conversation) == "daebc"
    assert (conversation.before("a"), conversation.before("d")) == ("d", None)
    assert conversation.last_id == "c"


def test_an_id_is_there_once_and_its_neighbour_must_exist() -> None:
    conversation = holding(typed("a"))
    assert code(conversation.add, typed("a")) == "item_create_duplicate_item_id"
    assert code(conversation.add, typed("b"), "x") == "item_create_invalid_previous_item_id"
    assert ids(conversation) == "a"


def test_an_output_needs_its_call() -> None:
    call = Entry(FunctionCall(id="f", name="now", call_id="call_1"))
    output = FunctionCallOutput(id="o", call_id="call_1", output="noon")
    assert code(holding().add, Entry(output)) == "invalid_tool_call_id"
    conversation = holding(call, Entry(output))
    assert turns(conversation.entries) == (Called("call_1", "now", ""), Returned("call_1", "noon"))


def test_what_is_not_there_can_be_neither_fetched_nor_deleted() -> None:
    conversation = holding(typed("a"))
    assert code(conversation.retrieve, "x") == "item_retrieve_invalid_item_id"
    assert code(conversation.delete, "x") == "item_delete_invalid_item_id"
    assert code(conversation.truncate, "x", 0, 1) == "item_truncate_invalid_item_id"
    conversation.delete("a")
    assert conversation.last_id is None


def test_only_an_answer_that_sounded_can_be_truncated() -> None:
    conversation = holding(typed("a"), answer("b"), answer("c", (1_000, "Yes.")))
    assert code(conversation.truncate, "a", 0, 1) == "unsupported_content_type"
    assert code(conversation.truncate, "b", 0, 0) == "unsupported_content_type"
    assert code(conversation.truncate, "c", 1, 1) == "invalid_value"
    assert code(conversation.truncate, "c", 0, -1) == "integer_below_min_value"
    assert code(conversation.truncate, "c", 0, 1_001) == "invalid_value"
    conversation.truncate("c", 0, 1_000)


@pytest.mark.parametrize(
    ("heard_ms", "words"),
    [
        (0, ()),
        (1_000, ("It is noon.",)),
        (1_500, ("It is noon. You are",)),
        (2_000, ("It is noon. You are quite late.",)),
    ],
)
def test_a_brain_knows_of_a_truncated_answer_what_was_heard(
    heard_ms: int, words: tuple[str, ...]
) -> None:
    entry = answer("a", (1_000, "It is noon."), (2_000, " You are quite late."))
    conversation = holding(entry)
    conversation.truncate("a", 0, heard_ms)
    said = turns(conversation.entries)
    assert tuple(" ".join(t.text.split()) for t in said if isinstance(t, Said)) == words
    assert entry.item.content == (OutputAudio(),)  # type: ignore[union-attr]


def test_an_answer_can_be_truncated_again_but_not_made_longer() -> None:
    conversation = holding(answer("a", (1_000, "It is noon.")))
    conversation.truncate("a", 0, 600)
    assert code(conversation.truncate, "a", 0, 700) == "invalid_value"
    conversation.truncate("a", 0, 300)


def test_the_users_sound_is_kept_for_a_while() -> None:
    conversation = Conversation()
    for number in range(3):
        pcm = np.full(KEPT_SAMPLES // 2, number, np.int16)
        item = Message(id=str(number), role="user", content=(InputAudio(),))
        conversation.add(Entry(item, pcm=pcm))
    sounds = [known(conversation.retrieve(i).content[0].audio, None) for i in "012"]  # type: ignore[union-attr]
    assert [sound is not None for sound in sounds] == [False, True, True]


def test_the_oldest_turns_are_left_out_when_there_are_too_many() -> None:
    entries = [typed(str(n), "x" * 10) for n in range(5)]
    assert len(turns(entries, 25)) == 2
    assert len(turns(entries)) == 5
    assert len(turns(entries, 1)) == 1


def test_no_output_is_left_without_its_call() -> None:
    call = Entry(FunctionCall(id="f", name="now", call_id="c", arguments="{}" * 20))
    output = Entry(FunctionCallOutput(id="o", call_id="c", output="noon"))
    assert turns([call, output, typed("a", "Hi.")], 20) == (Said("user", "Hi."),)
