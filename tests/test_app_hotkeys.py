"""Keys as the settings name them become wishes, whatever way this desktop offers."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Mapping
from dataclasses import replace

import pytest

from desktop_app.adapters.hotkeys import NoHotkeys, hotkeys_of
from desktop_app.adapters.hotkeys_macos import MacHotkeys
from desktop_app.adapters.hotkeys_windows import WindowsHotkeys
from desktop_app.adapters.hotkeys_x11 import X11Hotkeys
from desktop_app.app_hotkeys import GlobalKeys, keys_of, problem_of
from desktop_app.core.events import Event
from desktop_app.core.key_names import Chord, chords
from desktop_app.core.problems import Kind
from desktop_app.core.settings import Settings
from desktop_app.core.wishes import (
    InterruptAsked,
    KeyPressed,
    KeyReleased,
    MuteToggled,
    ProblemFound,
    ProblemSolved,
)
from desktop_app.ports import HotkeyReport

SETTINGS = Settings(talk_key="F9", mute_key="F10", interrupt_key="F11", show_key="F12, Mouse4")


class FakeHotkeys:
    """Takes every key but those it is told to refuse."""

    in_window_thread = False

    def __init__(self) -> None:
        self.bound: list[Mapping[str, tuple[Chord, ...]]] = []
        self.refused: tuple[str, ...] = ()
        self.closed = 0
        self.noted: Callable[[], None] = lambda: None
        self.pressed: Callable[[str], None] = lambda action: None
        self.released: Callable[[str], None] = lambda action: None

    def bind(
        self,
        keys: Mapping[str, tuple[Chord, ...]],
        pressed: Callable[[str], None],
        released: Callable[[str], None],
    ) -> HotkeyReport:
        self.noted()
        self.bound.append(keys)
        self.pressed, self.released = pressed, released
        return HotkeyReport("They work.", {}, self.refused)

    def close(self) -> None:
        self.closed += 1


class Stage:
    """The keys, and what they lead to."""

    def __init__(self) -> None:
        self.hotkeys = FakeHotkeys()
        self.wishes: list[Event] = []
        self.shown = 0
        self.keys = GlobalKeys(self.hotkeys, self.wishes.append, self._show)

    def _show(self) -> None:
        self.shown += 1

    def run(self, act: Callable[[], object]) -> None:
        async def run() -> None:
            act()
            await self.keys._task  # type: ignore[misc]

        asyncio.run(run())

    def follow(self, *settings: Settings) -> None:
        async def run() -> None:
            for one in settings:
                self.keys.follow(one)
            await self.keys._task  # type: ignore[misc]

        asyncio.run(run())


def test_presses_and_releases_become_wishes() -> None:
    stage = Stage()
    stage.follow(SETTINGS)
    stage.wishes.clear()
    for action in ("talk", "mute", "interrupt", "show"):
        stage.hotkeys.pressed(action)
        stage.hotkeys.released(action)
    assert stage.wishes == [KeyPressed(), KeyReleased(), MuteToggled(), InterruptAsked()]
    assert stage.shown == 1


def test_a_hold_is_told_from_a_tap_where_the_key_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    stage = Stage()
    stage.follow(SETTINGS)
    stage.wishes.clear()
    now_s = iter((10.0, 10.2, 20.0, 20.5))
    monkeypatch.setattr("desktop_app.app_hotkeys.time.monotonic", lambda: next(now_s))
    for _ in range(2):
        stage.hotkeys.pressed("talk")
        stage.hotkeys.released("talk")
    assert stage.wishes[1::2] == [KeyReleased(held=False), KeyReleased(held=True)]


def test_keys_are_taken_once_and_again_when_they_change() -> None:
    stage = Stage()
    stage.follow(SETTINGS, replace(SETTINGS, voice="cedar"))
    assert len(stage.hotkeys.bound) == 1
    stage.follow(replace(SETTINGS, talk_key="Pause"))
    assert stage.hotkeys.bound[-1]["talk"] == chords("Pause")


def test_of_many_changes_at_once_the_last_counts() -> None:
    stage = Stage()
    stage.follow(SETTINGS, replace(SETTINGS, mute_key=""), Settings(show_key="F7"))
    assert stage.hotkeys.bound[-1] == {"show": chords("F7")}


def test_without_keys_nothing_is_loaded_or_asked_for() -> None:
    stage = Stage()

    async def run() -> None:
        stage.keys.follow(Settings())
        await stage.keys.aclose()

    asyncio.run(run())
    assert stage.hotkeys.bound == []


def test_at_the_end_all_keys_are_given_back() -> None:
    stage = Stage()

    async def run() -> None:
        stage.keys.follow(SETTINGS)
        await stage.keys.aclose()

    asyncio.run(run())
    assert stage.hotkeys.closed == 2


def test_a_key_that_can_not_be_had_is_a_problem_until_all_can() -> None:
    stage = Stage()
    stage.hotkeys.refused = ("F9 belongs to another program.",)
    stage.follow(SETTINGS)
    (told,) = stage.wishes
    assert isinstance(told, ProblemFound)
    assert told.problem.hint == "F9 belongs to another program."
    stage.hotkeys.refused = ()
    stage.follow(Settings())
    assert stage.wishes[-1] == ProblemSolved(Kind.NO_HOTKEY)


def test_what_is_no_key_is_left_out() -> None:
    assert keys_of(Settings(talk_key="Hyper+Q", mute_key="F9")) == {"mute": chords("F9")}


# --- trying out -------------------------------------------------------------------------------


def test_while_keys_are_tried_out_they_are_reported_and_do_nothing() -> None:
    stage = Stage()
    heard: list[tuple[str, bool]] = []
    reports: list[HotkeyReport] = []
    stage.follow(SETTINGS)
    stage.wishes.clear()
    tried = replace(SETTINGS, talk_key="Pause")
    stage.run(
        lambda: stage.keys.try_out(
            tried, lambda action, down: heard.append((action, down)), reports.append
        )
    )
    assert stage.hotkeys.bound[-1]["talk"] == chords("Pause")
    assert [report.text for report in reports] == ["They work."]
    stage.hotkeys.pressed("talk")
    stage.hotkeys.released("talk")
    stage.hotkeys.pressed("show")
    assert heard == [("talk", True), ("talk", False), ("show", True)]
    assert (stage.wishes, stage.shown) == ([], 0)
    stage.run(stage.keys.stop_trying)
    assert stage.hotkeys.bound[-1]["talk"] == chords("F9")
    stage.hotkeys.pressed("talk")
    assert stage.wishes[-1] == KeyPressed()


def test_keys_that_are_taken_already_can_be_tried_at_once() -> None:
    stage = Stage()
    reports: list[HotkeyReport] = []
    stage.follow(SETTINGS)
    stage.run(lambda: stage.keys.try_out(SETTINGS, lambda *_: None, reports.append))
    assert len(stage.hotkeys.bound) == 1
    assert len(reports) == 1


def test_what_is_saved_meanwhile_comes_after_the_trial() -> None:
    stage = Stage()
    stage.follow(SETTINGS)
    stage.run(lambda: stage.keys.try_out(Settings(talk_key="F1"), lambda *_: None, lambda _: None))
    stage.run(lambda: stage.keys.follow(Settings(talk_key="F2")))
    assert stage.hotkeys.bound[-1] == {"talk": chords("F1")}
    stage.run(stage.keys.stop_trying)
    assert stage.hotkeys.bound[-1] == {"talk": chords("F2")}


def test_keys_that_belong_to_the_windows_thread_are_taken_there() -> None:
    stage = Stage()
    stage.hotkeys.in_window_thread = True
    threads: list[threading.Thread] = []
    stage.hotkeys.noted = lambda: threads.append(threading.current_thread())
    stage.follow(SETTINGS)
    assert threads == [threading.current_thread()]


# --- the way ------------------------------------------------------------------------------------


def test_on_x11_keys_come_from_the_x_server() -> None:
    assert isinstance(hotkeys_of("linux", {"DISPLAY": ":7"}), X11Hotkeys)


def test_windows_and_macos_have_ways_of_their_own() -> None:
    assert isinstance(hotkeys_of("win32", {}), WindowsHotkeys)
    assert isinstance(hotkeys_of("darwin", {}), MacHotkeys)


@pytest.mark.parametrize("environ", [{}, {"SSH_TTY": "/dev/pts/1"}])
def test_where_no_key_can_be_had_it_says_what_can_be_done(environ: dict[str, str]) -> None:
    nothing = hotkeys_of("linux", environ)
    assert isinstance(nothing, NoHotkeys)
    report = nothing.bind({"talk": chords("F9")}, lambda _: None, lambda _: None)
    assert report.ready == {}
    assert "parley ptt toggle" in problem_of(report).hint
    nothing.close()
