"""What kind of server it is: one record of habits, good and bad.

A plain `Persona()` behaves like the real service.  Every other one bends a few of its fields;
`tests.servers.traps` names those that tests need.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from tests.servers import speech

TranscriptTime = Literal["during", "before", "amid", "after", "failed", "never"]


@dataclass(frozen=True, slots=True)
class Spoken:
    """A spoken item: the words and the sound (PCM16, 24 kHz)."""

    text: str = "It is half past three."
    pcm: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True)
class Written:
    """A written item."""

    text: str = "Nile, Rhine, Indus."


@dataclass(frozen=True, slots=True)
class Call:
    """A function call; ``arguments`` is JSON."""

    name: str
    arguments: str = "{}"
    call_id: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """One response.

    Attributes:
        items: What it says, item by item.
        status: How it ends: ``completed``, ``failed`` or ``incomplete``.
        reason: Of an incomplete one: ``max_output_tokens`` or ``content_filter``.
        code: Of a failed one, such as ``insufficient_quota``.
        message: Of a failed one, for people.
    """

    items: tuple[Spoken | Written | Call, ...] = ()
    status: str = "completed"
    reason: str = ""
    code: str = ""
    message: str = ""


@dataclass(frozen=True, slots=True)
class Turn:
    """What the server knows when it answers.

    Attributes:
        number: How many responses this connection had before.
        connection: Number of the connection, from 0.
        heard: Sound of the newest user item (PCM16), if it was spoken.
        items: The conversation, as it goes over the wire.
        config: The response's own settings (the ``response`` of ``response.create``).
    """

    number: int
    connection: int
    heard: bytes = field(repr=False)
    items: tuple[dict[str, Any], ...]
    config: dict[str, Any]


def spoken(text: str = "It is half past three.", duration_ms: int = 1600, seed: int = 7) -> Answer:
    """Answer with words, and with a sound that can be recognised to the sample."""
    return Answer((Spoken(text, speech.to_pcm(speech.answer(duration_ms, seed))),))


def failed(code: str, message: str = "") -> Answer:
    """Fail, which the service reports in ``response.done`` and nowhere else."""
    return Answer(status="failed", code=code, message=message or f"Sorry: {code}.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Persona:
    """The habits of a server.

    Attributes:
        answers: Answers in order, the last for good; or a function of the turn.
        user_words: What it understands of the user, the same way; or a function of the sound.
        transcript: When the user's transcript comes, seen from the answer.
        pace: How many times faster than real time it answers; 0: as fast as it can.
        delta_ms: Length of one audio delta.
        think_ms: Time between ``response.created`` and what it says.
        vad: Who finds the turns: ``energy`` listens, ``script`` waits to be told.
        sprinkle: Mix in events and fields that nobody knows.
        flood: Transcript deltas at once before the first sound of each answer.
        junk: Frames to send before the first sound of each answer, whatever they are.
        late_deltas: Audio deltas that a cancelled response still sends after its end.
        cancel_loses: A cancel always comes too late: the response is completed first.
        grabs_the_floor: So many times it starts an answer of its own just before a
            ``response.create`` and refuses that.
        refuses: Parameters it does not know, as paths (``session.audio.input.noise_reduction``);
            with ``=null`` behind it only null is refused.
        lacks: Types of client events it does not know.
        lacking: What it does with those: ``error`` or ``silent``.
        answers_start: Whether ``session.created`` comes.
        answers_update: Whether ``session.updated`` comes.
        dialect: ``ga``; ``beta`` (old names, flat session, unknown fields ignored) or
            ``beta-strict`` (refuses what the beta did not have).
        stalls_on: Stops reading when an event of this type has come.
        drops_after_ms: Cuts the connection when so much sound of an answer was sent.
        closes_after_ms: Likewise, but with ``close``.
        close: Code and reason of that.
        lifetime_ms: Session length; then it closes with 1001.
        handshake_ms: Delay before it accepts the connection.
        http_status: Refuse the handshake with it.
        http_code: Error code in the body of that.
        http_headers: Headers of that, such as ``Retry-After``.
        key: Only this key is let in; empty: any.
        models: Models it knows; empty: all.
        unknown_model: How it refuses others: ``http`` or ``frame``.
        first_error: Say this error code instead of ``session.created`` and close with 4000.
        refuses_beta_header: As the real service does.
        max_frame: Largest frame it takes, in bytes.
    """

    name: str = "plain"
    answers: Sequence[Answer] | Callable[[Turn], Answer] = ()
    user_words: Sequence[str] | Callable[[bytes], str] = ("What time is it?",)
    transcript: TranscriptTime = "amid"
    pace: float = 10.0
    delta_ms: int = 100
    think_ms: int = 0
    vad: Literal["energy", "script"] = "energy"
    sprinkle: bool = False
    flood: int = 0
    junk: tuple[str | bytes, ...] = field(default=(), repr=False)
    late_deltas: int = 0
    cancel_loses: bool = False
    grabs_the_floor: int = 0
    refuses: frozenset[str] = frozenset()
    lacks: frozenset[str] = frozenset()
    lacking: Literal["error", "silent"] = "error"
    answers_start: bool = True
    answers_update: bool = True
    dialect: Literal["ga", "beta", "beta-strict"] = "ga"
    stalls_on: str = ""
    drops_after_ms: int | None = None
    closes_after_ms: int | None = None
    close: tuple[int, str] = (1011, "server_error.internal")
    lifetime_ms: int = 3_600_000
    handshake_ms: int = 0
    http_status: int = 0
    http_code: str = ""
    http_headers: tuple[tuple[str, str], ...] = ()
    key: str = ""
    models: tuple[str, ...] = ()
    unknown_model: Literal["http", "frame"] = "http"
    first_error: str = ""
    refuses_beta_header: bool = True
    max_frame: int = 64 * 1024 * 1024

    def answer(self, turn: Turn) -> Answer:
        """Choose the answer to ``turn``."""
        if callable(self.answers):
            return self.answers(turn)
        if not self.answers:
            return spoken(seed=7 + turn.number)
        return self.answers[min(turn.number, len(self.answers) - 1)]

    def words(self, number: int, pcm: bytes) -> str:
        """Understand the user; ``number`` counts the spoken turns."""
        if callable(self.user_words):
            return self.user_words(pcm)
        return self.user_words[min(number, len(self.user_words) - 1)]
