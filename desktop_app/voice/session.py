"""One session with the far end: connect, pump both ways, hang up."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterator
from dataclasses import replace

from desktop_app.core.effects import Order
from desktop_app.core.events import Event
from desktop_app.core.far_end import AssistantTextArrived, AudioArrived, LinkLost
from desktop_app.core.settings import Settings
from desktop_app.ports import Destination, Dispatch, Link, LinkError
from desktop_app.voice.outbox import Outbox

log = logging.getLogger(__name__)


class Session:
    """Holds one link from its opening to its end.

    Attributes:
        outbox: Orders for the far end.
    """

    def __init__(
        self, make_link: Callable[[], Link], destination: Destination, dispatch: Dispatch
    ) -> None:
        self.outbox = Outbox()
        self._make_link = make_link
        self._destination = destination
        self._dispatch = dispatch
        self._inbox: list[Event] = []
        self._left = False

    def leave(self) -> None:
        """Say no more: what the far end does from now on concerns nobody."""
        self._left = True
        self._inbox.clear()

    async def run(self, settings: Settings) -> None:
        """Hold the session until the far end ends it, or the task is cancelled.

        However it ends, the link is closed, and `LinkLost` has been dispatched unless we left.
        """
        link = self._make_link()
        lost = LinkLost()
        try:
            await link.open(await self._destination.resolve(settings))
            await self._pump(link)
        except LinkError as error:
            lost = LinkLost(error.failure)
        finally:
            if self.outbox.dropped:
                log.warning("%d blocks of sound were given up", self.outbox.dropped)
            await link.aclose()
        self._lost(lost)

    async def _pump(self, link: Link) -> None:
        """Pump both ways until the far end hangs up.

        Raises:
            LinkError: The first failure of either direction.
        """
        first: BaseException | None = None
        try:
            async with asyncio.TaskGroup() as pumps:
                sending = pumps.create_task(self._send(link), name="link-send")
                self.outbox.at_once = link.send_at_once
                async for event in link.events():
                    self._receive(event)
                sending.cancel()
        except* LinkError as failures:
            first = failures
            while isinstance(first, BaseExceptionGroup):
                first = first.exceptions[0]
        # Raised out here: before Python 3.11.4 what `except*` raises is wrapped in a group again.
        if first is not None:
            raise first from None

    async def _send(self, link: Link) -> None:
        while True:
            order: Order = await self.outbox.get()
            await link.send(order)

    def _receive(self, event: Event) -> None:
        """Collect what arrives in one go; only sound that nothing waits before goes at once.

        It comes fifty times a second, mostly alone, and is joined with nothing.
        """
        if self._inbox:
            self._inbox.append(event)
        elif isinstance(event, AudioArrived):
            self._tell(event)
        else:
            self._inbox.append(event)
            asyncio.get_running_loop().call_soon(self._deliver)

    def _deliver(self) -> None:
        events, self._inbox = self._inbox, []
        for event in merged(events):
            self._tell(event)

    def _lost(self, event: LinkLost) -> None:
        self._deliver()
        self._tell(event)

    def _tell(self, event: Event) -> None:
        if not self._left:
            self._dispatch(event)


def merged(events: list[Event]) -> Iterator[Event]:
    """Join neighbouring words of one item: a flood of them is one step and not thousands."""
    words: list[str] = []
    first: AssistantTextArrived | None = None
    for event in events:
        if isinstance(event, AssistantTextArrived):
            if first and (event.item_id, event.response_id) == (first.item_id, first.response_id):
                words.append(event.text)
                continue
            if first:
                yield replace(first, text="".join(words))
            first, words = event, [event.text]
            continue
        if first:
            yield replace(first, text="".join(words))
            first = None
        yield event
    if first:
        yield replace(first, text="".join(words))
