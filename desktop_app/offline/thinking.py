"""A brain at work on one request: its thoughts, cut into pieces that can be told one by one.

It may begin before anybody knows whether an answer will be wanted, and be dropped at any time.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime

from desktop_app.offline.brains.brain import (
    Brain,
    BrainError,
    Finished,
    FunctionCall,
    TextDelta,
    Thought,
)
from desktop_app.offline.conversation import Entry
from desktop_app.offline.plan import Plan
from desktop_app.offline.sentences import SentenceSplitter
from desktop_app.offline.transcripts import Spawn
from desktop_app.wire.items import InputAudio, Message

FARTHEST_AHEAD = 32

_log = logging.getLogger(__name__)


class Failed(Exception):  # noqa: N818 - a value on its way to the client
    """What went wrong in thinking, in a sentence for the user."""


Piece = str | FunctionCall | Finished | Failed


class Thinking:
    """Thoughts about one plan."""

    def __init__(
        self,
        plan: Plan,
        brain: Callable[[], Awaitable[Brain]],
        now: Callable[[], datetime],
        language: str | None,
        spawn: Spawn,
    ) -> None:
        """Begin to think."""
        self._plan, self._brain, self._now, self._language = plan, brain, now, language
        self._pieces: asyncio.Queue[Piece] = asyncio.Queue(FARTHEST_AHEAD)
        self._task = spawn(self._think())

    async def next(self) -> Piece:
        """Wait for the next piece; the last one is `Finished` or `Failed`."""
        return await self._pieces.get()

    def drop(self) -> None:
        """Think no further: nobody wants to know."""
        self._task.cancel()

    async def _think(self) -> None:
        try:
            brain = await self._brain()
            request = self._plan.request(self._now(), self._language)
            whole = _Whole()
            async with contextlib.aclosing(brain.think(request)) as thoughts:
                async for thought in thoughts:
                    for piece in self._cut(thought, whole):
                        await self._pieces.put(piece)
        except BrainError as failure:
            await self._pieces.put(Failed(str(failure)))
        except Exception:  # The client must not wait for ever; the log has the rest.
            _log.exception("The brain failed")
            await self._pieces.put(Failed("What thinks on this computer has failed."))

    def _cut(self, thought: Thought, whole: _Whole) -> list[Piece]:
        match thought:
            case TextDelta(text):
                return [text] if self._plan.modality == "text" else [*whole.feed(text)]
            case FunctionCall() | Finished():
                return [*whole.flush(), thought]


class Foresight:
    """Thinks about words that may be all the user had to say."""

    def __init__(self, think: Callable[[Plan], Thinking]) -> None:
        self._think = think
        self._ahead: tuple[str, Plan, Thinking] | None = None

    def consider(self, words: str, plan: Plan) -> None:
        """Begin to think, in case ``words`` are added to what ``plan`` knows."""
        self.drop()
        item = Message(role="user", content=(InputAudio(transcript=words),))
        asked = replace(plan, entries=(*plan.entries, Entry(item, words=words)))
        self._ahead = words, plan, self._think(asked)

    def take(self, plan: Plan, entry: Entry) -> Thinking | None:
        """Hand over the thoughts, if they are about just this: ``plan``, which ends in ``entry``.

        A deleted item or another instruction in between, and they are of no use.
        """
        if self._ahead is None:
            return None
        words, before, thinking = self._ahead
        if words == entry.words and plan == replace(before, entries=(*before.entries, entry)):
            self._ahead = None
            return thinking
        self.drop()
        return None

    def drop(self) -> None:
        """It came otherwise: think no further."""
        ahead, self._ahead = self._ahead, None
        if ahead is not None:
            ahead[2].drop()


class _Whole:
    """Cuts a text into sentences that together are the text, white space and all."""

    def __init__(self) -> None:
        self._splitter = SentenceSplitter()
        self._text = ""

    def feed(self, text: str) -> list[str]:
        self._text += text
        return [self._with_gap(sentence) for sentence in self._splitter.feed(text)]

    def flush(self) -> list[str]:
        return [self._with_gap(sentence) for sentence in self._splitter.flush()]

    def _with_gap(self, sentence: str) -> str:
        end = self._text.index(sentence) + len(sentence)
        piece, self._text = self._text[:end], self._text[end:]
        return piece
