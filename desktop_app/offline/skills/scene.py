"""What an answer may look at, and what it is made of.  Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from desktop_app.offline.skills.desk import Deed, Desk

Slots = Mapping[str, str]
"""The words in the places of a sentence; a place nobody filled is missing."""


@dataclass(frozen=True, slots=True)
class Scene:
    """The moment a sentence is said in.

    Attributes:
        now: The user's wall clock, aware.
        desk: Their timers and lists.
        said: The sentence as it was written, for names and notes.
        last_reply: What the assistant said before, or "".
        seed: Decides what coins, dice and jokes come up.
        client_intents: What this client does when told, e.g. ``volume``.
    """

    now: datetime
    desk: Desk = field(default_factory=Desk)
    said: str = ""
    last_reply: str = ""
    seed: int = 0
    client_intents: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Wish:
    """Something only the client can do, as data."""

    name: str
    values: Mapping[str, str | int | float]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a skill does about a sentence.

    Attributes:
        text: To be spoken; empty where the client's answer to ``wish`` will be.
        deeds: To be done to the desk before that.
        wish: To be asked of the client, by a call of its tool.
    """

    text: str
    deeds: tuple[Deed, ...] = ()
    wish: Wish | None = None
