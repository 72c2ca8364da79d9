"""A check with real devices on a loop of its own, as the window runs it."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable

import pytest

from desktop_app.app_sound_check import CheckRun
from desktop_app.core.problems import Kind
from desktop_app.core.settings import Settings
from desktop_app.core.sound_check import CheckStage, Findings, Trouble, judge
from tests.virtual_sound import VirtualSound

WAIT_S = 30.0

pytestmark = pytest.mark.sound


class Seen:
    """What the window is told, and a way to wait for it."""

    def __init__(self) -> None:
        self.stages: set[CheckStage] = set()
        self._news = threading.Condition()

    def __call__(self, stage: CheckStage, share: float) -> None:
        with self._news:
            self.stages.add(stage)
            self._news.notify_all()

    def wait_for(self, stage: CheckStage) -> None:
        with self._news:
            assert self._news.wait_for(lambda: stage in self.stages, WAIT_S), stage


def in_thread(run: CheckRun) -> Callable[[], Findings | None]:
    """Begin ``run``; return what waits for its end."""
    found: list[Findings | None] = []
    thread = threading.Thread(target=lambda: found.append(run.run()))
    thread.start()

    def end() -> Findings | None:
        thread.join(WAIT_S)
        assert not thread.is_alive()
        return found[0]

    return end


def test_cancelled_in_the_midst_of_the_tune_it_leaves_no_device_open(
    sound: VirtualSound, here: Callable[..., None]
) -> None:
    here(sound)
    seen = Seen()
    run = CheckRun(Settings(), seen, ask=False)
    end = in_thread(run)
    seen.wait_for(CheckStage.TUNE)
    run.cancel()
    assert end() is None
    assert [s for s in sound.where() if s.pid == os.getpid()] == []
    run.cancel()


def test_cancelled_before_it_begins_it_opens_nothing(
    sound: VirtualSound, here: Callable[..., None]
) -> None:
    here(sound)
    seen = Seen()
    run = CheckRun(Settings(), seen, ask=False)
    run.cancel()
    assert run.run() is None
    assert seen.stages == set()


def test_the_user_skips_what_is_asked(sound: VirtualSound, here: Callable[..., None]) -> None:
    here(sound)
    seen = Seen()
    run = CheckRun(Settings(), seen, ask=True)
    run.skip_voice()
    end = in_thread(run)
    seen.wait_for(CheckStage.VOICE)
    run.skip_voice()
    found = end()
    assert found is not None
    assert not found.asked
    assert judge(found).trouble is Trouble.ZEROED
    run.skip_voice()


def test_devices_that_never_answer_end_the_check(
    sound: VirtualSound, here: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    here(sound)
    monkeypatch.setattr("desktop_app.app_sound_check.LONGEST_S", 0.5)
    found = CheckRun(Settings(), Seen(), ask=False).run()
    assert found is not None
    assert found.microphone_problem is not None
    assert found.microphone_problem.kind is Kind.NO_SOUND
