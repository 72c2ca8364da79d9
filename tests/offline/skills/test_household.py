from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.offline.skills import desk_store
from desktop_app.offline.skills.clock import SystemClock, local_now
from desktop_app.offline.skills.desk import (
    AddItems,
    CancelTimers,
    Desk,
    MoveTimer,
    RemoveItems,
    SetTimer,
    Timer,
    done,
    next_due,
    ring_due,
    ring_text,
)
from desktop_app.offline.skills.desk_file import DeskFileError, decode, encode
from desktop_app.offline.skills.desk_store import LOCK_NAME, DeskStore, NotSavedError
from desktop_app.offline.skills.household import (
    FILE_NAME,
    RINGS,
    Household,
    Ring,
)
from tests.offline.skills.hand_clock import HandClock
from tests.offline.skills.table import BERLIN, BUSY, NOW, at

PASTA = SetTimer("timer", NOW + timedelta(minutes=10), "pasta", 600)


def texts() -> st.SearchStrategy[str]:
    return st.text(max_size=20)


def timers() -> st.SearchStrategy[Timer]:
    return st.builds(
        Timer,
        number=st.integers(1, 1000),
        kind=st.sampled_from(("timer", "alarm", "reminder")),
        due=st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC)),
        name=texts(),
        length_s=st.integers(0, 10**6),
        weekdays=st.lists(st.integers(0, 6), unique=True).map(lambda days: tuple(sorted(days))),
    )


@given(
    st.lists(timers(), unique_by=lambda timer: timer.number, max_size=6),
    st.dictionaries(texts(), st.lists(texts(), min_size=1).map(tuple), max_size=4),
    st.none() | timers(),
)
def test_a_desk_that_is_written_is_read_again(
    kept: list[Timer], lists: dict[str, tuple[str, ...]], rung: Timer | None
) -> None:
    desk = Desk(tuple(sorted(kept, key=lambda one: (one.due, one.number))), lists, 1001, rung)
    assert decode(encode(desk)) == desk


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{}", "null", '{"version": 2}', "{" * 5000,
     encode(BUSY).replace('"alarm"', '"bomb"'), encode(BUSY).replace("+01:00", ""),
     encode(BUSY).replace('"due"', '"when"'), encode(BUSY).replace('days": []', 'days": [9]')],
)  # fmt: skip
def test_what_is_no_desk_is_refused(text: str) -> None:
    with pytest.raises(DeskFileError):
        decode(text)


def test_numbers_are_never_given_twice_after_a_restart() -> None:
    raw = json.loads(encode(BUSY))
    raw["next_number"] = 1
    assert decode(json.dumps(raw)).next_number == 5


def test_deeds_change_only_what_they_name() -> None:
    assert [timer.number for timer in done(BUSY, CancelTimers((1, 9))).timers] == [2, 3, 4]
    moved = done(BUSY, MoveTimer(1, at(18)))
    assert [timer.number for timer in moved.timers] == [2, 3, 1, 4]
    assert done(BUSY, RemoveItems("to-do", (0, 7))).lists.keys() == {"shopping", "notes"}
    assert done(BUSY, AddItems("new", ("a",))).lists["new"] == ("a",)
    assert BUSY.lists["to-do"] == ("call Peter",)


def test_only_what_is_due_rings_and_the_earliest_first() -> None:
    desk, rung = ring_due(BUSY, at(16, 31))
    assert [timer.number for timer in rung] == [1, 2]
    assert [timer.number for timer in desk.timers] == [3, 4]
    assert desk.rung == rung[-1]
    assert ring_due(desk, at(16, 31)) == (desk, ())


def test_a_repeating_alarm_comes_again_by_the_wall_clock_when_the_clocks_change() -> None:
    friday = datetime(2026, 10, 23, 7, 0, tzinfo=BERLIN)
    alarm = Timer(1, "alarm", friday.astimezone(UTC), weekdays=(0, 4))
    desk, rung = ring_due(Desk((alarm,)), friday)
    assert rung == (alarm,)
    (again,) = desk.timers
    assert again.due.astimezone(BERLIN).isoformat() == "2026-10-26T07:00:00+01:00"
    assert next_due(alarm, friday) == again.due


