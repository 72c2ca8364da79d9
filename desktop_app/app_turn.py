"""One whole turn over a link: the question in, the answer out, every wait bounded."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from enum import Enum, auto

from desktop_app.app_answer import Answer, TurnError
from desktop_app.app_probe import link_problem
from desktop_app.audio.pcm import RATE_HZ
from desktop_app.core import effects as fx
from desktop_app.core.events import Event
from desktop_app.core.failures import answer_problem, error_problem, is_about
from desktop_app.core.far_end import (
    AssistantTextArrived,
    AudioArrived,
    InputCommitted,
    LinkOpened,
    ResponseEnded,
    ServerError,
    SessionConfigured,
    SessionStarted,
    ToolCalled,
    UserTextArrived,
    UserTextDone,
    UserTextFailed,
)
from desktop_app.core.problems import Problem
from desktop_app.core.settings import Settings
from desktop_app.ports import Destination, Link, LinkError, ToolProvider

BLOCK_BYTES = RATE_HZ * 2 // 10
"""The question is sent in blocks of 100 ms, as fast as the network takes it."""

CREATED_TIMEOUT_S = 3.0
UPDATED_TIMEOUT_S = 5.0
"""Compatible servers may leave out a greeting or a confirmation; then we go on without it."""

TRANSCRIPT_TIMEOUT_S = 3.0
"""The question's transcript may come after the answer; it is waited for this long."""

_TOO_SHORT = "input_audio_buffer_commit_empty"

MOST_TOOL_ROUNDS = 4
MOST_OMITTED = 8
"""A server that refuses more settings than this is asked all the same, as it is."""


class _Stage(Enum):
    OPENING = auto()
    CONFIGURING = auto()
    ASKED = auto()
    ANSWERED = auto()
    OVER = auto()


_PATIENCE_S = {
    _Stage.OPENING: CREATED_TIMEOUT_S,
    _Stage.CONFIGURING: UPDATED_TIMEOUT_S,
    _Stage.ANSWERED: TRANSCRIPT_TIMEOUT_S,
}
"""How long a stage waits for its event; the others wait for as long as the whole turn may take."""


