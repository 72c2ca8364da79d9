"""A screen for tests: a private X server that draws into memory."""

from __future__ import annotations

import os
import select
import subprocess
from types import TracebackType
from typing import Self

from tests.private_process import START_TIMEOUT_S, PlaceError, start, stop

COMMAND_TIMEOUT_S = 10.0


class VirtualScreen:
    """Xvfb on a free display; give `env` to the processes that shall paint on it."""

    def __init__(self, width_px: int = 1280, height_px: int = 800) -> None:
        self.size_px = (width_px, height_px)
        self.display = ""
        self._server: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        reader, writer = os.pipe()
        try:
            width_px, height_px = self.size_px
            # Without -noreset the server starts anew, and hangs up, after its last client.
            command = ["Xvfb", "-displayfd", str(writer), "-nolisten", "tcp", "-noreset"]
            command += ["-screen", "0", f"{width_px}x{height_px}x24"]
            self._server = start(command, os.environ, pass_fds=[writer])
            os.close(writer)
            self.display = f":{_read_line(reader)}"
        except BaseException:
            self.close()
            raise
        finally:
            os.close(reader)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the X server.  Idempotent."""
        if self._server is not None:
            stop(self._server)
            self._server = None

    def settings(self) -> dict[str, str]:
        """The variables that lead a process onto this screen."""
        return {"DISPLAY": self.display, "QT_QPA_PLATFORM": "xcb"}

    def env(self) -> dict[str, str]:
        """A whole environment for a process: ours, led onto this screen."""
        hidden = ("WAYLAND_DISPLAY", "XAUTHORITY")
        return {k: v for k, v in os.environ.items() if k not in hidden} | self.settings()

    def xdotool(self, *arguments: str) -> str:
        """Type, click or look for windows; return what xdotool prints."""
        done = subprocess.run(
            ["xdotool", *arguments],
            env=self.env(),
            capture_output=True,
            text=True,
            timeout=COMMAND_TIMEOUT_S,
            check=False,
        )
        if done.returncode != 0:
            raise PlaceError(f"xdotool {' '.join(arguments)}: {done.stderr.strip()}")
        return done.stdout.strip()

    def windows(self, title: str) -> list[str]:
        """The numbers of the windows shown with exactly this title."""
        try:
            return self.xdotool("search", "--onlyvisible", "--name", f"^{title}$").split()
        except PlaceError:
            return []  # This is how xdotool says that there is none.

    def window_at(self, x_px: int, y_px: int) -> str:
        """The number of the topmost window at a place."""
        self.xdotool("mousemove", str(x_px), str(y_px))
        told = self.xdotool("getmouselocation", "--shell")
        return told.partition("WINDOW=")[2].split()[0]

    def embedded(self) -> int:
        """How many windows of programs are shown inside those of others: icons in a tray.

        They carry `_XEMBED_INFO` (https://specifications.freedesktop.org/xembed-spec/); in the
        top level stand those that no panel has taken yet.
        """
        from Xlib.display import Display
        from Xlib.error import BadWindow
        from Xlib.X import IsViewable

        display = Display(self.display)
        try:
            info = display.intern_atom("_XEMBED_INFO")
            shown, windows = 0, list(display.screen().root.query_tree().children)
            while windows:
                try:
                    for window in windows.pop().query_tree().children:
                        windows.append(window)
                        carries = window.get_full_property(info, 0) is not None
                        shown += carries and window.get_attributes().map_state == IsViewable
                except BadWindow:
                    continue  # It went while we looked.
            return shown
        finally:
            display.close()

    def close_window(self, number: str) -> None:
        """Ask a window to close, as the button of its frame would.

        xdotool can only destroy windows, or ask a window manager, and there is none here.
        """
        from Xlib.display import Display
        from Xlib.protocol.event import ClientMessage

        display = Display(self.display)
        try:
            window = display.create_resource_object("window", int(number))
            atoms = [display.intern_atom(n) for n in ("WM_PROTOCOLS", "WM_DELETE_WINDOW")]
            data = (32, [atoms[1], 0, 0, 0, 0])
            window.send_event(ClientMessage(window=window, client_type=atoms[0], data=data))
            display.sync()
        finally:
            display.close()


def _read_line(reader: int) -> str:
    """The display number Xvfb writes once it is ready for clients."""
    line = b""
    while not line.endswith(b"\n"):
        ready, _, _ = select.select([reader], [], [], START_TIMEOUT_S)
        piece = os.read(reader, 64) if ready else b""
        if not piece:
            raise PlaceError("the private X server did not start")
        line += piece
    return line.decode().strip()
