"""The conversation: its items in order, the rules for changing it, and what a brain sees of it.

Pure.  An item that the client changes is one of ours with what was heard or said beside it: sound
of the user for `retrieve`, and when which words of the assistant sounded for `truncate`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
from msgspec import structs

from desktop_app.offline.brains.brain import Called, Returned, Said, Turn
from desktop_app.offline.refused import Refused
from desktop_app.wire.base import Nullable, known
from desktop_app.wire.items import (
    FunctionCall,
    FunctionCallOutput,
    InputAudio,
    InputText,
    Item,
    Message,
    OutputAudio,
    OutputText,
)

Pcm = npt.NDArray[np.int16]
FRONT = "root"
KEPT_SAMPLES = 24_000 * 180
"""How much of the user's sound is kept for ``conversation.item.retrieve``: three minutes."""


@dataclass(slots=True, eq=False)
class Entry:
    """An item, and what we know of it beyond what the protocol shows.

    Attributes:
        item: As the client sees it.
        words: What a brain is told was said.
        pcm: The user's sound, while it is kept.
        audio_ms: How long the sound of either side is.
        spoken: The assistant's sentences and the millisecond at which each has sounded.
        heard_ms: How much of an answer was heard, once it was truncated.
    """

    item: Item
    words: str = ""
    pcm: Pcm | None = None
    audio_ms: int = 0
    spoken: list[tuple[int, str]] = field(default_factory=list)
    heard_ms: int | None = None

    @property
    def id(self) -> str:
        """The item's id."""
        return known(self.item.id, "")

    @property
    def is_speech(self) -> bool:
        """Whether it is an answer that sounds."""
        item = self.item
        return (
            isinstance(item, Message)
            and item.role == "assistant"
            and any(isinstance(part, OutputAudio) for part in item.content)
        )

    def turn(self) -> Turn | None:
        """What a brain is told of it; None for what has no words."""
        item = self.item
        if isinstance(item, FunctionCall):
            return Called(known(item.call_id, "") or self.id, item.name, item.arguments)
        if isinstance(item, FunctionCallOutput):
            return Returned(item.call_id, item.output)
        if isinstance(item, Message) and (words := self._words().strip()):
            return Said(item.role, words)
        return None

    def _words(self) -> str:
        """The words, of a truncated answer only those that were heard.

        Where in a sentence it was cut is a matter of proportion.
        """
        if self.heard_ms is None:
            return self.words
        heard, start_ms = "", 0
        for end_ms, sentence in self.spoken:
            if end_ms <= self.heard_ms:
                heard, start_ms = heard + sentence, end_ms
                continue
            share = (self.heard_ms - start_ms) / max(end_ms - start_ms, 1)
            pieces = sentence.split()
            return f"{heard} {' '.join(pieces[: round(share * len(pieces))])}"
        return heard


