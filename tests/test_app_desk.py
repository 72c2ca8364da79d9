"""Trying keys out in the running app, and starting at login."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from desktop_app.adapters.login_start import XdgEntry
from desktop_app.app_desk import AppDesk
from desktop_app.app_hotkeys import GlobalKeys
from desktop_app.app_remote import Remote
from desktop_app.core.events import Event
from desktop_app.core.key_ways import KeyWay
from desktop_app.core.problems import Kind
from desktop_app.core.settings import Settings
from desktop_app.core.wishes import KeyPressed, KeyReleased, ProblemFound, ProblemSolved
from desktop_app.ports import HotkeyReport
from tests.test_app_hotkeys import FakeHotkeys


class Stage:
    """A desk with all that belongs to it."""

    def __init__(self, entry: Path) -> None:
        self.wishes: list[Event] = []
        self.shown = 0
        self.entry = XdgEntry(entry)
        self.hotkeys = FakeHotkeys()
        self.remote = Remote(self.wishes.append, self._show)
        self.keys = GlobalKeys(self.hotkeys, self.wishes.append, self._show)
        self.desk = AppDesk(self.entry)
        self.heard: list[tuple[str, str, bool]] = []
        self.reports: list[HotkeyReport] = []

    def _show(self) -> None:
        self.shown += 1

    def note(self, way: str, action: str, down: bool) -> None:
        self.heard.append((way, action, down))

    def begin(self) -> None:
        loop = asyncio.get_running_loop()
        self.desk.begin(loop, self.keys, self.remote, self.wishes.append, door=True)

    def try_keys(self) -> None:
        async def run() -> None:
            self.begin()
            self.desk.try_keys(Settings(talk_key="F9"), self.note, self.reports.append)
            while not self.reports:
                await asyncio.sleep(0.001)

        asyncio.run(run())


@pytest.fixture
def stage(qapp: QApplication, tmp_path: Path) -> Iterator[Stage]:
    yield Stage(tmp_path / "autostart" / "parley.desktop")
    qapp.processEvents()


def test_keys_and_commands_that_are_tried_out_are_told_and_do_nothing(
    stage: Stage, qapp: QApplication
) -> None:
    stage.try_keys()
    stage.hotkeys.pressed("talk")
    stage.hotkeys.released("talk")
    assert [stage.remote.act(word) for word in ("ptt down", "ptt up", "ptt toggle")] == [""] * 3
    qapp.processEvents()
    assert stage.heard == [
        ("", "talk", True),
        ("", "talk", False),
        *[("command", "talk", True), ("command", "talk", False)] * 2,
    ]
    assert stage.wishes == []


def test_afterwards_they_do_what_they_are_for(stage: Stage, qapp: QApplication) -> None:
    stage.try_keys()

    async def stop() -> None:
        stage.desk.stop_trying()
        await asyncio.sleep(0)

    asyncio.run(stop())
    stage.remote.act("ptt down")
    stage.remote.act("ptt up")
    stage.remote.act("show")
    qapp.processEvents()
    assert (stage.heard, stage.shown) == ([], 1)
    assert [wish for wish in stage.wishes if isinstance(wish, KeyPressed | KeyReleased)] == [
        KeyPressed(),
        KeyReleased(),
    ]


def test_the_ways_are_looked_for_beside_the_window_once_it_has_begun(stage: Stage) -> None:
    found: list[tuple[KeyWay, ...]] = []

    async def run() -> None:
        stage.desk.ways(found.append)
        stage.begin()
        while not found:
            await asyncio.sleep(0.01)

    asyncio.run(run())
    assert {way.name for way in found[0]} >= {"command"}


def test_starting_at_login_leaves_no_trace_when_it_is_switched_off(stage: Stage) -> None:
    asyncio.run(begun(stage))
    assert not stage.desk.starts_at_login()
    stage.desk.start_at_login(True)
    assert stage.desk.starts_at_login()
    assert "--hidden" in stage.entry.path.read_text()
    stage.desk.start_at_login(False)
    assert not stage.entry.path.exists()
    assert stage.wishes == [ProblemSolved(Kind.NO_LOGIN_START)] * 2


async def begun(stage: Stage) -> None:
    stage.begin()


def test_a_place_that_can_not_be_written_is_a_problem(stage: Stage) -> None:
    stage.entry.path.parent.parent.joinpath("autostart").write_text("a file where a folder goes")
    asyncio.run(begun(stage))
    stage.desk.start_at_login(True)
    (told,) = stage.wishes
    assert isinstance(told, ProblemFound)
    assert told.problem.kind is Kind.NO_LOGIN_START
