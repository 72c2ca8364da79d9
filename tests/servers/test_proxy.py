from __future__ import annotations

import asyncio
import ssl
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidProxyMessage, InvalidProxyStatus

from tests.servers.certificates import make_certificate, server_context
from tests.servers.proxy import Manner, Proxy, SilentPort, closed_port
from tests.servers.scripted import ScriptedServer


def _reach(url: str, **options: Any) -> str:
    async def run() -> str:
        async with connect(url, **options) as socket:
            return str(await socket.recv())

    return asyncio.run(run())


def test_a_proxy_passes_on_what_it_is_asked_for() -> None:
    with ScriptedServer() as server, Proxy() as proxy:
        assert "session.created" in _reach(server.url, proxy=proxy.url)
        assert proxy.targets == [f"127.0.0.1:{server.port}"]


@pytest.mark.parametrize(
    ("manner", "status"), [("refuse", 403), ("bad-gateway", 502), ("auth", 407)]
)
def test_a_proxy_can_refuse(manner: Manner, status: int) -> None:
    with ScriptedServer() as server, Proxy(manner, user="u", password="p") as proxy:
        with pytest.raises(InvalidProxyStatus) as refused:
            _reach(server.url, proxy=proxy.url)
        assert refused.value.response.status_code == status
        assert not server.attempts


def test_a_proxy_lets_in_who_knows_the_password() -> None:
    with ScriptedServer() as server, Proxy("auth", user="u", password="p") as proxy:
        url = proxy.url.replace("http://", "http://u:p@")
        assert "session.created" in _reach(server.url, proxy=url)


def test_a_proxy_and_a_silent_port_can_hang() -> None:
    with ScriptedServer() as server, Proxy("hang") as proxy, SilentPort() as silent:
        with pytest.raises(TimeoutError):
            _reach(server.url, proxy=proxy.url, open_timeout=0.2)
        with pytest.raises(TimeoutError):
            _reach(silent.url, proxy=None, open_timeout=0.2)
        assert (len(proxy.targets), silent.accepted) == (1, 1)


def test_a_proxy_can_hang_up() -> None:
    with Proxy("drop") as proxy, pytest.raises(InvalidProxyMessage):
        _reach("ws://127.0.0.1:9/v1/realtime", proxy=proxy.url)


def test_a_closed_port_refuses() -> None:
    with pytest.raises(ConnectionRefusedError):
        _reach(f"ws://127.0.0.1:{closed_port()}/", proxy=None)


def test_a_certificate_of_our_own_is_refused_until_it_is_trusted(tmp_path: Path) -> None:
    certificate = make_certificate(tmp_path)
    with ScriptedServer(tls=server_context(certificate)) as server:
        with pytest.raises(ssl.SSLCertVerificationError, match="self-signed"):
            _reach(server.url, proxy=None)
        trusting = ssl.create_default_context(cafile=str(certificate))
        assert "session.created" in _reach(server.url, proxy=None, ssl=trusting)


@pytest.mark.parametrize(
    ("host", "days", "word"), [("elsewhere.example", 1, "mismatch"), ("localhost", -1, "expired")]
)
def test_a_certificate_can_be_for_another_host_or_expired(
    tmp_path: Path, host: str, days: int, word: str
) -> None:
    certificate = make_certificate(tmp_path, host, days=days)
    with ScriptedServer(tls=server_context(certificate)) as server:
        trusting = ssl.create_default_context(cafile=str(certificate))
        with pytest.raises(ssl.SSLCertVerificationError, match=word):
            _reach(server.url, proxy=None, ssl=trusting)
