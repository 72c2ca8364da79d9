"""One response as it is made: items, parts, deltas, and an orderly end however it comes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from tests.servers import events
from tests.servers.conversation import BYTES_PER_MS, Conversation, Entry
from tests.servers.events import Event
from tests.servers.persona import Answer, Call, Persona, Spoken, Written

# The words run ahead of the sound, as they do at the real service.
AHEAD = 1.5

Say = Callable[[Event], None]


class Response:
    """Makes one answer.

    Attributes:
        in_conversation: False for one out of band, whose items stay its own.
        sent_ms: Sound said so far.
        over: It has ended; nothing more is said of it (but the late deltas of a sloppy server).
    """

    def __init__(
        self,
        response_id: str,
        answer: Answer,
        persona: Persona,
        conversation: Conversation,
        say: Say,
        settings: Event,
        new_id: Callable[[str], str],
    ) -> None:
        self.id = response_id
        self.in_conversation = settings.get("conversation", "auto") != "none"
        self.sent_ms = 0
        self.first_sound_s: float | None = None
        self.over = False
        self.task: asyncio.Task[None] | None = None
        self.on_sound: Callable[[], None] = lambda: None
        self.on_end: Callable[[], None] = lambda: None
        self._answer = answer
        self._persona = persona
        self._conversation = conversation
        self._say = say
        self._settings = settings
        self._new_id = new_id
        self._open: _OpenItem | None = None
        self._output: list[Event] = []
        self._index = 0

    @property
    def audible(self) -> bool:
        return bool(self._settings["output_modalities"] == ["audio"])

    def begin(self) -> None:
        """Announce it."""
        self._say(events.response_created(self._object("in_progress")))
        self._say(events.rate_limits())

    async def run(self) -> None:
        """Say all of it."""
        await asyncio.sleep(self._persona.think_ms / 1000)
        for item in self._answer.items:
            await self._make(item)
        details = _details(self._answer)
        self.end(self._answer.status, details)

    def end(self, status: str, details: Event | None = None) -> None:
        """Close what is open and say ``response.done``; does nothing the second time."""
        if self.over:
            return
        self.over = True
        if self._open is not None:
            self._close("completed" if status == "completed" else "incomplete")
        done = self._object(status, details)
        self._say(events.response_done(done))
        self.on_end()

    def cancel(self, reason: str) -> None:
        """Stop in mid-word."""
        open_item = self._open
        if self.task is not None:
            self.task.cancel()
        self.end("cancelled", {"type": "cancelled", "reason": reason})
        if open_item is not None and isinstance(open_item.source, Spoken):
            for pcm in open_item.rest(self._persona.late_deltas, self._delta_bytes):
                self._say(events.audio_delta(open_item.place, pcm))

    def complete(self) -> None:
        """Say the rest at once: a cancel came too late."""
        if self.task is not None:
            self.task.cancel()
        if self._open is not None and isinstance(self._open.source, Spoken):
            for pcm in self._open.rest(10**6, self._delta_bytes):
                self._sound(self._open, pcm)
        self.end("completed")

    # --- items --------------------------------------------------------------------------------

    @property
    def _delta_bytes(self) -> int:
        return self._persona.delta_ms * BYTES_PER_MS

    async def _make(self, source: Spoken | Written | Call) -> None:
        if isinstance(source, Spoken) and not self.audible:
            source = Written(source.text)
        opened = self._begin(source)
        match source:
            case Spoken():
                await self._speak(opened, source)
            case Written():
                for word in _words(source.text):
                    opened.text += word
                    self._say(events.text_delta(opened.place, word))
                    await asyncio.sleep(0)
            case Call():
                half = len(source.arguments) // 2
                for piece in (source.arguments[:half], source.arguments[half:]):
                    opened.text += piece
                    call_id = opened.item["call_id"]
                    self._say(events.arguments_delta(opened.place, call_id, piece))
                    await asyncio.sleep(0)
        # An incomplete answer is cut in its last item.
        cut = self._answer.status == "incomplete" and source is self._answer.items[-1]
        self._close("incomplete" if cut else "completed")

    def _begin(self, source: Spoken | Written | Call) -> _OpenItem:
        item_id = self._new_id("item")
        item: Event = {"id": item_id, "object": "realtime.item", "status": "in_progress"}
        if isinstance(source, Call):
            call_id = source.call_id or self._new_id("call")
            item |= {"type": "function_call", "name": source.name, "call_id": call_id}
            item["arguments"] = ""
        else:
            item |= {"type": "message", "role": "assistant", "content": []}
        entry = Entry(item)
        self._say(events.output_item("added", self.id, self._index, item))
        previous = None
        if self.in_conversation:
            previous = self._conversation.add(entry)
            self._say(events.item_added(item, previous))
        place = events.place(self.id, item_id, self._index)
        self._open = _OpenItem(source, entry, place, previous)
        if not isinstance(source, Call):
            self._say(events.content_part("added", place, self._open.part()))
        return self._open

    async def _speak(self, opened: _OpenItem, source: Spoken) -> None:
        words = _words(source.text)
        pieces = -(-len(source.pcm) // self._delta_bytes) or 1
        for number in range(self._persona.flood):
            self._words(opened, f"w{number} ")
            if number % 500 == 499:
                await asyncio.sleep(0)
        clock = asyncio.get_running_loop().time
        begin, told = clock(), 0
        for number, pcm in enumerate(opened.rest(pieces, self._delta_bytes), 1):
            until = min(len(words), int(number / pieces * AHEAD * len(words)) + 1)
            for word in words[told:until]:
                self._words(opened, word)
            told = max(told, until)
            self._sound(opened, pcm)
            played_s = number * self._persona.delta_ms / 1000
            wait_s = begin + played_s / self._persona.pace - clock() if self._persona.pace else 0
            await asyncio.sleep(max(0.0, wait_s))
        for word in words[told:]:
            self._words(opened, word)

    def _words(self, opened: _OpenItem, text: str) -> None:
        opened.text += text
        self._say(events.transcript_delta(opened.place, text))

    def _sound(self, opened: _OpenItem, pcm: bytes) -> None:
        if self.first_sound_s is None:
            self.first_sound_s = asyncio.get_running_loop().time()
        if not opened.entry.truncated:
            opened.entry.pcm += pcm
        opened.sent += len(pcm)
        self.sent_ms += len(pcm) // BYTES_PER_MS
        self._say(events.audio_delta(opened.place, pcm))
        self.on_sound()

    def _close(self, status: str) -> None:
        opened = self._open
        assert opened is not None
        self._open = None
        item, place, text = opened.item, opened.place, opened.text
        item["status"] = status
        match opened.source:
            case Spoken():
                self._say(events.audio_done(place))
                self._say(events.transcript_done(place, text))
                kept = {} if opened.entry.truncated else {"transcript": text}
                item["content"] = [{"type": "output_audio", **kept}]
            case Written():
                self._say(events.text_done(place, text))
                item["content"] = [{"type": "output_text", "text": text}]
            case Call():
                item["arguments"] = text
                if status == "completed":
                    call = (item["call_id"], item["name"], text)
                    self._say(events.arguments_done(place, *call))
        if not isinstance(opened.source, Call):
            self._say(events.content_part("done", place, opened.part()))
        if self.in_conversation:
            self._say(events.item_done(item, opened.previous))
        self._say(events.output_item("done", self.id, self._index, item))
        self._output.append(dict(item))
        self._index += 1

    def _object(self, status: str, details: Event | None = None) -> Event:
        settings = self._settings
        return {
            "id": self.id,
            "object": "realtime.response",
            "status": status,
            "status_details": details,
            "output": list(self._output),
            "conversation_id": "conv_1" if self.in_conversation else None,
            "output_modalities": settings["output_modalities"],
            "max_output_tokens": settings["max_output_tokens"],
            "audio": {"output": {"format": settings["format"], "voice": settings["voice"]}},
            "usage": dict(events.USAGE) if status in {"completed", "incomplete"} else None,
            "metadata": settings.get("metadata"),
        }


class _OpenItem:
    """The item that is being said."""

    def __init__(
        self, source: Spoken | Written | Call, entry: Entry, place: Event, previous: str | None
    ) -> None:
        self.source = source
        self.entry = entry
        self.place = place
        self.previous = previous
        self.text = ""
        self.sent = 0

    @property
    def item(self) -> Event:
        return self.entry.item

    def part(self) -> dict[str, Any]:
        if isinstance(self.source, Spoken):
            return {"type": "audio", "transcript": self.text}
        return {"type": "text", "text": self.text}

    def rest(self, count: int, size: int) -> list[bytes]:
        """At most ``count`` deltas of the sound not yet sent."""
        pcm = self.source.pcm if isinstance(self.source, Spoken) else b""
        starts = range(self.sent, len(pcm), size)
        return [pcm[at : at + size] for at in list(starts)[:count]]


def _words(text: str) -> list[str]:
    """Split so that the pieces joined are the text."""
    words = text.split(" ")
    return [words[0], *(f" {word}" for word in words[1:])] if text else []


def _details(answer: Answer) -> Event | None:
    match answer.status:
        case "failed":
            kind = "insufficient_quota" if "quota" in answer.code else "server_error"
            error = {"type": kind, "code": answer.code, "message": answer.message}
            return {"type": "failed", "error": error}
        case "incomplete":
            return {"type": "incomplete", "reason": answer.reason}
        case _:
            return None
