"""What one session's user said, as the client is told: words while they speak, and all at the end.

Words are recognised for the brain in any case; the client is told only if it wants to know.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from typing import Any, TypedDict

import numpy as np
import numpy.typing as npt
from msgspec import structs

from desktop_app.offline.conversation import Entry
from desktop_app.offline.ears import Ears, Urgency
from desktop_app.offline.line import Line
from desktop_app.offline.subtitles import Subtitles
from desktop_app.offline.whisper import Heard
from desktop_app.wire import input_events as say
from desktop_app.wire.base import known
from desktop_app.wire.items import InputAudio, Message
from desktop_app.wire.response import TranscriptionDuration
from desktop_app.wire.session import Transcription

Pcm = npt.NDArray[np.int16]
Spawn = Callable[[Coroutine[Any, Any, None]], "asyncio.Task[None]"]
PARTIAL_EVERY_MS = 700

_log = logging.getLogger(__name__)


class Hints(TypedDict):
    """What helps to understand the user."""

    language: str | None
    prompt: str | None


class Transcripts:
    """Has a session's turns recognised."""

    def __init__(self, ears: Ears, line: Line, spawn: Spawn, me: str) -> None:
        """Ask ``ears`` under the name ``me``, which must not keep the session alive."""
        self.language: str | None = None
        self._ears, self._line, self._spawn, self._me = ears, line, spawn, me
        self._wanted: Transcription | None = None
        self._pending: dict[str, asyncio.Task[None]] = {}
        self._item_id = ""
        self._subtitles = Subtitles()
        self._partial: Future[Heard] | None = None
        self._next_look_ms = 0

    @property
    def is_waiting(self) -> bool:
        """Whether something was said whose words are not known yet."""
        return bool(self._pending)

    @property
    def hints(self) -> Hints:
        """What the client has told about what it will hear."""
        wanted = self._wanted or Transcription()
        several = known(wanted.languages, ())
        language = known(wanted.language, several[0] if len(several) == 1 else None)
        words = [known(wanted.prompt, ""), ", ".join(known(wanted.keywords, ()))]
        return {"language": language, "prompt": " ".join(filter(None, words)) or None}

    def configure(self, wanted: Transcription | None) -> None:
        """Tell the client what is said, or do not."""
        self._wanted = wanted

    async def all_known(self) -> None:
        """Wait until what was said so far is known."""
        if waiting := tuple(self._pending.values()):
            await asyncio.wait(waiting)

    def begin(self, item_id: str, now_ms: int) -> None:
        """A turn begins."""
        self.stop_looking()
        self._item_id, self._subtitles = item_id, Subtitles()
        self._next_look_ms = now_ms + PARTIAL_EVERY_MS

    def look(self, now_ms: int, cut: Callable[[], Pcm]) -> None:
        """Have the turn so far recognised now and then, to show words while the user speaks."""
        if self._wanted is None or self._partial is not None or now_ms < self._next_look_ms:
            return
        self._next_look_ms = now_ms + PARTIAL_EVERY_MS
        self._partial = self._ears.hear(
            cut(), owner=self._me, urgency=Urgency.PARTIAL, **self.hints
        )
        self._spawn(self._show(self._partial, self._item_id, self._subtitles))

    def stop_looking(self) -> None:
        """The user is silent: what matters now is the whole turn."""
        if self._partial is not None:
            self._partial.cancel()
            self._partial = None

    def understand(
        self, entry: Entry, heard: Future[Heard], then: Callable[[Entry], None] | None
    ) -> None:
        """Wait for the words of a turn, tell them, and go on with ``then``."""
        self.stop_looking()
        subtitles = Subtitles()
        if entry.id == self._item_id:
            subtitles, self._subtitles = self._subtitles, subtitles
        work = self._understand(entry, heard, subtitles, then)
        self._pending[entry.id] = self._spawn(work)

    async def _understand(
        self,
        entry: Entry,
        future: Future[Heard],
        subtitles: Subtitles,
        then: Callable[[Entry], None] | None,
    ) -> None:
        try:
            heard = await asyncio.wrap_future(future)
        except Exception as failure:  # Whatever broke, the client must learn of it.
            _log.exception("The user could not be understood")
            self._line.say([_failed(entry, failure)])
            return
        finally:
            self._pending.pop(entry.id, None)
        self._write_down(entry, heard.text)
        if self._wanted is not None:
            self._tell(entry, heard.text, subtitles)
        if heard.text:
            self.language = heard.language or None
        if then is not None:
            then(entry)

    def _write_down(self, entry: Entry, text: str) -> None:
        entry.words = f"{entry.words} {text}".strip()
        if isinstance(entry.item, Message):
            content = tuple(
                structs.replace(part, transcript=text) if isinstance(part, InputAudio) else part
                for part in entry.item.content
            )
            entry.item = structs.replace(entry.item, content=content)

    def _tell(self, entry: Entry, text: str, subtitles: Subtitles) -> None:
        if rest := subtitles.rest(text):
            self._line.say(
                [say.InputTranscriptDelta(item_id=entry.id, content_index=0, delta=rest)]
            )
        usage = TranscriptionDuration(seconds=round(entry.audio_ms / 1000, 2))
        self._line.say(
            [
                say.InputTranscriptCompleted(
                    item_id=entry.id, content_index=0, transcript=text, usage=usage
                )
            ]
        )

    async def _show(self, partial: Future[Heard], item_id: str, subtitles: Subtitles) -> None:
        heard = await outcome(partial)
        if self._partial is partial:
            self._partial = None
        if heard is None or self._subtitles is not subtitles:
            return
        if delta := subtitles.more(heard.text):
            event = say.InputTranscriptDelta(item_id=item_id, content_index=0, delta=delta)
            self._line.say([event])


async def outcome(guess: Future[Heard]) -> Heard | None:
    """Wait for a guess; None if it was dropped or failed, for then nobody needs it."""
    (done,), _ = await asyncio.wait([asyncio.wrap_future(guess)])
    if done.cancelled() or done.exception() is not None:
        return None
    heard: Heard = done.result()
    return heard


def _failed(entry: Entry, failure: Exception) -> say.InputTranscriptFailed:
    error = say.TranscriptionError(
        type="transcription_error", code="transcription_failed", message=str(failure)
    )
    return say.InputTranscriptFailed(item_id=entry.id, content_index=0, error=error)