class Conversation:
    """All items, oldest first."""

    def __init__(self) -> None:
        self._entries: list[Entry] = []

    @property
    def entries(self) -> tuple[Entry, ...]:
        """All of them now, oldest first."""
        return tuple(self._entries)

    @property
    def last_id(self) -> str | None:
        """The id of the newest item."""
        return self._entries[-1].id if self._entries else None

    def before(self, item_id: str) -> str | None:
        """The id of the item before this one."""
        at = self._index(item_id)
        return self._entries[at - 1].id if at else None

    def has(self, item_id: str) -> bool:
        """Whether there is such an item."""
        return self._index(item_id) is not None

    def add(self, entry: Entry, after: Nullable[str] = None) -> str | None:
        """Insert an item.

        Args:
            entry: The item; its id is new.
            after: The item before it, ``root`` for the front, nothing for the end.

        Returns:
            The id of the item before it.
        """
        previous = known(after, None)
        if self.has(entry.id):
            raise Refused(
                "item_create_duplicate_item_id",
                f"Error adding item: item with id '{entry.id}' already exists.",
                "item.id",
            )
        if isinstance(entry.item, FunctionCallOutput):
            self._check_call(entry.item)
        at = len(self._entries) if previous is None else 0
        if previous is not None and previous != FRONT:
            index = self._index(previous)
            if index is None:
                raise Refused(
                    "item_create_invalid_previous_item_id",
                    f"Error adding item: the previous item with id '{previous}' does not exist.",
                    "previous_item_id",
                )
            at = index + 1
        self._entries.insert(at, entry)
        self._forget_old_sound()
        return self._entries[at - 1].id if at else None

    def find(self, item_id: str) -> Entry | None:
        """The item, if it is (still) there."""
        at = self._index(item_id)
        return None if at is None else self._entries[at]

    def retrieve(self, item_id: str) -> Item:
        """The item with the user's sound, where it is still kept."""
        entry = self._get(item_id, "item_retrieve_invalid_item_id", "retrieving")
        item = entry.item
        if entry.pcm is None or not isinstance(item, Message):
            return item
        audio = entry.pcm.astype("<i2", copy=False).tobytes()
        content = tuple(
            structs.replace(part, audio=audio) if isinstance(part, InputAudio) else part
            for part in item.content
        )
        return structs.replace(item, content=content)

    def delete(self, item_id: str) -> None:
        """Remove an item."""
        self._entries.remove(self._get(item_id, "item_delete_invalid_item_id", "deleting"))

    def truncate(self, item_id: str, content_index: int, heard_ms: int) -> None:
        """Cut an answer to what was heard; its transcript goes, as the protocol wants it."""
        entry = self._get(item_id, "item_truncate_invalid_item_id", "truncating")
        item = entry.item
        if not entry.is_speech or not isinstance(item, Message) or not entry.audio_ms:
            raise Refused(
                "unsupported_content_type", "Only model output audio messages can be truncated."
            )
        if content_index != 0:
            message = f"Item '{item_id}' has no content at index {content_index}."
            raise Refused("invalid_value", message, "content_index")
        if heard_ms < 0:
            message = "Invalid 'audio_end_ms': expected a value of at least 0."
            raise Refused("integer_below_min_value", message, "audio_end_ms")
        long_ms = entry.audio_ms if entry.heard_ms is None else entry.heard_ms
        if heard_ms > long_ms:
            message = f"Audio content of {long_ms}ms is already shorter than {heard_ms}ms"
            raise Refused("invalid_value", message, "audio_end_ms")
        entry.heard_ms = heard_ms
        entry.item = structs.replace(item, content=(OutputAudio(),))

    def _get(self, item_id: str, code: str, doing: str) -> Entry:
        entry = self.find(item_id)
        if entry is None:
            message = f"Error {doing} item: the item with id '{item_id}' does not exist."
            raise Refused(code, message, "item_id")
        return entry

    def _check_call(self, output: FunctionCallOutput) -> None:
        calls = (e.item for e in self._entries if isinstance(e.item, FunctionCall))
        if all(known(call.call_id, "") != output.call_id for call in calls):
            message = f"Tool call ID '{output.call_id}' not found in conversation."
            raise Refused("invalid_tool_call_id", message, "item.call_id")

    def _index(self, item_id: str) -> int | None:
        # Nearly always the newest ones are meant.
        for at in range(len(self._entries) - 1, -1, -1):
            if self._entries[at].id == item_id:
                return at
        return None

    def _forget_old_sound(self) -> None:
        kept = 0
        for entry in reversed(self._entries):
            if entry.pcm is None:
                continue
            kept += len(entry.pcm)
            if kept > KEPT_SAMPLES:
                entry.pcm = None


def turns(entries: Iterable[Entry], longest_chars: int | None = None) -> tuple[Turn, ...]:
    """Say to a brain what was said, oldest first.

    Args:
        entries: What it may know.
        longest_chars: Leave out the oldest turns beyond this; None keeps them all.
    """
    said = [turn for entry in entries if (turn := entry.turn()) is not None]
    if longest_chars is None:
        return tuple(said)
    size, at = 0, len(said)
    while at and (size := size + _size(said[at - 1])) <= longest_chars:
        at -= 1
    at = min(at, max(len(said) - 1, 0))
    while at < len(said) - 1 and isinstance(said[at], Returned):
        at += 1  # An output without its call would puzzle any model.
    return tuple(said[at:])


def _size(turn: Turn) -> int:
    match turn:
        case Said(text=text):
            return len(text)
        case Called(arguments=arguments):
            return len(arguments)
        case Returned(output=output):
            return len(output)


def written(message: Message) -> str:
    """The words of a message that the client wrote."""
    texts = (
        known(part.text, "") if isinstance(part, InputText | OutputText) else ""
        for part in message.content
    )
    return " ".join(text for text in texts if text)
