"""The offline engine as a process of its own: started when needed, ended with the app.

The engine gets a one-time token through its environment and a pipe as standard input: when this
process ends, however it ends, the pipe closes and the engine leaves.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import secrets
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any

from desktop_app.core.far_end import LinkFailure
from desktop_app.core.problems import Action, Kind, Problem
from desktop_app.ports import LinkError

START_TIMEOUT_S = 60.0
"""The first start on a slow disk loads some hundred megabytes."""

LEAVE_TIMEOUT_S = 1.5

HEALTHY_S = 300.0
"""An engine that has worked for so long since it crashed may crash once more."""

TOKEN_VARIABLE = "PARLEY_TOKEN"
SERVER_KEYS = ("OPENAI_API_KEY", "PARLEY_API_KEY")

RESTARTED = Problem(
    Kind.ENGINE_RESTARTED,
    "The assistant on this computer stopped and was started again",
    "The conversation goes on. If it happens again, copy the report and send it to us.",
    Action.COPY_REPORT,
)
_GIVEN_UP = "It stopped twice in a short time. Try again; if it stays, copy the report."

log = logging.getLogger(__name__)


def _environment(token: str) -> dict[str, str]:
    """The engine's variables: it works alone, so it gets no key of any server."""
    ours = {name: v for name, v in os.environ.items() if name not in SERVER_KEYS}
    return ours | {TOKEN_VARIABLE: token}


def engine_command() -> tuple[str, ...]:
    """Return how this program starts its engine, from source or frozen."""
    program = (
        (sys.executable,)
        if getattr(sys, "frozen", False)
        else (
            sys.executable,
            "-m",
            "desktop_app",
        )
    )
    return (*program, "serve", "--with-parent", "--port", "0")


def _nobody(problem: Problem) -> None:
    """Nobody is to be told: whoever asks one question sees that it fails."""


class OfflineProcess:
    """Runs the engine.  Used on one loop at a time.

    One that ends by itself is started again once, and that is told; when it ends again before it
    was healthy for a while, the next start is refused, and it is the user who tries again.

    Args:
        command: What to run; None is this program's own engine.
        start_timeout_s: Longest wait for its first line.
        tell: Takes the problem that there was, on the loop's thread.
        clock: Returns seconds.
    """

    def __init__(
        self,
        command: Sequence[str] | None = None,
        *,
        start_timeout_s: float = START_TIMEOUT_S,
        tell: Callable[[Problem], None] = _nobody,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._command = tuple(command or engine_command())
        self._start_timeout_s = start_timeout_s
        self._tell, self._clock = tell, clock
        self._crashed_at_s: float | None = None
        self._options: tuple[str, ...] = ()
        self._process: asyncio.subprocess.Process | None = None
        self._address = ("", "")
        self._starting = asyncio.Lock()
        self._reading: tuple[asyncio.Task[None], ...] = ()

    async def start(self, options: tuple[str, ...] = ()) -> tuple[str, str]:
        """Start the engine, unless it runs as wanted; return its address and token.

        Args:
            options: Of ``parley serve``, besides those that lead it to us.

        Raises:
            LinkError: It does not start; ``code`` is ``weights`` when its models are missing, and
                ``crashed`` when it has just stopped for the second time.
        """
        async with self._starting:
            crashed = self._process is not None and self._process.returncode is not None
            if crashed:
                await self._mourn()
            elif options != self._options:
                await self.aclose()
            self._options = options
            if self._process is None:
                await self._start()
            if crashed:
                self._tell(RESTARTED)
            return self._address

    async def aclose(self) -> None:
        """End the engine.  Idempotent."""
        process, self._process = self._process, None
        if process is not None:
            if process.stdin is not None:
                process.stdin.close()
            try:
                async with asyncio.timeout(LEAVE_TIMEOUT_S):
                    await process.wait()
            except TimeoutError:
                process.kill()
                await process.wait()
        for reading in self._reading:
            reading.cancel()
        self._reading = ()

    async def _mourn(self) -> None:
        """Clear away an engine that ended by itself.

        Raises:
            LinkError: It is the second one; the next start is the user's, and counts afresh.
        """
        assert self._process is not None
        log.error("the engine ended by itself (exit code %s)", self._process.returncode)
        await self.aclose()
        now, before = self._clock(), self._crashed_at_s
        if before is not None and now - before < HEALTHY_S:
            self._crashed_at_s = None
            raise LinkError(LinkFailure("engine", code="crashed", detail=_GIVEN_UP))
        self._crashed_at_s = now

    async def _start(self) -> None:
        token = secrets.token_urlsafe(32)
        self._process = process = await self._launch(token)
        assert process.stdout is not None
        assert process.stderr is not None
        self._reading = (asyncio.create_task(_to_log(process.stderr), name="engine-log"),)
        try:
            async with asyncio.timeout(self._start_timeout_s):
                line = await _first_line(process.stdout)
            self._address = (_address_in(line), token)
        except TimeoutError as error:
            await self.aclose()
            raise LinkError(LinkFailure("engine", detail="It did not start in time.")) from error
        except BaseException:  # Refused, or nobody waits any more: it must not stay half started.
            await self.aclose()
            raise
        more = asyncio.create_task(_to_log(process.stdout), name="engine-output")
        self._reading = (*self._reading, more)

    async def _launch(self, token: str) -> asyncio.subprocess.Process:
        try:
            return await asyncio.create_subprocess_exec(
                *self._command,
                *self._options,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
                env=_environment(token),
            )
        except OSError as error:
            detail = f"It can't be started: {error.strerror or error}."
            raise LinkError(LinkFailure("engine", detail=detail)) from error


def _address_in(line: bytes) -> str:
    """Read the engine's first line: its address, or why it can't work.

    Raises:
        LinkError: It can't.
    """
    told = _object_of(line)
    if url := str(told.get("url", "")):
        return url
    code = str(told.get("code", ""))
    detail = str(told.get("error", "")) or "It ended at once; the log says more."
    raise LinkError(LinkFailure("engine", code=code, detail=detail))


def _object_of(line: bytes) -> dict[str, Any]:
    try:
        told = json.loads(line)
    except ValueError:  # It died before it could say anything.
        return {}
    return told if isinstance(told, dict) else {}


async def _first_line(lines: asyncio.StreamReader) -> bytes:
    try:
        return await lines.readline()
    except ValueError:  # No line at all, but a flood.
        return b""


async def _to_log(lines: asyncio.StreamReader) -> None:
    """Write down what the engine says, to the end: a pipe that nobody reads would stop it."""
    while True:
        try:
            line = await lines.readline()
        except ValueError:
            log.info("engine: (a line too long to keep)")
            continue
        if not line:
            return
        log.info("engine: %s", line.decode(errors="replace").rstrip())
