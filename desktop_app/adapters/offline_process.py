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
from collections.abc import Sequence
from typing import Any

from desktop_app.core.far_end import LinkFailure
from desktop_app.ports import LinkError

START_TIMEOUT_S = 60.0
"""The first start on a slow disk loads some hundred megabytes."""

LEAVE_TIMEOUT_S = 1.5
TOKEN_VARIABLE = "PARLEY_TOKEN"

log = logging.getLogger(__name__)


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


class OfflineProcess:
    """Runs the engine.  Used on one loop at a time."""

    def __init__(self, command: Sequence[str] | None = None) -> None:
        self._command = tuple(command or engine_command())
        self._process: asyncio.subprocess.Process | None = None
        self._address = ("", "")
        self._starting = asyncio.Lock()
        self._reading: asyncio.Task[None] | None = None

    async def start(self) -> tuple[str, str]:
        """Start the engine unless it runs; return its address and token.

        Raises:
            LinkError: It does not start; ``code`` is ``weights`` when its models are missing.
        """
        async with self._starting:
            if self._process is None or self._process.returncode is not None:
                await self._start()
            return self._address

    async def aclose(self) -> None:
        """End the engine.  Idempotent."""
        process, self._process = self._process, None
        if self._reading is not None:
            self._reading.cancel()
            self._reading = None
        if process is None:
            return
        if process.stdin is not None:
            process.stdin.close()
        try:
            async with asyncio.timeout(LEAVE_TIMEOUT_S):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()

    async def _start(self) -> None:
        token = secrets.token_urlsafe(32)
        try:
            process = await asyncio.create_subprocess_exec(
                *self._command,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
                env={**os.environ, TOKEN_VARIABLE: token},
            )
        except OSError as error:
            raise LinkError(
                LinkFailure("engine", detail=f"It can't be started: {error}.")
            ) from error
        self._process = process
        assert process.stdout is not None
        assert process.stderr is not None
        self._reading = asyncio.create_task(_to_log(process.stderr), name="engine-log")
        try:
            async with asyncio.timeout(START_TIMEOUT_S):
                line = await process.stdout.readline()
        except TimeoutError as error:
            await self.aclose()
            raise LinkError(LinkFailure("engine", detail="It did not start in time.")) from error
        self._address = (await self._ready(line), token)

    async def _ready(self, line: bytes) -> str:
        """Read the engine's first line: its address, or why it can't work."""
        told = _object_of(line)
        if url := str(told.get("url", "")):
            return url
        await self.aclose()
        code = str(told.get("code", ""))
        detail = str(told.get("error", "")) or "It ended at once; the log says more."
        raise LinkError(LinkFailure("engine", code=code, detail=detail))


def _object_of(line: bytes) -> dict[str, Any]:
    try:
        told = json.loads(line)
    except ValueError:  # It died before it could say anything.
        return {}
    return told if isinstance(told, dict) else {}


async def _to_log(lines: asyncio.StreamReader) -> None:
    while line := await lines.readline():
        log.info("engine: %s", line.decode(errors="replace").rstrip())
