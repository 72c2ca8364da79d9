"""One session as the real server holds it: it takes the client's events and answers them.

Nothing here waits for the socket: what is said goes to an outbox, so every reaction to an event
stands in one piece and in order.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import itertools
import time
from collections.abc import Callable
from dataclasses import replace

from tests.servers import dialects, events
from tests.servers.answering import Response
from tests.servers.checking import Flaw, check_client
from tests.servers.config import Config, Refused
from tests.servers.conversation import Conversation, Entry
from tests.servers.events import Event
from tests.servers.hearing import Hearing
from tests.servers.persona import Answer, Persona, Turn


class Session:
    """The state and the rules.

    Attributes:
        persona: Its habits; may be replaced while it lives.
        spoken: The assistant has made a sound, so the voice is fixed.
    """

    def __init__(
        self, persona: Persona, number: int, query: dict[str, str], say: Callable[[Event], None]
    ) -> None:
        self.persona = persona
        self.number = number
        self.spoken = False
        self.conversation = Conversation()
        self.current: Response | None = None
        self.on_sound: Callable[[Response], None] = lambda _: None
        self._say = say
        self._ids = itertools.count(1)
        self._aside: dict[str, Response] = {}
        self._answered = 0
        kind = "transcription" if query.get("intent") == "transcription" else "realtime"
        expires_at = int(time.time() + persona.lifetime_ms / 1000)
        model = query.get("model", "gpt-realtime-2.1")
        self.config = Config(model, self.new_id("sess"), expires_at, kind)
        self.hearing = Hearing(self, say)
        self._grabs = persona.grabs_the_floor

    def new_id(self, kind: str) -> str:
        return f"{kind}_{self.number}x{next(self._ids)}"

    def start(self) -> None:
        """Say hello."""
        if self.persona.answers_start:
            self._say(events.session_created(self.config.now))

    def stop(self) -> None:
        """Leave nothing running."""
        self.hearing.stop()
        for response in (self.current, *self._aside.values()):
            if response is not None and response.task is not None:
                response.task.cancel()

    # --- what the client asks -----------------------------------------------------------------

    def take(self, event: Event) -> None:
        """Do what ``event`` asks, or answer with an ``error``."""
        cause = event.get("event_id")
        try:
            self._take(event)
        except Refused as no:
            said = events.error(no.code, no.message, param=no.param, cause=cause)
            self._say(said)

    def _take(self, event: Event) -> None:
        name = event["type"]
        if name in self.persona.lacks:
            if self.persona.lacking == "error":
                raise Refused("invalid_value", f"Invalid value: '{name}'.", "type")
            return
        match name:
            case "session.update":
                self._update(event["session"])
            case "input_audio_buffer.append":
                self.hearing.append(_decoded(event["audio"]))
            case "input_audio_buffer.commit":
                self.hearing.commit_by_client()
            case "input_audio_buffer.clear":
                self.hearing.clear()
            case "conversation.item.create":
                self._create(event)
            case "conversation.item.retrieve":
                found = self.conversation.retrieve(event["item_id"])
                self._say(events.item_retrieved(found))
            case "conversation.item.truncate":
                self._truncate(event)
            case "conversation.item.delete":
                self.conversation.delete(event["item_id"])
                self._say(events.item_deleted(event["item_id"]))
            case "response.create":
                self._respond(event.get("response") or {})
            case "response.cancel":
                self._cancel(event.get("response_id"))
            case _:
                raise Refused("invalid_value", f"Invalid value: '{name}'.", "type")

    def _update(self, change: Event) -> None:
        if self.persona.dialect != "ga":
            change = dialects.from_beta(change, strict=self.persona.dialect == "beta-strict")
        before = self.config.turn_detection
        self.config.update(change, spoken=self.spoken, refuses=self.persona.refuses)
        if (before is None) != (self.config.turn_detection is None):
            self.hearing.forget_turn()
        if self.persona.answers_update:
            self._say(events.session_updated(self.config.now))

    def _create(self, event: Event) -> None:
        item = {**event["item"], "object": "realtime.item"}
        item.setdefault("id", self.new_id("item"))
        if item["type"] in {"message", "function_call", "function_call_output"}:
            item["status"] = "completed"
        self.conversation.check_created(item)
        entry = Entry(item)
        for part in item.get("content") or ():
            if part["type"] == "input_audio":
                entry.pcm += _decoded(part.pop("audio"))
        previous = self.conversation.add(entry, event.get("previous_item_id"))
        self._say(events.item_added(item, previous))
        self._say(events.item_done(item, previous))

    def _truncate(self, event: Event) -> None:
        item_id, end_ms = event["item_id"], event["audio_end_ms"]
        self.conversation.truncate(item_id, end_ms)
        self._say(events.item_truncated(item_id, event["content_index"], end_ms))

    # --- responses ----------------------------------------------------------------------------

    def _respond(self, wish: Event) -> None:
        if self.config.kind != "realtime":
            raise Refused("invalid_value", "A transcription session has no responses.", "type")
        self._check_voice(wish)
        aside = wish.get("conversation", "auto") == "none"
        if self._grabs and not aside:
            self._grabs -= 1
            self.answer_turn()
        self.respond(self._choose(wish), wish)

    def answer_turn(self) -> None:
        """Answer by oneself, as after a turn that the server found."""
        if self.config.kind != "realtime":
            return
        try:
            self.respond(self._choose({}), {})
        except Refused as no:
            self._say(events.error(no.code, no.message))

    def respond(self, answer: Answer, wish: Event) -> Response:
        """Begin a response.

        Raises:
            Refused: If one runs already.
        """
        aside = wish.get("conversation", "auto") == "none"
        if not aside and self.current is not None:
            message = (
                "Conversation already has an active response in progress: "
                f"{self.current.id}. Wait until the response is finished before creating a new one."
            )
            raise Refused("conversation_already_has_active_response", message)
        made = Response(
            self.new_id("resp"),
            answer,
            self.persona,
            self.conversation,
            self._say,
            self._response_settings(wish),
            self.new_id,
        )
        self._answered += 1
        if aside:
            self._aside[made.id] = made
        else:
            self.current = made
        self._wire(made)
        made.begin()
        made.task = asyncio.get_running_loop().create_task(made.run(), name=made.id)
        return made

    def _wire(self, response: Response) -> None:
        first = True

        def sounded() -> None:
            nonlocal first
            self.spoken = True
            if first:
                first = False
                self.hearing.tell("amid")
            self.on_sound(response)

        def ended() -> None:
            self._aside.pop(response.id, None)
            if response is self.current:
                self.current = None
                # A response that made no sound has had its middle too.
                self.hearing.tell("amid", "after", "failed")
                self.hearing.wait_for_user(response)

        response.on_sound = sounded
        response.on_end = ended

    def _response_settings(self, wish: Event) -> Event:
        now, said = self.config.now, (wish.get("audio") or {}).get("output") or {}
        voice = now["audio"]["output"]["voice"]
        modalities = wish.get("output_modalities") or now["output_modalities"]
        if "modalities" in wish:
            modalities = ["audio"] if "audio" in wish["modalities"] else ["text"]
        return {
            "conversation": wish.get("conversation", "auto"),
            "output_modalities": modalities,
            "max_output_tokens": wish.get("max_output_tokens") or now["max_output_tokens"],
            "format": said.get("format") or now["audio"]["output"]["format"],
            "voice": said.get("voice") or voice,
            "metadata": wish.get("metadata"),
        }

    def _check_voice(self, wish: Event) -> None:
        voice = ((wish.get("audio") or {}).get("output") or {}).get("voice")
        if self.spoken and voice not in (None, self.config.now["audio"]["output"]["voice"]):
            message = "Cannot update a conversation's voice if assistant audio is present."
            raise Refused("cannot_update_voice", message, "response.audio.output.voice")

    def _choose(self, wish: Event) -> Answer:
        spoken = [e for e in self.conversation.entries if e.item.get("role") == "user" and e.pcm]
        heard = bytes(spoken[-1].pcm) if spoken else b""
        items = tuple(dict(item) for item in self.conversation.items)
        return self.persona.answer(Turn(self._answered, self.number, heard, items, wish))

    def _cancel(self, response_id: str | None) -> None:
        running = self._aside.get(response_id or "") or self.current
        if running is not None and response_id not in (None, running.id):
            running = None
        if running is not None and self.persona.cancel_loses:
            running.complete()
            running = None
        if running is None:
            message = "Cancellation failed: no active response found"
            raise Refused("response_cancel_not_active", message)
        running.cancel("client_cancelled")

    def interrupt(self) -> None:
        """The user speaks: stop what is being said."""
        if self.current is not None:
            self.current.cancel("turn_detected")

    # --- for tests ----------------------------------------------------------------------------

    def become(self, persona: Persona) -> None:
        """Change habits; a running response keeps the old ones."""
        self.persona = replace(persona)
        self._grabs = persona.grabs_the_floor

    def judge(self, raw: str | bytes) -> list[Flaw]:
        """Find what is wrong with a frame of the client.

        The beta had other fields in configurations and contents; there they are not judged.
        """
        flaws = check_client(raw)
        if self.persona.dialect == "ga":
            return flaws
        looser = ("session", "response", "item.content")
        return [flaw for flaw in flaws if not (flaw.param or "").startswith(looser)]


def _decoded(audio: str) -> bytes:
    try:
        pcm = base64.b64decode(audio, validate=True)
    except binascii.Error as broken:
        raise Refused("invalid_value", f"Invalid audio: {broken}", "audio") from broken
    if len(pcm) % 2:
        raise Refused("invalid_value", "Audio must be whole samples of 16 bits.", "audio")
    return pcm
