"""A far end that says what the test wants, over no network at all.

It may be driven from any thread, whatever thread its loop runs in.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Sequence
from typing import TypeVar

from desktop_app.core.capabilities import Capabilities
from desktop_app.core.effects import (
    AddText,
    AddToolOutput,
    CommitInput,
    ConfigureSession,
    DeleteItem,
    Order,
    SendAudio,
    TruncateItem,
)
from desktop_app.core.events import Event
from desktop_app.core.far_end import (
    InputCommitted,
    ItemAdded,
    ItemDeleted,
    ItemTruncated,
    LinkFailure,
    LinkOpened,
    SessionConfigured,
    SessionStarted,
)
from desktop_app.ports import LinkError, LinkTarget

PATIENCE_S = 10.0
HELLO: tuple[Event, ...] = (SessionStarted("sess_fake", "gpt-realtime-2.1"),)

Replies = Callable[[Order], Sequence[Event]]
Kind = TypeVar("Kind")


def polite(order: Order) -> Sequence[Event]:
    """Acknowledge what a server acknowledges at once, and nothing more."""
    match order:
        case ConfigureSession(settings):
            return (SessionConfigured(settings.model, settings.voice),)
        case AddText(item_id, role, text):
            return (ItemAdded(item_id, "message", role, text=text),)
        case AddToolOutput(call_id):
            return (ItemAdded(f"item_{call_id}", "function_call_output"),)
        case TruncateItem(item_id, heard_ms):
            return (ItemTruncated(item_id, heard_ms),)
        case DeleteItem(item_id):
            return (ItemDeleted(item_id),)
        case CommitInput(event_id):
            return (InputCommitted(f"item_{event_id}"),)
        case _:
            return ()


def silent(order: Order) -> Sequence[Event]:
    """Say nothing, whatever is asked."""
    return ()


class FakeLink:
    """A `Link` whose far end is the test.

    Attributes:
        target: Where it was told to connect.
        orders: What it was told to send, in order.
        closed: It was told to hang up.
    """

    def __init__(
        self,
        *script: Event,
        replies: Replies = polite,
        refused: LinkFailure | None = None,
        hangs: bool = False,
        capabilities: Capabilities = Capabilities(),
    ) -> None:
        """Make a link.

        Args:
            script: What the far end says after `LinkOpened`; default: a session starts.
            replies: What it says to an order.
            refused: Why it cannot be opened.
            hangs: Opening takes until it is given up.
            capabilities: What it claims to be able to do.
        """
        self.target: LinkTarget | None = None
        self.orders: list[Order] = []
        self.closed = False
        self._script = script or HELLO
        self._replies = replies
        self._refused = refused
        self._hangs = hangs
        self._capabilities = capabilities
        self._loop: asyncio.AbstractEventLoop | None = None
        self._inbox: asyncio.Queue[Event | LinkFailure | None] = asyncio.Queue()
        self._lost: LinkFailure | None = None
        self._gave_up = asyncio.Event()
        self._flowing = asyncio.Event()
        self._flowing.set()
        self._news = threading.Condition()

    # --- the port -----------------------------------------------------------------------------

    async def open(self, target: LinkTarget) -> None:
        """Connect, be refused, or hang."""
        self._loop = asyncio.get_running_loop()
        with self._news:
            self.target = target
            self._news.notify_all()
        if self._hangs and not self.closed:
            await self._gave_up.wait()
        if self.closed:
            raise LinkError(LinkFailure("closed", detail="It was given up."))
        if self._refused is not None:
            raise LinkError(self._refused)
        host = target.url.partition("://")[2].partition("/")[0].partition(":")[0]
        for event in (LinkOpened(host, self._capabilities), *self._script):
            self._inbox.put_nowait(event)

    async def events(self) -> AsyncIterator[Event]:
        """Yield what the test says."""
        while not self.closed:
            match await self._inbox.get():
                case None:
                    return
                case LinkFailure() as failure:
                    raise LinkError(failure)
                case event:
                    yield event

    async def send(self, order: Order) -> None:
        """Write ``order`` down and answer as told."""
        await self._flowing.wait()
        if self.closed or self._lost is not None or self._loop is None:
            raise LinkError(self._lost or LinkFailure("closed", detail="It is not open."))
        self._write(order)

    def send_at_once(self, order: SendAudio) -> bool:
        """Write ``order`` down, unless a send would wait or fail."""
        if not self._flowing.is_set() or self.closed or self._lost or self._loop is None:
            return False
        self._write(order)
        return True

    async def aclose(self) -> None:
        """Hang up."""
        with self._news:
            self.closed = True
            self._news.notify_all()
        self._gave_up.set()
        self._flowing.set()
        self._inbox.put_nowait(None)

    def _write(self, order: Order) -> None:
        with self._news:
            self.orders.append(order)
            self._news.notify_all()
        for event in self._replies(order):
            self._inbox.put_nowait(event)

    # --- for the test -------------------------------------------------------------------------

    def say(self, *events: Event) -> None:
        """Let the far end say something."""
        for event in events:
            self._put(event)

    def lose(self, failure: LinkFailure = LinkFailure("closed", close_code=1006)) -> None:
        """Lose the far end, after what it has said."""
        self._put(failure)

    def congest(self) -> None:
        """Let every send wait, until `flow`."""
        self._call(self._flowing.clear)

    def flow(self) -> None:
        """Let what waits be sent."""
        self._call(self._flowing.set)

    def sent(self, kind: type[Kind]) -> list[Kind]:
        """Return the orders of a kind, in order."""
        return [order for order in list(self.orders) if isinstance(order, kind)]

    def wait_for(self, kind: type[Kind], count: int = 1, timeout_s: float = PATIENCE_S) -> Kind:
        """Wait, in another thread than the loop's, for the ``count``-th order of a kind.

        Raises:
            TimeoutError: If it does not come.
        """
        self.wait_until(lambda: len(self.sent(kind)) >= count, timeout_s)
        return self.sent(kind)[count - 1]

    def wait_until(self, condition: Callable[[], bool], timeout_s: float = PATIENCE_S) -> None:
        """Wait, in another thread than the loop's; looked at when something is done to the link.

        Raises:
            TimeoutError: If the condition does not hold in time.
        """
        with self._news:
            if not self._news.wait_for(condition, timeout_s):
                lately = [type(order).__name__ for order in self.orders[-12:]]
                raise TimeoutError(f"not within {timeout_s:g} s; lately sent: {lately}")

    def _put(self, said: Event | LinkFailure) -> None:
        def put() -> None:
            if isinstance(said, LinkFailure):
                self._lost = said
            self._inbox.put_nowait(said)

        self._call(put)

    def _call(self, act: Callable[[], object]) -> None:
        if self._loop is None:
            act()
        else:
            self._loop.call_soon_threadsafe(act)


class FakeLinks:
    """Makes the links of a test, in order; the last is followed by fresh ones."""

    def __init__(self, *links: FakeLink) -> None:
        self.made: list[FakeLink] = []
        self._next = list(links)
        self._news = threading.Condition()

    def __call__(self) -> FakeLink:
        """Return the next link."""
        with self._news:
            link = self._next.pop(0) if self._next else FakeLink()
            self.made.append(link)
            self._news.notify_all()
        return link

    def wait(self, count: int = 1, timeout_s: float = PATIENCE_S) -> FakeLink:
        """Wait, in another thread than the loop's, for the ``count``-th link.

        Raises:
            TimeoutError: If it is not asked for.
        """
        with self._news:
            if not self._news.wait_for(lambda: len(self.made) >= count, timeout_s):
                raise TimeoutError(f"{len(self.made)} links were asked for")
        return self.made[count - 1]
