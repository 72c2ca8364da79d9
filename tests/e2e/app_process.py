"""The app as a user starts it: a process of its own, with a home of its own."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from desktop_app.adapters.places import HOME_VARIABLE, find_places
from tests.private_process import wait_until

ROOT = Path(__file__).resolve().parents[2]
LEAVE_S = 10.0


class AppProcess:
    """``parley ARGUMENTS``, running.

    Args:
        arguments: The command line.
        env: Where it lives: sound system, screen.
        home: Its ``PARLEY_HOME``, which holds what it prints too.
        settings: What its settings file says; None: it has none.
        program: How it is started; the source with this interpreter, unless it is another.
    """

    def __init__(
        self,
        arguments: list[str],
        env: Mapping[str, str],
        home: Path,
        settings: Mapping[str, object] | None = None,
        program: Sequence[str] = (sys.executable, "-m", "desktop_app"),
    ) -> None:
        self.home = home
        self._settings = settings
        self._command = [*program, *arguments]
        self._env = {**env, HOME_VARIABLE: str(home), "PYTHONUNBUFFERED": "1"}
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.home.mkdir(parents=True, exist_ok=True)
        if self._settings is not None:
            self.settings_file.parent.mkdir(exist_ok=True)
            content = {"version": 1, "settings": dict(self._settings)}
            self.settings_file.write_text(json.dumps(content), encoding="utf-8")
        with (self.home / "stdout").open("wb") as out, (self.home / "stderr").open("wb") as err:
            self._process = subprocess.Popen(
                self._command,
                cwd=ROOT,
                env=self._env,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
            )
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait(LEAVE_S)
        if error is not None:
            error.add_note(f"the app said on standard error:\n{self.stderr[-4000:]}")

    @property
    def settings_file(self) -> Path:
        return find_places({HOME_VARIABLE: str(self.home)}).settings_file

    @property
    def process(self) -> subprocess.Popen[bytes]:
        assert self._process is not None, "it was not started"
        return self._process

    @property
    def stdout(self) -> str:
        return (self.home / "stdout").read_text(encoding="utf-8")

    @property
    def stderr(self) -> str:
        return (self.home / "stderr").read_text(encoding="utf-8")

    @property
    def lines(self) -> list[str]:
        """What it has printed so far."""
        return self.stdout.splitlines()

    def wait_for_line(self, text: str, *, on_stderr: bool = False, timeout_s: float = 15) -> None:
        """Return when it has printed ``text``."""
        wait_until(
            lambda: text in (self.stderr if on_stderr else self.stdout),
            f"the app prints {text!r}",
            process=self.process,
            timeout_s=timeout_s,
        )

    def interrupt(self) -> None:
        """Press Ctrl+C."""
        self.process.send_signal(signal.SIGINT)

    def wait(self) -> tuple[int, float]:
        """Wait for its end; return exit code and how many seconds that took."""
        began = time.monotonic()
        code = self.process.wait(LEAVE_S)
        return code, time.monotonic() - began
