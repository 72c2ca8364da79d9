from __future__ import annotations

import asyncio
import json
import logging
import socket
import ssl
import threading
from pathlib import Path
from typing import Any

import pytest

from desktop_app import __version__
from desktop_app.adapters.tls import client_context
from desktop_app.core.far_end import LinkFailure, LinkOpened
from desktop_app.core.settings import OPENAI_URL
from desktop_app.ports import LinkError
from tests.adapters.link_contract import until
from tests.adapters.link_places import KEY, MODEL, answering, opened, refusal, target
from tests.servers.certificates import make_certificate, server_context
from tests.servers.persona import Persona
from tests.servers.proxy import Manner, Proxy, SilentPort, closed_port
from tests.servers.scripted import ScriptedServer
from tests.servers.traps import TRAPS

# Leads to this computer, but is no name that says so: a proxy may stand before it.
ELSEWHERE = "127.1"
PROXIES = ("http", "https", "ws", "wss", "socks", "all", "no")


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in PROXIES:
        monkeypatch.delenv(f"{name}_proxy", raising=False)
        monkeypatch.delenv(f"{name.upper()}_PROXY", raising=False)


def connect(url: str, aim: Any = None, **options: Any) -> None:
    async def run() -> None:
        async with opened(url, aim, **options) as (_, events):
            await until(events, LinkOpened)

    asyncio.run(run())


# --- who we say we are ------------------------------------------------------------------------


def test_the_handshake_says_who_we_are_and_which_model_we_want() -> None:
    with ScriptedServer() as server:
        connect(server.url, target(server.url, organization="org-1", project="proj_1"))
        (attempt,) = server.attempts
    assert attempt.path == f"/v1/realtime?model={MODEL}"
    assert attempt.headers["authorization"] == f"Bearer {KEY}"
    assert attempt.headers["openai-organization"] == "org-1"
    assert attempt.headers["openai-project"] == "proj_1"
    assert attempt.headers["user-agent"] == f"parley/{__version__}"
    assert "openai-beta" not in attempt.headers
    assert "sec-websocket-extensions" not in attempt.headers


def test_without_a_key_none_is_sent() -> None:
    with ScriptedServer() as server:
        connect(server.url, target(server.url, key=""))
        (attempt,) = server.attempts
    assert not {"authorization", "api-key", "openai-organization"} & attempt.headers.keys()


def test_a_server_may_want_the_key_in_a_header_of_its_own() -> None:
    with ScriptedServer(Persona(key=KEY)) as server:
        connect(server.url, target(server.url, auth="api-key"))
        assert server.attempts[0].headers["api-key"] == KEY


def test_a_login_in_the_address_is_sent_alone() -> None:
    with ScriptedServer() as server:
        connect(server.url.replace("://", "://user:pass@"))
        assert server.attempts[0].headers["authorization"] == "Basic dXNlcjpwYXNz"


# --- refused ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("trap", "status", "code"),
    [
        ("UNAUTHORIZED", 401, "invalid_api_key"),
        ("FORBIDDEN", 403, "account_deactivated"),
        ("MODEL_UNKNOWN_HTTP", 404, "model_not_found"),
        ("OVERLOADED", 429, "rate_limit_exceeded"),
        ("DOWN", 503, "server_error"),
    ],
)
def test_a_refused_handshake_tells_status_code_and_message(
    trap: str, status: int, code: str
) -> None:
    with ScriptedServer(TRAPS[trap]) as server:
        failure = refusal(server.url)
    assert failure == LinkFailure("http", status, code=code, detail=f"Refused: {code}.")


def reply(status: str, body: str, *headers: str) -> bytes:
    head = [f"HTTP/1.1 {status}", f"Content-Length: {len(body.encode())}", *headers]
    return "\r\n".join([*head, "", body]).encode()


