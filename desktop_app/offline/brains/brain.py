"""The one interface between the offline server and whatever thinks for it.

A brain gets the whole conversation with every request and keeps none of it: items can be deleted
and truncated between two requests, and several clients share one brain.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol

Role = Literal["system", "user", "assistant"]


@dataclass(frozen=True, slots=True)
class Said:
    """A message: typed or recognised words of the user, or the reply as far as it was heard."""

    role: Role
    text: str


@dataclass(frozen=True, slots=True)
class Called:
    """A function call that an earlier response made; ``arguments`` is JSON."""

    call_id: str
    name: str
    arguments: str


@dataclass(frozen=True, slots=True)
class Returned:
    """What the client answered to a function call."""

    call_id: str
    output: str


Turn = Said | Called | Returned


@dataclass(frozen=True, slots=True)
class Tool:
    """A function the client offers; ``parameters`` is a JSON schema of an object."""

    name: str
    description: str = ""
    parameters: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class NamedTool:
    """The choice of exactly one tool."""

    name: str


ToolChoice = Literal["auto", "none", "required"] | NamedTool


@dataclass(frozen=True, slots=True)
class Request:
    """Everything a brain may know about one response.

    Attributes:
        history: The conversation, oldest first; the last turn is what is to be answered.
        instructions: The session's or the response's system prompt; may be empty.
        now: The user's wall clock, aware; with a named zone where it is known (`local_now`).
        tools: What the client can be asked to do.
        tool_choice: ``required`` and `NamedTool` must lead to a call.
        max_output_tokens: Where to stop, or None.  Brains without a tokenizer count words.
        language: The language the user speaks as far as it is known, e.g. ``en`` or ``de-AT``.
    """

    history: tuple[Turn, ...]
    instructions: str
    now: datetime
    tools: tuple[Tool, ...] = ()
    tool_choice: ToolChoice = "auto"
    max_output_tokens: int | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True)
class TextDelta:
    """The next words of the reply; never empty."""

    text: str


@dataclass(frozen=True, slots=True)
class FunctionCall:
    """A wish to have a tool run; ``arguments`` is a JSON object.  The server numbers the call."""

    name: str
    arguments: str


@dataclass(frozen=True, slots=True)
class Usage:
    """What the request cost, in the brain's own tokens."""

    input_tokens: int = 0
    output_tokens: int = 0


FinishReason = Literal["stop", "length", "tool_calls", "content_filter"]


@dataclass(frozen=True, slots=True)
class Finished:
    """The last thought of every request that was not cancelled."""

    reason: FinishReason
    usage: Usage


Thought = TextDelta | FunctionCall | Finished


@dataclass(frozen=True, slots=True)
class Description:
    """What the window says about a brain.

    Attributes:
        name: Short, e.g. ``Built-in skills`` or ``Ollama: llama3.2``.
        detail: One sentence on where it runs and what it can do.
        open_questions: Whether it can talk about anything, not only what is built in.
    """

    name: str
    detail: str
    open_questions: bool


class BrainError(Exception):
    """A brain could not finish; the message is a sentence for the user."""


class Brain(Protocol):
    """Something that answers."""

    @property
    def name(self) -> str:
        """What the window shows now; it changes when a brain falls back to another."""
        ...

    def describe(self) -> Description:
        """Say what thinks at present."""
        ...

    def think(self, request: Request) -> AsyncGenerator[Thought, None]:
        """Answer the last turn.

        Cancel by closing the generator or by cancelling the task that reads it; either takes effect
        at the next await and leaves nothing running.

        Raises:
            BrainError: The brain failed.  Text it gave before stays valid.
        """
        ...

    async def aclose(self) -> None:
        """Give back connections and memory.  Idempotent."""
        ...
