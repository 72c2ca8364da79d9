"""Parley without a window: the real core, worker and link, before a person who is a test.

Microphone and speaker are fakes without a clock: what is said arrives at once, and the speaker
plays when it is told to, so a scenario can stop time in the middle of a word.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from functools import cache
from types import TracebackType
from typing import Self, TypeVar

from desktop_app.adapters.destination import target_of
from desktop_app.adapters.link import WebSocketLink
from desktop_app.core.events import Event
from desktop_app.core.problems import Kind
from desktop_app.core.settings import Settings
from desktop_app.core.state import AppState, Phase
from desktop_app.core.wishes import ConnectAsked
from desktop_app.ports import LinkTarget
from desktop_app.voice.engine import Ports
from desktop_app.voice.worker import VoiceWorker
from tests.fakes.settings import FakeSettingsStore
from tests.fakes.sound import FakeMicrophone, FakeSpeaker
from tests.servers import speech

PATIENCE_S = 5.0
STOP_S = 2.0
"""The app's own patience at its end."""
KEY = "sk-test"

T = TypeVar("T")
Shown = tuple[str, str, str]


@cache
def question(ms_of_silence: int = 900) -> bytes:
    """A spoken question and the silence behind it."""
    sound = speech.joined(speech.say(speech.QUESTION), speech.silence(ms_of_silence))
    return speech.to_pcm(sound)


class Keys:
    """The destination of one user with one key."""

    async def resolve(self, settings: Settings) -> LinkTarget:
        """Return the server of the settings."""
        return target_of(settings, KEY)


@dataclass
class Tools:
    """One tool, which answers at once."""

    output: str = '{"temp_c":6}'
    calls: list[tuple[str, str]] = field(default_factory=list)

    def specs(self) -> Sequence[dict[str, object]]:
        """Return its declaration."""
        parameters = {"type": "object", "properties": {"city": {"type": "string"}}}
        return (
            {
                "type": "function",
                "name": "get_weather",
                "description": "Say what the weather is.",
                "parameters": parameters,
            },
        )

    async def call(self, name: str, arguments: str) -> str:
        """Answer."""
        self.calls.append((name, arguments))
        return self.output


class Talker:
    """The app and the person before it; a context manager.

    Attributes:
        crashes: Bugs that ended an engine.
    """

    def __init__(self, settings: Settings, *, open_timeout_s: float = 5.0) -> None:
        self.microphone, self.speaker = FakeMicrophone(), FakeSpeaker("Fake speaker", "Other")
        self.tools, self.store = Tools(), FakeSettingsStore(settings)
        self.crashes: list[BaseException] = []
        self._open_timeout_s = open_timeout_s
        self._news = threading.Condition()
        self._state = AppState(settings=settings)
        self._loop: asyncio.AbstractEventLoop | None = None
        self.worker = VoiceWorker(self._make_ports, self._state, self._view, self._crash)

    def __enter__(self) -> Self:
        self.worker.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        ended = self.worker.stop(STOP_S)
        if error is None:
            assert ended, "the app does not end in its time"
            assert not self.crashes

    def _make_ports(self) -> Ports:
        self._loop = asyncio.get_running_loop()
        return Ports(
            lambda: WebSocketLink(self.tools.specs(), open_timeout_s=self._open_timeout_s),
            Keys(),
            self.microphone,
            self.speaker,
            self.store,
            self.tools,
        )

    def _view(self, state: AppState) -> None:
        with self._news:
            self._state = state
            self._news.notify_all()

    def _crash(self, error: BaseException) -> None:
        with self._news:
            self.crashes.append(error)
            self._news.notify_all()

    # --- what the user does -------------------------------------------------------------------

    def tell(self, *wishes: Event) -> None:
        """Do something to the window."""
        for wish in wishes:
            self.worker.dispatch(wish)

    def connect(self) -> AppState:
        """Press the talk control, and wait until both sides can talk."""
        self.tell(ConnectAsked())
        return self.until(lambda s: s.link.phase is Phase.LIVE and s.sound.speaker_open)

    def says(self, pcm: bytes) -> None:
        """Speak into the microphone."""
        self.on_loop(lambda: self.microphone.hear(pcm))

    def hears(self, ms: int) -> bytes:
        """Let the speaker play for so long, and return what is heard."""
        return self.on_loop(lambda: self.speaker.play_ms(ms).tobytes())

    def on_loop(self, act: Callable[[], T]) -> T:
        """Do something on the worker's loop, and return what it returns."""
        done: Future[T] = Future()

        def run() -> None:
            try:
                done.set_result(act())
            except Exception as failure:  # noqa: BLE001 - belongs to the caller
                done.set_exception(failure)

        assert self._loop is not None, "the app has not started"
        self._loop.call_soon_threadsafe(run)
        return done.result(PATIENCE_S)

    # --- what the user sees -------------------------------------------------------------------

    @property
    def state(self) -> AppState:
        """What the window shows now."""
        return self._state

    @property
    def unheard_ms(self) -> int:
        """How much waits to be played."""
        return self.on_loop(lambda: self.speaker.unheard_ms)

    def until(
        self, condition: Callable[[AppState], bool], timeout_s: float = PATIENCE_S
    ) -> AppState:
        """Wait until the window shows what is wanted, and return what it shows.

        Raises:
            AssertionError: If it does not in time.
        """
        with self._news:
            if self._news.wait_for(lambda: bool(self.crashes) or condition(self._state), timeout_s):
                if self.crashes:
                    raise AssertionError("the engine crashed") from self.crashes[0]
                return self._state
            raise AssertionError(f"not within {timeout_s:g} s: {seen(self._state)}")

    def until_received(self, ms: int) -> AppState:
        """Wait until so much speech that is not yet heard has been handed to the speaker."""
        return self.until(lambda s: received_ms(s) >= ms)

    def until_row(self, role: str, text: str, state: str = "done") -> AppState:
        """Wait until the transcript shows a row."""
        return self.until(lambda s: (role, text, state) in rows(s))


def rows(state: AppState) -> list[Shown]:
    """What stands in the transcript: who, what, and how far it is."""
    return [(r.role.value, r.text.strip(), r.state.value) for r in state.rows if r.shown]


def kinds(state: AppState) -> list[Kind]:
    """Which problems the bar shows."""
    return [problem.kind for problem in state.problems]


def received_ms(state: AppState) -> int:
    """How much speech was handed to the speaker and has not been reported as heard."""
    return sum(item.received for item in state.sound.playing) // 24


def seen(state: AppState) -> str:
    """The window in one line, for failures."""
    return (
        f"talk={state.talk.value} link={state.link.phase.value} rows={rows(state)[-6:]} "
        f"problems={kinds(state)} received={received_ms(state)} responses={state.responses}"
    )
