"""One session: what each of the client's events does, and what the user's speech leads to."""

from __future__ import annotations

import asyncio
import secrets
from dataclasses import replace
from functools import partial
from typing import assert_never

import numpy as np
import numpy.typing as npt

from desktop_app.offline import session_rules as rules
from desktop_app.offline import session_shape as shape
from desktop_app.offline.answers import Answers
from desktop_app.offline.conversation import Conversation, Entry
from desktop_app.offline.engine import Engine
from desktop_app.offline.g711 import FromTelephone, decoded
from desktop_app.offline.hearing import Hearing
from desktop_app.offline.line import Line
from desktop_app.offline.name_plate import NamePlate
from desktop_app.offline.plan import Plan, entry_of, plan_of
from desktop_app.offline.refused import Refused
from desktop_app.offline.reply import Means, Reply
from desktop_app.offline.skills.clock import local_now
from desktop_app.offline.thinking import Foresight, Thinking
from desktop_app.offline.transcripts import Spawn
from desktop_app.wire import client_events as ask
from desktop_app.wire import server_events as say
from desktop_app.wire.base import known
from desktop_app.wire.codec import decode_client
from desktop_app.wire.items import InputAudio, Message
from desktop_app.wire.outcome import Malformed, Unknown
from desktop_app.wire.refusal import refusal_of
from desktop_app.wire.response import ResponseConfig
from desktop_app.wire.session import AudioFormat, RealtimeSession, Session

Pcm = npt.NDArray[np.int16]
LONGEST_EVENT_ID = 512
_PIECE = 24_000  # A second: between two of them others get their turn.
_STILL_THERE = 'The user has been silent for a while. Say exactly: "Are you still there?"\n'


def new_id(prefix: str) -> str:
    """Make an id of at most 32 characters that nobody has had."""
    return f"{prefix}_{secrets.token_hex(10)}"


