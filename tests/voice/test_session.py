from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.core import effects as fx
from desktop_app.core.events import Event
from desktop_app.core.far_end import (
    AssistantTextArrived,
    AudioArrived,
    LinkFailure,
    LinkLost,
    LinkOpened,
    SessionStarted,
)
from desktop_app.core.settings import Settings
from desktop_app.ports import LinkError, LinkTarget
from desktop_app.voice.session import Session, merged
from tests.fakes.link import FakeLink
from tests.voice.stage import FakeDestination, settle, until

FAILURE = LinkFailure("refused", detail="Nobody listens.")
Where = Literal["resolve", "open", "events", "send"]


class FrailLink(FakeLink):
    """Fails at one place; ``log`` tells the order of things."""

    def __init__(self, where: str, log: list[object]) -> None:
        super().__init__(refused=FAILURE if where == "open" else None)
        self._where, self._log = where, log

    async def events(self) -> AsyncIterator[Event]:
        async for event in super().events():
            yield event
            if self._where == "events" and isinstance(event, SessionStarted):
                raise LinkError(FAILURE)

    async def send(self, order: fx.Order) -> None:
        if self._where == "send":
            raise LinkError(FAILURE)
        await super().send(order)

    async def aclose(self) -> None:
        self._log.append("closed")
        await super().aclose()


@pytest.mark.parametrize("where", ["resolve", "open", "events", "send"])
def test_each_failure_closes_the_link_and_is_then_told_once(where: Where) -> None:
    log: list[object] = []
    destination = FakeDestination()
    if where == "resolve":
        destination.error = LinkError(FAILURE)
    session = Session(lambda: FrailLink(where, log), destination, log.append)

    async def scene() -> None:
        session.outbox.put(fx.ClearInput())
        async with asyncio.timeout(5):
            await session.run(Settings())

    asyncio.run(scene())
    assert log.count(LinkLost(FAILURE)) == 1
    assert log[-2:] == ["closed", LinkLost(FAILURE)]
    if where == "events":
        assert isinstance(log[0], LinkOpened)
        assert isinstance(log[1], SessionStarted), "what came before the end was lost"


def test_failures_of_both_directions_at_once_are_told_as_one() -> None:
    class Torn(FakeLink):
        async def events(self) -> AsyncIterator[Event]:
            try:
                await asyncio.Event().wait()
                yield LinkOpened()
            except asyncio.CancelledError:
                raise LinkError(LinkFailure("closed", close_code=1006)) from None

        async def send(self, order: fx.Order) -> None:
            raise LinkError(FAILURE)

    said: list[Event] = []
    session = Session(Torn, FakeDestination(), said.append)

    async def scene() -> None:
        session.outbox.put(fx.ClearInput())
        async with asyncio.timeout(5):
            await session.run(Settings())

    asyncio.run(scene())
    assert len(said) == 1
    assert isinstance(said[0], LinkLost)
    assert said[0].failure is not None


def test_a_bug_in_the_link_is_no_lost_link() -> None:
    class Buggy(FakeLink):
        async def send(self, order: fx.Order) -> None:
            raise ZeroDivisionError

    said: list[Event] = []
    link = Buggy()
    session = Session(lambda: link, FakeDestination(), said.append)

    async def scene() -> None:
        session.outbox.put(fx.ClearInput())
        async with asyncio.timeout(5):
            await session.run(Settings())

    with pytest.raises(ExceptionGroup) as caught:
        asyncio.run(scene())
    assert caught.group_contains(ZeroDivisionError)
    assert link.closed
    assert not [event for event in said if isinstance(event, LinkLost)]


def _left(act: Callable[[FakeLink, Session], None], said: list[Event]) -> FakeLink:
    link = FakeLink()
    session = Session(lambda: link, FakeDestination(), said.append)

    async def scene() -> None:
        running = asyncio.create_task(session.run(Settings()))
        await until(lambda: len(said) == 2)
        act(link, session)
        session.leave()
        running.cancel()
        await asyncio.wait([running])
        await settle()

    asyncio.run(scene())
    return link


def test_a_left_session_hangs_up_and_says_nothing_more() -> None:
    said: list[Event] = []
    link = _left(lambda link, _: link.say(AssistantTextArrived("r", "i", "late")), said)
    assert link.closed
    assert [type(event) for event in said] == [LinkOpened, SessionStarted]


def test_what_arrived_and_was_not_yet_told_is_forgotten_when_the_session_is_left() -> None:
    said: list[Event] = []
    link = FakeLink()
    session = Session(lambda: link, FakeDestination(), said.append)

    async def scene() -> None:
        async with asyncio.timeout(5):
            running = asyncio.create_task(session.run(Settings()))
            # The far end's first events wait for their turn; the user changes his mind before it.
            await until(lambda: link.target is not None)
            session.leave()
            link.lose(FAILURE)
            await running

    asyncio.run(scene())
    assert not said
    assert link.closed


