"""The window says who answers, also when a model server goes and comes back while one talks."""

from __future__ import annotations

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Self

import pytest
from PySide6.QtGui import QImage

from desktop_app.offline.brains.fallback import GONE
from tests.e2e.app_process import AppProcess
from tests.e2e.window import Window
from tests.private_process import wait_until
from tests.virtual_screen import VirtualScreen
from tests.virtual_sound import VirtualSound

pytestmark = pytest.mark.weights
PATIENCE_S = 60.0
MIDDLE_PX = (430, 330)
"""Somewhere in the conversation."""
HEADER_HEIGHT_PX = 50
"""Above where problems are told, as of this microphone, which gives only silence."""
QUESTION, ANSWER = "Who wrote Emma?", "Jane Austen wrote it"


class _Handler(BaseHTTPRequestHandler):
    """Lists one model, which has one answer."""

    def do_GET(self) -> None:
        body = json.dumps({"object": "list", "data": [{"id": "llama3.2"}]})
        self._reply("application/json", body)

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        said = {"choices": [{"index": 0, "delta": {"content": f"{ANSWER}."}}]}
        over = {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}
        lines = [json.dumps(said), json.dumps(over), "[DONE]"]
        self._reply("text/event-stream", "".join(f"data: {line}\n\n" for line in lines))

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing in the test's output."""

    def _reply(self, kind: str, body: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body.encode())))
        self.end_headers()
        self.wfile.write(body.encode())


class ModelServer:
    """A model server on loopback, which can be stopped and started again where it was."""

    def __init__(self) -> None:
        self.port = 0

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        self._server = ThreadingHTTPServer(("127.0.0.1", self.port), _Handler)
        self.port = self._server.server_address[1]
        self._thread = Thread(target=self._server.serve_forever)
        self._thread.start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class Talk:
    """Somebody at the window, who writes and looks at the header."""

    def __init__(self, window: Window, folder: Path) -> None:
        self._window, self._folder = window, folder

    def ask(self, answer: str) -> None:
        before = self._conversation().count(answer)
        self._window.press("ctrl+l")
        self._window.type(QUESTION)
        self._window.press("Return")
        wait_until(
            lambda: self._conversation().count(answer) > before, answer, timeout_s=PATIENCE_S
        )

    def header(self) -> QImage:
        picture = QImage(str(self._window.picture(self._folder / "window.png")))
        return picture.copy(0, 0, picture.width(), HEADER_HEIGHT_PX)

    def _conversation(self) -> str:
        self._window.click(*MIDDLE_PX)
        return self._window.copied()


def test_the_header_follows_a_server_that_goes_and_comes_back(
    sound: VirtualSound, screen: VirtualScreen, tmp_path: Path
) -> None:
    with ModelServer() as server:
        settings = {"service": "offline", "engine_server": f"http://127.0.0.1:{server.port}"}
        with AppProcess([], sound.env() | screen.settings(), tmp_path / "home", settings) as app:
            talk = Talk(Window(screen, app), tmp_path)
            talk.ask(ANSWER)
            by_model = talk.header()
            assert talk.header() == by_model
            server.stop()
            talk.ask(GONE)
            wait_until(lambda: talk.header() != by_model, "it names another")
            server.start()
            talk.ask(ANSWER)
            wait_until(lambda: talk.header() == by_model, "it names the first again")
