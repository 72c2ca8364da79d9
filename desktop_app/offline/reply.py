"""One response at work: the brain thinks, sentence by sentence the voice speaks, the client hears.

The first sentence sounds while the rest is still being thought.  Sound is sent ahead of its time,
but not all at once: when the answer is interrupted, what follows was never sent.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from desktop_app.audio.pcm import RATE_HZ, to_bytes
from desktop_app.offline.brains.brain import Brain, Finished, FunctionCall
from desktop_app.offline.g711 import ToTelephone
from desktop_app.offline.line import Line
from desktop_app.offline.plan import Plan
from desktop_app.offline.script import Script
from desktop_app.offline.spoken_text import spoken
from desktop_app.offline.thinking import Failed, Piece, Thinking
from desktop_app.offline.transcripts import Spawn
from desktop_app.offline.voice import Block, Voice, VoiceError
from desktop_app.wire.response import ResponseError, ResponseStatus

HEAD_START_MS = 2_000
TIMES_FASTER = 4.0

_log = logging.getLogger(__name__)
_ENDS: dict[str, tuple[ResponseStatus, str]] = {
    "length": ("incomplete", "max_output_tokens"),
    "content_filter": ("incomplete", "content_filter"),
}


@dataclass(frozen=True, slots=True)
class Means:
    """What a reply works with.

    Args:
        brain: Finds what thinks.
        voice: Finds a voice by its id.
        now: The user's wall clock.
        language: The language the user speaks, as far as it is known.
        words_known: Waits until what the user has said so far is known.
        spawn: Runs work that ends with the session.
        ended: Told when the response is over, with the milliseconds that will still sound.
    """

    brain: Callable[[], Awaitable[Brain]]
    voice: Callable[[str], Voice]
    now: Callable[[], datetime]
    language: Callable[[], str | None]
    words_known: Callable[[], Awaitable[None]]
    spawn: Spawn
    ended: Callable[[Reply, int], None]


class Reply:
    """A response from its creation to its end."""

    def __init__(
        self,
        plan: Plan,
        script: Script,
        line: Line,
        means: Means,
        thinking: Thinking | None = None,
    ) -> None:
        """Begin; ``thinking`` may be under way already."""
        self.plan, self.script, self._thinking = plan, script, thinking
        self.task: asyncio.Task[None] | None = None
        self._line, self._means = line, means
        self._telephone = None if plan.format.type == "audio/pcm" else ToTelephone(plan.format.type)
        self._first_sound_s = 0.0

    def begin(self) -> None:
        """Tell the client that there is a response."""
        self._line.say(self.script.begin())

    def stop(
        self, status: ResponseStatus, reason: str = "", error: ResponseError | None = None
    ) -> None:
        """End it now: nothing of it is sent after the events that close it."""
        if self.script.ended:
            return
        if status == "cancelled":
            self._line.drop_sound(self.script.id)
        self._line.say(self.script.end(status, reason, error))
        if self.task is not None and self.task is not asyncio.current_task():
            self.task.cancel()
        if self._thinking is not None:
            self._thinking.drop()
        self._means.ended(self, self._still_sounding_ms())

    async def run(self) -> None:
        """Think and speak, to the end or until stopped."""
        try:
            if self._thinking is None:
                await self._means.words_known()
            await self._think_and_tell()
        except (VoiceError, Failed) as failure:
            self._fail(str(failure))
        except Exception:  # The client must not wait for ever; the log has the rest.
            _log.exception("A response failed")
            self._fail("The engine made a mistake; its log says more.")

    async def _think_and_tell(self) -> None:
        if self.plan.ready_text is not None:
            await self._tell(self.plan.ready_text)
            self.stop("completed")
            return
        means = self._means
        thinking = self._thinking or Thinking(
            self.plan, means.brain, means.now, means.language(), means.spawn
        )
        try:
            while not self.script.ended:
                await self._take(await thinking.next())
        finally:
            thinking.drop()

    async def _take(self, piece: Piece) -> None:
        match piece:
            case str():
                await self._tell(piece)
            case FunctionCall(name, arguments):
                self._line.say(self.script.call(name, arguments))
                if self.plan.one_call:
                    self.stop("completed")
            case Finished(reason):
                status, why = _ENDS.get(reason, ("completed", ""))
                self.stop(status, why)
            case Failed():
                raise piece

    async def _tell(self, words: str) -> None:
        await self._line.room()
        self._line.say(self.script.text(words))
        if self.plan.modality == "text":
            return
        said = spoken(words, self._means.language() or "en")
        if not said.strip():
            return
        blocks = self._means.voice(self.plan.voice).speak(said, self.plan.speed)
        while (block := await asyncio.to_thread(next, blocks, None)) is not None:
            await self._in_time()
            await self._line.room()
            if self.script.ended:
                return
            self._line.say(self.script.sound(self._encoded(block), len(block) * 1000 / RATE_HZ))

    def _encoded(self, block: Block) -> bytes:
        return to_bytes(block) if self._telephone is None else self._telephone.take(block)

    async def _in_time(self) -> None:
        """Let the sound run ahead of its time, but not without end."""
        now_s = asyncio.get_running_loop().time()
        if not self.script.sounded:
            self._first_sound_s = now_s
            return
        ahead_ms = self.script.sound_ms - HEAD_START_MS
        due_s = self._first_sound_s + ahead_ms / 1000 / TIMES_FASTER
        if due_s > now_s:
            await asyncio.sleep(due_s - now_s)

    def _still_sounding_ms(self) -> int:
        if not self.script.sounded:
            return 0
        passed_s = asyncio.get_running_loop().time() - self._first_sound_s
        return max(round(self.script.sound_ms - passed_s * 1000), 0)

    def _fail(self, message: str) -> None:
        error = ResponseError(type="server_error", code="server_error", message=message)
        self.stop("failed", error=error)
