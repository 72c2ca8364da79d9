"""What the user wants, in the past tense: each wish is an event for the core."""

from __future__ import annotations

from dataclasses import dataclass

from desktop_app.core.problems import Kind, Problem
from desktop_app.core.settings import Settings
from desktop_app.core.sound_check import Findings


@dataclass(frozen=True, slots=True)
class ConnectAsked:
    """The user wants to talk: connect and listen."""


@dataclass(frozen=True, slots=True)
class HangUpAsked:
    """The user wants the session closed and the microphone with it."""


@dataclass(frozen=True, slots=True)
class NewConversationAsked:
    """The user wants to start afresh: empty transcript, new session."""


@dataclass(frozen=True, slots=True)
class MuteToggled:
    """The user pressed mute."""


@dataclass(frozen=True, slots=True)
class InterruptAsked:
    """The user pressed interrupt (button or Esc): the assistant must fall silent at once."""


@dataclass(frozen=True, slots=True)
class TalkPressed:
    """The talk control went down (push to talk)."""


@dataclass(frozen=True, slots=True)
class TalkReleased:
    """The talk control went up (push to talk)."""


@dataclass(frozen=True, slots=True)
class KeyPressed:
    """The talk key went down, wherever the keyboard is."""


@dataclass(frozen=True, slots=True)
class KeyReleased:
    """The talk key went up.

    Attributes:
        held: It was no tap: whoever saw the key knows, however late we hear of it.
    """

    held: bool = False


@dataclass(frozen=True, slots=True)
class TalkToggled:
    """The user wants to begin to talk, or to end, without holding anything."""


@dataclass(frozen=True, slots=True)
class ComputerLocked:
    """The screen was locked, or the computer goes to sleep."""


@dataclass(frozen=True, slots=True)
class ComputerUnlocked:
    """The user is back at the computer."""


@dataclass(frozen=True, slots=True)
class TextSubmitted:
    """The user typed ``text`` and pressed Enter."""

    text: str


@dataclass(frozen=True, slots=True)
class AnswerAsked:
    """The user wants an answer now (for ``create_response`` off)."""


@dataclass(frozen=True, slots=True)
class SettingsChanged:
    """The user accepted other settings."""

    settings: Settings


@dataclass(frozen=True, slots=True)
class SoundCheckBegan:
    """The user has the sound checked: what is heard now is no talk."""


@dataclass(frozen=True, slots=True)
class SoundCheckEnded:
    """The check is over; ``found`` is None when it was broken off."""

    found: Findings | None = None


@dataclass(frozen=True, slots=True)
class ProblemFound:
    """Something outside the core met a failure that the user must know of."""

    problem: Problem


@dataclass(frozen=True, slots=True)
class ProblemSolved:
    """A failure is over, or the user dismissed it."""

    kind: Kind


Wish = (
    ConnectAsked
    | HangUpAsked
    | NewConversationAsked
    | MuteToggled
    | InterruptAsked
    | TalkPressed
    | TalkReleased
    | KeyPressed
    | KeyReleased
    | TalkToggled
    | ComputerLocked
    | ComputerUnlocked
    | TextSubmitted
    | AnswerAsked
    | SettingsChanged
    | SoundCheckBegan
    | SoundCheckEnded
    | ProblemFound
    | ProblemSolved
)
"""All wishes."""
