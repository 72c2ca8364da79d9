"""The conversation as the server keeps it: items in order, and the sound behind them."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from typing import Any

from tests.servers.config import Refused
from tests.servers.events import Event

BYTES_PER_MS = 48


@dataclass(slots=True)
class Entry:
    """One item.

    Attributes:
        item: As it goes over the wire.
        pcm: Its sound, as far as it exists.
        truncated: The client cut it; no sound or words are added any more.
    """

    item: Event
    pcm: bytearray = field(default_factory=bytearray)
    truncated: bool = False

    @property
    def id(self) -> str:
        return str(self.item["id"])

    @property
    def audio_ms(self) -> int:
        return len(self.pcm) // BYTES_PER_MS

    @property
    def is_assistant_audio(self) -> bool:
        is_assistant = self.item.get("role") == "assistant"
        return is_assistant and bool(self.pcm)


class Conversation:
    """Items in order; knows the errors of the real server."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []

    @property
    def last_id(self) -> str | None:
        return self.entries[-1].id if self.entries else None

    @property
    def items(self) -> list[Event]:
        return [entry.item for entry in self.entries]

    def find(self, item_id: str) -> Entry | None:
        return next((entry for entry in self.entries if entry.id == item_id), None)

    def previous_id(self, item_id: str) -> str | None:
        """Id of the item before ``item_id``; None for the first."""
        ids = [entry.id for entry in self.entries]
        at = ids.index(item_id)
        return ids[at - 1] if at else None

    def add(self, entry: Entry, after: str | None = None) -> str | None:
        """Insert behind ``after`` (None: at the end; ``root``: at the front).

        Returns:
            The id of the item before it.

        Raises:
            Refused: If the id is taken, or ``after`` is unknown.
        """
        if self.find(entry.id):
            message = f"Error adding item: an item with ID '{entry.id}' already exists."
            raise Refused("item_create_duplicate_item_id", message, "item.id")
        if after is None:
            at = len(self.entries)
        elif after == "root":
            at = 0
        else:
            found = self.find(after)
            if found is None:
                message = f"Error adding item: previous item '{after}' not found."
                raise Refused("item_create_invalid_previous_item_id", message, "previous_item_id")
            at = self.entries.index(found) + 1
        self.entries.insert(at, entry)
        return self.entries[at - 1].id if at else None

    def check_created(self, item: Event) -> None:
        """Refuse what a client may not create.

        Raises:
            Refused: With the real server's code.
        """
        if item["type"] == "function_call_output":
            calls = {e.item.get("call_id") for e in self.entries if "name" in e.item}
            if item["call_id"] not in calls:
                message = f"Tool call ID '{item['call_id']}' not found in conversation."
                raise Refused("invalid_tool_call_id", message)
        allowed = {
            "assistant": {"output_text"},
            "system": {"input_text"},
            "user": {"input_text", "input_audio", "input_image"},
        }.get(str(item.get("role")), set())
        for index, part in enumerate(item.get("content") or ()):
            if part["type"] not in allowed:
                param = f"item.content[{index}].type"
                raise Refused("invalid_value", f"Invalid value: '{part['type']}'.", param)

    def retrieve(self, item_id: str) -> Event:
        """Return the item with its sound.

        Raises:
            Refused: If there is no such item.
        """
        entry = self._get(item_id, "item_retrieve_invalid_item_id")
        if not entry.pcm:
            return entry.item
        audio = base64.b64encode(entry.pcm).decode("ascii")
        content: list[dict[str, Any]] = [{**part} for part in entry.item["content"]]
        for part in content:
            if part["type"] in {"input_audio", "output_audio"}:
                part["audio"] = audio
        return {**entry.item, "content": content}

    def truncate(self, item_id: str, audio_end_ms: int) -> None:
        """Forget the sound behind ``audio_end_ms``, and all words of the item.

        Raises:
            Refused: If it is no speech of the assistant, or shorter already.
        """
        entry = self.find(item_id)
        if entry is None or not entry.is_assistant_audio:
            message = "Only model output audio messages can be truncated"
            raise Refused("unsupported_content_type", message)
        if audio_end_ms > entry.audio_ms:
            message = (
                f"Audio content of {entry.audio_ms}ms is already shorter than {audio_end_ms}ms"
            )
            raise Refused("invalid_value", message, "audio_end_ms")
        del entry.pcm[audio_end_ms * BYTES_PER_MS :]
        entry.truncated = True
        for part in entry.item["content"]:
            part.pop("transcript", None)

    def delete(self, item_id: str) -> None:
        """Drop an item.

        Raises:
            Refused: If there is no such item.
        """
        self.entries.remove(self._get(item_id, "item_delete_invalid_item_id"))

    def _get(self, item_id: str, code: str) -> Entry:
        entry = self.find(item_id)
        if entry is None:
            raise Refused(code, f"Item with item_id '{item_id}' not found.", "item_id")
        return entry
