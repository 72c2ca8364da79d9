"""Holds a connection's events against the order that the protocol promises."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

Event = dict[str, Any]

# What may come after what within one content part or function call.
_RANK = {
    "response.output_item.added": 0,
    "response.content_part.added": 1,
    "response.output_text.delta": 2,
    "response.output_audio.delta": 2,
    "response.output_audio_transcript.delta": 2,
    "response.function_call_arguments.delta": 2,
    "response.output_text.done": 3,
    "response.output_audio.done": 3,
    "response.output_audio_transcript.done": 3,
    "response.function_call_arguments.done": 3,
    "response.content_part.done": 4,
    "response.output_item.done": 5,
}


@dataclass
class OrderJudge:
    """Has seen the events so far, and knows what can't come next."""

    seen_ids: set[str] = field(default_factory=set)
    items: list[str] = field(default_factory=list)
    open_items: set[str] = field(default_factory=set)
    running: dict[str, bool] = field(default_factory=dict)
    """Responses under way; whether each is in the conversation."""

    over: set[str] = field(default_factory=set)
    ranks: dict[str, int] = field(default_factory=dict)
    speaking: str = ""
    first: bool = True

    def take(self, event: Event) -> None:
        """Check the next event."""
        kind = event["type"]
        assert event["event_id"] not in self.seen_ids, "an id twice"
        self.seen_ids.add(event["event_id"])
        assert self.first == (kind == "session.created")
        self.first = False
        if kind.startswith("response."):
            self._response(kind, event)
        elif kind.startswith("conversation.item.") and "transcription" not in kind:
            self._item(kind.rpartition(".")[2], event)
        elif kind.startswith("input_audio_buffer.speech"):
            self._speech(kind, event)

    def _response(self, kind: str, event: Event) -> None:
        if kind == "response.created":
            response = event["response"]
            inside = response["conversation_id"] is not None
            assert response["id"] not in self.over | set(self.running)
            assert not (inside and True in self.running.values()), "two in the conversation"
            self.running[response["id"]] = inside
            return
        if kind == "response.done":
            response = event["response"]
            del self.running[response["id"]]
            self.over.add(response["id"])
            assert response["status"] != "in_progress"
            assert not [i for i in self.open_items if i in {o["id"] for o in response["output"]}]
            return
        assert event["response_id"] in self.running, f"{kind} of a response that does not run"
        item_id = event.get("item_id") or event["item"]["id"]
        rank, before = _RANK[kind], self.ranks.get(item_id, -1)
        assert rank >= before or (rank, before) == (2, 2), f"{kind} after rank {before}"
        if rank in (0, 1, 4, 5):
            assert rank > before, f"{kind} twice"
        self.ranks[item_id] = rank

    def _item(self, what: str, event: Event) -> None:
        if what in ("added", "done"):
            item_id, previous = event["item"]["id"], event["previous_item_id"]
            assert previous is None or previous in self.items
            if what == "added":
                assert item_id not in self.items
                self.items.insert(self.items.index(previous) + 1 if previous else 0, item_id)
                self.open_items.add(item_id)
            else:
                self.open_items.remove(item_id)
                at = self.items.index(item_id)
                assert previous == (self.items[at - 1] if at else None)
        elif what == "deleted":
            self.items.remove(event["item_id"])
            self.open_items.discard(event["item_id"])
        elif what == "retrieved":
            assert event["item"]["id"] in self.items
        elif what == "truncated":
            assert event["item_id"] in self.items

    def _speech(self, kind: str, event: Event) -> None:
        if kind.endswith("started"):
            self.speaking = event["item_id"]
        else:
            assert self.speaking == event["item_id"], "an end without its beginning"
            self.speaking = ""
