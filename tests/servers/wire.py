"""One socket of the scripted server: reads frames, judges them, and empties the outbox."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, assert_never

from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed

from tests.servers import dialects, events
from tests.servers.answering import Response
from tests.servers.events import Event
from tests.servers.flows import Flow
from tests.servers.persona import Persona
from tests.servers.records import Book, Connection, Received, Sent, Violation, now_s
from tests.servers.session import Session

SESSION_END = (1001, "Your session hit the maximum duration of 60 minutes.")
UNKNOWN_FIELDS = {"obfuscation": "xY7", "x_new_in_2027": {"a": [1, None]}}
UNKNOWN_EVENT = {"type": "session.mood.updated", "mood": "sunny", "depth": {"n": [1, 2, 3]}}
SPRINKLE_EVERY = 3
APPEND = "input_audio_buffer.append"


@dataclass(frozen=True, slots=True)
class Frame:
    """To be sent."""

    data: str | bytes


@dataclass(frozen=True, slots=True)
class Hangup:
    """To close with."""

    code: int
    reason: str


@dataclass(frozen=True, slots=True)
class Cut:
    """To cut the connection, without a word."""


Out = Frame | Hangup | Cut


class Wire:
    """Plays the server's side of one connection."""

    def __init__(
        self, socket: ServerConnection, record: Connection, persona: Persona, book: Book
    ) -> None:
        self.socket = socket
        self.record = record
        self.session = Session(persona, record.number, record.query, self.say)
        self.session.on_sound = self._after_sound
        record.items = lambda: list(self.session.conversation.items)
        self._book = book
        self._out: asyncio.Queue[Out] = asyncio.Queue()
        self._said = 0
        self._junked: set[str] = set()
        self._ended = False
        self._playing = False
        self._heard: asyncio.Queue[str] = asyncio.Queue()

    @property
    def persona(self) -> Persona:
        return self.session.persona

    # --- saying -------------------------------------------------------------------------------

    def say(self, event: Event) -> None:
        """Put an event into the outbox, in the persona's own way."""
        if event["type"] == "response.output_audio.delta":
            self._throw_junk(event["response_id"])
        self._said += 1
        numbered = {"type": event["type"], "event_id": f"event_{self.record.number}x{self._said}"}
        said: Event | None = {**numbered, **event}
        if self.persona.dialect != "ga":
            said = dialects.to_beta(said or {})
        if said is None:
            return
        if self.persona.sprinkle:
            said = {**said, **UNKNOWN_FIELDS}
            if self._said % SPRINKLE_EVERY == 0:
                self.say_frame(json.dumps(UNKNOWN_EVENT))
        self.say_frame(json.dumps(said))

    def say_frame(self, data: str | bytes) -> None:
        """Put a frame into the outbox as it is."""
        self._out.put_nowait(Frame(data))

    def hang_up(self, code: int, reason: str) -> None:
        """Close, when all before has been said."""
        self._out.put_nowait(Hangup(code, reason))

    def cut(self) -> None:
        """Cut the connection, when all before has been said."""
        self._out.put_nowait(Cut())

    def stall(self) -> None:
        """Stop reading: neither events nor pings are answered any more."""
        self.socket.transport.pause_reading()

    def resume(self) -> None:
        """Read again."""
        self.socket.transport.resume_reading()

    def be_quiet(self) -> None:
        """From now on the session does not answer; a flow will."""
        self._playing = True

    async def play(self, flow: Flow) -> None:
        """Say a flow's lines to the letter; before each line of the client wait for its type.

        Meanwhile the session itself keeps quiet.  Sound is not waited for: it comes all the time.
        """
        self.be_quiet()
        try:
            for line in flow.lines:
                if line.by_server:
                    self.say_frame(json.dumps(line.event))
                    continue
                wanted = line.event["type"]
                while wanted != APPEND and await self._heard.get() != wanted:
                    pass
        finally:
            self._playing = False

    # --- living -------------------------------------------------------------------------------

    async def run(self) -> None:
        """Serve the connection until it ends."""
        loop = asyncio.get_running_loop()
        writer = loop.create_task(self._write(), name=f"write-{self.record.number}")
        limit = loop.call_later(self.persona.lifetime_ms / 1000, self.hang_up, *SESSION_END)
        try:
            if self._greet():
                self.session.start()
                await self._read()
            await self.socket.wait_closed()
        finally:
            limit.cancel()
            self.session.stop()
            writer.cancel()
            self.record.close_code = self.socket.close_code or 1006
            self.record.close_reason = self.socket.close_reason or ""
            self._book.changed()

    def _greet(self) -> bool:
        """Refuse the connection if the persona does; return whether it lives."""
        code = self.persona.first_error
        if self.persona.refuses_beta_header and "openai-beta" in self.record.headers:
            code = "beta_api_shape_disabled"
        model = self.record.query.get("model", "")
        if self.persona.models and model and model not in self.persona.models:
            code = "invalid_model"
        if not code:
            return True
        self.say(events.error(code, f"This will not do: {code}.", param="model"))
        self.hang_up(4000, f"invalid_request_error.{code}")
        return False

    async def _read(self) -> None:
        try:
            while True:
                self._take(await self.socket.recv(), now_s())
        except ConnectionClosed:
            return

    def _take(self, raw: str | bytes, at_s: float) -> None:
        flaws = self.session.judge(raw)
        event = _parsed(raw)
        one = Received(at_s, self.record.number, event)
        self.record.received.append(one)
        self._book.received.append(one)
        found = [Violation(self.record.number, flaw, str(raw[:2000])) for flaw in flaws]
        self._book.violations.extend(found)
        if self._playing:
            self._heard.put_nowait(one.type)
        elif flaws:
            first, cause = flaws[0], event.get("event_id")
            self.say(events.error(first.code, first.message, param=first.param, cause=cause))
        else:
            self.session.take(event)
            if one.type == APPEND:
                self.record.audio += self.session.hearing.last
        if one.type == self.persona.stalls_on:
            self.stall()
        self._book.changed()

    async def _write(self) -> None:
        while True:
            out = await self._out.get()
            if self._ended:
                continue
            try:
                await self._put(out)
            except ConnectionClosed:
                self._ended = True

    async def _put(self, out: Out) -> None:
        match out:
            case Frame(data):
                self.record.sent.append(Sent(now_s(), data))
                await self.socket.send(data)
                self._book.changed()
            case Hangup(code, reason):
                self._ended = True
                await self.socket.close(code, reason)
            case Cut():
                self._ended = True
                self.socket.transport.abort()
            case _:
                assert_never(out)

    # --- tricks -------------------------------------------------------------------------------

    def _throw_junk(self, response_id: str) -> None:
        if response_id not in self._junked:
            self._junked.add(response_id)
            for frame in self.persona.junk:
                self.say_frame(frame)

    def _after_sound(self, response: Response) -> None:
        for limit, act in (
            (self.persona.drops_after_ms, self.cut),
            (self.persona.closes_after_ms, self._close_as_told),
        ):
            if limit is not None and response.sent_ms >= limit:
                act()

    def _close_as_told(self) -> None:
        self.hang_up(*self.persona.close)


def _parsed(raw: str | bytes) -> dict[str, Any]:
    if isinstance(raw, bytes):
        return {"type": "(binary)"}
    try:
        found = json.loads(raw)
    except ValueError:
        return {"type": "(not JSON)"}
    return found if isinstance(found, dict) else {"type": "(not an object)"}


Act = Callable[[Wire], None]
"""Something a test does to a connection, on the server's own loop."""