class Turn:
    """Asks one question over a link that nobody has opened yet."""

    def __init__(self, link: Link, tools: ToolProvider, settings: Settings) -> None:
        # Turns are ours: the whole question is sent at once, whatever silence it holds.
        self._settings = replace(settings, turn_detection="manual")
        self._link, self._tools = link, tools
        self._answer = Answer()
        self._pcm, self._typed = b"", ""
        self._audio: list[bytes] = []
        self._text: list[str] = []
        self._calls: dict[str, ToolCalled] = {}
        self._rounds = 0
        self._asked_at = 0.0
        self._requested = False
        self._transcribed = not settings.transcription_model
        self._omitted: frozenset[str] = frozenset()
        self._last_error: ServerError | None = None
        self._stage = _Stage.OPENING
        self._deadline: float | None = None

    async def run(
        self, destination: Destination, pcm: bytes, text: str, timeout_s: float
    ) -> Answer:
        """Connect, ask ``pcm`` (PCM16, 24 kHz) or ``text``, and return the answer.

        Raises:
            TurnError: It failed, or took longer than ``timeout_s``.
        """
        self._pcm, self._typed = pcm, text
        self._transcribed = self._transcribed or bool(text)
        self._answer.user_text = text
        started = time.monotonic()
        try:
            async with asyncio.timeout(timeout_s):
                await self._link.open(await destination.resolve(self._settings))
                self._answer.timings_ms = {"connect": _ms_since(started)}
                await self._converse()
        except TimeoutError as error:
            said = f" The server said: {self._last_error.message}" if self._last_error else ""
            raise TurnError(f"no answer within {timeout_s:g} seconds.{said}") from error
        except LinkError as error:
            raise _failed(link_problem(error.failure, self._last_error)) from error
        finally:
            await self._link.aclose()
        self._answer.text = "".join(self._text).strip()
        self._answer.pcm = b"".join(self._audio)
        for name in ("first_text", "first_audio"):
            self._answer.timings_ms.setdefault(name, None)
        return self._answer

    async def _converse(self) -> None:
        self._enter(_Stage.OPENING)
        # One task listens, so that a wait can end without ending the link's own iterator.
        inbox: asyncio.Queue[Event | LinkError | None] = asyncio.Queue()
        listening = asyncio.create_task(_listen(self._link.events(), inbox), name="turn-listen")
        try:
            while self._stage is not _Stage.OVER:
                try:
                    async with asyncio.timeout_at(self._deadline):
                        event = await inbox.get()
                except TimeoutError:
                    await self._waited_enough()
                    continue
                await self._take(event)
        finally:
            listening.cancel()
            await asyncio.wait({listening})

    async def _take(self, event: Event | LinkError | None) -> None:
        match event:
            case None | LinkError() if self._stage is _Stage.ANSWERED:
                self._enter(_Stage.OVER)  # Only the question's transcript is lost.
            case None:
                raise TurnError("the server hung up before it had answered.")
            case LinkError():
                raise event
            case LinkOpened(server):
                self._answer.server = server
            case SessionStarted(_, model):
                self._answer.model = model
                if self._stage is _Stage.OPENING:
                    await self._configure()
            case SessionConfigured(model):
                self._answer.model = model or self._answer.model
                if self._stage is _Stage.CONFIGURING:
                    await self._ask()
            case ServerError():
                await self._refused(event)
            case _:
                await self._received(event)

    def _enter(self, stage: _Stage) -> None:
        self._stage = stage
        patience_s = _PATIENCE_S.get(stage)
        now = asyncio.get_running_loop().time()
        self._deadline = None if patience_s is None else now + patience_s

    async def _waited_enough(self) -> None:
        match self._stage:
            case _Stage.OPENING:
                await self._configure()
            case _Stage.CONFIGURING:
                await self._ask()
            case _:
                self._enter(_Stage.OVER)

    async def _configure(self) -> None:
        self._enter(_Stage.CONFIGURING)
        await self._link.send(fx.ConfigureSession(self._settings, "cfg_ask", self._omitted))

    async def _ask(self) -> None:
        self._enter(_Stage.ASKED)
        if self._typed:
            await self._link.send(fx.AddText("msg_ask", "user", self._typed))
            await self._request()
            return
        for at in range(0, len(self._pcm), BLOCK_BYTES):
            await self._link.send(fx.SendAudio(self._pcm[at : at + BLOCK_BYTES]))
        await self._link.send(fx.CommitInput("commit_ask"))
        self._asked_at = time.monotonic()

    async def _request(self) -> None:
        self._requested = True
        self._asked_at = self._asked_at or time.monotonic()
        await self._link.send(fx.CreateResponse(f"resp_ask_{self._rounds}"))

    async def _received(self, event: Event) -> None:
        match event:
            case InputCommitted() if self._stage is _Stage.ASKED and not self._requested:
                await self._request()
            case UserTextArrived(_, text, whole):
                self._answer.user_text = text if whole else self._answer.user_text + text
            case UserTextDone(_, text):
                self._answer.user_text = text.strip()
                self._heard()
            case UserTextFailed():
                self._heard()
            case AssistantTextArrived(_, _, text):
                self._mark("first_text")
                self._text.append(text)
            case AudioArrived():
                self._mark("first_audio")
                self._audio.append(event.pcm)
            case ToolCalled() if event.complete:
                self._calls[event.call_id] = event
            case ResponseEnded() if event.in_conversation and self._stage is _Stage.ASKED:
                await self._ended(event)
            case _:
                pass

    def _heard(self) -> None:
        """The question's transcript is as good as it gets."""
        self._transcribed = True
        if self._stage is _Stage.ANSWERED:
            self._enter(_Stage.OVER)

    async def _ended(self, event: ResponseEnded) -> None:
        whole = event.status == "completed"
        if event.status == "failed" or not (whole or self._text or self._audio):
            raise _failed(answer_problem(event))
        if self._calls and self._rounds < MOST_TOOL_ROUNDS:
            self._rounds += 1
            calls, self._calls = self._calls, {}
            for call in calls.values():
                output = await self._tools.call(call.name, call.arguments)
                await self._link.send(fx.AddToolOutput(call.call_id, output))
            await self._request()
            return
        if not self._text:
            self._text.extend(text for _, text in event.texts)
        self._mark("done")
        self._enter(_Stage.OVER if self._transcribed else _Stage.ANSWERED)

    async def _refused(self, error: ServerError) -> None:
        self._last_error = error
        if is_about(error, "conversation_already_has_active_response"):
            return  # The server was quicker: what it says is the answer.
        if problem := error_problem(error):
            raise _failed(problem)
        ours = error.event_id.partition("_")[0]
        if self._stage is _Stage.CONFIGURING and ours in ("", "cfg"):
            await self._configure_without(error.param.removeprefix("session."))
        elif ours in ("commit", "resp", "msg") or is_about(
            error, "input_audio_buffer_commit_empty"
        ):
            raise TurnError(f"the server refused: {error.message or error.code}")

    async def _configure_without(self, param: str) -> None:
        """One bad setting rejects all: send them again without that one, or go on without any."""
        if param and param not in self._omitted and len(self._omitted) < MOST_OMITTED:
            self._omitted |= {param}
            await self._configure()
        else:
            await self._ask()

    def _mark(self, name: str) -> None:
        self._answer.timings_ms.setdefault(name, _ms_since(self._asked_at))


async def _listen(
    events: AsyncIterator[Event], inbox: asyncio.Queue[Event | LinkError | None]
) -> None:
    try:
        async for event in events:
            inbox.put_nowait(event)
    except LinkError as error:
        inbox.put_nowait(error)
    else:
        inbox.put_nowait(None)


def _ms_since(start_s: float) -> int:
    return round((time.monotonic() - start_s) * 1000)


def _failed(problem: Problem | None) -> TurnError:
    if problem is None:
        return TurnError("the session ended too early.")
    return TurnError(f"{problem.title}. {problem.hint}", problem)
