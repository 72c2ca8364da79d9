"""Looking for new versions: only when asked for, once a day, and nothing but a word about it."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from desktop_app import app_updates
from desktop_app.app_updates import Updates
from desktop_app.core.problems import Action, Problem
from desktop_app.core.settings import Settings
from desktop_app.core.versions import ReleasesUnknown

OFF = Settings()
ON = replace(OFF, check_updates=True)


class Releases:
    def __init__(self, found: str = "9.0.0") -> None:
        self.found, self.asked = found, 0

    async def newest(self) -> str:
        self.asked += 1
        if not self.found:
            raise ReleasesUnknown("offline")
        return self.found


def looked(
    releases: Releases | None, stamp: Path, act: Callable[[Updates], None], told: int = 1
) -> list[Problem]:
    """Let ``act`` use the checks, and return what they told the user within a moment."""

    async def run() -> list[Problem]:
        said: list[Problem] = []
        updates = Updates(releases, stamp, said.append, first_s=0.0)
        act(updates)
        end = time.monotonic() + (5.0 if told else 0.3)
        while time.monotonic() < end and len(said) < max(told, 1):
            await asyncio.sleep(0.01)
        updates.close()
        return said

    return asyncio.run(run())


def test_nothing_is_asked_until_the_user_wants_it(tmp_path: Path) -> None:
    assert OFF.check_updates is False
    releases = Releases()
    assert looked(releases, tmp_path / "asked", lambda u: u.follow(OFF), told=0) == []
    assert releases.asked == 0


def test_a_newer_version_is_told_with_a_button_that_opens_its_page(tmp_path: Path) -> None:
    (news,) = looked(Releases(), tmp_path / "asked", lambda u: u.follow(ON))
    assert news.title == "Parley 9.0.0 is out"
    assert news.action is Action.OPEN_RELEASES


@pytest.mark.parametrize("found", ["0.0.1", "9.0.0-rc1", "garbage", ""])
def test_anything_else_is_kept_silent(found: str, tmp_path: Path) -> None:
    releases = Releases(found)
    assert looked(releases, tmp_path / "asked", lambda u: u.follow(ON), told=0) == []
    assert releases.asked == 1


def test_it_is_asked_at_most_once_a_day_however_often_parley_starts(tmp_path: Path) -> None:
    stamp, releases = tmp_path / "state" / "asked", Releases()
    assert looked(releases, stamp, lambda u: u.follow(ON))
    assert looked(releases, stamp, lambda u: u.follow(ON), told=0) == []
    assert releases.asked == 1
    yesterday = time.time() - app_updates.EVERY_S - 60
    os.utime(stamp, (yesterday, yesterday))
    assert looked(releases, stamp, lambda u: u.follow(ON))
    assert releases.asked == 2


def test_a_clock_that_was_set_back_is_no_reason_to_ask(tmp_path: Path) -> None:
    stamp, releases = tmp_path / "asked", Releases()
    stamp.touch()
    tomorrow = time.time() + app_updates.EVERY_S
    os.utime(stamp, (tomorrow, tomorrow))
    assert looked(releases, stamp, lambda u: u.follow(ON), told=0) == []
    assert releases.asked == 0


def test_where_the_day_cannot_be_kept_nothing_is_asked(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    releases = Releases()
    assert looked(releases, tmp_path / "file" / "asked", lambda u: u.follow(ON), told=0) == []
    assert releases.asked == 0


def test_switched_off_again_it_asks_no_more(tmp_path: Path) -> None:
    def change_of_mind(updates: Updates) -> None:
        updates.follow(ON)
        updates.follow(OFF)

    releases = Releases()
    assert looked(releases, tmp_path / "asked", change_of_mind, told=0) == []
    assert releases.asked == 0


def test_a_copy_that_knows_no_page_says_so_once(tmp_path: Path) -> None:
    def twice(updates: Updates) -> None:
        updates.follow(ON)
        updates.follow(ON)

    (news,) = looked(None, tmp_path / "asked", twice)
    assert "does not know" in news.title
    assert news.action is Action.DISMISS
