"""What comes of one question."""

from __future__ import annotations

from dataclasses import dataclass, field

from desktop_app.audio.pcm import RATE_HZ
from desktop_app.core.problems import Problem


class TurnError(Exception):
    """The turn failed; ``str(error)`` says why and what to do, for people.

    Attributes:
        problem: What is known about it besides.
    """

    def __init__(self, text: str, problem: Problem | None = None) -> None:
        super().__init__(text)
        self.problem = problem


@dataclass(slots=True)
class Answer:
    """What came of a turn.

    Attributes:
        user_text: What the server understood, or what was typed.
        text: The answer's words.
        pcm: The answer's sound: PCM16, mono, 24 kHz.
        timings_ms: ``connect`` since the start, the others since the whole question was sent.
        server: Who answered.
        model: With which model.
    """

    user_text: str = ""
    text: str = ""
    pcm: bytes = field(default=b"", repr=False)
    timings_ms: dict[str, int | None] = field(default_factory=dict)
    server: str = ""
    model: str = ""

    @property
    def audio_ms(self) -> int:
        """Length of the spoken answer."""
        return len(self.pcm) * 1000 // (2 * RATE_HZ)
