"""One response as the events that tell of it, in the order the protocol promises.

Pure: words and sound go in, events come out, and the conversation is kept up to date.  However a
response ends, `end` closes what is open, once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypedDict

from msgspec import structs

from desktop_app.offline import tokens
from desktop_app.offline.conversation import Conversation, Entry
from desktop_app.offline.plan import Plan
from desktop_app.wire import response_events as say
from desktop_app.wire.items import FunctionCall, Item, ItemStatus, Message, OutputAudio, OutputText
from desktop_app.wire.response import Response, ResponseError, ResponseStatus, StatusDetails
from desktop_app.wire.server_events import ItemAdded, ItemDone, ServerEvent

NewId = Callable[[str], str]
Events = Sequence[ServerEvent]


class _Where(TypedDict):
    """Where in a response an event belongs."""

    response_id: str
    item_id: str
    output_index: int
    content_index: int


class Script:
    """Writes one response down, event by event."""

    def __init__(self, plan: Plan, conversation: Conversation, new_id: NewId, talk_id: str) -> None:
        """Begin with nothing said.

        Args:
            plan: What the response shall be.
            conversation: Where its items go, unless it is out of band.
            new_id: Makes an id with a prefix.
            talk_id: The conversation's id.
        """
        self.id = new_id("resp")
        self.ended = False
        self.sound_ms = 0
        self.sounded = False
        self._plan = plan
        self._conversation = conversation
        self._new_id = new_id
        self._talk_id = talk_id
        self._output: list[Item] = []
        self._open: Entry | None = None
        self._words = 0

    @property
    def response(self) -> Response:
        """The response, as it is told at its beginning."""
        plan = self._plan
        return Response(
            id=self.id,
            object="realtime.response",
            status="in_progress",
            status_details=None,
            output=(),
            conversation_id=self._talk_id if plan.in_conversation else None,
            output_modalities=(plan.modality,),
            max_output_tokens=plan.max_output_tokens or "inf",
            audio=plan.audio(),
            usage=None,
            metadata=plan.metadata,
        )

    def begin(self) -> Events:
        """Say that there is a response."""
        return (say.ResponseCreated(response=self.response),)

    def text(self, words: str) -> Events:
        """Say more words: the text itself, or the transcript of what will sound."""
        if not words:
            return ()
        events = [*self._open_message()]
        entry = self._open
        assert entry is not None
        entry.words += words
        self._words += tokens.of_text(words)
        where = self._where(entry)
        if self._plan.modality == "text":
            return (*events, say.OutputTextDelta(**where, delta=words))
        entry.spoken.append((entry.audio_ms, words))
        return (*events, say.OutputTranscriptDelta(**where, delta=words))

    def sound(self, data: bytes, ms: float) -> Events:
        """Let the words sound; ``data`` is in the response's format."""
        entry = self._open
        assert entry is not None
        self.sounded = True
        self.sound_ms += round(ms)
        entry.audio_ms += round(ms)
        if entry.spoken:
            entry.spoken[-1] = (entry.audio_ms, entry.spoken[-1][1])
        return (say.OutputAudioDelta(**self._where(entry), delta=data),)

    def call(self, name: str, arguments: str) -> Events:
        """Ask the client to run a tool."""
        events = [*self._close_message("completed")]
        call_id, item_id = self._new_id("call"), self._new_id("item")
        begun = FunctionCall(
            id=item_id,
            object="realtime.item",
            status="in_progress",
            name=name,
            call_id=call_id,
            arguments="",
        )
        whole = structs.replace(begun, status="completed", arguments=arguments)
        self._words += tokens.of_text(name + arguments)
        entry = Entry(begun)
        events += self._add(entry)
        index = len(self._output)
        events.append(
            say.FunctionArgumentsDelta(
                response_id=self.id,
                item_id=item_id,
                output_index=index,
                call_id=call_id,
                delta=arguments,
            )
        )
        events.append(
            say.FunctionArgumentsDone(
                response_id=self.id,
                item_id=item_id,
                output_index=index,
                call_id=call_id,
                name=name,
                arguments=arguments,
            )
        )
        entry.item = whole
        return (*events, *self._done(entry, whole))

    def end(
        self, status: ResponseStatus, reason: str = "", error: ResponseError | None = None
    ) -> Events:
        """Close what is open and say how it ended; nothing when that was said before."""
        if self.ended:
            return ()
        events = [*self._close_message("completed" if status == "completed" else "incomplete")]
        self.ended = True
        details = None
        if error is not None:
            details = StatusDetails(type=status, error=error)
        elif reason:
            details = StatusDetails(type=status, reason=reason)
        usage = None
        if status != "failed":
            plan = self._plan
            usage = tokens.usage(plan.entries, plan.instructions, self._words, self.sound_ms)
        done = structs.replace(
            self.response,
            status=status,
            status_details=details,
            output=tuple(self._output),
            usage=usage,
        )
        return (*events, say.ResponseDone(response=done))

    def _open_message(self) -> Events:
        if self._open is not None:
            return ()
        item = Message(
            id=self._new_id("item"),
            object="realtime.item",
            status="in_progress",
            role="assistant",
            content=(),
        )
        self._open = entry = Entry(item)
        events = self._add(entry)
        # The client may ask about it before it is complete.
        entry.item = structs.replace(item, content=(self._content(""),))
        return (*events, say.ContentPartAdded(**self._where(entry), part=self._part("")))

    def _close_message(self, status: ItemStatus) -> Events:
        entry, self._open = self._open, None
        if entry is None:
            return ()
        where, words = self._where(entry), entry.words
        events: list[ServerEvent] = []
        if self._plan.modality == "text":
            events.append(say.OutputTextDone(**where, text=words))
        else:
            events.append(say.OutputAudioDone(**where))
            events.append(say.OutputTranscriptDone(**where, transcript=words))
        events.append(say.ContentPartDone(**where, part=self._part(words)))
        assert isinstance(entry.item, Message)
        whole = structs.replace(entry.item, status=status, content=(self._content(words),))
        # What was truncated in the meantime has no transcript any more.
        kept = structs.replace(entry.item, status=status)
        entry.item = whole if entry.heard_ms is None else kept
        return (*events, *self._done(entry, whole))

    def _add(self, entry: Entry) -> Events:
        added = say.OutputItemAdded(
            response_id=self.id, output_index=len(self._output), item=entry.item
        )
        if not self._plan.in_conversation:
            return (added,)
        previous = self._conversation.add(entry)
        return (added, ItemAdded(item=entry.item, previous_item_id=previous))

    def _done(self, entry: Entry, whole: Item) -> Events:
        index = len(self._output)
        self._output.append(whole)
        done = say.OutputItemDone(response_id=self.id, output_index=index, item=whole)
        if not self._plan.in_conversation or not self._conversation.has(entry.id):
            return (done,)
        previous = self._conversation.before(entry.id)
        return (ItemDone(item=whole, previous_item_id=previous), done)

    def _where(self, entry: Entry) -> _Where:
        return {
            "response_id": self.id,
            "item_id": entry.id,
            "output_index": len(self._output),
            "content_index": 0,
        }

    def _content(self, words: str) -> OutputText | OutputAudio:
        if self._plan.modality == "text":
            return OutputText(text=words)
        return OutputAudio(transcript=words)

    def _part(self, words: str) -> say.ResponsePart:
        if self._plan.modality == "text":
            return say.ResponsePart(type="text", text=words)
        return say.ResponsePart(type="audio", transcript=words)
