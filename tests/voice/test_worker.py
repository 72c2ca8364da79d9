from __future__ import annotations

import asyncio
import os
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from desktop_app.core.problems import Kind, Problem
from desktop_app.core.settings import Settings
from desktop_app.core.state import AppState
from desktop_app.core.step import step
from desktop_app.core.wishes import ConnectAsked, MuteToggled, ProblemFound, SettingsChanged
from desktop_app.voice import worker as worker_module
from desktop_app.voice.engine import Ports
from desktop_app.voice.worker import VoiceWorker
from tests.fakes.link import FakeLink, FakeLinks
from tests.fakes.sound import FakeMicrophone
from tests.voice.stage import Stage

PATIENCE_S = 10.0


class Watched:
    """A worker over fakes, watched from the test's thread."""

    def __init__(self, stage: Stage | None = None, make: Callable[[], Ports] | None = None) -> None:
        self.stage = stage or Stage()
        self.news = threading.Condition()
        self.views: list[AppState] = []
        self.crashes: list[BaseException] = []
        self.threads: set[str] = set()
        self.worker = VoiceWorker(make or self.stage.ports, AppState(), self._view, self._crash)

    def _view(self, state: AppState) -> None:
        self._note(lambda: self.views.append(state))

    def _crash(self, error: BaseException) -> None:
        self._note(lambda: self.crashes.append(error))

    def _note(self, act: Callable[[], None]) -> None:
        with self.news:
            self.threads.add(threading.current_thread().name)
            act()
            self.news.notify_all()

    def wait(self, condition: Callable[[], bool]) -> None:
        with self.news:
            assert self.news.wait_for(condition, PATIENCE_S)

    def wait_live(self) -> None:
        self.wait(lambda: self.worker.state.link.phase == "live")


@pytest.fixture(autouse=True)
def switching() -> Iterator[None]:
    before = sys.getswitchinterval()
    yield
    sys.setswitchinterval(before)


def test_events_dispatched_before_it_is_ready_are_done_first_and_in_order() -> None:
    gate = threading.Event()
    stage = Stage()

    def make() -> Ports:
        assert gate.wait(PATIENCE_S)
        return stage.ports()

    watched = Watched(stage, make)
    for number in range(3):
        watched.worker.dispatch(SettingsChanged(Settings(model=f"early {number}")))
    watched.worker.start()
    watched.worker.dispatch(SettingsChanged(Settings(model="early 3")))
    gate.set()
    watched.wait(lambda: bool(watched.views))
    watched.worker.dispatch(SettingsChanged(Settings(model="late")))
    watched.wait(lambda: watched.worker.state.settings.model == "late")
    assert watched.worker.stop(PATIENCE_S)
    seen = [state.settings.model for state in watched.views]
    assert seen == ["early 0", "early 1", "early 2", "early 3", "late"]
    assert watched.threads == {"voice"}
    assert [settings.model for settings in stage.settings.saved] == seen


def test_many_threads_may_dispatch_at_once_and_nothing_is_lost() -> None:
    watched = Watched()
    start = threading.Barrier(8)

    def press() -> None:
        start.wait()
        for _ in range(251):
            watched.worker.dispatch(MuteToggled())

    threads = [threading.Thread(target=press) for _ in range(7)]
    for thread in threads:
        thread.start()
    start.wait()
    watched.worker.start()
    for thread in threads:
        thread.join()
    watched.wait(lambda: len(watched.views) == 7 * 251)
    assert watched.worker.state.muted, "an odd number of presses"
    assert watched.worker.stop(PATIENCE_S)


def test_it_talks_and_ends_with_everything_closed() -> None:
    stage = Stage()
    watched = Watched(stage)
    watched.worker.start()
    watched.worker.dispatch(ConnectAsked())
    watched.wait_live()
    assert watched.worker.stop(PATIENCE_S)
    assert stage.links.made[0].closed
    assert not stage.microphone.is_open
    assert not stage.speaker.is_open
    assert not watched.crashes


def test_events_after_the_end_are_nobodys() -> None:
    watched = Watched()
    watched.worker.start()
    assert watched.worker.stop(PATIENCE_S)
    watched.worker.dispatch(MuteToggled())
    assert not watched.worker.state.muted
    assert watched.worker.stop(PATIENCE_S), "a second stop"


def test_a_stop_before_it_is_ready_ends_it_and_saves_what_was_set() -> None:
    gate = threading.Event()
    stage = Stage()

    def make() -> Ports:
        assert gate.wait(PATIENCE_S)
        return stage.ports()

    watched = Watched(stage, make)
    watched.worker.dispatch(ConnectAsked())
    watched.worker.dispatch(SettingsChanged(Settings(model="set early")))
    watched.worker.start()
    assert not watched.worker.stop(0.01), "it can't have ended yet"
    gate.set()
    assert watched.worker.stop(PATIENCE_S)
    assert not stage.links.made
    assert [settings.model for settings in stage.settings.saved] == ["set early"]


def test_a_stop_without_a_start_is_fine() -> None:
    assert Watched().worker.stop(PATIENCE_S)


class StuckMicrophone(FakeMicrophone):
    """Takes no notice of anything until it is let go."""

    def __init__(self) -> None:
        super().__init__()
        self.gate = threading.Event()
        self.closing = threading.Event()

    async def aclose(self) -> None:
        if self.is_open:
            self.closing.set()
            self.gate.wait(PATIENCE_S)  # Even with the loop held up, `stop` must return.
        await super().aclose()


