"""Any client events in any order, on two connections: nothing breaks, all is answered in order."""

from __future__ import annotations

import asyncio
import base64
import itertools
import json
import threading
from collections.abc import Coroutine
from concurrent.futures import Future
from typing import Any, TypeVar

import numpy as np
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule
from msgspec import json as msgspec_json
from msgspec import structs as msgspec_structs

from desktop_app.wire.base import type_of
from desktop_app.wire.client_events import (
    ItemCreate,
    ItemTruncate,
    OutputAudioClear,
    ResponseCreate,
    SessionUpdate,
)
from tests.offline.order_judge import Event, OrderJudge
from tests.offline.server_parts import Client, Place, loud, running, silence
from tests.wire.strategies import structs

T = TypeVar("T")
ACKS = {
    "session.update": "session.updated",
    "input_audio_buffer.commit": "input_audio_buffer.committed",
    "input_audio_buffer.clear": "input_audio_buffer.cleared",
    "conversation.item.create": "conversation.item.added",
    "conversation.item.retrieve": "conversation.item.retrieved",
    "conversation.item.truncate": "conversation.item.truncated",
    "conversation.item.delete": "conversation.item.deleted",
    "response.create": "response.created",
    "response.cancel": "response.done",
}
REFUSED = ("output_audio_buffer.clear",)
"""What has no meaning on this kind of connection."""
TURNS = st.sampled_from(
    [
        None,
        {"type": "semantic_vad", "eagerness": "high"},
        {"type": "server_vad", "silence_duration_ms": 200},
        {"type": "server_vad", "silence_duration_ms": 200, "interrupt_response": False},
        {"type": "server_vad", "idle_timeout_ms": 5_000, "create_response": False},
    ]
)
TOOLS = st.sampled_from([[], [{"type": "function", "name": "look"}]])
TALK_AND_CALL = "First talk, then call a tool."
WORDS = st.sampled_from(
    ["What is the time?", "Call a tool.", TALK_AND_CALL, "Tell a story.", "Please fail.", ""]
)
LEVELS = st.sampled_from([9_000, 8_000, 7_000, 1_000])
WILD = st.one_of(
    [
        structs(kind)
        for kind in (SessionUpdate, ItemCreate, ItemTruncate, ResponseCreate, OutputAudioClear)
    ]
)


