"""What is known of a voice that is heard while the assistant speaks."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """Why an answer stopped or went on, when somebody seemed to speak over it."""

    NONE = ""
    SPOKE = "spoke"
    """It stopped: the voice went on."""
    WORDS = "words"
    """It stopped: the voice said more than that somebody listens."""
    SHORT = "short"
    """It went on: the voice was short."""
    NO_VOICE = "no_voice"
    """It went on: what was heard was no speech."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """Somebody may be interrupting; the assistant's speech is held until that is judged.

    Attributes:
        voiced_ms: Speech heard so far.
        quiet_ms: Silence since the last of it.
        age_ms: Sound heard since it began.
        grace_ms: In the first so much sound the assistant's echo may still hide the voice, so
            silence does not count.
    """

    voiced_ms: int = 0
    quiet_ms: int = 0
    age_ms: int = 0
    grace_ms: int = 0


@dataclass(frozen=True, slots=True)
class Overlap:
    """What is heard of the user while the assistant speaks (see `desktop_app.core.barge_in`).

    Attributes:
        doubt: What is being judged.
        run_ms: Speech in a row that is not enough for a doubt yet.
        item_id: The server's name for what it hears, once it has one.
        passing: What was heard last was let pass, and the server may not have ended it yet.
        voiced_ms: How much of that was speech.
        lately: That was a moment ago: what the server begins to hear now is the same.
        passed: Newest items of the user that were let pass.
        unasked: What the server begins to answer now by itself is such an item.
        owed: The server has not begun to answer what turned out to want an answer.
        wary: What was heard through the echo lately was no voice: the next of it holds nothing.
        verdict: Why the answer stopped or went on, for a moment.
    """

    doubt: Doubt | None = None
    run_ms: int = 0
    item_id: str = ""
    passing: bool = False
    voiced_ms: int = 0
    lately: bool = False
    passed: tuple[str, ...] = ()
    unasked: bool = False
    owed: bool = False
    wary: bool = False
    verdict: Verdict = Verdict.NONE
