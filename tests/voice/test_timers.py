from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from desktop_app.core.effects import StartTimer
from desktop_app.voice.timers import Timers

NEVER_MS = 600_000

Scene = Callable[[Timers, asyncio.Queue[str]], Awaitable[None]]


def play(scene: Scene) -> None:
    async def run() -> None:
        fired: asyncio.Queue[str] = asyncio.Queue()
        timers = Timers(fired.put_nowait)
        async with asyncio.timeout(5):
            await scene(timers, fired)
        timers.stop_all()

    asyncio.run(run())


def test_a_timer_reports_its_name_once() -> None:
    async def scene(timers: Timers, fired: asyncio.Queue[str]) -> None:
        timers.start(StartTimer("retry", 0))
        assert await fired.get() == "retry"
        timers.start(StartTimer("other", 0))
        assert await fired.get() == "other"
        assert fired.empty()

    play(scene)


def test_timers_fire_in_the_order_of_their_times() -> None:
    async def scene(timers: Timers, fired: asyncio.Queue[str]) -> None:
        for name, after_ms in (("third", 30), ("first", 0), ("second", 10)):
            timers.start(StartTimer(name, after_ms))
        assert [await fired.get() for _ in range(3)] == ["first", "second", "third"]

    play(scene)


def test_a_stopped_timer_stays_silent_and_stopping_what_does_not_run_is_fine() -> None:
    async def scene(timers: Timers, fired: asyncio.Queue[str]) -> None:
        timers.stop("unknown")
        timers.start(StartTimer("stopped", 0))
        timers.stop("stopped")
        timers.start(StartTimer("later", 1))
        assert await fired.get() == "later"
        assert fired.empty()

    play(scene)


def test_starting_a_timer_again_begins_anew() -> None:
    async def scene(timers: Timers, fired: asyncio.Queue[str]) -> None:
        timers.start(StartTimer("retry", 0))
        timers.start(StartTimer("retry", NEVER_MS))
        timers.start(StartTimer("mark", 1))
        assert await fired.get() == "mark"
        assert fired.empty()
        timers.start(StartTimer("retry", 0))
        assert await fired.get() == "retry"

    play(scene)


def test_all_can_be_stopped_at_once() -> None:
    async def scene(timers: Timers, fired: asyncio.Queue[str]) -> None:
        timers.start(StartTimer("a", 0))
        timers.start(StartTimer("b", 0))
        timers.stop_all()
        timers.start(StartTimer("c", 1))
        assert await fired.get() == "c"
        assert fired.empty()

    play(scene)


def test_a_timer_can_be_started_from_its_own_report() -> None:
    async def run() -> None:
        fired: asyncio.Queue[str] = asyncio.Queue()

        def again(name: str) -> None:
            fired.put_nowait(name)
            if fired.qsize() < 3:
                timers.start(StartTimer(name, 0))

        timers = Timers(again)
        timers.start(StartTimer("sound", 0))
        async with asyncio.timeout(5):
            while fired.qsize() < 3:
                await asyncio.sleep(0)

    asyncio.run(run())


def test_jitter_only_makes_it_later_and_by_no_more_than_its_part() -> None:
    async def run() -> None:
        loop = asyncio.get_running_loop()
        timers = Timers(lambda _: None)
        delays: list[float] = []
        real = loop.call_later

        def noted(delay: float, *args: object) -> asyncio.TimerHandle:
            delays.append(delay)
            return real(delay, *args)  # type: ignore[arg-type]

        loop.call_later = noted  # type: ignore[assignment]
        for _ in range(200):
            timers.start(StartTimer("retry", 1000, jitter=0.25))
        timers.stop_all()
        assert all(1.0 <= delay <= 1.25 for delay in delays)
        assert max(delays) - min(delays) > 0.1

    asyncio.run(run())