def test_a_session_left_while_it_opens_gives_up_at_once() -> None:
    said: list[Event] = []
    link = FakeLink(hangs=True)
    session = Session(lambda: link, FakeDestination(), said.append)

    async def scene() -> None:
        running = asyncio.create_task(session.run(Settings()))
        await until(lambda: link.target is not None)
        session.leave()
        running.cancel()
        await asyncio.wait([running], timeout=5)
        assert running.cancelled()

    asyncio.run(scene())
    assert link.closed
    assert not said


def test_orders_go_out_in_order_also_those_put_before_the_link_is_open() -> None:
    link = FakeLink()
    session = Session(lambda: link, FakeDestination(), lambda _: None)
    orders = [fx.SendAudio(bytes([n, 0])) for n in range(5)] + [fx.CommitInput("c")]

    async def scene() -> None:
        for order in orders[:3]:
            session.outbox.put(order)
        running = asyncio.create_task(session.run(Settings()))
        await until(lambda: len(link.orders) == 3)
        for order in orders[3:]:
            session.outbox.put(order)
        await until(lambda: len(link.orders) == len(orders))
        link.lose()
        await running

    asyncio.run(scene())
    assert link.orders == orders


def test_it_connects_where_the_destination_leads() -> None:
    link = FakeLink()
    session = Session(lambda: link, FakeDestination("ws://127.0.0.1:7/x"), lambda _: None)

    async def scene() -> None:
        running = asyncio.create_task(session.run(Settings(model="some-model")))
        await until(lambda: link.target is not None)
        link.lose()
        await running

    asyncio.run(scene())
    assert link.target == LinkTarget("ws://127.0.0.1:7/x", model="some-model", key="sk-test")


def test_a_flood_of_words_is_few_events() -> None:
    said: list[Event] = []
    link = FakeLink()
    session = Session(lambda: link, FakeDestination(), said.append)
    words = [AssistantTextArrived("r", "i", f"{n} ") for n in range(20_000)]

    async def scene() -> None:
        running = asyncio.create_task(session.run(Settings()))
        await until(lambda: len(said) == 2)
        link.say(*words, AudioArrived("r", "i", b"\0\0"))
        await until(lambda: isinstance(said[-1], AudioArrived))
        link.lose()
        await running

    asyncio.run(scene())
    told = [event for event in said if isinstance(event, AssistantTextArrived)]
    assert "".join(event.text for event in told) == "".join(event.text for event in words)
    assert len(told) < 50


def test_sound_waits_for_nothing_but_the_words_that_came_before_it() -> None:
    said: list[Event] = []
    session = Session(FakeLink, FakeDestination(), said.append)
    first, second = (AudioArrived("r", "i", bytes([n, 0])) for n in (1, 2))

    async def scene() -> list[Event]:
        session._receive(first)
        at_once = list(said)
        session._receive(AssistantTextArrived("r", "i", "Good "))
        session._receive(AssistantTextArrived("r", "i", "day."))
        session._receive(second)
        await until(lambda: second in said)
        return at_once

    assert asyncio.run(scene()) == [first]
    assert said == [first, AssistantTextArrived("r", "i", "Good day."), second]


EVENTS = st.lists(
    st.one_of(
        st.builds(
            AssistantTextArrived,
            st.sampled_from(["r1", "r2"]),
            st.sampled_from(["i1", "i2"]),
            st.text(max_size=3),
        ),
        st.builds(
            AudioArrived, st.just("r1"), st.sampled_from(["i1", "i2"]), st.just(b"\0\0"), st.just(0)
        ),
    ),
    max_size=30,
)


@given(EVENTS)
def test_merging_keeps_every_word_its_place_and_the_order_of_everything_else(
    events: list[Event],
) -> None:
    assert _letters(list(merged(events))) == _letters(events)


@given(EVENTS)
def test_after_merging_no_two_neighbours_could_be_merged(events: list[Event]) -> None:
    out = list(merged(events))
    for one, other in zip(out, out[1:], strict=False):
        both = isinstance(one, AssistantTextArrived) and isinstance(other, AssistantTextArrived)
        assert not both or (one.item_id, one.response_id) != (other.item_id, other.response_id)  # type: ignore[union-attr]


def _letters(events: list[Event]) -> list[object]:
    """Take words apart, so that it does not matter how they were joined."""
    apart: list[object] = []
    for event in events:
        if isinstance(event, AssistantTextArrived):
            apart += [(event.response_id, event.item_id, letter) for letter in event.text]
        else:
            apart.append(event)
    return apart
