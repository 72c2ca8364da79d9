"""The app's window on the virtual screen, used by mouse and keyboard."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Protocol

from tests.e2e.app_process import ROOT
from tests.private_process import PlaceError, wait_until
from tests.virtual_screen import VirtualScreen

COMMAND_TIMEOUT_S = 15.0
_CLIPBOARD = """
from PySide6.QtGui import QGuiApplication
app = QGuiApplication([])
print(app.clipboard().text())
"""


class Running(Protocol):
    """A program that has a window."""

    @property
    def process(self) -> subprocess.Popen[bytes]: ...


class Window:
    """The one window of a running app; made when it is there and has the keyboard."""

    def __init__(self, screen: VirtualScreen, app: Running) -> None:
        self._screen, self._app = screen, app
        wait_until(self.exists, "the window opens", process=app.process)
        self.number = self._found()[-1]
        # Nobody manages windows here: whoever wants the keyboard must be given it.
        screen.xdotool("windowfocus", "--sync", self.number)

    def exists(self) -> bool:
        """Whether it is shown."""
        return bool(self._found())

    def press(self, *keys: str) -> None:
        """Press keys, one after the other."""
        self._screen.xdotool("key", "--delay", "60", *keys)

    def type(self, text: str) -> None:
        """Type text where the keyboard is."""
        self._screen.xdotool("type", "--delay", "8", text)

    def click(self, x_px: int, y_px: int) -> None:
        """Click a place of the window."""
        place = ["mousemove", "--window", self.number, str(x_px), str(y_px)]
        self._screen.xdotool(*place, "click", "1")

    def close(self) -> None:
        """Ask it to close, as the button of its frame would."""
        command = [sys.executable, "-m", "tests.e2e.close_window", self.number]
        self._run(command)

    def copied_conversation(self) -> str:
        """Choose all of the conversation by keyboard, copy it, and return the clipboard."""
        self.press("shift+Tab")
        return self.copied()

    def copied(self) -> str:
        """Choose all of what has the keyboard, copy it, and return the clipboard."""
        self.press("ctrl+a", "ctrl+c")
        return self._run([sys.executable, "-c", _CLIPBOARD])

    def picture(self, path: Path) -> Path:
        """Take a picture of it."""
        self._run(["import", "-window", self.number, str(path)])
        return path

    def colours(self) -> int:
        """How many colours it shows; a blank window has one."""
        with tempfile.TemporaryDirectory() as folder:
            picture = self.picture(Path(folder, "window.png"))
            return int(self._run(["identify", "-format", "%k", str(picture)]))

    def _found(self) -> list[str]:
        pid = str(self._app.process.pid)
        try:
            found = self._screen.xdotool(
                "search", "--onlyvisible", "--pid", pid, "--name", "Parley"
            )
        except PlaceError:
            return []  # This is how xdotool says that there is none.
        return found.split()

    def _run(self, command: list[str]) -> str:
        done = subprocess.run(
            command,
            cwd=ROOT,
            env=self._screen.env(),
            capture_output=True,
            text=True,
            timeout=COMMAND_TIMEOUT_S,
            check=False,
        )
        if done.returncode != 0:
            raise PlaceError(f"{command[0]}: {done.stderr.strip()}")
        return done.stdout
