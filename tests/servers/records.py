"""What the scripted server writes down, for tests to read while it runs."""

from __future__ import annotations

import base64
import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from tests.servers.checking import Flaw

Event = dict[str, Any]
Predicate = Callable[[Event], bool]

PATIENCE_S = 10.0


@dataclass(frozen=True, slots=True)
class Received:
    """A client event: when it came (`time.monotonic`), on which connection, and the event."""

    at_s: float
    connection: int
    event: Event = field(repr=False)

    @property
    def type(self) -> str:
        return str(self.event.get("type"))

    def __iter__(self) -> Iterator[Any]:
        return iter((self.at_s, self.connection, self.event))


@dataclass(frozen=True)
class Sent:
    """A server frame, as it left, and when it was given to the socket."""

    at_s: float
    frame: str | bytes = field(repr=False)

    @cached_property
    def event(self) -> Event:
        """The event in it; empty when it is garbage."""
        try:
            found = json.loads(self.frame)
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}

    @property
    def type(self) -> str:
        return str(self.event.get("type", ""))


@dataclass(frozen=True, slots=True)
class Attempt:
    """A handshake, whatever came of it; ``status`` is 101 when it was accepted."""

    at_s: float
    path: str
    headers: dict[str, str] = field(repr=False)
    status: int


@dataclass(frozen=True, slots=True)
class Violation:
    """A client event that the protocol does not allow."""

    connection: int
    flaw: Flaw
    frame: str = field(repr=False)


@dataclass(slots=True)
class Connection:
    """One accepted connection.

    Attributes:
        audio: All sound of its appends, joined (bytes as sent).
        close_code: Code the client closed with, or None while it is open; 1006 when it vanished.
    """

    number: int
    path: str
    query: dict[str, str]
    headers: dict[str, str] = field(repr=False)
    opened_s: float = 0.0
    received: list[Received] = field(default_factory=list, repr=False)
    sent: list[Sent] = field(default_factory=list, repr=False)
    audio: bytearray = field(default_factory=bytearray, repr=False)
    items: Callable[[], list[Event]] = field(default=list, repr=False)
    close_code: int | None = None
    close_reason: str = ""

    def events(self, kind: str) -> list[Event]:
        """Client events of this type, in order."""
        return [one.event for one in self.received if one.type == kind]

    def said(self, kind: str) -> list[Event]:
        """Server events of this type, in order."""
        return [one.event for one in self.sent if one.type == kind]

    def spoken(self, item_id: str | None = None) -> bytes:
        """Sound it was sent (PCM16), of one item or of all."""
        deltas = self.said("response.output_audio.delta") + self.said("response.audio.delta")
        return b"".join(
            base64.b64decode(event["delta"])
            for event in deltas
            if item_id in (None, event["item_id"])
        )

    @property
    def errors(self) -> list[str]:
        """Codes of all ``error`` events it was sent."""
        return [str(event["error"].get("code")) for event in self.said("error")]


class Book:
    """Everything that was recorded; may be read from any thread."""

    def __init__(self) -> None:
        self.received: list[Received] = []
        self.connections: list[Connection] = []
        self.attempts: list[Attempt] = []
        self.violations: list[Violation] = []
        self.failures: list[BaseException] = []
        self._news = threading.Condition()

    def changed(self) -> None:
        """Something was written."""
        with self._news:
            self._news.notify_all()

    def wait_until(
        self, condition: Callable[[], bool], what: str = "", timeout_s: float = PATIENCE_S
    ) -> None:
        """Return when the condition holds; it is looked at whenever something is recorded.

        Raises:
            TimeoutError: If it does not hold in time.
        """
        with self._news:
            if not self._news.wait_for(condition, timeout_s):
                raise TimeoutError(f"{what or 'the condition'}: not within {timeout_s:g} s; {self}")

    def wait_for(
        self,
        wanted: str | Predicate,
        timeout_s: float = PATIENCE_S,
        *,
        count: int = 1,
        connection: int | None = None,
        since_s: float = 0.0,
    ) -> Received:
        """Wait for the ``count``-th client event of a type, or for which a predicate holds.

        Args:
            wanted: Type, or a predicate of the event.
            timeout_s: Patience.
            count: Which of them (from 1).
            connection: Only those of this connection.
            since_s: Only those that came later (`time.monotonic`).

        Raises:
            TimeoutError: If it does not come in time.
        """
        test: Predicate = _is_type(wanted) if isinstance(wanted, str) else wanted
        # Each event is looked at once, however often something is recorded.
        looked, found = 0, []

        def enough() -> bool:
            nonlocal looked
            for one in self.received[looked:]:
                looked += 1
                here = connection in (None, one.connection) and one.at_s >= since_s
                if here and test(one.event):
                    found.append(one)
            return len(found) >= count

        self.wait_until(enough, f"client event {wanted}", timeout_s)
        return found[count - 1]

    def wait_said(
        self,
        kind: str,
        timeout_s: float = PATIENCE_S,
        *,
        count: int = 1,
        connection: int = -1,
    ) -> Sent:
        """Wait until the server itself has said the ``count``-th event of a type.

        Raises:
            TimeoutError: If it does not in time.
        """

        def said() -> list[Sent]:
            there = self.connections[connection].sent if self.connections else []
            return [one for one in list(there) if one.type == kind]

        self.wait_until(lambda: len(said()) >= count, f"server event {kind}", timeout_s)
        return said()[count - 1]

    def __str__(self) -> str:
        lately = [one.type for one in self.received if "append" not in one.type][-12:]
        return f"{len(self.connections)} connections, lately received: {lately}"


def _is_type(kind: str) -> Predicate:
    return lambda event: event.get("type") == kind


def now_s() -> float:
    """The clock of all records."""
    return time.monotonic()