@pytest.mark.parametrize(
    ("body", "code", "detail"),
    [
        ('{"error": "No such key."}', "", "No such key."),
        ('{"message": "No such key.", "code": "c"}', "c", "No such key."),
        ('{"detail": "No such key."}', "", "No such key."),
        ('{"error": {"type": "t", "message": "No  such\\nkey."}}', "t", "No such key."),
        ('{"error": {"code": 7, "message": 8}}', "", "127.0.0.1 answered: 403 Forbidden."),
        ('{"error": [1]}', "", "127.0.0.1 answered: 403 Forbidden."),
        ("[1]", "", "127.0.0.1 answered: 403 Forbidden."),
        ("<html>No.</html>", "", "127.0.0.1 answered: 403 Forbidden."),
        ("", "", "127.0.0.1 answered: 403 Forbidden."),
        (json.dumps({"error": "x" * 999}), "", "x" * 299 + "…"),
    ],
)
def test_the_reason_is_found_wherever_a_server_writes_it(body: str, code: str, detail: str) -> None:
    with answering(reply("403 Forbidden", body)) as url:
        assert refusal(url) == LinkFailure("http", 403, code=code, detail=detail)


def test_a_status_that_nobody_knows_is_told_as_it_is() -> None:
    with answering(reply("599 Odd", "")) as url:
        assert refusal(url).detail == "127.0.0.1 answered: 599."


def test_a_web_page_is_no_voice_server() -> None:
    with answering(reply("200 OK", "<html></html>")) as url:
        failure = refusal(url)
    assert (failure.where, failure.http_status) == ("http", 200)


def test_a_redirect_is_not_followed_for_it_would_take_the_key_along() -> None:
    with ScriptedServer() as thief:
        with answering(reply("302 Found", "", f"Location: {thief.url}")) as url:
            failure = refusal(url)
        assert (failure.where, failure.http_status) == ("http", 302)
        assert not thief.attempts


@pytest.mark.parametrize("garbage", [b"SSH-2.0-OpenSSH_9.2\r\n", b"\x00\x01\x02" * 50])
def test_what_is_no_web_server_is_told_as_such(garbage: bytes) -> None:
    with answering(garbage + b"\r\n\r\n") as url:
        failure = refusal(url)
    assert (failure.where, failure.http_status) == ("http", 0)
    assert "check the address" in failure.detail


def test_a_handshake_that_promises_the_wrong_thing_is_refused() -> None:
    headers = ("Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Accept: wrong")
    with answering(reply("101 Switching Protocols", "", *headers)) as url:
        failure = refusal(url)
    assert (failure.where, failure.http_status) == ("http", 0)


@pytest.mark.parametrize("reads", [True, False])
def test_a_server_that_hangs_up_at_once_is_worth_another_try(reads: bool) -> None:
    with answering(b"", reads=reads) as url:
        failure = refusal(url)
    assert (failure.where, failure.close_code) == ("closed", 1006)
    assert "hung up" in failure.detail


# --- not reached ------------------------------------------------------------------------------


def test_where_nobody_listens_the_connection_is_refused() -> None:
    port = closed_port()
    failure = refusal(f"ws://127.0.0.1:{port}/v1/realtime")
    assert failure == LinkFailure("refused", detail=f"Nothing answers at 127.0.0.1, port {port}.")


def test_a_name_that_nobody_knows_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    failure = refusal("wss://nowhere.example/r")
    assert failure.where == "dns"
    assert "nowhere.example" in failure.detail


def test_a_network_that_is_not_there_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def unreachable(*_: object, **__: object) -> None:
        raise OSError(101, "Network is unreachable")

    monkeypatch.setattr(socket, "getaddrinfo", unreachable)
    failure = refusal("wss://voice.example/r")
    detail = "voice.example can't be reached (Network is unreachable)."
    assert failure == LinkFailure("refused", detail=detail)


def test_a_name_service_that_hangs_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    over = threading.Event()

    def hangs(*_: object, **__: object) -> None:
        over.wait(10)
        raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure")

    async def run() -> LinkFailure:
        # The thread that asks cannot be ended: it must be let go before the loop waits for it.
        try:
            with pytest.raises(LinkError) as error:
                async with opened("wss://voice.example/r", open_timeout_s=0.05):
                    pass
        finally:
            over.set()
        return error.value.failure

    monkeypatch.setattr(socket, "getaddrinfo", hangs)
    failure = asyncio.run(run())
    detail = "voice.example did not answer within 0.05 s."
    assert failure == LinkFailure("timeout", detail=detail)


