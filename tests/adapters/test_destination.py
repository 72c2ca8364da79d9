"""Where the settings lead, by service, address and key."""

from __future__ import annotations

import asyncio

import pytest

from desktop_app.adapters.async_secrets import AsyncSecrets
from desktop_app.adapters.destination import ENGINE_LABEL, ServerOrEngine, host_of, needs_key
from desktop_app.adapters.secrets import KeyringSecretStore
from desktop_app.core.far_end import LinkFailure
from desktop_app.core.settings import OPENAI_URL, Settings
from desktop_app.ports import LinkError, LinkTarget
from tests.fakes.secrets import MemoryKeyring

ENGINE_URL = "ws://127.0.0.1:4711/v1/realtime"
OTHER = "wss://voice.example.com/v1/realtime"
AZURE = "wss://mine.openai.azure.com/openai/v1/realtime"
LOCAL = "ws://localhost:8000/v1/realtime"


class FakeEngine:
    def __init__(self, failure: LinkFailure | None = None) -> None:
        self.failure = failure
        self.options: tuple[str, ...] = ()

    async def start(self, options: tuple[str, ...]) -> tuple[str, str]:
        self.options = options
        if self.failure is not None:
            raise LinkError(self.failure)
        return ENGINE_URL, "one-time-token"


def lead(settings: Settings, key: str = "", engine: FakeEngine | None = None) -> LinkTarget:
    store = KeyringSecretStore(environ={"PARLEY_API_KEY": key}, keyring=MemoryKeyring)
    return asyncio.run(
        ServerOrEngine(AsyncSecrets(store), engine or FakeEngine()).resolve(settings)
    )


@pytest.mark.parametrize(
    ("service", "url", "key", "leads_to"),
    [
        ("auto", OPENAI_URL, "", ENGINE_URL),
        ("auto", OPENAI_URL, "a-key-12345", OPENAI_URL),
        ("auto", OTHER, "", OTHER),
        ("auto", OTHER, "a-key-12345", OTHER),
        ("auto", AZURE, "", "key"),
        ("auto", LOCAL, "", LOCAL),
        ("server", OPENAI_URL, "", "key"),
        ("server", OPENAI_URL, "a-key-12345", OPENAI_URL),
        ("server", OTHER, "", OTHER),
        ("server", LOCAL, "a-key-12345", LOCAL),
        ("offline", OPENAI_URL, "a-key-12345", ENGINE_URL),
        ("offline", OTHER, "", ENGINE_URL),
    ],
)
def test_service_address_and_key_decide(service: str, url: str, key: str, leads_to: str) -> None:
    settings = Settings(service=service, server_url=url)
    if leads_to == "key":
        with pytest.raises(LinkError) as refused:
            lead(settings, key)
        assert refused.value.failure.where == "key"
        return
    target = lead(settings, key)
    assert target.url == leads_to
    local = leads_to == ENGINE_URL
    assert (target.key, target.label) == (("one-time-token", ENGINE_LABEL) if local else (key, ""))


def test_the_engine_never_gets_the_key_of_a_server_nor_its_model() -> None:
    target = lead(Settings(service="offline"), "a-key-12345")
    assert (target.key, target.model) == ("one-time-token", "")


def test_an_engine_that_fails_is_not_replaced_by_a_server() -> None:
    with pytest.raises(LinkError) as refused:
        lead(Settings(service="offline"), "a-key-12345", FakeEngine(LinkFailure("engine")))
    assert refused.value.failure.where == "engine"


def test_azure_takes_its_key_in_a_header_of_its_own() -> None:
    assert lead(Settings(server_url=AZURE), "a-key-12345").auth == "api-key"
    assert lead(Settings(server_url=OTHER), "a-key-12345").auth == "bearer"


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("wss://API.OpenAI.com/v1", "api.openai.com"),
        ("voice.example.com:99/x", "voice.example.com"),
        ("ws://user:pass@[::1]:80", "::1"),
        ("wss://[half", ""),
        ("", ""),
    ],
)
def test_the_host_of_any_address_is_found(url: str, host: str) -> None:
    assert host_of(url) == host


def test_only_servers_known_to_ask_for_a_key_need_one() -> None:
    assert needs_key("api.openai.com")
    assert not needs_key("notopenai.com")
    assert not needs_key("localhost")
