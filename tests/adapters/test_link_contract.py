from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator

import pytest

from desktop_app.adapters.link import WebSocketLink
from desktop_app.core import effects as fx
from desktop_app.core import far_end as fe
from desktop_app.core.events import Event
from desktop_app.core.settings import Settings
from desktop_app.ports import Link, LinkTarget
from tests.adapters.link_contract import ORDER, LinkContract
from tests.fakes.link import FakeLink, FakeLinks, silent
from tests.servers.persona import Persona
from tests.servers.proxy import SilentPort
from tests.servers.scripted import ScriptedServer

MODEL = "gpt-realtime-2.1"
RIGHT_KEY = "sk-right-0123456789"


class TestTheRealLink(LinkContract):
    @pytest.fixture(autouse=True)
    def _far_end(self) -> Iterator[None]:
        with ScriptedServer(Persona(key=RIGHT_KEY)) as server, SilentPort() as silence:
            self.server, self.silence = server, silence
            yield

    def target(self) -> LinkTarget:
        return LinkTarget(self.server.url, MODEL, RIGHT_KEY)

    def link(self) -> Link:
        return WebSocketLink()

    def refused(self) -> tuple[Link, LinkTarget]:
        return WebSocketLink(), LinkTarget(self.server.url, MODEL, "sk-wrong-0123456789")

    def hanging(self) -> tuple[Link, LinkTarget]:
        return WebSocketLink(), LinkTarget(self.silence.url, MODEL)

    def is_reached(self, link: Link) -> bool:
        return self.silence.accepted > 0

    def hang_up(self, link: Link, code: int, reason: str) -> None:
        self.server.hang_up(code, reason)


class TestTheFakeLink(LinkContract):
    def target(self) -> LinkTarget:
        return LinkTarget("ws://127.0.0.1:1234/v1/realtime", MODEL)

    def link(self) -> Link:
        return FakeLink()

    def refused(self) -> tuple[Link, LinkTarget]:
        failure = fe.LinkFailure("http", 401, code="invalid_api_key", detail="No.")
        return FakeLink(refused=failure), self.target()

    def hanging(self) -> tuple[Link, LinkTarget]:
        return FakeLink(hangs=True), self.target()

    def is_reached(self, link: Link) -> bool:
        assert isinstance(link, FakeLink)
        return link.target is not None

    def hang_up(self, link: Link, code: int, reason: str) -> None:
        assert isinstance(link, FakeLink)
        link.lose(fe.LinkFailure("closed", close_code=code, detail=reason))

    def test_its_far_end_can_be_driven_from_another_thread(self) -> None:
        links = FakeLinks(FakeLink(replies=silent))
        heard: list[object] = []

        async def talk() -> None:
            link = links()
            await link.open(self.target())
            async for event in link.events():
                heard.append(event)
                if isinstance(event, fe.SessionStarted):
                    await link.send(ORDER)

        thread = threading.Thread(target=lambda: asyncio.run(talk()))
        thread.start()
        link = links.wait()
        assert link.wait_for(fx.ConfigureSession) == ORDER
        link.say(fe.SessionConfigured("m", "v"))
        assert link._loop is not None
        asyncio.run_coroutine_threadsafe(link.aclose(), link._loop)
        thread.join(10)
        assert not thread.is_alive()
        assert [type(event) for event in heard][:2] == [fe.LinkOpened, fe.SessionStarted]
        with pytest.raises(TimeoutError):
            link.wait_for(fx.CommitInput, timeout_s=0.01)
        with pytest.raises(TimeoutError):
            links.wait(2, timeout_s=0.01)

    def test_it_can_be_congested(self) -> None:
        async def run() -> None:
            link = FakeLink()
            await link.open(self.target())
            link.congest()
            await asyncio.sleep(0)
            sending = asyncio.create_task(link.send(ORDER))
            await asyncio.sleep(0)
            assert not link.orders
            link.flow()
            await sending
            assert link.sent(fx.ConfigureSession) == [ORDER]

        asyncio.run(run())

    def test_it_acknowledges_what_servers_acknowledge(self) -> None:
        async def run() -> list[Event]:
            link = FakeLink(fe.SessionStarted("s"))
            await link.open(self.target())
            events = link.events()
            for order in (
                fx.ConfigureSession(Settings(), "e"),
                fx.AddText("m1", "user", "Hi."),
                fx.AddToolOutput("c1", "4"),
                fx.TruncateItem("i", 7, "e"),
                fx.DeleteItem("i", "e"),
                fx.CommitInput("e7"),
                fx.ClearInput(),
            ):
                await link.send(order)
            return [await anext(events) for _ in range(8)][2:]

        assert asyncio.run(run()) == [
            fe.SessionConfigured("gpt-realtime-2.1", "marin"),
            fe.ItemAdded("m1", "message", "user", text="Hi."),
            fe.ItemAdded("item_c1", "function_call_output"),
            fe.ItemTruncated("i", 7),
            fe.ItemDeleted("i"),
            fe.InputCommitted("item_e7"),
        ]
