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
# Where the whole of what came in pieces stands.
_WHOLE = {
    "response.output_text.done": ("response.output_text.delta", "text"),
    "response.output_audio_transcript.done": (
        "response.output_audio_transcript.delta",
        "transcript",
    ),
    "response.function_call_arguments.done": (
        "response.function_call_arguments.delta",
        "arguments",
    ),
}
_ENDS = {"message": 4, "function_call": 3}
"""How far an item of this type must have come before it is done."""


@dataclass
class Output:
    """One item of a response, as far as it has been told."""

    response_id: str
    index: int
    kind: str
    rank: int = 0
    stands: bool = False
    """It has been put into the conversation."""
    told: dict[str, str] = field(default_factory=dict)
    ended: set[str] = field(default_factory=set)


@dataclass
class Running:
    """A response under way."""

    inside: bool
    outputs: list[str] = field(default_factory=list)
    interrupted: bool = False


@dataclass
class OrderJudge:
    """Has seen the events so far, and knows what can't come next."""

    seen_ids: set[str] = field(default_factory=set)
    items: list[str] = field(default_factory=list)
    open_items: set[str] = field(default_factory=set)
    running: dict[str, Running] = field(default_factory=dict)
    over: set[str] = field(default_factory=set)
    outputs: dict[str, Output] = field(default_factory=dict)
    speaking: str = ""
    began: set[str] = field(default_factory=set)
    stopped: str = ""
    """Whose speech has just ended: its turn comes next."""
    committed: str = ""
    """What was committed just now: its item comes next."""
    turns: set[str] = field(default_factory=set)
    ever: set[str] = field(default_factory=set)
    """Every item there was."""
    written: set[str] = field(default_factory=set)
    asked: dict[str, str | None] = field(default_factory=dict)
    """Behind which item the client wants an item of its own; None: at the end."""
    first: bool = True
    interrupts: bool = True
    """Speech ends the conversation's response."""

    def take(self, event: Event) -> None:
        """Check the next event."""
        kind = event["type"]
        assert event["event_id"] not in self.seen_ids, "an id twice"
        self.seen_ids.add(event["event_id"])
        assert self.first == (kind == "session.created")
        self.first = False
        self._at_once(kind, event)
        if kind.startswith("session."):
            turns = event["session"]["audio"]["input"].get("turn_detection") or {}
            self.interrupts = turns.get("interrupt_response", True)
            self.speaking = ""  # Other rules of turn-taking drop the turn under way.
        elif kind.startswith("response."):
            self._response(kind, event)
        elif "input_audio_transcription" in kind:
            self._words(kind.rpartition(".")[2], event)
        elif kind.startswith("conversation.item."):
            self._item(kind.rpartition(".")[2], event)
        elif kind.startswith("input_audio_buffer."):
            self._buffer(kind.rpartition(".")[2], event)

    def at_rest(self) -> None:
        """Check that nothing was left half told, once no response runs any more."""
        assert not self.running
        assert not self.open_items, f"never done: {self.open_items}"
        assert not self.stopped
        assert not self.committed

    def _at_once(self, kind: str, event: Event) -> None:
        """What belongs together comes together."""
        if self.stopped:
            assert kind == "input_audio_buffer.committed", f"{kind} before the turn of the speech"
        if self.committed:
            assert kind == "conversation.item.added", f"{kind} before the item of the turn"
            assert event["item"]["id"] == self.committed

    def _response(self, kind: str, event: Event) -> None:
        if kind == "response.created":
            self._begin(event["response"])
            return
        if kind == "response.done":
            self._end(event["response"])
            return
        response_id = event["response_id"]
        assert response_id in self.running, f"{kind} of a response that does not run"
        item_id = event.get("item_id") or event["item"]["id"]
        if kind == "response.output_item.added":
            outputs = self.running[response_id].outputs
            assert item_id not in self.outputs, "an item twice"
            assert event["output_index"] == len(outputs)
            assert all(self.outputs[one].rank == 5 for one in outputs), "two items at once"
            outputs.append(item_id)
            kind_of = event["item"]["type"]
            self.outputs[item_id] = Output(response_id, event["output_index"], kind_of)
            return
        self._part(kind, event, self.outputs[item_id])

    def _begin(self, response: Event) -> None:
        inside = response["conversation_id"] is not None
        assert response["id"] not in self.over | set(self.running)
        assert response["status"] == "in_progress"
        assert not (inside and any(one.inside for one in self.running.values())), "two inside"
        self.running[response["id"]] = Running(inside)

    def _part(self, kind: str, event: Event, output: Output) -> None:
        assert output.response_id == event["response_id"], "an item of another response"
        assert output.index == event["output_index"]
        rank = _RANK[kind]
        assert rank >= output.rank, f"{kind} after rank {output.rank}"
        if rank in (1, 4, 5):
            assert rank > output.rank, f"{kind} twice"
        if rank > 0 and self.running[output.response_id].inside:
            assert output.stands, f"{kind} before the item is in the conversation"
        output.rank = rank
        if rank == 2:
            output.told[kind] = output.told.get(kind, "") + str(event["delta"])
        elif rank == 3:
            self._whole(kind, event, output)
        elif kind == "response.content_part.done":
            assert output.ended, "a part that never ended"
        elif rank == 5:
            needed = _ENDS[output.kind]
            assert output.rank >= needed
            assert output.ended, "an item that never ended"
            if output.kind == "message":
                assert "content_part.done" in output.ended, "an item with an open part"
        if rank == 4:
            output.ended.add("content_part.done")

    def _whole(self, kind: str, event: Event, output: Output) -> None:
        assert kind not in output.ended, f"{kind} twice"
        output.ended.add(kind)
        if kind in _WHOLE:
            delta, name = _WHOLE[kind]
            assert event[name] == output.told.get(delta, ""), "the whole is not its pieces"

    def _end(self, response: Event) -> None:
        run = self.running.pop(response["id"])
        self.over.add(response["id"])
        assert response["status"] != "in_progress"
        assert [item["id"] for item in response["output"]] == run.outputs
        for item_id in run.outputs:
            assert self.outputs[item_id].rank == 5, "an item that is not done"
        assert not self.open_items & set(run.outputs)
        if response["status"] == "completed":
            assert not run.interrupted, "it went on although the user spoke"
            assert all(item["status"] == "completed" for item in response["output"])

    def _item(self, what: str, event: Event) -> None:
        if what in ("added", "done"):
            item_id, previous = event["item"]["id"], event["previous_item_id"]
            assert previous is None or previous in self.items
            if what == "added":
                self._added(item_id, previous)
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

    def _added(self, item_id: str, previous: str | None) -> None:
        assert item_id not in self.items
        self._check_place(item_id, previous)
        self.items.insert(self.items.index(previous) + 1 if previous else 0, item_id)
        self.open_items.add(item_id)
        self.ever.add(item_id)
        self.committed = ""
        if (output := self.outputs.get(item_id)) is not None:
            assert self.running[output.response_id].inside, "out of band, and in the conversation"
            assert output.rank == 0
            output.stands = True

    def _check_place(self, item_id: str, previous: str | None) -> None:
        """What the server adds comes last, and what the client adds where it was asked for."""
        is_known = item_id in self.asked or item_id in self.outputs or item_id == self.committed
        wanted = self.asked.pop(item_id, None)
        last = self.items[-1] if self.items else None
        place = {None: last, "root": None}.get(wanted, wanted)
        assert not is_known or previous == place, f"behind {previous} and not behind {place}"

    def _buffer(self, what: str, event: Event) -> None:
        match what:
            case "speech_started":
                assert not self.speaking, "a beginning without the end before"
                assert event["item_id"] not in self.began, "a beginning twice"
                self.speaking = event["item_id"]
                self.began.add(self.speaking)
                for run in self.running.values():
                    run.interrupted = run.interrupted or (run.inside and self.interrupts)
            case "speech_stopped":
                assert event["item_id"] in self.began - self.turns, "an end without its beginning"
                self.speaking, self.stopped = "", event["item_id"]
            case "committed":
                item_id, previous = event["item_id"], event["previous_item_id"]
                assert self.stopped in ("", item_id), "another turn than the speech that ended"
                assert item_id not in self.turns, "a turn twice"
                assert previous == (self.items[-1] if self.items else None)
                self.stopped, self.committed, self.speaking = "", item_id, ""
                self.turns.add(item_id)
            case "cleared":
                self.speaking = ""

    def _words(self, what: str, event: Event) -> None:
        """The user's words may come at any time, but not after they were all told."""
        item_id = event["item_id"]
        assert item_id not in self.written, "words after all words"
        if what == "delta":
            return
        assert item_id in self.ever, "all words of an item that never was"
        self.written.add(item_id)
