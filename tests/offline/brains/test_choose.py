from __future__ import annotations

import asyncio
import re
from dataclasses import replace
from pathlib import Path

import pytest

from desktop_app.offline.brains import choose, gguf
from desktop_app.offline.brains.choose import (
    BrainMissingError,
    BrainSettings,
    chat_model,
    check_choice,
    choose_brain,
    find_server,
    is_loopback,
)
from tests.offline.brains.room import household
from tests.offline.brains.scripted_server import Exchange, models, serving


@pytest.mark.parametrize(
    ("listing", "wanted", "model"),
    [
        (models("llama3.2", "qwen3"), None, "llama3.2"),
        (models("llama3.2", "qwen3"), "qwen3", "qwen3"),
        (models("llama3.2"), "gone", "llama3.2"),
        (models("nomic-embed-text", "whisper-1", "qwen3"), None, "qwen3"),
        (models("nomic-embed-text"), None, None),
        (models("parley-skills", owner="parley"), None, None),
        (models(), None, None),
        ({"data": "no"}, None, None),
        ({"data": [{"id": 5}, 7, {"id": ""}]}, None, None),
        ([], None, None),
        (None, None, None),
        ("<html>", None, None),
    ],
)
def test_a_model_for_chat_is_picked_from_a_listing(
    listing: object, wanted: str | None, model: str | None
) -> None:
    assert chat_model(listing, wanted) == model


@pytest.mark.parametrize(
    ("url", "here"),
    [
        ("http://127.0.0.1:1234", True),
        ("http://localhost:1234/v1", True),
        ("http://[::1]:80", True),
        ("http://127.8.9.1", True),
        ("http://192.168.1.5:1234", False),
        ("http://localhost.evil.test", False),
        ("http://127.0.0.1.evil.test", False),
        ("http://user@198.51.100.1", False),
        ("", False),
    ],
)
def test_only_this_computer_is_loopback(url: str, here: bool) -> None:
    assert is_loopback(url) is here


def places(monkeypatch: pytest.MonkeyPatch, *urls: str) -> None:
    named = tuple((f"Program {number}", url) for number, url in enumerate(urls))
    monkeypatch.setattr(choose, "KNOWN_SERVERS", named)


def test_the_first_program_with_a_model_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    async def scene() -> None:
        async with (
            serving(listing="<html>a web shop") as shop,
            serving() as second,
            serving() as third,
        ):
            places(monkeypatch, "http://127.0.0.1:9", shop.url, second.url, third.url)
            found = await find_server(BrainSettings())
            assert found is not None
            assert (found.program, found.url, found.model) == ("Program 2", second.url, "llama3.2")

    asyncio.run(scene())