def test_a_port_that_is_silent_is_given_up() -> None:
    with SilentPort() as silence:
        assert refusal(silence.url, open_timeout_s=0.05).where == "timeout"
        assert silence.accepted == 1


def test_a_handshake_may_be_slow_but_not_too_slow() -> None:
    with ScriptedServer(Persona(handshake_ms=100)) as server:
        connect(server.url)
    with ScriptedServer(TRAPS["NEVER_SHAKES"]) as server:
        assert refusal(server.url, open_timeout_s=0.1).where == "timeout"


def test_a_bad_address_is_refused_before_anybody_is_asked() -> None:
    with SilentPort() as silence:
        failure = refusal(silence.url.replace("ws://", "ftp://"))
        assert (failure.where, silence.accepted) == ("url", 0)


def test_an_address_that_only_the_library_refuses_is_a_bad_one_too() -> None:
    assert refusal("ws://%ff:x@127.0.0.1/r").where == "url"


def test_a_link_opens_once() -> None:
    async def run(url: str) -> str:
        async with opened(url) as (link, _):
            with pytest.raises(LinkError) as error:
                await link.open(target(url))
        return error.value.failure.where

    with ScriptedServer() as server:
        assert asyncio.run(run(server.url)) == "closed"
        assert len(server.attempts) == 1


# --- encryption -------------------------------------------------------------------------------


def trusting(certificate: Path) -> Any:
    return lambda: client_context(certificate)


def test_a_server_with_a_trusted_certificate_is_reached(tmp_path: Path) -> None:
    certificate = make_certificate(tmp_path)
    with ScriptedServer(tls=server_context(certificate)) as server:
        assert server.url.startswith("wss://")
        connect(server.url, tls=trusting(certificate))


def test_a_certificate_that_nobody_vouches_for_is_refused(tmp_path: Path) -> None:
    with ScriptedServer(tls=server_context(make_certificate(tmp_path))) as server:
        failure = refusal(server.url)
        assert not server.attempts
    assert failure.where == "tls"
    assert "localhost is not trusted: self-signed certificate" in failure.detail


@pytest.mark.parametrize(
    ("host", "days", "word"), [("elsewhere.example", 1, "mismatch"), ("localhost", -1, "expired")]
)
def test_a_certificate_for_another_host_or_an_old_one_is_refused(
    tmp_path: Path, host: str, days: int, word: str
) -> None:
    certificate = make_certificate(tmp_path, host, days=days)
    with ScriptedServer(tls=server_context(certificate)) as server:
        failure = refusal(server.url, tls=trusting(certificate))
    assert failure.where == "tls"
    assert word in failure.detail


def test_a_server_that_does_not_encrypt_is_told_as_such() -> None:
    with answering(b"HTTP/1.1 400 Bad Request\r\n\r\n", reads=False) as url:
        failure = refusal(url.replace("ws://", "wss://"))
    assert failure.where == "tls"
    assert "does not answer encrypted at port" in failure.detail


def test_roots_that_cannot_be_read_are_no_reason_to_hang() -> None:
    def broken() -> ssl.SSLContext:
        raise ssl.SSLError("no certificate")

    assert refusal("wss://127.0.0.1:9/r", tls=broken).where == "tls"


# --- proxies ----------------------------------------------------------------------------------


def beyond(server: ScriptedServer) -> Any:
    url = server.url.replace("127.0.0.1", ELSEWHERE).replace("localhost", ELSEWHERE)
    return target(url, allow_insecure=True)


def test_the_environment_s_proxy_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    with ScriptedServer() as server, Proxy() as proxy:
        monkeypatch.setenv("http_proxy", proxy.url)
        connect("", beyond(server))
        assert proxy.targets == [f"{ELSEWHERE}:{server.port}"]


