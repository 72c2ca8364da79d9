"""``parley weights``, and what a terminal is asked when a model is missing."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from desktop_app.offline import weights
from tests.parley_process import Parley
from tests.private_process import stop, wait_until

LACKING = weights.model("whisper-small")
SIZE = f"{LACKING.size / 1e6:.0f} MB"
BLOCK = b"\0" * 250_000
PACE_S = 0.02
needs_pty = pytest.mark.skipif(sys.platform == "win32", reason="optional: needs a pseudo-terminal")


@dataclass
class SlowHub:
    """Sends as many zeros as were asked for, slowly, and remembers from where."""

    url: str = ""
    ranges: list[str] = field(default_factory=list)
    stopped: threading.Event = field(default_factory=threading.Event)


class Handler(BaseHTTPRequestHandler):
    hub: SlowHub

    def do_GET(self) -> None:
        wanted = self.headers.get("Range", "")
        self.hub.ranges.append(wanted)
        name = self.path.rpartition("/")[2]
        size = next(file.size for file in LACKING.files if file.name == name)
        start = int(wanted.removeprefix("bytes=").rstrip("-") or 0)
        self.send_response(206 if start else 200)
        self.send_header("Content-Length", str(size - start))
        if start:
            self.send_header("Content-Range", f"bytes {start}-{size - 1}/{size}")
        self.end_headers()
        with suppress(OSError):  # The client stops, as it should.
            while not self.hub.stopped.wait(PACE_S):
                self.wfile.write(BLOCK)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def hub() -> Iterator[SlowHub]:
    state = SlowHub()
    handler = type("BoundHandler", (Handler,), {"hub": state})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    state.url = f"http://127.0.0.1:{server.server_address[1]}"
    yield state
    state.stopped.set()
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def parley(tmp_path: Path, hub: SlowHub) -> Parley:
    """One whose settings want a model that is not here, and whose hub is slow."""
    settings = tmp_path / "home" / "config" / "settings.json"
    settings.parent.mkdir(parents=True)
    content = {"service": "offline", "engine_ears": LACKING.id}
    settings.write_text(json.dumps({"version": 1, "settings": content}))
    cache = str(tmp_path / "cache")
    return Parley(tmp_path / "home", {"HF_ENDPOINT": hub.url, "XDG_CACHE_HOME": cache})


class Terminal:
    """A command at a pseudo-terminal."""

    def __init__(self, process: subprocess.Popen[bytes], side: int) -> None:
        self.process, self._side = process, side
        self.shown = ""
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def type(self, keys: str) -> None:
        os.write(self._side, keys.encode())

    def wait_for(self, text: str) -> None:
        wait_until(lambda: text in self.shown, f"it says {text!r}", process=self.process)

    @property
    def arrived_mb(self) -> int:
        """What the bar has said last."""
        return max(map(int, re.findall(r"\] (\d+) of", self.shown)), default=0)

    def end(self) -> int:
        code = self.process.wait(30)
        self._reader.join(5)
        return code

    def _read(self) -> None:
        while True:
            try:
                piece = os.read(self._side, 4096)
            except OSError:  # The other side is closed.
                return
            if not piece:
                return
            self.shown += piece.decode(errors="replace")


@contextmanager
def at_terminal(parley: Parley, *arguments: str) -> Iterator[Terminal]:
    import pty

    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        parley.command(*arguments),
        env=parley.environment(),
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    )
    os.close(theirs)
    try:
        yield Terminal(process, ours)
    finally:
        stop(process)
        os.close(ours)


def test_models_are_listed_with_size_licence_and_place(parley: Parley) -> None:
    done = parley("weights", "list")
    assert done.code == 0
    for model in weights.manifest().models:
        assert f"{model.id} " in done.out
        assert f"{model.size / 1e6:.0f} MB" in done.out
    assert "Apache-2.0" in done.out
    assert "not here" in done.out
    folder = Path(parley.env["XDG_CACHE_HOME"], "parley", "models")
    assert parley("weights", "where").out.strip() == str(folder)


def test_without_a_terminal_the_command_to_run_is_named(parley: Parley, hub: SlowHub) -> None:
    done = parley("ask", "--text", "Hello?")
    assert done.code == 1
    assert LACKING.title in done.err
    assert "parley weights download" in done.err
    assert hub.ranges == []


@needs_pty
def test_a_terminal_is_asked_first_and_a_no_fetches_nothing(parley: Parley, hub: SlowHub) -> None:
    with at_terminal(parley, "ask", "--text", "Hello?") as terminal:
        terminal.wait_for("[y/N]")
        for fact in (LACKING.title, SIZE, "licence MIT", "from 127.0.0.1"):
            assert fact in terminal.shown
        terminal.type("n\n")
        assert terminal.end() == 1
    assert hub.ranges == []


@needs_pty
@pytest.mark.parametrize("command", ["talk", "serve"])
def test_talk_and_serve_ask_as_well(parley: Parley, hub: SlowHub, command: str) -> None:
    arguments = [command, f"--model={LACKING.id}", "--port=0"] if command == "serve" else [command]
    with at_terminal(parley, *arguments) as terminal:
        terminal.wait_for("[y/N]")
        terminal.type("no\n")
        assert terminal.end() == 1
    assert hub.ranges == []


@needs_pty
def test_a_yes_shows_how_far_it_is_and_ctrl_c_keeps_what_has_arrived(
    parley: Parley, hub: SlowHub
) -> None:
    with at_terminal(parley, "talk") as terminal:
        terminal.wait_for("[y/N]")
        terminal.type("y\n")
        wait_until(lambda: terminal.arrived_mb >= 3, "some arrives", process=terminal.process)
        terminal.process.send_signal(signal.SIGINT)
        terminal.wait_for("What has arrived is kept")
        assert terminal.end() == 1
        assert "Traceback" not in terminal.shown
    with at_terminal(parley, "weights", "download") as terminal:
        terminal.wait_for("are here already")
        resumed = lambda: hub.ranges[-1].startswith("bytes=")  # noqa: E731
        wait_until(resumed, "it goes on", process=terminal.process)
        terminal.process.send_signal(signal.SIGINT)
        assert terminal.end() == 1
