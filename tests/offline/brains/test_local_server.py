"""A real HTTP server on loopback, and every way it can fail."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import httpx2
import pytest

from desktop_app.offline.brains.brain import (
    BrainError,
    Finished,
    FunctionCall,
    NamedTool,
    Said,
    TextDelta,
    Tool,
    Usage,
)
from desktop_app.offline.brains.fallback import BROKEN_OFF, GONE, FallbackBrain
from desktop_app.offline.brains.local_server import LocalServer, LocalServerBrain
from desktop_app.offline.skills.talk_answers import OPEN_LONG
from tests.offline.brains.room import LIGHTS, WEATHER, ask, calls_of, listen, skills, text_of
from tests.offline.brains.scripted_server import Exchange, Script, ScriptedServer, serving

OPEN = "Who wrote Emma?"


def talk(
    script: Script | None, story: Callable[[LocalServerBrain, ScriptedServer], Awaitable[None]]
) -> None:
    async def scene() -> None:
        async with serving(script) as server:
            brain = LocalServerBrain(LocalServer("Ollama", server.url, "llama3.2"))
            try:
                await story(brain, server)
            finally:
                await brain.aclose()

    asyncio.run(scene())


async def austen(exchange: Exchange) -> None:
    await exchange.head()
    await exchange.text("Jane ", "Aus", "ten.")
    await exchange.finish()


async def cut_short(exchange: Exchange) -> None:
    await exchange.head()
    await exchange.text("Jane ")


async def error_midway(exchange: Exchange) -> None:
    await exchange.head()
    await exchange.text("Jane ")
    await exchange.event({"error": {"message": "out of memory"}})


async def refuse(exchange: Exchange) -> None:
    await exchange.reply({"error": "model not found"}, "404 Not Found")


async def hang_up(exchange: Exchange) -> None:
    exchange.writer.transport.abort()


async def gibberish(exchange: Exchange) -> None:
    await exchange.raw(b"\x00\x01 no HTTP at all\r\n\r\n")


async def redirect(exchange: Exchange) -> None:
    await exchange.raw(
        "HTTP/1.1 302 Found\r\nLocation: http://198.51.100.1/\r\nContent-Length: 0\r\n\r\n"
    )


def test_text_is_streamed_as_it_is_thought() -> None:
    async def story(brain: LocalServerBrain, server: ScriptedServer) -> None:
        thoughts = await listen(brain, ask(OPEN, instructions="Be brief."))
        assert thoughts == [
            TextDelta("Jane "),
            TextDelta("Aus"),
            TextDelta("ten."),
            Finished("stop", Usage(11, 3)),
        ]
        (body,) = server.chats()
        assert (body["model"], body["stream"]) == ("llama3.2", True)
        assert body["messages"][-1] == {"role": "user", "content": OPEN}

    talk(austen, story)


def test_the_first_words_come_before_the_last_are_thought() -> None:
    went_on = asyncio.Event()

    async def slow(exchange: Exchange) -> None:
        await exchange.head()
        await exchange.text("Jane ")
        await went_on.wait()
        await exchange.text("Austen.")
        await exchange.finish()

    async def story(brain: LocalServerBrain, server: ScriptedServer) -> None:
        thoughts = brain.think(ask(OPEN))
        assert await anext(thoughts) == TextDelta("Jane ")
        went_on.set()
        assert await anext(thoughts) == TextDelta("Austen.")
        await thoughts.aclose()

    talk(slow, story)


def test_function_calls_are_put_together() -> None:
    async def calling(exchange: Exchange) -> None:
        await exchange.head()
        for name, arguments in (("get_weather", ""), (None, '{"city"'), (None, ':"Rome"}')):
            fragment = {"index": 0, "id": "x", "function": {"name": name, "arguments": arguments}}
            await exchange.event({"choices": [{"index": 0, "delta": {"tool_calls": [fragment]}}]})
        await exchange.finish("tool_calls")

    async def story(brain: LocalServerBrain, server: ScriptedServer) -> None:
        thoughts = await listen(brain, ask("Rome?", tools=[WEATHER]))
        assert thoughts == [
            FunctionCall("get_weather", '{"city":"Rome"}'),
            Finished("tool_calls", Usage(11, 3)),
        ]
        assert server.chats()[0]["tools"][0]["function"]["name"] == "get_weather"

    talk(calling, story)


def test_a_model_that_cannot_take_tools_is_asked_without_them() -> None:
    async def no_tools(exchange: Exchange) -> None:
        if "tools" in exchange.json():
            await exchange.reply({"error": "llama2 does not support tools"}, "400 Bad Request")
        else:
            await austen(exchange)

    async def story(brain: LocalServerBrain, server: ScriptedServer) -> None:
        assert text_of(await listen(brain, ask(OPEN, tools=[WEATHER]))) == "Jane Austen."
        assert len(server.chats()) == 2

    talk(no_tools, story)


@pytest.mark.parametrize("script", [cut_short, error_midway, refuse, hang_up, gibberish, redirect])
def test_every_failure_is_one_plain_error(script: Script) -> None:
    async def story(brain: LocalServerBrain, server: ScriptedServer) -> None:
        with pytest.raises(BrainError) as raised:
            await listen(brain, ask(OPEN))
        assert str(raised.value).endswith(".")
        assert "Traceback" not in str(raised.value)

    talk(script, story)


def test_a_server_that_never_answers_is_given_up() -> None:
    async def silent(exchange: Exchange) -> None:
        await exchange.head()
        await exchange.hung_up.wait()

    async def scene() -> None:
        async with serving(silent) as server:
            client = httpx2.AsyncClient(timeout=0.1, trust_env=False)
            brain = LocalServerBrain(LocalServer("Ollama", server.url, "m"), client)
            with pytest.raises(BrainError, match="in time"):
                await listen(brain, ask(OPEN))
            await brain.aclose()

    asyncio.run(scene())


@pytest.mark.parametrize("how", ["close", "cancel"])
def test_cancelling_hangs_up_at_the_server(how: str) -> None:
    asked, hung_up = asyncio.Event(), asyncio.Event()

    async def endless(exchange: Exchange) -> None:
        await exchange.head()
        await exchange.text("Jane ")
        asked.set()
        await exchange.hung_up.wait()
        hung_up.set()

    async def story(brain: LocalServerBrain, server: ScriptedServer) -> None:
        if how == "close":
            thoughts = brain.think(ask(OPEN))
            assert await anext(thoughts) == TextDelta("Jane ")
            await thoughts.aclose()
        else:
            listening = asyncio.create_task(listen(brain, ask(OPEN)))
            await asked.wait()
            listening.cancel()
            with pytest.raises(asyncio.CancelledError):
                await listening
        async with asyncio.timeout(5):
            await hung_up.wait()

    talk(endless, story)


def test_no_proxy_of_the_environment_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")

    async def story(brain: LocalServerBrain, server: ScriptedServer) -> None:
        assert text_of(await listen(brain, ask(OPEN))) == "Jane Austen."

    talk(austen, story)


def test_the_name_says_what_thinks() -> None:
    async def story(brain: LocalServerBrain, server: ScriptedServer) -> None:
        assert brain.name == "Ollama: llama3.2"
        assert brain.describe().open_questions
        assert server.url in brain.describe().detail
        assert await brain.is_alive()
        await server.vanish()
        assert not await brain.is_alive()

    talk(austen, story)


# The model with the skills beside it.


def test_skills_do_what_must_be_exact_and_the_model_talks() -> None:
    async def story(model: LocalServerBrain, server: ScriptedServer) -> None:
        brain = FallbackBrain(model, skills())
        assert text_of(await listen(brain, ask("Set a timer for ten minutes."))) == (
            "Timer set for 10 minutes."
        )
        assert text_of(await listen(brain, ask("What is 17 times 23?"))) == "17 times 23 is 391."
        assert server.chats() == []
        assert text_of(await listen(brain, ask("Hello!"))) == "Jane Austen."
        assert text_of(await listen(brain, ask(OPEN))) == "Jane Austen."
        assert len(server.chats()) == 2

    talk(austen, story)


def test_a_clients_tool_goes_before_a_skill() -> None:
    async def story(model: LocalServerBrain, server: ScriptedServer) -> None:
        brain = FallbackBrain(model, skills())
        await listen(brain, ask("Set a timer for ten minutes.", tools=[Tool("set_timer")]))
        assert len(server.chats()) == 1

    talk(austen, story)


@pytest.mark.parametrize("script", [refuse, hang_up, gibberish])
def test_a_model_that_fails_at_once_leaves_the_word_to_the_skills(script: Script) -> None:
    async def story(model: LocalServerBrain, server: ScriptedServer) -> None:
        brain = FallbackBrain(model, skills())
        thoughts = await listen(brain, ask(OPEN))
        assert text_of(thoughts) == f"{GONE} {OPEN_LONG}"
        assert isinstance(thoughts[-1], Finished)
        assert brain.name == "Built-in skills"
        assert "Ollama" in brain.describe().detail
        assert not brain.describe().open_questions

    talk(script, story)


@pytest.mark.parametrize("script", [cut_short, error_midway])
def test_a_model_that_breaks_off_says_so(script: Script) -> None:
    async def story(model: LocalServerBrain, server: ScriptedServer) -> None:
        thoughts = await listen(FallbackBrain(model, skills()), ask(OPEN))
        assert text_of(thoughts) == f"Jane  {BROKEN_OFF}"
        assert isinstance(thoughts[-1], Finished)

    talk(script, story)


def test_a_model_that_comes_back_is_used_again_and_one_that_stays_away_is_said_once() -> None:
    async def scene() -> None:
        failing = [True]

        async def moody(exchange: Exchange) -> None:
            await (hang_up if failing[0] else austen)(exchange)

        async def listing(exchange: Exchange) -> None:
            await (hang_up(exchange) if failing[0] else exchange.reply({"data": []}))

        async with serving(moody, listing_script=listing) as server:
            model = LocalServerBrain(LocalServer("Ollama", server.url, "m"))
            brain = FallbackBrain(model, skills())
            assert text_of(await listen(brain, ask(OPEN))).startswith(GONE)
            before = (Said("user", OPEN), Said("assistant", OPEN_LONG))
            assert GONE not in text_of(await listen(brain, ask(OPEN, *before)))
            failing[0] = False
            assert text_of(await listen(brain, ask(OPEN))) == "Jane Austen."
            assert brain.name == "Ollama: m"
            await brain.aclose()

    asyncio.run(scene())


@pytest.mark.parametrize("choice", ["required", NamedTool("set_lights")])
def test_a_model_that_talks_where_it_must_call_is_made_to_call(choice: NamedTool) -> None:
    async def story(model: LocalServerBrain, server: ScriptedServer) -> None:
        request = ask("Kitchen lights off.", tools=[LIGHTS], choice=choice)
        thoughts = await listen(FallbackBrain(model, skills()), request)
        assert calls_of(thoughts) == [("set_lights", '{"room": "kitchen", "on": false}')]
        assert text_of(thoughts) == ""
        assert thoughts[-1] == Finished("tool_calls", Usage(11, 3))

    talk(austen, story)
