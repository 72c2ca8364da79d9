"""The chat-completions protocol as pure values: messages out, streamed chunks in."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, assert_never

from desktop_app.offline.brains.brain import (
    BrainError,
    Called,
    FinishReason,
    FunctionCall,
    NamedTool,
    Request,
    Returned,
    Said,
    Usage,
)

SPOKEN_STYLE = (
    "You are a voice assistant. What you write is read aloud: answer in one to three short plain "
    "sentences, without Markdown, lists, emoji or links."
)
MAX_LINE_BYTES = 1_000_000
_REASONS: dict[str, FinishReason] = {
    "stop": "stop",
    "length": "length",
    "tool_calls": "tool_calls",
    "function_call": "tool_calls",
    "content_filter": "content_filter",
}


def body_of(request: Request, model: str, *, with_tools: bool = True) -> dict[str, object]:
    """Write the body of ``POST /v1/chat/completions``."""
    body: dict[str, object] = {
        "model": model,
        "messages": messages_of(request),
        "stream": True,
        "stream_options": {"include_usage": True},
    }
    if request.max_output_tokens is not None:
        body["max_tokens"] = request.max_output_tokens
    if request.tools and request.tool_choice != "none" and with_tools:
        body["tools"] = [
            {
                "type": "function",
                "function": {
                    "name": tool.name,
                    "description": tool.description,
                    "parameters": dict(tool.parameters) or {"type": "object", "properties": {}},
                },
            }
            for tool in request.tools
        ]
        body["tool_choice"] = _tool_choice(request)
    return body


def _tool_choice(request: Request) -> object:
    match request.tool_choice:
        case NamedTool(name):
            return {"type": "function", "function": {"name": name}}
        case choice:
            return choice


def messages_of(request: Request) -> list[dict[str, object]]:
    """Write the conversation as chat messages, the system's first."""
    moment = f"{request.now:%A, %B} {request.now.day}, {request.now.year}, {request.now:%H:%M}"
    parts = (request.instructions.strip(), SPOKEN_STYLE, f"It is now {moment}.")
    out: list[dict[str, object]] = [{"role": "system", "content": "\n".join(filter(None, parts))}]
    for turn in request.history:
        match turn:
            case Said(role, text):
                out.append({"role": role, "content": text})
            case Called(call_id, name, arguments):
                _add_call(out, call_id, name, arguments)
            case Returned(call_id, output):
                out.append({"role": "tool", "tool_call_id": call_id, "content": output})
            case _:
                assert_never(turn)
    return out


def _add_call(out: list[dict[str, Any]], call_id: str, name: str, arguments: str) -> None:
    """Add a call to the assistant's message: calls made side by side belong into one."""
    call = {
        "id": call_id,
        "type": "function",
        "function": {"name": name, "arguments": arguments},
    }
    if out[-1]["role"] == "assistant" and "tool_calls" in out[-1]:
        out[-1]["tool_calls"].append(call)
    elif out[-1]["role"] == "assistant":
        out[-1]["tool_calls"] = [call]
    else:
        out.append({"role": "assistant", "content": None, "tool_calls": [call]})


class SseReader:
    """Cuts a byte stream into the data of its server-sent events."""

    def __init__(self) -> None:
        self._rest = b""
        self._data: list[str] = []

    def feed(self, chunk: bytes) -> Iterator[str]:
        """Yield the data of every event that ends in ``chunk``.

        Raises:
            BrainError: A line is longer than `MAX_LINE_BYTES`.
        """
        *lines, self._rest = (self._rest + chunk).split(b"\n")
        if len(self._rest) > MAX_LINE_BYTES:
            raise BrainError("The model's server sends no lines that end.")
        for raw in lines:
            line = raw.removesuffix(b"\r").decode("utf-8", "replace")
            if line.startswith("data:"):
                self._data.append(line.removeprefix("data:").removeprefix(" "))
            elif not line and self._data:
                yield "\n".join(self._data)
                self._data.clear()

    def end(self) -> Iterator[str]:
        """Yield what a server left without an empty line after it."""
        yield from self.feed(b"\n\n")


@dataclass
class _Fragments:
    name: str = ""
    arguments: str = ""
    call_id: str = ""


