"""What a link hears: frames in, the core's events out, and what it learns of the server by them."""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Callable
from typing import Final

import msgspec

from desktop_app.core.events import Event
from desktop_app.wire.base import known
from desktop_app.wire.census import Census
from desktop_app.wire.codec import decode_server
from desktop_app.wire.dialects import BETA, DIALECTS, GA, XAI, Dialect
from desktop_app.wire.inbound import to_core
from desktop_app.wire.outcome import Malformed, Unknown
from desktop_app.wire.server_events import ErrorEvent, SessionCreated, SessionUpdated
from desktop_app.wire.session import RealtimeSession
from desktop_app.wire.shapes import is_flat

# Servers of today still send this name; it says nothing about what they understand.
_HARMLESS: Final = frozenset({"conversation.item.created"})
_MOST_NOTES: Final = 20

_log = logging.getLogger(__name__)


class Hearing:
    """Understands one connection's frames.

    Attributes:
        dialect: How the server wants to be spoken to, as far as is known by now.
        model: The model it runs, as far as is known.
        last_error: What it said last about an error.
        census: What it sent that we do not know.
    """

    def __init__(
        self, dialect: str = "auto", model: str = "", server_time: Callable[[], float] = time.time
    ) -> None:
        self.dialect: Dialect = DIALECTS.get(dialect, GA)
        self.model = model
        self.last_error = ""
        self.census = Census()
        self._guesses = dialect not in DIALECTS
        self._server_time = server_time

    def heard(self, frame: bytes) -> tuple[Event, ...]:
        """Understand one frame; whatever it is, this never raises."""
        event = decode_server(frame, self.census)
        match event:
            case SessionCreated() | SessionUpdated():
                return self._session(event, frame)
            case ErrorEvent(error=error):
                self.last_error = error.message
            case Unknown() | Malformed():
                self._note(event)
            case _:
                pass
        if self._guesses and self.census.old_names.keys() - _HARMLESS:
            self._settle(BETA)
        return to_core(event)

    def sum_up(self) -> None:
        """Write down what came and was not understood, by name alone."""
        for what, counter in (
            ("unknown events", self.census.unknown_types),
            ("unknown fields", self.census.unknown_fields),
            ("old names", self.census.old_names),
            ("malformed frames", self.census.malformed),
        ):
            if counter:
                _log.info("%s: %s", what, _listed(counter))

    def _session(self, event: SessionCreated | SessionUpdated, frame: bytes) -> tuple[Event, ...]:
        """Learn from what the server says of the session: its model, and the shape it gives it."""
        if isinstance(event.session, RealtimeSession):
            self.model = known(event.session.model, "") or self.model
        if self._guesses:
            self._settle(_dialect_of(frame))
        return to_core(event, self._server_time())

    def _settle(self, dialect: Dialect) -> None:
        self._guesses = False
        if dialect is not self.dialect:
            _log.info("The server speaks the dialect %r", dialect.name)
        self.dialect = dialect

    def _note(self, event: Unknown | Malformed) -> None:
        """Write down what is new in what is not understood, without its content."""
        if isinstance(event, Unknown):
            if self.census.unknown_types[event.type[:100]] == 1:
                _log.debug("Unknown event %r", event.type[:100])
        elif self.census.malformed[event.reason] == 1:
            _log.debug("A frame of %d bytes that is no event: %s", event.size, event.reason)


def _dialect_of(frame: bytes) -> Dialect:
    """Tell by the shape of a session what its server wants to be told."""
    session = msgspec.json.decode(frame)["session"]
    if not is_flat(session):
        return GA
    return XAI if isinstance(session.get("audio"), dict) else BETA


def _listed(counter: Counter[str]) -> str:
    named = [f"{name} ({count})" for name, count in counter.most_common(_MOST_NOTES)]
    more = len(counter) - len(named)
    return ", ".join(named) + (f", and {more} more" if more > 0 else "")
