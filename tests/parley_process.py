"""Parley as people start it: a process of its own, with a home of its own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import wave
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.private_process import stop
from tests.servers import speech

ROOT = Path(__file__).resolve().parent.parent
PATIENCE_S = 60.0
# What would lead a test to a real key, to a screen, or into somebody's own files.
FOREIGN = ("PARLEY_API_KEY", "PARLEY_LOG", "PARLEY_TOKEN", "DISPLAY", "WAYLAND_DISPLAY")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a command."""

    code: int
    out: str
    err: str

    @property
    def told(self) -> dict[str, Any]:
        """The JSON object on the last line of standard output."""
        found: dict[str, Any] = json.loads(self.out.splitlines()[-1])
        return found


@dataclass(frozen=True, slots=True)
class Parley:
    """Starts commands; ``env`` is added to the environment, in ``home`` they keep their files."""

    home: Path
    env: Mapping[str, str] = field(default_factory=dict)

    def __call__(
        self, *arguments: str | Path, said: str = "", timeout_s: float = PATIENCE_S
    ) -> Outcome:
        """Run a command to its end; ``said`` is its standard input."""
        done = subprocess.run(
            self.command(*arguments),
            env=self.environment(),
            input=said,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=timeout_s,
            check=False,
        )
        return Outcome(done.returncode, done.stdout, done.stderr)

    @contextmanager
    def running(self, *arguments: str | Path) -> Iterator[Running]:
        """Start a command without a terminal and end it in the end, whatever happens."""
        out, err = self.home.with_suffix(".out"), self.home.with_suffix(".err")
        with open(out, "wb") as output, open(err, "wb") as errors:
            process = subprocess.Popen(
                self.command(*arguments),
                env=self.environment(),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=errors,
                start_new_session=True,
            )
        try:
            yield Running(process, out, err)
        finally:
            stop(process)

    def command(self, *arguments: str | Path) -> list[str]:
        return [sys.executable, "-m", "desktop_app", *(str(one) for one in arguments)]

    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if name not in FOREIGN}
        ours = {"PARLEY_HOME": str(self.home), "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"}
        return kept | ours | dict(self.env)

    def with_env(self, **more: str) -> Parley:
        """The same with more in its environment."""
        return Parley(self.home, dict(self.env) | more)

    def written(self) -> str:
        """All that stands in its files."""
        files = [path for path in self.home.rglob("*") if path.is_file()]
        return "\n".join(path.read_bytes().decode(errors="replace") for path in files)


@dataclass(frozen=True, slots=True)
class Running:
    """A command at work."""

    process: subprocess.Popen[bytes]
    _out: Path
    _err: Path

    def interrupt(self, number: signal.Signals = signal.SIGINT) -> None:
        self.process.send_signal(number)

    @property
    def out(self) -> str:
        return self._out.read_text(encoding="utf-8", errors="replace")

    @property
    def err(self) -> str:
        return self._err.read_text(encoding="utf-8", errors="replace")

    def wait(self, timeout_s: float = PATIENCE_S) -> int:
        """Wait for its end; return the exit code."""
        try:
            return self.process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            told = f"{self.out[-1500:]}\n{self.err[-3000:]}"
            raise TimeoutError(f"it does not end within {timeout_s:g} s:\n{told}") from None


def question(path: Path, duration_ms: int = 1200, seed: int = 3) -> bytes:
    """Write a recording of 24 kHz, and return its samples."""
    pcm = speech.to_pcm(speech.answer(duration_ms, seed))
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(24_000)
        file.writeframes(pcm)
    return pcm