def test_a_ring_says_what_and_how_late() -> None:
    due = NOW
    said = [
        ring_text(Timer(1, "timer", due, "pasta"), due),
        ring_text(Timer(1, "timer", due), due + timedelta(minutes=5, seconds=3)),
        ring_text(Timer(1, "alarm", due), due),
        ring_text(Timer(1, "reminder", due, "call my mum"), due),
    ]
    assert said == [
        "Your pasta timer is done.",
        "Your timer is done. It was due 5 minutes ago.",
        "This is your alarm.",
        "Here is your reminder: call your mum.",
    ]


async def until(condition: Callable[[], bool]) -> None:
    """Wait for what a thread does; bounded by the test's own time."""
    while not condition():
        await asyncio.sleep(0.005)


def live(
    story: Callable[[Household, HandClock, list[Ring]], Awaitable[None]], directory: Path | None
) -> None:
    """Run a household while ``story`` happens to it."""

    async def scene() -> None:
        rings: list[Ring] = []
        clock = HandClock(NOW)
        household = Household(directory, rings.append, clock)
        running = asyncio.create_task(household.run())
        await clock.turn()
        try:
            await story(household, clock, rings)
        finally:
            running.cancel()
            with pytest.raises(asyncio.CancelledError):
                await running

    asyncio.run(scene())


def test_a_timer_rings_when_its_time_has_come_and_not_before() -> None:
    async def story(household: Household, clock: HandClock, rings: list[Ring]) -> None:
        await household.do([PASTA])
        await clock.turn(minutes=9, seconds=59)
        assert rings == []
        await clock.turn(seconds=1)
        assert [(ring.text, ring.count) for ring in rings] == [("Your pasta timer is done.", 1)]
        assert household.is_ringing

    live(story, None)


def test_a_timer_rings_again_until_somebody_speaks() -> None:
    async def story(household: Household, clock: HandClock, rings: list[Ring]) -> None:
        await household.do([PASTA])
        await clock.turn(minutes=10)
        await clock.turn(seconds=20)
        assert [ring.count for ring in rings] == [1, 2]
        household.dismiss()
        await clock.turn(minutes=5)
        assert [ring.count for ring in rings] == [1, 2]
        assert not household.is_ringing

    live(story, None)


def test_nobody_is_rung_at_for_ever() -> None:
    async def story(household: Household, clock: HandClock, rings: list[Ring]) -> None:
        await household.do([PASTA])
        await clock.turn(minutes=10)
        for _ in range(20):
            await clock.turn(seconds=20)
        assert [ring.count for ring in rings] == list(range(1, RINGS + 1))

    live(story, None)


def test_a_timer_set_while_another_is_waited_for_rings_first() -> None:
    async def story(household: Household, clock: HandClock, rings: list[Ring]) -> None:
        await household.do([PASTA])
        await clock.turn()
        await household.do([SetTimer("timer", NOW + timedelta(minutes=1), "egg", 60)])
        await clock.turn(minutes=1)
        assert [ring.timer.name for ring in rings] == ["egg"]

    live(story, None)


def test_a_cancelled_timer_never_rings() -> None:
    async def story(household: Household, clock: HandClock, rings: list[Ring]) -> None:
        await household.do([PASTA])
        await household.do([CancelTimers((1,))])
        await clock.turn(hours=1)
        assert rings == []

    live(story, None)


def test_nothing_to_ring_means_no_waking_up_and_a_long_wait_is_cut_short() -> None:
    async def story(household: Household, clock: HandClock, rings: list[Ring]) -> None:
        assert clock.waits == [None]
        await household.do([PASTA])
        await clock.turn()
        assert clock.waits[-1] is not None
        assert 0 < clock.waits[-1] <= 15  # A computer that slept must notice soon.

    live(story, None)


