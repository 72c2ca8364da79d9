"""One whole turn over a link: the question in, the answer out, every wait bounded."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field, replace

from desktop_app.audio.pcm import RATE_HZ
from desktop_app.core import effects as fx
from desktop_app.core.events import Event
from desktop_app.core.failures import answer_problem, error_problem, judge
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
    UserTextDone,
    UserTextFailed,
)
from desktop_app.core.problems import Problem
from desktop_app.core.settings import Settings
from desktop_app.ports import Destination, Link, LinkError, ToolProvider

BLOCK_BYTES = RATE_HZ * 2 // 10
"""The question is sent in blocks of 100 ms, as fast as the network takes it."""

CREATED_TIMEOUT_S = 3.0
TRANSCRIPT_TIMEOUT_S = 3.0
"""The question's transcript may come after the answer; it is waited for this long."""

MOST_TOOL_ROUNDS = 4


class TurnError(Exception):
    """The turn failed; ``str(error)`` says why and what to do, for people."""


@dataclass(slots=True)
class Answer:
    """What came of a turn.  Times in milliseconds since the start (connect) or the question."""

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


class Turn:
    """Asks one question over a link that nobody has opened yet."""

    def __init__(self, link: Link, tools: ToolProvider, settings: Settings) -> None:
        # Turns are ours: the whole question is sent at once, whatever silence it holds.
        self._settings = replace(settings, turn_detection="manual")
        self._link, self._tools = link, tools
        self._answer = Answer()
        self._audio: list[bytes] = []
        self._text: list[str] = []
        self._calls: list[ToolCalled] = []
        self._rounds = 0
        self._asked_at = 0.0
        self._transcribed = asyncio.Event()
        self._omitted: frozenset[str] = frozenset()
        self._last_error: ServerError | None = None

    async def run(
        self, destination: Destination, pcm: bytes, text: str, timeout_s: float
    ) -> Answer:
        """Connect, ask ``pcm`` (PCM16, 24 kHz) or ``text``, and return the answer.

        Raises:
            TurnError: It failed, or took longer than ``timeout_s``.
        """
        started = time.monotonic()
        try:
            async with asyncio.timeout(timeout_s):
                await self._link.open(await destination.resolve(self._settings))
                self._answer.timings_ms = {"connect": _ms_since(started)}
                await self._converse(pcm, text)
        except TimeoutError as error:
            raise TurnError(f"no answer within {timeout_s:g} seconds.") from error
        except LinkError as error:
            raise _failed(judge(error.failure, self._last_error).problem) from error
        finally:
            await self._link.aclose()
        self._answer.text = "".join(self._text).strip()
        self._answer.pcm = b"".join(self._audio)
        for name in ("first_text", "first_audio"):
            self._answer.timings_ms.setdefault(name, None)
        return self._answer

    async def _converse(self, pcm: bytes, text: str) -> None:
        configured = False
        ended = False
        deadline: asyncio.Task[None] | None = None
        async for event in self._link.events():
            if isinstance(event, LinkOpened):
                self._answer.server = event.server
            elif isinstance(event, SessionStarted):
                self._answer.model = event.model
                await self._configure()
            elif isinstance(event, SessionConfigured) and not configured:
                configured = True
                self._answer.model = event.model or self._answer.model
                await self._ask(pcm, text)
            elif isinstance(event, ServerError):
                await self._refused(event, configured=configured)
            else:
                ended = await self._received(event) or ended
            if ended and (self._transcribed.is_set() or text):
                break
            if ended and deadline is None:
                deadline = asyncio.create_task(self._give_up_on_transcript())
        if deadline is not None:
            deadline.cancel()
        if not ended:
            raise TurnError("the server hung up before it had answered.")

    async def _give_up_on_transcript(self) -> None:
        await asyncio.sleep(TRANSCRIPT_TIMEOUT_S)
        await self._link.aclose()  # Ends the loop of events: the answer is whole.

    async def _configure(self) -> None:
        await self._link.send(fx.ConfigureSession(self._settings, "cfg_ask", self._omitted))

    async def _ask(self, pcm: bytes, text: str) -> None:
        if text:
            await self._link.send(fx.AddText("msg_ask", "user", text))
            await self._request()
            return
        for at in range(0, len(pcm), BLOCK_BYTES):
            await self._link.send(fx.SendAudio(pcm[at : at + BLOCK_BYTES]))
        await self._link.send(fx.CommitInput("commit_ask"))
        self._asked_at = time.monotonic()

    async def _request(self) -> None:
        self._asked_at = self._asked_at or time.monotonic()
        await self._link.send(fx.CreateResponse(f"resp_ask_{self._rounds}"))

    async def _received(self, event: Event) -> bool:
        """Take one event; True when the answer is complete."""
        match event:
            case InputCommitted():
                await self._request()
            case UserTextDone(_, text):
                self._answer.user_text = text.strip()
                self._transcribed.set()
            case UserTextFailed():
                self._transcribed.set()
            case AssistantTextArrived(_, _, text):
                self._mark("first_text")
                self._text.append(text)
            case AudioArrived():
                self._mark("first_audio")
                self._audio.append(event.pcm)
            case ToolCalled() if event.complete:
                if all(call.call_id != event.call_id for call in self._calls):
                    self._calls.append(event)
            case ResponseEnded():
                return await self._ended(event)
            case _:
                pass
        return False

    async def _ended(self, event: ResponseEnded) -> bool:
        if event.status != "completed" and not (self._text or self._audio):
            raise _failed(answer_problem(event))
        if self._calls and self._rounds < MOST_TOOL_ROUNDS:
            self._rounds += 1
            calls, self._calls = self._calls, []
            for call in calls:
                output = await self._tools.call(call.name, call.arguments)
                await self._link.send(fx.AddToolOutput(call.call_id, output))
            await self._request()
            return False
        if not self._text:
            self._text.extend(text for _, text in event.texts)
        self._mark("done")
        return True

    async def _refused(self, error: ServerError, *, configured: bool) -> None:
        self._last_error = error
        if problem := error_problem(error):
            raise _failed(problem)
        param = error.param.removeprefix("session.")
        if not configured and param and param not in self._omitted:
            self._omitted |= {param}
            await self._configure()
        elif not configured or error.event_id.startswith(("commit_ask", "resp_ask", "msg_ask")):
            raise TurnError(f"the server refused: {error.message or error.code}.")

    def _mark(self, name: str) -> None:
        self._answer.timings_ms.setdefault(name, _ms_since(self._asked_at))


def _ms_since(start_s: float) -> int:
    return round((time.monotonic() - start_s) * 1000)


def _failed(problem: Problem | None) -> TurnError:
    if problem is None:
        return TurnError("the session ended too early.")
    return TurnError(f"{problem.title}. {problem.hint}")
