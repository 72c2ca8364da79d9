"""`tests.servers.fast` in a process of its own, and the way to talk to it."""

from __future__ import annotations

import json
import os
import socket
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from subprocess import PIPE
from types import TracebackType
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from tests.private_process import start, stop

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_S = 60.0
BYTES_PER_MS = 48


class FastError(Exception):
    """The server could not do what it was told."""


@dataclass(frozen=True, slots=True)
class Arrivals:
    """The sound that came, and when.

    Attributes:
        at_ns: When each append came (`time.monotonic_ns`).
        end: Index of the byte behind each append, in ``pcm``.
        pcm: All of it.
    """

    at_ns: npt.NDArray[np.int64]
    end: npt.NDArray[np.int64]
    pcm: bytes

    def arrival_ns(self, sample: int) -> int:
        """When a sample of ``pcm`` came."""
        return int(self.at_ns[np.searchsorted(self.end, sample * 2, side="right")])


class FastServer:
    """Starts the server, and gives it orders; ends it on leaving."""

    def __init__(self) -> None:
        self.port = 0
        self._folder = tempfile.TemporaryDirectory(prefix="parley-fast-")
        self._sounds = 0

    @property
    def url(self) -> str:
        return f"ws://127.0.0.1:{self.port}/v1/realtime"

    def __enter__(self) -> Self:
        command = [sys.executable, "-m", "tests.servers.fast", "--port", "0"]
        env = {**os.environ, "PYTHONPATH": str(ROOT)}
        self._process = start(command, env, stdout=PIPE)
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            stop(self._process)
            raise FastError("the fast server did not start")
        ports = json.loads(line)
        self.port = ports["port"]
        self._socket = socket.create_connection(("127.0.0.1", ports["control"]), PATIENCE_S)
        self._lines = self._socket.makefile("rwb")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._lines.close()
        self._socket.close()
        stop(self._process)
        self._folder.cleanup()

    def order(self, do: str, **fields: object) -> dict[str, Any]:
        """Give any order and return the answer.

        Raises:
            FastError: If the server could not obey.
        """
        self._lines.write(json.dumps({"do": do, **fields}).encode() + b"\n")
        self._lines.flush()
        answer: dict[str, Any] = json.loads(self._lines.readline() or b'{"error": "it is gone"}')
        if "error" in answer:
            raise FastError(answer["error"])
        return answer

    def say(self, event: dict[str, object]) -> int:
        """Send an event; return when it left."""
        return int(self.order("say", event=event)["at_ns"])

    def speech_started(self, item: str = "item_user") -> int:
        """Say that the user speaks, and stop speaking; return when it left."""
        return int(self.order("speech_started", item=item)["at_ns"])

    def speak(
        self,
        pcm: bytes,
        *,
        delta_ms: int = 20,
        pace: float = 0,
        ahead_ms: int = 0,
        flood: int = 0,
        wait: bool = True,
    ) -> dict[str, Any]:
        """Answer with ``pcm``, after ``flood`` transcript deltas.

        Args:
            pcm: PCM16, 24 kHz.
            delta_ms: Length of a delta.
            pace: Times faster than real time; 0: at once.
            ahead_ms: So much of it at once, before the pace counts.
            flood: Transcript deltas before the sound.
            wait: Return when all was sent; else after the first delta.

        Returns:
            ``response``, ``item``, ``first_ns`` (first audio delta left); if waited, ``start_ns``
            (before the first frame) and ``last_ns`` too.
        """
        self._sounds += 1
        path = Path(self._folder.name) / f"answer{self._sounds}.pcm"
        path.write_bytes(pcm)
        fields = {"delta_ms": delta_ms, "pace": pace, "flood": flood, "wait": wait}
        fields["ahead_ms"] = ahead_ms
        return self.order("speak", pcm=str(path), **fields)

    def wait_for(
        self, kind: str, count: int = 1, timeout_s: float = 30.0
    ) -> tuple[int, dict[str, Any]]:
        """Wait for the ``count``-th client event of a type, ``append`` or ``connection``.

        Returns:
            When it came, and the event.
        """
        found = self.order("wait", type=kind, count=count, timeout_s=timeout_s)
        return found["at_ns"], found["event"]

    def report(self) -> dict[str, Any]:
        """Return ``connections_ns``, ``appends``, ``first_append_ns`` and ``events``."""
        return self.order("report")

    def reset(self) -> None:
        """Forget what was received."""
        self.order("reset")

    def arrivals(self) -> Arrivals:
        """Fetch the sound that came since the start or `reset`."""
        path = Path(self._folder.name) / "arrivals"
        self.order("save", path=str(path))
        lines = path.with_suffix(".jsonl").read_text().splitlines()
        rows = [json.loads(line) for line in lines]
        return Arrivals(
            np.array([row["at_ns"] for row in rows], dtype=np.int64),
            np.array([row["offset"] + row["bytes"] for row in rows], dtype=np.int64),
            path.with_suffix(".pcm").read_bytes(),
        )