def test_an_encrypted_server_is_reached_through_a_proxy(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    certificate = make_certificate(tmp_path, ELSEWHERE)
    with ScriptedServer(tls=server_context(certificate)) as server, Proxy() as proxy:
        monkeypatch.setenv("https_proxy", proxy.url)
        connect("", beyond(server), tls=trusting(certificate))
        assert proxy.targets == [f"{ELSEWHERE}:{server.port}"]


def test_a_server_on_this_computer_needs_no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    with ScriptedServer() as server, Proxy("drop") as proxy:
        for name in PROXIES[:-1]:
            monkeypatch.setenv(f"{name}_proxy", proxy.url)
        connect(server.url)
        assert not proxy.targets


def test_hosts_can_be_excepted_from_the_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    with ScriptedServer() as server, Proxy("drop") as proxy:
        monkeypatch.setenv("http_proxy", proxy.url)
        monkeypatch.setenv("no_proxy", ELSEWHERE)
        connect("", beyond(server))
        assert not proxy.targets


@pytest.mark.parametrize(
    ("manner", "where", "status", "word"),
    [
        ("refuse", "proxy", 403, "403 Forbidden"),
        ("bad-gateway", "proxy", 502, "502 Bad Gateway"),
        ("drop", "proxy", 0, "hung up"),
        ("auth", "http", 407, "password"),
        ("hang", "timeout", 0, "by the proxy 127.0.0.1"),
    ],
)
def test_what_a_proxy_does_wrong_is_told(
    monkeypatch: pytest.MonkeyPatch, manner: Manner, where: str, status: int, word: str
) -> None:
    with ScriptedServer() as server, Proxy(manner, user="u", password="p") as proxy:
        monkeypatch.setenv("http_proxy", proxy.url.replace("://", "://u:wrongpass@"))
        timeout_s = 0.1 if manner == "hang" else 5.0
        failure = refusal("", beyond(server), open_timeout_s=timeout_s)
        assert not server.attempts
    assert (failure.where, failure.http_status) == (where, status)
    assert word in failure.detail
    assert "wrongpass" not in failure.detail


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_proxy_that_is_not_there_is_told(monkeypatch: pytest.MonkeyPatch, scheme: str) -> None:
    monkeypatch.setenv("https_proxy", f"{scheme}://127.0.0.1:{closed_port()}")
    failure = refusal(OPENAI_URL)
    detail = "api.openai.com can't be reached by the proxy 127.0.0.1."
    assert failure == LinkFailure("proxy", detail=detail)


@pytest.mark.parametrize(
    "proxy", ["nonsense", "http://", "ftp://h", "http://u:hush@h:port", "socks5://u:hush@127.0.0.1"]
)
def test_a_proxy_that_cannot_be_used_is_told_without_its_password(
    monkeypatch: pytest.MonkeyPatch, proxy: str
) -> None:
    monkeypatch.setenv("https_proxy", proxy)
    failure = refusal(OPENAI_URL)
    assert failure.where == "proxy"
    assert "hush" not in failure.detail


# --- secrets ----------------------------------------------------------------------------------


def test_the_key_is_never_written_down(caplog: pytest.LogCaptureFixture) -> None:
    said = json.dumps({"error": {"code": f"bad_{KEY}", "message": f"Your key {KEY} is wrong."}})
    found: list[str] = []

    async def run(url: str) -> None:
        async with opened(url) as (link, events):
            found.append(repr(link) + repr(vars(link)["_hearing"]))
            found.append(repr([await anext(events)]))

    with caplog.at_level(logging.DEBUG), ScriptedServer() as server:
        asyncio.run(run(server.url))
        with answering(reply("401 Unauthorized", said)) as url:
            failure = refusal(url)
    assert failure.detail == "Your key [hidden] is wrong."
    assert "Connected to 127.0.0.1" in caplog.text
    written = [r.getMessage() for r in caplog.records if not r.name.startswith("websockets.server")]
    assert KEY not in "".join(written) + repr(failure) + "".join(found) + repr(target(url))


def test_a_traceback_of_a_refusal_quotes_neither_key_nor_address(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def run(url: str) -> None:
        try:
            async with opened(url):
                pass
        except LinkError:
            logging.getLogger("test").exception("it failed")

    url = f"ws://user:{KEY}@127.0.0.1:{closed_port()}/r?api_key={KEY}"
    asyncio.run(run(url))
    assert "it failed" in caplog.text
    assert KEY not in caplog.text
