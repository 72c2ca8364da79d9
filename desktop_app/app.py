"""The desktop app: puts window, worker and adapters together, and takes them apart again."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QApplication

from desktop_app.adapters.async_secrets import AsyncSecrets
from desktop_app.adapters.hotkeys import hotkeys_of
from desktop_app.adapters.instance import Door
from desktop_app.adapters.offline_process import OfflineProcess
from desktop_app.adapters.places import private_folder
from desktop_app.app_hotkeys import GlobalKeys
from desktop_app.app_house import House
from desktop_app.app_lock import watch_lock
from desktop_app.app_remote import Remote, RunsAlready, enter
from desktop_app.app_services import AppServices
from desktop_app.app_tray import WindowAndTray
from desktop_app.core.problems import Kind, Problem, with_problem
from desktop_app.core.settings import Settings
from desktop_app.core.state import AppState, LinkState
from desktop_app.core.wishes import ProblemFound
from desktop_app.ports import MicLevel
from desktop_app.ui.app_icon import app_icon
from desktop_app.ui.main_window import MainWindow
from desktop_app.voice.worker import VoiceWorker

if TYPE_CHECKING:
    from desktop_app.voice.engine import Ports

FRAME_MS = 16
"""Snapshots are shown at most once in this time: a screen shows no more."""

STOP_S = 2.0
"""How long leaving may take at most."""

log = logging.getLogger(__name__)

_INNER_ERROR = Problem(
    Kind.INNER_ERROR,
    "Something went wrong inside Parley",
    "Start talking again; if it comes back, restart Parley and copy the report from the menu.",
)


class Snapshots(QObject):
    """Carries the newest snapshot from the worker to the window, at most one a frame."""

    _news = Signal()

    def __init__(self, show: Callable[[AppState], None]) -> None:
        super().__init__()
        self._show = show
        self._newest: AppState | None = None
        self._waiting = threading.Event()
        self._timer = QTimer(self, singleShot=True, interval=FRAME_MS)
        self._timer.timeout.connect(self._deliver)
        self._news.connect(self._schedule)

    def __call__(self, state: AppState) -> None:
        """Take a snapshot; on the worker's thread."""
        self._newest = state
        if not self._waiting.is_set():
            self._waiting.set()
            self._news.emit()

    def _schedule(self) -> None:
        if not self._timer.isActive():
            self._timer.start()

    def _deliver(self) -> None:
        self._waiting.clear()
        if self._newest is not None:
            self._show(self._newest)