def test_every_place_is_asked_at_once_and_none_is_waited_for_longer_than_a_probe(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def scene() -> None:
        asked: list[Exchange] = []
        everybody = asyncio.Event()

        async def mute(exchange: Exchange) -> None:
            asked.append(exchange)
            if len(asked) == 3:
                everybody.set()
            await everybody.wait()
            await asyncio.Event().wait()

        async with (
            serving(listing_script=mute) as one,
            serving(listing_script=mute) as two,
            serving(listing_script=mute) as three,
        ):
            places(monkeypatch, one.url, two.url, three.url)
            assert await find_server(BrainSettings()) is None
            assert everybody.is_set()

    asyncio.run(scene())


def test_a_server_of_the_users_goes_first_and_gets_its_key(monkeypatch: pytest.MonkeyPatch) -> None:
    async def scene() -> None:
        async with serving() as known, serving(listing=models("mine")) as own:
            places(monkeypatch, known.url)
            settings = BrainSettings(server_url=f"{own.url}/v1/", api_key="secret")
            found = await find_server(settings)
            assert found is not None
            assert (found.url, found.model, found.api_key) == (own.url, "mine", "secret")
            assert own.seen[0].headers["authorization"] == "Bearer secret"
            assert "authorization" not in known.seen[0].headers

    asyncio.run(scene())


def test_another_computer_is_never_asked_without_consent(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    async def ask(client: object, program: str, url: str, settings: BrainSettings) -> None:
        asked.append(url)

    monkeypatch.setattr(choose, "_ask", ask)
    places(monkeypatch)
    remote = "http://198.51.100.1:11434"
    asyncio.run(find_server(BrainSettings(server_url=remote)))
    assert asked == []
    asyncio.run(find_server(BrainSettings(server_url=remote, allow_remote=True)))
    assert asked == [remote]


def test_server_then_file_then_skills(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "tiny.gguf"
    file.write_bytes(b"GGUF")

    async def scene() -> None:
        async with serving() as server:
            places(monkeypatch, server.url)
            names = []
            monkeypatch.setattr(gguf, "is_available", lambda: True)
            for settings in (
                BrainSettings(gguf_path=file),
                BrainSettings(look_for_servers=False, gguf_path=file),
                BrainSettings(look_for_servers=False, gguf_path=tmp_path / "none.gguf"),
                BrainSettings(look_for_servers=False),
            ):
                brain = await choose_brain(settings, household())
                names.append(brain.name)
                await brain.aclose()
            assert names == [
                "Program 0: llama3.2",
                "Model: tiny",
                "Built-in skills",
                "Built-in skills",
            ]

    asyncio.run(scene())


def test_a_file_without_the_runtime_leaves_the_skills(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "tiny.gguf"
    file.write_bytes(b"GGUF")
    monkeypatch.setattr(gguf, "is_available", lambda: False)
    settings = BrainSettings(look_for_servers=False, gguf_path=file)
    assert asyncio.run(choose_brain(settings, household())).name == "Built-in skills"


@pytest.mark.parametrize(
    ("settings", "names"),
    [
        (BrainSettings(kind="skills", server_url="URL", gguf_path=Path("FILE")), "Built-in skills"),
        (BrainSettings(kind="server", gguf_path=Path("FILE")), "Program 0: llama3.2"),
        (BrainSettings(kind="gguf", gguf_path=Path("FILE")), "Model: tiny"),
    ],
)
def test_what_the_user_chose_is_what_answers(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, settings: BrainSettings, names: str
) -> None:
    file = tmp_path / "tiny.gguf"
    file.write_bytes(b"GGUF")
    if settings.gguf_path is not None:
        settings = replace(settings, gguf_path=file)
    monkeypatch.setattr(gguf, "is_available", lambda: True)

    async def scene() -> None:
        async with serving() as server:
            places(monkeypatch, server.url)
            brain = await choose_brain(settings, household())
            check_choice(settings, brain)
            assert brain.name == names
            await brain.aclose()

    asyncio.run(scene())


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        (BrainSettings(kind="server"), "No model server answers on this computer"),
        (BrainSettings(kind="server", server_url="http://127.0.0.1:1"), "at http://127.0.0.1:1"),
        (BrainSettings(kind="server", server_url="http://198.51.100.1"), "another computer"),
        (BrainSettings(kind="gguf"), "No model file is chosen"),
        (BrainSettings(kind="gguf", gguf_path=Path("/nowhere/x.gguf")), "no file /nowhere/x.gguf"),
    ],
)
def test_a_choice_that_can_not_be_had_is_said_and_not_replaced(
    monkeypatch: pytest.MonkeyPatch, settings: BrainSettings, told: str
) -> None:
    places(monkeypatch)
    monkeypatch.setattr(gguf, "is_available", lambda: True)
    brain = asyncio.run(choose_brain(settings, household()))
    with pytest.raises(BrainMissingError, match=re.escape(told)):
        check_choice(settings, brain)


def test_a_choice_that_needs_another_package_says_which(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gguf, "is_available", lambda: False)
    settings = BrainSettings(kind="gguf", gguf_path=Path("x.gguf"))
    brain = asyncio.run(choose_brain(settings, household()))
    with pytest.raises(BrainMissingError, match="xllamacpp"):
        check_choice(settings, brain)
