"""An engine with fakes around it, on the loop of the test."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from desktop_app.audio.pcm import BLOCK_BYTES
from desktop_app.core.events import Event
from desktop_app.core.settings import Settings
from desktop_app.core.state import AppState
from desktop_app.core.wishes import ConnectAsked
from desktop_app.ports import Link, LinkError, LinkTarget
from desktop_app.voice.chain import NO_CLEANERS, Cleaners
from desktop_app.voice.engine import Engine, Ports
from desktop_app.voice.store import Store
from tests.fakes.detector import FakeVoiceDetector
from tests.fakes.link import FakeLinks
from tests.fakes.settings import FakeSettingsStore
from tests.fakes.sound import FakeDevices, FakeMicrophone, FakeSpeaker

PATIENCE_S = 5.0
URL = "ws://127.0.0.1:1/v1/realtime"


def block(number: int) -> bytes:
    """Return a block of sound that can be told from all others."""
    return (number + 1).to_bytes(2, "little") * (BLOCK_BYTES // 2)


async def until(condition: Callable[[], bool]) -> None:
    """Let the loop run until ``condition`` holds."""
    async with asyncio.timeout(PATIENCE_S):
        while not condition():
            await asyncio.sleep(0)


async def settle() -> None:
    """Let everything happen that needs no time."""
    for _ in range(50):
        await asyncio.sleep(0)


class FakeDestination:
    """Leads to one address, or fails."""

    def __init__(self, url: str = URL) -> None:
        self.url = url
        self.error: LinkError | None = None

    async def resolve(self, settings: Settings) -> LinkTarget:
        """Return the address."""
        if self.error is not None:
            raise self.error
        return LinkTarget(self.url, model=settings.model, key="sk-test")


class FakeTools:
    """Tools that answer ``output``, or raise ``error``; ``hangs`` until cancelled."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, str]] = []
        self.output = "42"
        self.error: Exception | None = None
        self.hangs = False

    def specs(self) -> Sequence[dict[str, object]]:
        """Return one declaration."""
        return ()

    async def call(self, name: str, arguments: str) -> str:
        """Answer."""
        self.calls.append((name, arguments))
        if self.hangs:
            await asyncio.Event().wait()
        if self.error is not None:
            raise self.error
        return self.output


@dataclass
class Stage:
    """Everything around an engine."""

    links: FakeLinks = field(default_factory=FakeLinks)
    microphone: FakeMicrophone = field(default_factory=FakeMicrophone)
    speaker: FakeSpeaker = field(default_factory=FakeSpeaker)
    devices: FakeDevices = field(default_factory=FakeDevices)
    settings: FakeSettingsStore = field(default_factory=FakeSettingsStore)
    destination: FakeDestination = field(default_factory=FakeDestination)
    tools: FakeTools = field(default_factory=FakeTools)
    cleaners: Cleaners = NO_CLEANERS
    detector: FakeVoiceDetector | None = None
    views: list[AppState] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.store = Store(AppState(), self.view)

    def view(self, state: AppState) -> None:
        """Keep a snapshot."""
        self.views.append(state)

    @property
    def state(self) -> AppState:
        return self.store.state

    def ports(self) -> Ports:
        """Return the fakes as the engine takes them."""

        def make() -> Link:
            return self.links()

        return Ports(
            make,
            self.destination,
            self.microphone,
            self.speaker,
            self.settings,
            self.tools,
            self.devices,
            cleaners=self.cleaners,
            detector=self.detector,
        )

    @asynccontextmanager
    async def playing(self) -> AsyncIterator[Engine]:
        """Run an engine; it ends with the block."""
        engine, stopped = Engine(self.store, self.ports()), asyncio.Event()
        running = asyncio.create_task(engine.run(stopped))
        await asyncio.sleep(0)
        try:
            yield engine
        finally:
            stopped.set()
            async with asyncio.timeout(PATIENCE_S):
                await running

    def tell(self, *events: Event) -> None:
        """Feed events to the core."""
        for event in events:
            self.store.dispatch(event)

    async def connected(self) -> None:
        """Connect, and wait until both sides can talk."""
        self.tell(ConnectAsked())
        await until(lambda: self.state.link.phase == "live" and self.state.sound.speaker_open)
