"""Tells a client when something else thinks than its session says."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import structs

from desktop_app.offline.line import Line
from desktop_app.wire.base import known
from desktop_app.wire.server_events import SessionUpdated
from desktop_app.wire.session import RealtimeSession, Session


class NamePlate:
    """The name of what thinks, as a client knows it."""

    def __init__(self, name: Callable[[], str], line: Line, session: Session) -> None:
        """Begin with what ``session`` says; ``name`` returns the name now, or nothing."""
        self._name, self._line = name, line
        self._told = known(session.model, "") if isinstance(session, RealtimeSession) else ""

    def followed(self, session: Session) -> Session:
        """Return ``session`` with the name as it is now; the client is told if it is another."""
        name = self._name()
        if not isinstance(session, RealtimeSession) or name in ("", self._told):
            return session
        self._told = name
        session = structs.replace(session, model=name)
        self._line.say([SessionUpdated(session=session)])
        return session
