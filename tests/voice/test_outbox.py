from __future__ import annotations

import asyncio

from hypothesis import given
from hypothesis import strategies as st

from desktop_app.core import effects as fx
from desktop_app.voice.outbox import Outbox

SOUND_BYTES = 4


def sound(number: int) -> fx.SendAudio:
    return fx.SendAudio(number.to_bytes(SOUND_BYTES, "little"))


async def drained(outbox: Outbox, count: int) -> list[fx.Order]:
    async with asyncio.timeout(5):
        return [await outbox.get() for _ in range(count)]


@given(st.lists(st.booleans(), max_size=80), st.integers(1, 12))
def test_control_is_never_dropped_and_of_the_sound_the_newest_stays(
    kinds: list[bool], most: int
) -> None:
    async def scene() -> None:
        outbox = Outbox(most * SOUND_BYTES)
        orders: list[fx.Order] = [
            sound(n) if is_sound else fx.CommitInput(str(n)) for n, is_sound in enumerate(kinds)
        ]
        for order in orders:
            outbox.put(order)
        blocks = [order for order in orders if isinstance(order, fx.SendAudio)]
        kept = set(blocks[-most:])
        wanted = [o for o in orders if not isinstance(o, fx.SendAudio) or o in kept]
        assert outbox.dropped == len(blocks) - len(kept)
        assert await drained(outbox, len(wanted)) == wanted

    asyncio.run(scene())


@given(st.lists(st.sampled_from(["sound", "control", "take"]), max_size=80), st.integers(1, 6))
def test_at_no_time_more_sound_waits_than_allowed(acts: list[str], most: int) -> None:
    async def scene() -> None:
        outbox, waiting, number, dropped = Outbox(most * SOUND_BYTES), list[fx.Order](), 0, 0
        for act in acts:
            number += 1
            if act == "take":
                if waiting:
                    assert await outbox.get() == waiting.pop(0)
                continue
            order = sound(number) if act == "sound" else fx.CommitInput(str(number))
            blocks = [o for o in waiting if isinstance(o, fx.SendAudio)]
            if act == "sound" and len(blocks) == most:
                waiting.remove(blocks[0])
                dropped += 1
            waiting.append(order)
            outbox.put(order)
        assert outbox.dropped == dropped
        assert await drained(outbox, len(waiting)) == waiting

    asyncio.run(scene())


def test_long_pieces_count_for_as_much_as_they_last() -> None:
    async def scene() -> None:
        outbox = Outbox(10)
        pieces = [fx.SendAudio(bytes(size)) for size in (4, 4, 8, 2)]
        for piece in pieces:
            outbox.put(piece)
        assert outbox.dropped == 2
        assert await drained(outbox, 2) == pieces[2:]

    asyncio.run(scene())


def test_whoever_waits_gets_what_comes() -> None:
    async def scene() -> None:
        outbox = Outbox()
        for number in range(3):
            waiting = asyncio.create_task(outbox.get())
            await asyncio.sleep(0)
            assert not waiting.done()
            outbox.put(sound(number))
            assert await asyncio.wait_for(waiting, 5) == sound(number)

    asyncio.run(scene())


def test_a_given_up_wait_takes_nothing_away() -> None:
    async def scene() -> None:
        outbox = Outbox()
        waiting = asyncio.create_task(outbox.get())
        await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.wait([waiting])
        outbox.put(fx.ClearInput())
        assert await drained(outbox, 1) == [fx.ClearInput()]

    asyncio.run(scene())


class Network:
    """Takes sound at once, or not, as the test wants."""

    def __init__(self, outbox: Outbox) -> None:
        self.taken: list[fx.Order] = []
        self.open = True
        self._outbox = outbox
        outbox.at_once = self._take

    def _take(self, order: fx.SendAudio) -> bool:
        if self.open:
            self.taken.append(order)
        return self.open

    async def send(self) -> None:
        while True:
            order = await self._outbox.get()
            await asyncio.sleep(0)  # A network may let wait.
            self.taken.append(order)


ACTS = ["sound", "sound", "control", "block", "pause"]


@given(st.lists(st.sampled_from(ACTS), max_size=80))
def test_what_goes_at_once_overtakes_nothing(acts: list[str]) -> None:
    async def scene() -> None:
        outbox, put = Outbox(), list[fx.Order]()
        network = Network(outbox)
        sending = asyncio.create_task(network.send())
        for number, act in enumerate(acts):
            match act:
                case "block":
                    network.open = not network.open
                case "pause":
                    await asyncio.sleep(0)
                case _:
                    order = sound(number) if act == "sound" else fx.CommitInput(str(number))
                    put.append(order)
                    outbox.put(order)
        async with asyncio.timeout(5):
            while len(network.taken) < len(put):
                await asyncio.sleep(0)
        assert network.taken == put
        assert not sending.done()
        sending.cancel()

    asyncio.run(scene())


def test_sound_that_need_not_wait_wakes_nobody() -> None:
    async def scene() -> None:
        outbox = Outbox()
        network = Network(outbox)
        sending = asyncio.create_task(network.send())
        await asyncio.sleep(0)
        outbox.put(sound(1))
        assert network.taken == [sound(1)]
        network.open = False
        outbox.put(sound(2))
        assert network.taken == [sound(1)]
        async with asyncio.timeout(5):
            while len(network.taken) < 2:
                await asyncio.sleep(0)
        assert network.taken == [sound(1), sound(2)]
        sending.cancel()

    asyncio.run(scene())