class App:
    """The running app.  `live` ends when the user leaves."""

    def __init__(self, house: House, door: Door | None = None) -> None:
        self._house, self._door = house, door
        self._secrets = AsyncSecrets(house.secrets)
        self._engine = OfflineProcess(tell=self._tell)
        self._ports: Ports | None = None
        self.services = AppServices(house, self._secrets, self._level, self._settings)
        self.window = MainWindow(self._dispatch, self.services)
        self._leaving = asyncio.Event()
        self._shown = WindowAndTray(self.window, self._dispatch, self._leaving.set)
        self._remote = Remote(self._dispatch, self._shown.show_window)
        hotkeys = hotkeys_of(sys.platform, os.environ)
        self._keys = GlobalKeys(hotkeys, self._dispatch, self._remote.show)
        self._snapshots = Snapshots(self._show)
        self._unwatch_lock: Callable[[], None] = lambda: None
        self._geometry = _Remembered(house.places.state / "window")
        state = AppState(settings=house.settings)
        self.worker = VoiceWorker(self._make_ports, state, self._snapshots, self._crashed)
        self._shown.show_state(state)

    async def live(self, *, hidden: bool = False) -> None:
        """Show the window, unless it shall be ``hidden``, and work until the user leaves."""
        loop = asyncio.get_running_loop()
        self._house.crashes.watch(loop)
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: loop.call_soon_threadsafe(self._leaving.set))
        self.window.restore(self._geometry.read())
        self._shown.begin(hidden=hidden)
        # The first paint comes before the heavy imports, which are the worker's.
        QTimer.singleShot(0, self._start)
        unwatch = _watch_devices(self.services, self.window)
        if self._door is not None:
            self._door.listen(self._remote.act)
        with _awake():
            await self._leaving.wait()
        self._geometry.write(self.window.geometry_token())
        self.window.hide()
        self._shown.tray.stop()
        self.services.cancel()
        unwatch()
        await self._keys.aclose()
        await asyncio.to_thread(self._unwatch_lock)
        if self._door is not None:
            # Closed before the worker ends, so that a new start becomes an instance of its own.
            await asyncio.to_thread(self._door.close)
        ended = await asyncio.to_thread(self.worker.stop, STOP_S)
        if not ended:
            log.warning("the worker did not end in time")

    def _start(self) -> None:
        self.worker.start()
        self._keys.follow(self._house.settings)
        self._unwatch_lock = watch_lock(self.worker.dispatch)
        if self._house.problem is not None:
            self.worker.dispatch(ProblemFound(self._house.problem))

    def _show(self, state: AppState) -> None:
        self._shown.show_state(state)
        self._keys.follow(state.settings)

    def _dispatch(self, event: object) -> None:
        self.worker.dispatch(event)  # type: ignore[arg-type]

    def _tell(self, problem: Problem) -> None:
        self.worker.dispatch(ProblemFound(problem))

    def _make_ports(self) -> Ports:
        from desktop_app.app_ports import real_ports

        self._ports = real_ports(self._house, self._secrets, self._engine)
        return self._ports

    def _level(self) -> MicLevel:
        return self._ports.microphone.level if self._ports else MicLevel()

    def _settings(self) -> Settings:
        return self.worker.state.settings

    def _crashed(self, error: BaseException) -> None:
        self._house.crashes.record("voice", error)
        self.worker.dispatch(ProblemFound(_INNER_ERROR))
        # The worker may have given up for good: then this is the last that is shown.
        state = self.worker.state
        problems = with_problem(state.problems, _INNER_ERROR)
        self._snapshots(replace(state, problems=problems, link=LinkState()))


class _Remembered:
    """A few bytes that make the next start nicer; nothing depends on them."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> str:
        try:
            return self._path.read_text(encoding="ascii")
        except (OSError, ValueError):  # The first start, or somebody else's file.
            return ""

    def write(self, text: str) -> None:
        try:
            private_folder(self._path.parent)
            self._path.write_text(text, encoding="ascii")
        except OSError as error:
            log.warning("the window's place could not be kept: %s", error)


class _Changes(QObject):
    """Brings news of the devices to the window's thread."""

    changed = Signal()


def _watch_devices(services: AppServices, window: MainWindow) -> Callable[[], None]:
    """Keep the window's pickers true; returns the way to stop."""
    changes = _Changes()
    changes.changed.connect(lambda: services.list_devices(window.show_devices))
    stop: list[Callable[[], None]] = []

    def begin() -> None:
        from desktop_app.adapters.devices import SystemDevices

        stop.append(SystemDevices().watch(changes.changed.emit))

    starting = threading.Thread(target=begin, name="devices", daemon=True)
    QTimer.singleShot(0, starting.start)

    def end() -> None:
        if starting.is_alive():
            starting.join()
        for each in stop:
            each()
        changes.changed.disconnect()  # And so it lives until here: nobody else holds it.

    return end


class _awake:  # noqa: N801 - used like a function
    """Lets Python handle signals while Qt waits: an idle Qt loop never runs Python code."""

    def __enter__(self) -> None:
        self._timer = QTimer(interval=1000)
        self._timer.timeout.connect(lambda: None)
        self._timer.start()

    def __exit__(self, *_: object) -> None:
        self._timer.stop()


def run(house: House, *, hidden: bool = False) -> int:
    """Run the desktop app, unless it runs already; returns the exit code."""
    try:
        door = enter(house.places)
    except RunsAlready:
        log.info("Parley runs already; its window is shown")
        return 0
    app = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(app, QApplication)
    app.setApplicationName("Parley")
    app.setDesktopFileName("parley")
    app.setWindowIcon(app_icon())
    app.setQuitOnLastWindowClosed(False)
    parley = App(house, door)
    from qasync import QEventLoop  # type: ignore[import-untyped]

    with asyncio.Runner(loop_factory=lambda: QEventLoop(app)) as runner:
        runner.run(parley.live(hidden=hidden))
    return 0