def test_timers_and_lists_outlive_the_process(tmp_path: Path) -> None:
    async def first(household: Household, clock: HandClock, rings: list[Ring]) -> None:
        await household.do([PASTA, AddItems("shopping", ("milk",))])

    async def second(household: Household, clock: HandClock, rings: list[Ring]) -> None:
        assert household.desk.lists == {"shopping": ("milk",)}
        await clock.turn(minutes=12)
        await until(lambda: bool(rings))
        assert [ring.text for ring in rings] == [
            "Your pasta timer is done. It was due 2 minutes ago."
        ]
        saved = tmp_path / FILE_NAME
        while decode(saved.read_text("utf-8")).timers:
            await asyncio.sleep(0)

    async def third(household: Household, clock: HandClock, rings: list[Ring]) -> None:
        await clock.turn(minutes=12)
        assert [ring.text for ring in rings if ring.count == 1] == []

    live(first, tmp_path)
    live(second, tmp_path)
    saved = json.loads((tmp_path / FILE_NAME).read_text("utf-8"))
    assert saved["timers"] == []
    live(third, tmp_path)


def test_no_half_file_is_left_behind(tmp_path: Path) -> None:
    async def story(household: Household, clock: HandClock, rings: list[Ring]) -> None:
        await asyncio.gather(*(household.do([AddItems("n", (str(n),))]) for n in range(30)))

    live(story, tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {FILE_NAME, LOCK_NAME}
    assert len(decode((tmp_path / FILE_NAME).read_text("utf-8")).lists["n"]) == 30


def test_whoever_looks_meanwhile_undoes_nothing(tmp_path: Path) -> None:
    store = DeskStore(tmp_path / FILE_NAME)
    ended = threading.Event()

    def look() -> None:
        while not ended.is_set():
            store.newest()

    looking = [threading.Thread(target=look) for _ in range(3)]
    for thread in looking:
        thread.start()
    try:
        for number in range(150):
            store.change(lambda desk, n=number: (done(desk, AddItems("n", (str(n),))), None))  # type: ignore[misc]
    finally:
        ended.set()
        for thread in looking:
            thread.join()
    assert len(decode((tmp_path / FILE_NAME).read_text("utf-8")).lists["n"]) == 150


def test_a_broken_file_is_set_aside(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_text("{broken", "utf-8")
    household = Household(tmp_path, lambda _: None, SystemClock())
    assert household.desk == Desk()
    assert (tmp_path / "skills.broken.json").read_text("utf-8") == "{broken"


def test_a_file_that_cannot_be_read_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).mkdir()
    household = Household(tmp_path, lambda _: None, SystemClock())
    with pytest.raises(NotSavedError):
        asyncio.run(household.do([AddItems("n", ("a",))]))
    assert household.desk.lists == {"n": ("a",)}
    assert (tmp_path / FILE_NAME).is_dir()


def test_what_cannot_be_saved_is_said_and_still_holds(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", "utf-8")
    household = Household(tmp_path / "file" / "below", lambda _: None, SystemClock())
    with pytest.raises(NotSavedError):
        asyncio.run(household.do([PASTA]))
    assert len(household.desk.timers) == 1


def test_an_unsaved_ring_still_rings(tmp_path: Path) -> None:
    async def story(household: Household, clock: HandClock, rings: list[Ring]) -> None:
        (tmp_path / "sub").write_text("in the way", "utf-8")
        with pytest.raises(NotSavedError):
            await household.do([PASTA])
        await clock.turn(minutes=10)
        await until(lambda: bool(rings))
        assert [ring.timer.name for ring in rings] == ["pasta"]
        await household.do([])

    live(story, tmp_path / "sub")


def test_a_cancelled_save_leaves_the_newest_desk_on_disk(tmp_path: Path) -> None:
    async def story(household: Household, clock: HandClock, rings: list[Ring]) -> None:
        saving = asyncio.create_task(household.do([AddItems("n", ("first",))]))
        await asyncio.sleep(0)
        saving.cancel()
        await household.do([AddItems("n", ("second",))])

    live(story, tmp_path)
    for thread in threading.enumerate():
        if thread is not threading.current_thread() and not thread.daemon:
            thread.join(timeout=5)
    assert decode((tmp_path / FILE_NAME).read_text("utf-8")).lists["n"] == ("first", "second")


def test_the_systems_clock_names_the_users_zone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "America/New_York")
    assert local_now().tzinfo == ZoneInfo("America/New_York")
    for odd in ("Nowhere/Atlantis", "EST5EDT,M3.2.0,M11.1.0", "UTC"):
        monkeypatch.setenv("TZ", odd)
        assert local_now().utcoffset() is not None
    monkeypatch.delenv("TZ")
    assert abs(local_now() - datetime.now(UTC)) < timedelta(minutes=1)


def test_the_systems_clock_wakes_by_time_and_by_event() -> None:
    async def scene() -> None:
        clock, woken = SystemClock(), asyncio.Event()
        await clock.wait(0.01, woken)
        assert not woken.is_set()
        waiting = asyncio.create_task(clock.wait(None, woken))
        await asyncio.sleep(0)
        woken.set()
        await waiting

    asyncio.run(scene())


def test_two_engines_see_what_either_was_told(tmp_path: Path) -> None:
    one, other = (Household(tmp_path, lambda _: None, HandClock(NOW)) for _ in range(2))

    async def both() -> None:
        notes = (h.do([AddItems("n", (f"{n}",))]) for n in range(20) for h in (one, other))
        timers = (h.do([SetTimer("timer", NOW, "egg", 60)]) for h in (one, other))
        await asyncio.gather(*notes, *timers)

    asyncio.run(both())
    assert one.desk == other.desk
    assert sorted(one.desk.lists["n"], key=int) == [f"{n}" for n in range(20) for _ in range(2)]
    assert [timer.number for timer in one.desk.timers] == [1, 2]


def test_what_another_engine_was_told_rings_here_once_that_one_has_gone(tmp_path: Path) -> None:
    async def story(household: Household, clock: HandClock, rings: list[Ring]) -> None:
        await Household(tmp_path, lambda _: None, HandClock(NOW)).do([PASTA])
        assert clock.waits == [15]
        await clock.turn(minutes=10)
        await until(lambda: bool(rings))
        assert household.desk.timers == ()

    live(story, tmp_path)


def test_what_is_due_rings_in_one_engine_and_where_somebody_hears_it(tmp_path: Path) -> None:
    async def scene() -> None:
        clocks = [HandClock(NOW), HandClock(NOW)]
        heard: list[Ring] = []
        unheard: list[Ring] = []
        deaf = Household(tmp_path, unheard.append, clocks[0], is_heard=lambda: False)
        there = Household(tmp_path, heard.append, clocks[1])
        await there.do([PASTA])
        running = [asyncio.create_task(each.run()) for each in (deaf, there)]
        for clock in clocks:
            await clock.turn(minutes=10)
        await until(lambda: bool(heard))
        for clock in clocks:
            await clock.turn(seconds=4)
        assert (len(heard), unheard) == (1, [])
        await deaf.do([SetTimer("timer", NOW + timedelta(minutes=11), "egg", 60)])
        running.pop().cancel()
        await clocks[0].turn(minutes=1)
        await until(lambda: bool(unheard))
        running.pop().cancel()

    asyncio.run(scene())


def test_an_engine_that_holds_the_lock_for_ever_is_not_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desk_store, "PATIENCE_S", 0.1)
    household = Household(tmp_path, lambda _: None, HandClock(NOW))
    with desk_store._alone(tmp_path), pytest.raises(NotSavedError, match="locked"):
        asyncio.run(household.do([PASTA]))
    assert len(household.desk.timers) == 1
    asyncio.run(household.do([AddItems("n", ("a",))]))
    assert len(decode((tmp_path / FILE_NAME).read_text("utf-8")).timers) == 1
