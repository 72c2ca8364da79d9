"""What the window asks for besides snapshots: devices, keys, a trial session, the report."""

from __future__ import annotations

import threading
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias, TypeVar

from desktop_app.app_desk import AppDesk
from desktop_app.app_house import House
from desktop_app.core.settings import Settings
from desktop_app.core.sound import MicLevel
from desktop_app.ui.services import (
    DownloadOffer,
    DownloadOutcome,
    KeyStatus,
    ModelShelf,
    TestOutcome,
)

if TYPE_CHECKING:  # Loaded when they are needed: the window is painted before.
    import asyncio

    from desktop_app.adapters.async_secrets import AsyncSecrets
    from desktop_app.app_sound_check import CheckRun
    from desktop_app.core.sound import DeviceList
    from desktop_app.core.sound_check import CheckStage, Findings
    from desktop_app.ports import Destination, Secret

_Answer = TypeVar("_Answer")
_Work: TypeAlias = "Callable[[asyncio.AbstractEventLoop, AsyncSecrets], Awaitable[_Answer]]"


class AppServices:
    """Runs slow work beside the window; every answer comes back on the window's loop.

    What is asked for before `begin` waits for it.
    """

    def __init__(self, house: House) -> None:
        self.desk = AppDesk()
        self._house = house
        self._level: Callable[[], MicLevel] = MicLevel
        self._settings: Callable[[], Settings] = Settings
        self._running: tuple[asyncio.AbstractEventLoop, AsyncSecrets] | None = None
        self._early: list[Callable[[], None]] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._downloads: dict[str, threading.Event] = {}
        self._check: CheckRun | None = None

    def begin(
        self,
        loop: asyncio.AbstractEventLoop,
        secrets: AsyncSecrets,
        level: Callable[[], MicLevel],
        settings: Callable[[], Settings],
    ) -> None:
        """Work from now on, on ``loop``."""
        self._running = (loop, secrets)
        self._level, self._settings = level, settings
        for ask in self._early:
            ask()

    def cancel(self) -> None:
        """Drop what still runs: nobody waits for the answers any more."""
        for wanted in tuple(self._downloads):
            self.cancel_weights(wanted)
        self.desk.cancel()
        self.cancel_check()
        for task in tuple(self._tasks):
            task.cancel()

    def list_devices(self, done: Callable[[DeviceList], None]) -> None:
        """Find the microphones and speakers of this computer."""
        self._in_thread(_devices, done)

    def key_status(self, url: str, done: Callable[[KeyStatus], None]) -> None:
        """Find out which key would be used for the server at ``url``."""
        self._start(lambda _, secrets: _status(secrets.get(_host(url))), done)

    def set_key(self, url: str, key: str, done: Callable[[KeyStatus], None]) -> None:
        """Store ``key`` for the server at ``url``."""
        self._start(lambda _, secrets: _status(secrets.set(_host(url), key)), done)

    def forget_key(self, url: str, done: Callable[[KeyStatus], None]) -> None:
        """Remove the stored key of the server at ``url``."""
        self._start(lambda _, secrets: _status(secrets.forget(_host(url))), done)

    def test_connection(
        self, settings: Settings, key: str | None, done: Callable[[TestOutcome], None]
    ) -> None:
        """Open and close a session; ``key`` None means the stored one."""

        async def probed(loop: asyncio.AbstractEventLoop, secrets: AsyncSecrets) -> TestOutcome:
            return await loop.run_in_executor(None, _probe, secrets, settings, key)

        self._start(probed, done)

    def level(self) -> MicLevel:
        """Return the newest loudness of the microphone."""
        return self._level()

    def weights_offer(self, wanted: str, done: Callable[[DownloadOffer | None], None]) -> None:
        """Find out what the engine on this computer lacks."""
        self._in_thread(partial(_offer, self._settings(), wanted), done)

    def start_weights(
        self,
        wanted: str,
        progress: Callable[[float, float], None],
        done: Callable[[DownloadOutcome], None],
    ) -> None:
        """Fetch it; the user has said yes."""
        cancel = self._downloads[wanted] = threading.Event()
        settings = self._settings()

        async def fetched(loop: asyncio.AbstractEventLoop, _: AsyncSecrets) -> DownloadOutcome:
            def progressed(done_mb: float, all_mb: float) -> None:
                loop.call_soon_threadsafe(progress, done_mb, all_mb)

            return await loop.run_in_executor(None, _download, settings, wanted, progressed, cancel)

        self._start(fetched, done)

    def cancel_weights(self, wanted: str) -> None:
        """Stop fetching ``wanted`` and keep what has arrived."""
        if wanted in self._downloads:
            self._downloads[wanted].set()

    def use_weights_folder(
        self, wanted: str, folder: str, done: Callable[[DownloadOutcome], None]
    ) -> None:
        """Use what lies in ``folder`` from now on, if it is what is needed."""
        self._in_thread(partial(_take_folder, self._settings(), wanted, Path(folder)), done)

    def language_models(self, done: Callable[[ModelShelf], None]) -> None:
        """Find out which language models there are, and which are here."""
        self._in_thread(_language_models, done)

    def remove_model(self, model_id: str, done: Callable[[ModelShelf], None]) -> None:
        """Delete a fetched model, and look again."""
        self._in_thread(partial(_without_model, model_id), done)

    def check_sound(
        self,
        settings: Settings,
        progress: Callable[[CheckStage, float], None],
        done: Callable[[Findings], None],
        *,
        ask: bool,
    ) -> None:
        """Play a tune and measure what comes back; `cancel_check` comes before ``done`` or not."""
        self.cancel_check()

        async def checked(loop: asyncio.AbstractEventLoop, _: AsyncSecrets) -> Findings | None:
            from desktop_app.app_sound_check import CheckRun

            def progressed(stage: CheckStage, share: float) -> None:
                loop.call_soon_threadsafe(progress, stage, share)

            self._check = CheckRun(settings, progressed, ask=ask)
            return await loop.run_in_executor(None, self._check.run)

        self._start(checked, lambda found: None if found is None else done(found))

    def skip_voice(self) -> None:
        """The user does not want to say anything."""
        if self._check is not None:
            self._check.skip_voice()

    def cancel_check(self) -> None:
        """End the check and forget it."""
        if self._check is not None:
            self._check.cancel()

    def open_releases(self) -> None:
        """Show the page of Parley's releases in the browser."""
        import os

        from PySide6.QtCore import QUrl
        from PySide6.QtGui import QDesktopServices

        from desktop_app.adapters.release_page import page_address

        QDesktopServices.openUrl(QUrl(page_address(os.environ)))

    def report(self) -> str:
        """Return a diagnostic report to copy."""
        return self._house.crashes.report()

    def _in_thread(self, call: Callable[[], _Answer], done: Callable[[_Answer], None]) -> None:
        self._start(lambda loop, _: loop.run_in_executor(None, call), done)

    def _start(self, work: _Work[_Answer], done: Callable[[_Answer], None]) -> None:
        if self._running is None:
            self._early.append(partial(self._start, work, done))
            return
        loop, secrets = self._running

        async def run() -> None:
            done(await work(loop, secrets))

        task = loop.create_task(run())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _probe(secrets: AsyncSecrets, settings: Settings, key: str | None) -> TestOutcome:
    """Run the trial on a loop of its own: the window's is slow, the worker's is busy."""
    import asyncio

    from desktop_app.adapters.destination import ServerOrEngine, target_of
    from desktop_app.adapters.keys import BadKey, clean_key
    from desktop_app.adapters.offline_process import OfflineProcess
    from desktop_app.app_ports import link_maker
    from desktop_app.app_probe import FixedTarget, probe

    async def run() -> TestOutcome:
        engine = OfflineProcess()
        try:
            destination: Destination = ServerOrEngine(secrets, engine)
            if key is not None and settings.service != "offline":
                destination = FixedTarget(target_of(settings, clean_key(key)))
            problem = await probe(link_maker(), destination, settings)
        except BadKey as error:
            return TestOutcome(ok=False, text=str(error))
        finally:
            await engine.aclose()
        if problem is None:
            return TestOutcome(ok=True, text="It works: a session opened and closed.")
        return TestOutcome(ok=False, text=f"{problem.title}. {problem.hint}")

    return asyncio.run(run())


def _host(url: str) -> str:
    from desktop_app.adapters.destination import host_of

    return host_of(url)


async def _status(secret: Awaitable[Secret]) -> KeyStatus:
    found = await secret
    return KeyStatus(found.source, found.place, found.problem)


def _devices() -> DeviceList:
    from desktop_app.adapters.devices import SystemDevices

    return SystemDevices().list()


def _offer(settings: Settings, wanted: str) -> DownloadOffer | None:
    from desktop_app.app_weights import offer

    return offer(settings, wanted)


def _download(
    settings: Settings,
    wanted: str,
    progressed: Callable[[float, float], None],
    cancel: threading.Event,
) -> DownloadOutcome:
    from desktop_app.app_weights import download

    return download(settings, wanted, progressed, cancel)


def _take_folder(settings: Settings, wanted: str, folder: Path) -> DownloadOutcome:
    from desktop_app.app_weights import take_folder

    return take_folder(settings, wanted, folder)


def _language_models() -> ModelShelf:
    from desktop_app.app_weights import language_models

    return language_models()


def _without_model(model_id: str) -> ModelShelf:
    from desktop_app.app_weights import remove

    remove(model_id)
    return _language_models()