@dataclass
class ChunkFolder:
    """Folds streamed chunks into text and, at the end, whole function calls."""

    usage: Usage = field(default_factory=Usage)
    reason: FinishReason | None = None
    done: bool = False
    _calls: dict[int, _Fragments] = field(default_factory=dict)
    _thoughts: ThoughtFilter = field(default_factory=lambda: ThoughtFilter())

    def fold(self, data: str) -> str:
        """Take one event's data and give the text to be spoken, which may be empty.

        Raises:
            BrainError: The server reports an error, or what it sends is no chunk.
        """
        if data.strip() == "[DONE]":
            self.done = True
            return ""
        try:
            chunk = json.loads(data)
            if error := chunk.get("error"):
                raise BrainError(f"The model's server says: {error_text(error)}.")
            self._take_usage(chunk.get("usage"))
            choices = chunk.get("choices") or []
            return self._take_choice(choices[0]) if choices else ""
        except (ValueError, AttributeError, TypeError, KeyError, IndexError) as error:
            raise BrainError("The model's server sends something that is no answer.") from error

    def _take_usage(self, usage: dict[str, Any] | None) -> None:
        if usage:
            self.usage = Usage(
                int(usage.get("prompt_tokens") or 0), int(usage.get("completion_tokens") or 0)
            )

    def _take_choice(self, choice: dict[str, Any]) -> str:
        if reason := choice.get("finish_reason"):
            self.reason = _REASONS.get(reason, "stop")
        delta = choice.get("delta") or choice.get("message") or {}
        for call in delta.get("tool_calls") or ():
            self._take_call(call)
        return self._thoughts.feed(delta.get("content") or "")

    def _take_call(self, call: dict[str, Any]) -> None:
        function = call.get("function") or {}
        index = call.get("index")
        if index is None:
            # Servers that send whole calls leave the index out; only a new name begins a new call.
            index = len(self._calls) - (not function.get("name") and bool(self._calls))
        fragments = self._calls.setdefault(int(index), _Fragments())
        fragments.name += function.get("name") or ""
        arguments = function.get("arguments")
        fragments.arguments += (
            arguments
            if isinstance(arguments, str)
            else ("" if arguments is None else json.dumps(arguments))
        )

    def rest(self) -> str:
        """Give text that was held back because a thought might have begun there."""
        return self._thoughts.end()

    def calls(self) -> list[FunctionCall]:
        """Give the function calls that were made.

        Raises:
            BrainError: One has no name, or its arguments are no JSON object.
        """
        return [self._call(self._calls[index]) for index in sorted(self._calls)]

    def _call(self, fragments: _Fragments) -> FunctionCall:
        arguments = fragments.arguments.strip() or "{}"
        try:
            whole = isinstance(json.loads(arguments), dict) and bool(fragments.name)
        except ValueError:
            whole = False
        if not whole:
            raise BrainError("The model made a function call that can't be read.")
        return FunctionCall(fragments.name, arguments)


def error_text(error: object) -> str:
    """Find the sentence in a server's error, whose shape differs from program to program."""
    for key in ("error", "message"):
        if isinstance(error, dict) and key in error:
            error = error[key]
    return " ".join(str(error).split())[:200].rstrip(".")


class ThoughtFilter:
    """Drops what reasoning models write between ``<think>`` and ``</think>``: it is not spoken."""

    _OPEN, _CLOSE = "<think>", "</think>"

    def __init__(self) -> None:
        self._held = ""
        self._thinking = False
        self._after_thought = False

    def feed(self, text: str) -> str:
        """Give the part of ``text`` that is certainly no thought."""
        self._held += text
        spoken = ""
        while self._held:
            tag = self._CLOSE if self._thinking else self._OPEN
            before, found, after = self._held.partition(tag)
            if not found:
                keep = _overlap(self._held, tag)
                ready, self._held = (
                    self._held[: len(self._held) - keep],
                    self._held[-keep:] * (keep > 0),
                )
                return spoken + self._spoken(ready)
            spoken += self._spoken(before)
            self._held, self._thinking = after, not self._thinking
            self._after_thought |= not self._thinking
        return spoken

    def _spoken(self, text: str) -> str:
        if self._thinking:
            return ""
        if self._after_thought:
            text = text.lstrip()
            self._after_thought = not text
        return text

    def end(self) -> str:
        """Give what was held back at the end of the stream."""
        held, self._held = self._held, ""
        return self._spoken(held)


def _overlap(text: str, tag: str) -> int:
    """Measure how much of the start of ``tag`` the end of ``text`` is."""
    return next(
        (n for n in range(min(len(text), len(tag) - 1), 0, -1) if tag.startswith(text[-n:])), 0
    )