class Stage:
    """A server on a loop of its own, driven from outside."""

    def __init__(self) -> None:
        self._ready: Future[Place] = Future()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()))
        self._thread.start()
        self.place = self._ready.result(20)

    def do(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(30)

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()

    async def _run(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        async with running() as place:
            self._ready.set_result(place)
            await self._stop.wait()


class Conversations(RuleBasedStateMachine):
    """Two clients say what comes into their heads."""

    def __init__(self) -> None:
        super().__init__()
        self.stage = Stage()
        self.numbers = itertools.count()
        self.judges = [OrderJudge(), OrderJudge()]
        self.clients: list[Client] = []
        self.items: list[str] = []

    @initialize()
    def connect(self) -> None:
        self.clients = [self.stage.do(self._connect()) for _ in self.judges]

    async def _connect(self) -> Client:
        from websockets.asyncio.client import connect

        return Client(await connect(self.stage.place.url, compression=None, max_size=None))

    def teardown(self) -> None:
        for client, judge in zip(self.clients, self.judges, strict=True):
            self.stage.do(self._finish(client, judge))
        for client in self.clients:
            self.stage.do(client.connection.close())
        self.stage.close()

    who = st.integers(0, 1)
    which = st.integers(0, 50)

    @rule(who=who, turns=TURNS, tools=TOOLS, transcribe=st.booleans())
    def configure(self, who: int, turns: object, tools: object, transcribe: bool) -> None:
        transcription = {"model": "whisper-1"} if transcribe else None
        heard = {"turn_detection": turns, "transcription": transcription}
        session = {"type": "realtime", "tools": tools, "audio": {"input": heard}}
        assert not self.tell(who, "session.update", session=session)

    @rule(who=who, level=LEVELS, ms=st.integers(0, 900), quiet_ms=st.integers(0, 700))
    def speak(self, who: int, level: int, ms: int, quiet_ms: int) -> None:
        pcm = np.concatenate([loud(ms, level), silence(quiet_ms)])
        audio = base64.b64encode(pcm.tobytes()).decode()
        assert not self.tell(who, "input_audio_buffer.append", audio=audio)

    @rule(who=who, kind=st.sampled_from(["commit", "clear"]))
    def buffer(self, who: int, kind: str) -> None:
        code = self.tell(who, f"input_audio_buffer.{kind}")
        assert code in ("", "input_audio_buffer_commit_empty" if kind == "commit" else "")

    @rule(who=who, text=WORDS, old=st.booleans(), which=which, after=st.sampled_from("-r?i"))
    def write(self, who: int, text: str, old: bool, which: int, after: str) -> None:
        items = self.judges[who].items
        item_id = items[which % len(items)] if old and items else f"mine_{next(self.numbers)}"
        twice = item_id in items
        content = [{"type": "input_text", "text": text}]
        item = {"type": "message", "role": "user", "id": item_id, "content": content}
        near = items[which % len(items)] if items else "nobody"
        previous = {"-": None, "r": "root", "?": "nobody", "i": near}[after]
        lost = previous is not None and previous not in ("root", *items)
        if not twice and not lost:
            self.judges[who].asked[item_id] = previous
        code = self.tell(who, "conversation.item.create", item=item, previous_item_id=previous)
        if twice:
            assert code == "item_create_duplicate_item_id"
        elif lost:
            assert code == "item_create_invalid_previous_item_id"
        else:
            assert not code

    @rule(who=who, which=which, kind=st.sampled_from(["retrieve", "delete"]))
    def handle(self, who: int, which: int, kind: str) -> None:
        items = [*self.judges[who].items, "nobody"]
        item_id = items[which % len(items)]
        code = self.tell(who, f"conversation.item.{kind}", item_id=item_id)
        assert code == ("" if item_id != "nobody" else f"item_{kind}_invalid_item_id")

    @rule(who=who, which=which, ms=st.integers(-1, 2_000), index=st.integers(0, 1))
    def truncate(self, who: int, which: int, ms: int, index: int) -> None:
        items = [*self.judges[who].items, "nobody"]
        fields = {"item_id": items[which % len(items)], "content_index": index, "audio_end_ms": ms}
        code = self.tell(who, "conversation.item.truncate", **fields)
        assert (
            not code
            or index
            or ms < 0
            or code
            in (
                "item_truncate_invalid_item_id",
                "unsupported_content_type",
                "invalid_value",
            )
        )

    @rule(who=who, beside=st.booleans(), written=st.booleans(), which=which)
    def respond(self, who: int, beside: bool, written: bool, which: int) -> None:
        response: dict[str, Any] = {"output_modalities": ["text" if written else "audio"]}
        items = [*self.judges[who].items, "nobody"]
        lost = False
        if beside:
            item_id = items[which % len(items)]
            lost = item_id == "nobody"
            reference = {"type": "item_reference", "id": item_id}
            response |= {"conversation": "none", "input": [reference], "metadata": {"k": "v"}}
        code = self.tell(who, "response.create", response=response)
        if lost:
            assert code == "item_reference_not_found"
        else:
            busy = "rate_limit_exceeded" if beside else "conversation_already_has_active_response"
            assert code in ("", busy)

    @rule(who=who, which=which, named=st.booleans())
    def cancel(self, who: int, which: int, named: bool) -> None:
        judge = self.judges[who]
        ids = [*judge.running, *judge.over, "nobody"]
        fields = {"response_id": ids[which % len(ids)]} if named else {}
        assert self.tell(who, "response.cancel", **fields) in ("", "response_cancel_not_active")

    @rule(who=who, event=WILD)
    def be_wild(self, who: int, event: Any) -> None:
        raw = json.loads(msgspec_json.encode(msgspec_structs.replace(event, event_id=None)))
        del raw["event_id"]
        self.tell(who, type_of(event), **{k: v for k, v in raw.items() if k != "type"})

    @rule(who=who, text=st.text(max_size=20) | st.just("[1]") | st.just('{"type": "x"}'))
    def talk_nonsense(self, who: int, text: str) -> None:
        errors = self._until_quiet(who, text)
        assert [e for e in errors if e["type"] == "error"]

    @rule(who=who)
    def come_again(self, who: int) -> None:
        """Hang up without a word, and call again."""
        client = self.clients[who]
        self.stage.do(self._abort(client))
        self.clients[who], self.judges[who] = self.stage.do(self._connect()), OrderJudge()

    async def _abort(self, client: Client) -> None:
        client.connection.transport.abort()

    def tell(self, who: int, kind: str, **fields: Any) -> str:
        """Say something; return the code of the error that answers it.

        Whatever is said is answered once: by what acknowledges it, or by an error that names it.
        """
        event_id = f"said_{next(self.numbers)}"
        event = {"type": kind, "event_id": event_id, **fields}
        answers = self._until_quiet(who, json.dumps(event))
        errors = [e["error"] for e in answers if e["type"] == "error"]
        mine = [e["code"] for e in errors if e.get("event_id") == event_id]
        assert len(mine) <= 1
        assert all(e.get("event_id") for e in errors), f"an error about nothing: {errors}"
        assert mine or kind not in REFUSED, f"{kind} was not refused"
        if (ack := ACKS.get(kind)) is not None:
            acks = [e for e in answers if e["type"] == ack and _is_about(e, fields)]
            assert bool(mine) or acks, f"{kind} was not answered: {answers}"
        return mine[0] if mine else ""

    def _until_quiet(self, who: int, frame: str) -> list[Event]:
        return self.stage.do(self._exchange(self.clients[who], self.judges[who], frame))

    async def _exchange(self, client: Client, judge: OrderJudge, frame: str) -> list[Event]:
        await client.connection.send(frame)
        return await self._up_to_now(client, judge)

    async def _up_to_now(self, client: Client, judge: OrderJudge) -> list[Event]:
        """Take what the server says until it answers a question asked now."""
        end = f"end_{next(self.numbers)}"
        await client.say("conversation.item.retrieve", item_id="nobody at all", event_id=end)
        answers: list[Event] = []
        async with asyncio.timeout(20):
            while True:
                event = await client.hear()
                judge.take(event)
                if event["type"] == "error" and event["error"].get("event_id") == end:
                    return answers
                answers.append(event)

    async def _finish(self, client: Client, judge: OrderJudge) -> None:
        """Every response that runs must come to an end when it is cancelled."""
        await self._up_to_now(client, judge)
        while judge.running:  # What was said meanwhile may lead to one more.
            for response_id in tuple(judge.running):
                await client.say("response.cancel", response_id=response_id)
            async with asyncio.timeout(20):
                while judge.running:
                    judge.take(await client.hear())
            await self._up_to_now(client, judge)
        judge.at_rest()


def _is_about(event: Event, fields: dict[str, Any]) -> bool:
    item_id = (fields.get("item") or {}).get("id") or fields.get("item_id")
    told = event.get("item_id") or (event.get("item") or {}).get("id")
    return item_id is None or told == item_id


Conversations.TestCase.settings = settings(
    max_examples=20,
    stateful_step_count=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
TestConversations = Conversations.TestCase
