"""What every link must do: the fake one, and the real one on a real socket."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator

import pytest

from desktop_app.core import effects as fx
from desktop_app.core import far_end as fe
from desktop_app.core.capabilities import Capabilities
from desktop_app.core.events import Event
from desktop_app.core.settings import Settings
from desktop_app.ports import Link, LinkError, LinkTarget

PATIENCE_S = 10.0
ORDER = fx.ConfigureSession(Settings(), "e1")


async def until(events: AsyncIterator[Event], kind: type[Event]) -> Event:
    """Read on to the next event of a kind."""
    async with asyncio.timeout(PATIENCE_S):
        async for event in events:
            if isinstance(event, kind):
                return event
    raise AssertionError(f"it ended before a {kind.__name__}")


async def all_of(events: AsyncIterator[Event]) -> list[Event]:
    """Read on to the end."""
    async with asyncio.timeout(PATIENCE_S):
        return [event async for event in events]


class LinkContract(ABC):
    """Subclasses say how to make links, and what the far end does."""

    @abstractmethod
    def target(self) -> LinkTarget:
        """Where a link leads that can be opened."""

    @abstractmethod
    def link(self) -> Link:
        """A link to `target`."""

    @abstractmethod
    def refused(self) -> tuple[Link, LinkTarget]:
        """A link whose key is refused, and where it leads."""

    @abstractmethod
    def hanging(self) -> tuple[Link, LinkTarget]:
        """A link that does not open for a long time, and where it leads."""

    @abstractmethod
    def is_reached(self, link: Link) -> bool:
        """Whether the far end knows of a link that is `hanging`."""

    @abstractmethod
    def hang_up(self, link: Link, code: int, reason: str) -> None:
        """Let the far end hang up."""

    async def _opened(self) -> tuple[Link, AsyncIterator[Event]]:
        link = self.link()
        await link.open(self.target())
        events = link.events()
        await until(events, fe.SessionStarted)
        return link, events

    async def _opening(self) -> tuple[Link, asyncio.Task[None]]:
        """Begin to open a link that hangs."""
        link, target = self.hanging()
        opening = asyncio.create_task(link.open(target))
        async with asyncio.timeout(PATIENCE_S):
            while not self.is_reached(link):
                await asyncio.sleep(0.002)
        assert not opening.done()
        return link, opening

    def test_the_first_event_says_that_it_is_open_and_to_whom(self) -> None:
        async def run() -> tuple[Event, Event]:
            link = self.link()
            await link.open(self.target())
            events = link.events()
            first = await anext(events)
            second = await until(events, fe.SessionStarted)
            await link.aclose()
            return first, second

        first, second = asyncio.run(run())
        assert first == fe.LinkOpened("127.0.0.1", Capabilities())
        assert isinstance(second, fe.SessionStarted)
        assert second.session_id

    def test_an_order_is_answered(self) -> None:
        async def run() -> Event:
            link, events = await self._opened()
            await link.send(ORDER)
            configured = await until(events, fe.SessionConfigured)
            await link.aclose()
            return configured

        configured = asyncio.run(run())
        assert isinstance(configured, fe.SessionConfigured)
        assert (configured.model, configured.voice) == ("gpt-realtime-2.1", "marin")

    def test_sound_is_sent_at_once_while_it_is_open_and_not_before_or_after(self) -> None:
        async def run() -> list[bool]:
            sound, unopened = fx.SendAudio(bytes(960)), self.link()
            sent = [unopened.send_at_once(sound)]
            link, events = await self._opened()
            sent.append(link.send_at_once(sound))
            await link.send(ORDER)  # What was sent at once does not stand in its way.
            await until(events, fe.SessionConfigured)
            await link.aclose()
            return [*sent, link.send_at_once(sound)]

        assert asyncio.run(run()) == [False, True, False]

    def test_after_we_hung_up_the_events_simply_end(self) -> None:
        async def run() -> list[Event]:
            link, events = await self._opened()
            rest = asyncio.create_task(all_of(events))
            await asyncio.sleep(0)
            await link.aclose()
            return await rest

        assert asyncio.run(run()) == []

    def test_hanging_up_twice_or_before_the_beginning_does_no_harm(self) -> None:
        async def run() -> None:
            link, _ = await self._opened()
            await link.aclose()
            await link.aclose()
            await self.link().aclose()

        asyncio.run(run())

    def test_what_was_hung_up_can_be_neither_opened_nor_used(self) -> None:
        async def run() -> list[str]:
            link = self.link()
            await link.aclose()
            found = []
            for act in (link.open(self.target()), link.send(ORDER)):
                with pytest.raises(LinkError) as error:
                    await act
                found.append(error.value.failure.where)
            return found

        assert asyncio.run(run()) == ["closed", "closed"]

    def test_before_it_is_open_nothing_can_be_sent(self) -> None:
        async def run() -> str:
            with pytest.raises(LinkError) as error:
                await self.link().send(ORDER)
            return error.value.failure.where

        assert asyncio.run(run()) == "closed"

    def test_a_refusal_says_where_and_why(self) -> None:
        async def run() -> fe.LinkFailure:
            link, target = self.refused()
            with pytest.raises(LinkError) as error:
                await link.open(target)
            await link.aclose()
            return error.value.failure

        failure = asyncio.run(run())
        assert (failure.where, failure.http_status) == ("http", 401)
        assert failure.code == "invalid_api_key"
        assert failure.detail

    def test_when_the_far_end_hangs_up_the_events_end_with_its_reason(self) -> None:
        async def run() -> fe.LinkFailure:
            link, events = await self._opened()
            self.hang_up(link, 1001, "Your session hit the maximum duration of 60 minutes.")
            with pytest.raises(LinkError) as error:
                await all_of(events)
            with pytest.raises(LinkError):
                await link.send(ORDER)
            await link.aclose()
            return error.value.failure

        assert asyncio.run(run()) == fe.LinkFailure(
            "closed",
            close_code=1001,
            detail="Your session hit the maximum duration of 60 minutes.",
        )

    def test_an_opening_that_hangs_ends_when_we_hang_up(self) -> None:
        async def run() -> str:
            link, opening = await self._opening()
            await link.aclose()
            with pytest.raises(LinkError) as error:
                await asyncio.wait_for(opening, PATIENCE_S)
            return error.value.failure.where

        assert asyncio.run(run()) == "closed"

    def test_an_opening_that_hangs_can_be_cancelled(self) -> None:
        async def run() -> None:
            link, opening = await self._opening()
            opening.cancel()
            with pytest.raises(asyncio.CancelledError):
                await asyncio.wait_for(opening, PATIENCE_S)
            await link.aclose()

        asyncio.run(run())
