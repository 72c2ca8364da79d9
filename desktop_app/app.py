"""The desktop app: puts window, worker and adapters together, and takes them apart again."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QSocketNotifier, QTimer, Signal
from PySide6.QtWidgets import QApplication
from qasync import QEventLoop  # type: ignore[import-untyped]

from desktop_app.adapters.async_secrets import AsyncSecrets
from desktop_app.adapters.hotkeys import hotkeys_of
from desktop_app.adapters.instance import Door
from desktop_app.adapters.offline_process import OfflineProcess
from desktop_app.app_bus import OnBus
from desktop_app.app_front import Front, Remembered
from desktop_app.app_hotkeys import GlobalKeys
from desktop_app.app_house import House
from desktop_app.app_lock import watch_lock
from desktop_app.app_remote import Remote
from desktop_app.app_talk_window import TalkOnTop
from desktop_app.app_tray import WindowAndTray
from desktop_app.app_updates import updates_of
from desktop_app.core.problems import Kind, Problem, with_problem
from desktop_app.core.settings import Settings
from desktop_app.core.sound import MicLevel
from desktop_app.core.state import AppState, LinkState
from desktop_app.core.wishes import ProblemFound
from desktop_app.ui import window_place
from desktop_app.voice.worker import VoiceWorker

if TYPE_CHECKING:
    from desktop_app.voice.engine import Ports

FRAME_MS = 16
"""Snapshots are shown at most once in this time: a screen shows no more."""

STOP_S = 2.0
"""How long leaving may take at most."""

SIGNALS_AT_ONCE = 64

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

    def __init__(self, house: House, front: Front, door: Door | None = None) -> None:
        self._house, self._front, self._door = house, front, door
        self._secrets = AsyncSecrets(house.secrets)
        self._engine = OfflineProcess(tell=self._tell)
        self._ports: Ports | None = None
        self.services, self.window = front.services, front.window
        self._leaving = asyncio.Event()
        self._shown = WindowAndTray(
            self.window, self._dispatch, self._leaving.set, tell=lambda *said: self._bus.tell(*said)
        )
        self._remote = Remote(self._dispatch, self._shown.show_window)
        self._bus = OnBus(self._remote.act, self._shown.tray.tell)
        hotkeys = hotkeys_of(sys.platform, os.environ)
        self._keys = GlobalKeys(hotkeys, self._dispatch, self._remote.show)
        place = Remembered(house.places.state / "talk-button")
        self._on_top = TalkOnTop(self._dispatch, self._shown.show_window, place)
        self._updates = updates_of(house.places, self._tell)
        self._snapshots = Snapshots(self._show)
        self._unwatch_lock: Callable[[], None] = lambda: None
        self.worker = VoiceWorker(self._make_ports, front.state, self._snapshots, self._crashed)
        self._shown.show_state(front.state)

    async def live(self, *, hidden: bool = False) -> None:
        """Work until the user leaves; the window is shown, unless it shall be ``hidden``."""
        loop = asyncio.get_running_loop()
        self._house.crashes.watch(loop)
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: loop.call_soon_threadsafe(self._leaving.set))
        self._shown.begin(hidden=hidden)
        self.worker.start()
        self._front.wishes.begin(self.worker.dispatch)
        self.services.begin(loop, self._secrets, self._level, self._settings)
        desk, door = self.services.desk, self._door is not None
        desk.begin(loop, self._keys, self._remote, self.worker.dispatch, door=door)
        QTimer.singleShot(0, self._start)
        if self._door is not None:
            self._door.listen(self._remote.act)
        with _awake():
            await self._leaving.wait()
        self._front.geometry.write(window_place.token(self.window))
        self.window.hide()
        self._on_top.close()
        self._shown.tray.stop()
        self.services.cancel()
        self._updates.close()
        await self._keys.aclose()
        await asyncio.to_thread(self._unwatch_lock)
        await asyncio.to_thread(self._bus.close)
        if self._door is not None:
            # Closed before the worker ends, so that a new start becomes an instance of its own.
            await asyncio.to_thread(self._door.close)
        ended = await asyncio.to_thread(self.worker.stop, STOP_S)
        if not ended:
            log.warning("the worker did not end in time")

    def _start(self) -> None:
        self._keys.follow(self._house.settings)
        self._on_top.show_state(self.worker.state)
        self._updates.follow(self._house.settings)
        self._bus.begin()
        self._unwatch_lock = watch_lock(self.worker.dispatch)
        if self._house.problem is not None:
            self.worker.dispatch(ProblemFound(self._house.problem))

    def _show(self, state: AppState) -> None:
        self._shown.show_state(state)
        self._on_top.show_state(state)
        self._bus.show_state(state)
        self._keys.follow(state.settings)
        self._updates.follow(state.settings)

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


class _awake:  # noqa: N801 - used like a function
    """Lets Python handle signals while Qt waits: an idle Qt loop never runs Python code.

    A signal makes a socket readable, and that wakes Qt: a hidden window needs no clock for it.
    """

    def __enter__(self) -> None:
        self._reader, self._writer = socket.socketpair()
        self._reader.setblocking(False)
        self._writer.setblocking(False)
        self._before = signal.set_wakeup_fd(self._writer.fileno())
        self._notifier = QSocketNotifier(self._reader.fileno(), QSocketNotifier.Type.Read)
        self._notifier.activated.connect(self._read)

    def __exit__(self, *_: object) -> None:
        signal.set_wakeup_fd(self._before)
        self._notifier.setEnabled(False)
        self._reader.close()
        self._writer.close()

    def _read(self) -> None:
        with suppress(BlockingIOError):
            self._reader.recv(SIGNALS_AT_ONCE)


def live(qt: QApplication, house: House, front: Front, door: Door | None, *, hidden: bool) -> None:
    """Give ``front`` all that it needs, and return when the user has left."""
    app = App(house, front, door)
    with asyncio.Runner(loop_factory=lambda: QEventLoop(qt)) as runner:
        runner.run(app.live(hidden=hidden))