class Talk:
    """One client's session, from its first event to its last."""

    def __init__(
        self, engine: Engine, line: Line, spawn: Spawn, session: Session, models: frozenset[str]
    ) -> None:
        """Begin, with nothing said.

        Args:
            engine: The models.
            line: The way to the client.
            spawn: Runs work that ends with the session.
            session: The session as it is at first.
            models: The names under which the client may call the model.
        """
        self.session = session
        self._engine, self._line, self._models = engine, line, models
        self._spoke = False
        self._plate = NamePlate(lambda: engine.brains.name, line, session)
        self._conversation = Conversation()
        self._hearing = Hearing(
            self, engine.ears, engine.listener, self._conversation, line, spawn, new_id
        )
        means = Means(
            brain=engine.brain,
            voice=engine.voice,
            now=local_now,
            language=lambda: self._hearing.transcripts.language,
            spawn=spawn,
            words_known=self._hearing.transcripts.all_known,
            ended=self._ended,
        )
        self._answers = Answers(self._conversation, new_id("conv"), line, means, new_id)
        self._foresight = Foresight(
            lambda plan: Thinking(plan, means.brain, means.now, means.language(), spawn)
        )
        self._asides: list[str] = []
        self._telephone: FromTelephone | None = None
        self._hearing.configure(shape.input_of(session))
        line.say([say.SessionCreated(session=session)])

    @property
    def converses(self) -> bool:
        """Whether it speaks, rather than only writing down what it hears."""
        return isinstance(self.session, RealtimeSession)

    async def hear(self, frame: str | bytes) -> None:
        """Take a frame of the client's, and answer it."""
        event = decode_client(frame)
        if isinstance(event, Unknown | Malformed):
            self._line.say([refusal_of(event, "")])
            return
        about = known(event.event_id, None)
        try:
            if about is not None and len(about) > LONGEST_EVENT_ID:
                about = None
                message = f"Invalid 'event_id': at most {LONGEST_EVENT_ID} characters."
                raise Refused("string_above_max_length", message, "event_id")
            await self._do(event)
        except Refused as refused:
            self._line.say([refused.event(about)])

    def say_aside(self, text: str) -> None:
        """Say something that no one asked for, such as that a timer rings, when it is quiet.

        It is a response beside the conversation, which no `response.create` has to wait for.
        """
        self._asides.append(text)
        self._say_asides()

    def user_began(self) -> None:
        """The user speaks: who interrupts is let speak."""
        self._engine.brains.look_again()
        if self._wants("interrupt_response"):
            self._answers.interrupt()

    def user_said(self, entry: Entry) -> None:
        """A turn is over: answer it, unless nobody spoke or the user goes on already."""
        goes_on = self._hearing.speaking and self._wants("interrupt_response")
        is_answered = isinstance(self.session, RealtimeSession) and self._wants("create_response")
        if entry.words and is_answered and not goes_on:
            try:
                plan = self._plan(ResponseConfig())
                self._start(plan, self._foresight.take(plan, entry))
            except Refused as refused:
                self._line.say([refused.event()])
        self._say_asides()

    def user_may_have_said(self, words: str) -> None:
        """The user pauses: a brain that takes its time begins to think in case it was all.

        Skills need no such start, and must not set a timer that was not wanted.
        """
        wanted = isinstance(self.session, RealtimeSession) and self._wants("create_response")
        in_doubt = self._answers.active is not None or self._hearing.transcripts.is_waiting
        if not words or not wanted or in_doubt or not self._engine.brains.thinks_long:
            return
        self._foresight.consider(words, self._plan(ResponseConfig()))

    def user_goes_on(self) -> None:
        """It was no more than a pause: what was thought so far is of no use."""
        self._foresight.drop()

    def user_is_idle(self) -> None:
        """The user has been silent: ask after them."""
        if isinstance(self.session, RealtimeSession) and self._answers.active is None:
            plan = self._plan(ResponseConfig())
            self._start(replace(plan, instructions=_STILL_THERE + plan.instructions))

    def _say_asides(self) -> None:
        is_quiet = self._answers.active is None and not self._hearing.speaking
        if not isinstance(self.session, RealtimeSession) or not is_quiet:
            return
        while self._asides and self._answers.can_speak_aside:
            plan = self._plan(ResponseConfig(conversation="none", input=()))
            self._answers.start(replace(plan, ready_text=self._asides.pop(0)))

    async def _do(self, event: ask.ClientEvent) -> None:
        match event:
            case ask.SessionUpdate():
                self._update(event.session)
            case ask.InputAudioAppend():
                await self._append(event.audio)
            case ask.InputAudioCommit():
                self._hearing.commit()
            case ask.InputAudioClear():
                self._hearing.clear()
            case ask.OutputAudioClear():
                message = "Only WebRTC and SIP sessions have an output audio buffer."
                raise Refused("invalid_value", message, "type")
            case _:
                if not isinstance(self.session, RealtimeSession):
                    message = "A transcription session has no conversation and no responses."
                    raise Refused("invalid_value", message, "type")
                self._converse(event)

    def _converse(
        self,
        event: ask.ItemCreate
        | ask.ItemRetrieve
        | ask.ItemTruncate
        | ask.ItemDelete
        | ask.ResponseCreate
        | ask.ResponseCancel,
    ) -> None:
        match event:
            case ask.ItemCreate():
                self._add(event)
            case ask.ItemRetrieve(item_id=item_id):
                item = self._conversation.retrieve(item_id)
                self._line.say([say.ItemRetrieved(item=item)])
            case ask.ItemTruncate():
                self._truncate(event)
            case ask.ItemDelete(item_id=item_id):
                self._conversation.delete(item_id)
                self._line.say([say.ItemDeleted(item_id=item_id)])
            case ask.ResponseCreate():
                config = known(event.response, ResponseConfig())
                if known(config.conversation, "auto") == "auto":
                    self._answers.check_free()
                self._engine.brains.look_again()
                self._start(self._plan(config))
            case ask.ResponseCancel():
                self._answers.cancel(event.response_id)
            case _:
                assert_never(event)

    def _update(self, change: Session) -> None:
        self.session = rules.updated(self.session, change, self._facts())
        heard = shape.input_of(self.session)
        self._hearing.configure(heard)
        kind = known(heard.format, AudioFormat()).type
        if kind == "audio/pcm":
            self._telephone = None
        elif self._telephone is None or self._telephone.law != kind:
            self._telephone = FromTelephone(kind)
        self._line.say([say.SessionUpdated(session=self.session)])

    async def _append(self, data: bytes) -> None:
        if self._telephone is None and len(data) % 2:
            message = "Invalid 'audio': an odd number of bytes is not 16-bit PCM."
            raise Refused("invalid_value", message, "audio")
        pcm = np.frombuffer(data, "<i2") if not self._telephone else self._telephone.take(data)
        for at in range(0, len(pcm), _PIECE):
            self._hearing.take(pcm[at : at + _PIECE])
            if len(pcm) > _PIECE:
                await asyncio.sleep(0)

    def _add(self, event: ask.ItemCreate) -> None:
        entry = entry_of(event.item, partial(new_id, "item"))
        previous = self._conversation.add(entry, event.previous_item_id)
        self._line.say(
            [
                say.ItemAdded(item=entry.item, previous_item_id=previous),
                say.ItemDone(item=entry.item, previous_item_id=previous),
            ]
        )
        self._listen_to(entry)

    def _listen_to(self, entry: Entry) -> None:
        """Have the sound in an item of the client's recognised."""
        if not isinstance(entry.item, Message) or entry.audio_ms:
            return
        parts = (part for part in entry.item.content if isinstance(part, InputAudio))
        data = b"".join(known(part.audio, b"") for part in parts)
        if data:
            law = known(shape.input_of(self.session).format, AudioFormat()).type
            pcm = np.frombuffer(data, "<i2") if law == "audio/pcm" else decoded(data, law).repeat(3)
            self._hearing.listen_to(entry, pcm)

    def _truncate(self, event: ask.ItemTruncate) -> None:
        self._conversation.truncate(event.item_id, event.content_index, event.audio_end_ms)
        self._line.say(
            [
                say.ItemTruncated(
                    item_id=event.item_id,
                    content_index=event.content_index,
                    audio_end_ms=event.audio_end_ms,
                )
            ]
        )

    def _start(self, plan: Plan, thinking: Thinking | None = None) -> None:
        self._hearing.disarm_idle()
        for entry in plan.entries:
            if entry.pcm is None and not self._conversation.has(entry.id):
                self._listen_to(entry)
        self._answers.start(plan, thinking)

    def _plan(self, config: ResponseConfig) -> Plan:
        assert isinstance(self.session, RealtimeSession)
        return plan_of(self.session, config, self._conversation, self._facts())

    def _facts(self) -> rules.Facts:
        return rules.Facts(self._models, self._engine.voice_id, self._spoke)

    def _wants(self, flag: str) -> bool:
        turns = shape.turns_of(shape.input_of(self.session))
        return turns is not None and known(getattr(turns, flag), True)

    def _ended(self, reply: Reply, still_sounding_ms: int) -> None:
        self._spoke = self._spoke or reply.script.sounded
        self._answers.forget(reply)
        self.session = self._plate.followed(self.session)
        if reply.plan.in_conversation:
            self._hearing.arm_idle(still_sounding_ms)
        self._say_asides()
