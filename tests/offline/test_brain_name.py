"""A session always says who answers, also when a model server comes or goes while one talks."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from typing import Any

from desktop_app.offline.brains.brain import Brain
from desktop_app.offline.brains.choose import BrainSettings, choose_brain
from desktop_app.offline.brains.fallback import GONE
from desktop_app.offline.engine import Models
from desktop_app.offline.skills.household import Household
from tests.offline.brains.scripted_server import Exchange, ScriptedServer, models, serving
from tests.offline.server_parts import Client, Parts, running, said
from tests.offline.test_server_turns import ask

SKILLS = "Built-in skills"
OPEN = "Who wrote Emma?"
SUM = "What is seventeen times twenty three?"


class ChoosingParts(Parts):
    """Simple ears and voice, and what really thinks where a model server may be at ``url``."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self._settings = BrainSettings(look_for_servers=False, server_url=url)

    def models(self) -> Models:
        async def make_brain() -> Brain:
            return await choose_brain(self._settings, Household(None, lambda _: None))

        return replace(super().models(), make_brain=make_brain)


async def austen(exchange: Exchange) -> None:
    await exchange.head()
    await exchange.text("Jane Austen.")
    await exchange.finish()


def talk(story: Callable[[Client, ScriptedServer], Awaitable[None]]) -> None:
    """Let somebody talk while there is a model server, which lists ``llama3.2``."""

    async def scene() -> None:
        async with (
            asyncio.timeout(30),
            serving(austen) as server,
            running(ChoosingParts(server.url)) as place,
            place.client() as client,
        ):
            created = await client.until("session.created")
            assert created["session"]["model"] == "Local server: llama3.2"
            await story(client, server)

    asyncio.run(scene())


def another(server: ScriptedServer, name: str) -> AbstractAsyncContextManager[ScriptedServer]:
    """A server where that one was; it lists another model."""
    port = int(server.url.rpartition(":")[2])
    return serving(austen, listing=models(name), port=port)


async def new_name(client: Client) -> str:
    name = (await client.until("session.updated"))["session"]["model"]
    assert isinstance(name, str)
    return name


def text_of(response: dict[str, Any]) -> str:
    return "".join(part["text"] for item in response["output"] for part in item["content"])


def test_while_nothing_changes_nothing_is_told() -> None:
    async def story(client: Client, server: ScriptedServer) -> None:
        for _ in range(3):
            assert text_of(await ask(client, OPEN)) == "Jane Austen."
        await client.say("conversation.item.retrieve", item_id="nobody")
        await client.refusal()
        assert "session.updated" not in client.types()

    talk(story)


def test_a_server_that_vanishes_is_said_with_the_next_answer_whatever_answers_it() -> None:
    async def story(client: Client, server: ScriptedServer) -> None:
        await server.vanish()
        assert "391" in text_of(await ask(client, SUM))
        assert await new_name(client) == SKILLS
        assert text_of(await ask(client, OPEN)).startswith(GONE)
        assert not text_of(await ask(client, OPEN)).startswith(GONE)
        assert client.types().count("session.updated") == 1

    talk(story)


def test_a_server_that_comes_answers_the_next_question_by_its_own_name() -> None:
    async def story(client: Client, server: ScriptedServer) -> None:
        await server.vanish()
        await ask(client, OPEN)
        assert await new_name(client) == SKILLS
        async with another(server, "qwen3") as later:
            assert text_of(await ask(client, OPEN)) == "Jane Austen."
            assert await new_name(client) == "Local server: qwen3"
            assert later.chats()[0]["model"] == "qwen3"

    talk(story)


def test_a_server_that_now_has_another_model_is_asked_for_that() -> None:
    async def story(client: Client, server: ScriptedServer) -> None:
        await server.vanish()
        async with another(server, "qwen3"):
            assert text_of(await ask(client, OPEN)) == "Jane Austen."
            assert await new_name(client) == "Local server: qwen3"

    talk(story)


def test_who_speaks_learns_it_too_and_the_new_name_may_be_asked_for() -> None:
    async def story(client: Client, server: ScriptedServer) -> None:
        await server.vanish()
        await client.sound(said())
        assert await new_name(client) == SKILLS
        await client.update(model=SKILLS)
        assert await new_name(client) == SKILLS

    talk(story)