def test_a_stop_returns_in_its_time_even_if_the_worker_hangs() -> None:
    microphone = StuckMicrophone()
    watched = Watched(Stage(microphone=microphone))
    watched.worker.start()
    watched.worker.dispatch(ConnectAsked())
    watched.wait(lambda: watched.worker.state.sound.mic_open)
    assert not watched.worker.stop(0.01)
    assert microphone.closing.wait(PATIENCE_S)
    microphone.gate.set()
    assert watched.worker.stop(PATIENCE_S)


def test_a_broken_installation_is_told_and_the_window_may_go_on() -> None:
    def make() -> Ports:
        raise OSError("PortAudio is missing")

    watched = Watched(make=make)
    watched.worker.dispatch(MuteToggled())
    watched.worker.start()
    watched.wait(lambda: bool(watched.crashes))
    assert str(watched.crashes[0]) == "PortAudio is missing"
    watched.worker.dispatch(MuteToggled())
    assert watched.worker.stop(PATIENCE_S)
    assert watched.worker.state == AppState()


BAD = Problem(Kind.NO_SOUND, "bad", "bad")


class Trap:
    """A step that has a bug for one event, but only so often."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, times: int) -> None:
        self.left = times
        monkeypatch.setattr("desktop_app.voice.store.step", self)

    def __call__(self, state: AppState, event: object) -> object:
        if self.left and isinstance(event, ProblemFound):
            self.left -= 1
            raise ZeroDivisionError
        return step(state, event)  # type: ignore[arg-type]


def test_after_a_bug_a_new_engine_takes_over_and_the_user_can_go_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    Trap(monkeypatch, times=1)
    stage = Stage(links=FakeLinks())
    watched = Watched(stage)
    watched.worker.start()
    watched.worker.dispatch(ConnectAsked())
    watched.wait_live()
    watched.worker.dispatch(ProblemFound(BAD))
    watched.wait(lambda: watched.worker.state.link.phase == "offline")
    assert [type(error) for error in watched.crashes] == [ZeroDivisionError]
    assert stage.links.made[0].closed
    watched.worker.dispatch(ConnectAsked())
    watched.wait_live()
    assert len(stage.links.made) == 2
    watched.wait(lambda: watched.worker.state.sound.mic_open)
    assert stage.microphone.is_open
    assert watched.worker.stop(PATIENCE_S)


def test_a_bug_in_the_link_is_told_as_itself() -> None:
    class Buggy(FakeLink):
        async def open(self, target: object) -> None:
            raise ZeroDivisionError

    watched = Watched(Stage(links=FakeLinks(Buggy())))
    watched.worker.start()
    watched.worker.dispatch(ConnectAsked())
    watched.wait(lambda: bool(watched.crashes))
    assert isinstance(watched.crashes[0], ZeroDivisionError)
    watched.wait(lambda: watched.worker.state.link.phase == "offline")
    assert watched.worker.stop(PATIENCE_S)


def test_a_worker_whose_engines_all_fail_at_once_gives_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def broken(state: AppState, event: object) -> object:
        raise ZeroDivisionError

    monkeypatch.setattr("desktop_app.voice.store.step", broken)
    watched = Watched()
    watched.worker.start()
    watched.worker.dispatch(MuteToggled())
    watched.wait(lambda: len(watched.crashes) == worker_module.MOST_CRASHES)
    assert watched.worker.stop(PATIENCE_S)
    assert len(watched.crashes) == worker_module.MOST_CRASHES


def test_what_lives_as_long_as_the_worker_is_closed_with_it() -> None:
    stage, closed = Stage(), list[str]()

    async def aclose() -> None:
        closed.append(threading.current_thread().name)

    def make() -> Ports:
        return replace(stage.ports(), aclose=aclose)

    watched = Watched(stage, make)
    watched.worker.start()
    watched.worker.dispatch(ConnectAsked())
    watched.wait_live()
    assert not closed
    assert watched.worker.stop(PATIENCE_S)
    assert closed == ["voice"]


def test_a_trouble_of_a_library_does_not_end_the_engine(caplog: pytest.LogCaptureFixture) -> None:
    stage = Stage()
    done = threading.Event()

    def make() -> Ports:
        loop = asyncio.get_running_loop()
        loop.call_soon(trouble, loop)
        return stage.ports()

    def trouble(loop: asyncio.AbstractEventLoop) -> None:
        loop.call_exception_handler({"message": "a socket has a cold"})
        done.set()

    watched = Watched(stage, make)
    watched.worker.start()
    assert done.wait(PATIENCE_S)
    watched.worker.dispatch(ConnectAsked())
    watched.wait_live()
    assert watched.worker.stop(PATIENCE_S)
    assert not watched.crashes
    assert "a socket has a cold" in caplog.text


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="counts open files by /proc")
def test_fifty_starts_and_stops_leave_no_thread_and_no_file() -> None:
    def once(connect: bool) -> None:
        watched = Watched()
        watched.worker.start()
        if connect:
            watched.worker.dispatch(ConnectAsked())
            watched.wait_live()
        assert watched.worker.stop(PATIENCE_S)

    once(connect=True)
    threads, files = threading.active_count(), len(os.listdir("/proc/self/fd"))
    for number in range(50):
        once(connect=number % 2 == 0)
    assert threading.active_count() == threads
    assert len(os.listdir("/proc/self/fd")) == files
