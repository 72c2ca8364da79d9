"""The page of releases, asked over real sockets."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from desktop_app.adapters import release_page
from desktop_app.adapters.release_page import ReleasePage, page_address
from desktop_app.adapters.tls import client_context
from desktop_app.core.versions import ReleasesUnknown
from tests.servers.certificates import make_certificate, server_context

Answer = Callable[[asyncio.StreamWriter], object]


def leads_to(place: str, status: str = "302 Found") -> bytes:
    return f"HTTP/1.1 {status}\r\nLocation: {place}\r\nContent-Length: 0\r\n\r\n".encode()


class Page:
    """A server that remembers what it was asked."""

    def __init__(self, answer: bytes, tls: ssl.SSLContext | None = None) -> None:
        self.answer, self.tls = answer, tls
        self.asked: list[bytes] = []
        self.address = ""
        self._silent: list[asyncio.StreamWriter] = []

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.asked.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(self.answer)
        await writer.drain()
        if self.answer:
            writer.close()
        else:
            self._silent.append(writer)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Page]:
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=self.tls)
        port = server.sockets[0].getsockname()[1]
        self.address = f"{'https' if self.tls else 'http'}://127.0.0.1:{port}/them/parley/releases"
        try:
            yield self
        finally:
            server.close()
            for writer in self._silent:
                writer.close()


def ask(page: Page, verify: Callable[[], ssl.SSLContext] = client_context) -> str:
    async def run() -> str:
        async with page.running():
            return await ReleasePage(page.address, verify).newest()

    return asyncio.run(run())


@pytest.mark.parametrize(
    "place",
    [
        "https://example.org/them/parley/releases/tag/v1.4.0",
        "/them/parley/releases/tag/1.4.0",
        "https://example.org/them/parley/-/releases/v1.4.0",
    ],
)
def test_the_newest_release_is_where_the_page_leads(place: str) -> None:
    assert ask(Page(leads_to(place))) == "1.4.0"


def test_a_preview_is_told_as_what_it_is() -> None:
    assert ask(Page(leads_to("/x/releases/tag/v2.0.0-rc1"))) == "2.0.0-rc1"


def test_over_tls_the_page_must_be_who_it_says(tmp_path: Path) -> None:
    certificate = make_certificate(tmp_path)
    page = Page(leads_to("/x/tag/v1.4.0"), server_context(certificate))
    assert ask(page, lambda: client_context(certificate)) == "1.4.0"
    with pytest.raises(ReleasesUnknown, match="(?i)certificate"):
        ask(page)


@pytest.mark.parametrize(
    "answer",
    [
        leads_to("/them/parley/releases"),  # GitHub, where there is no release yet.
        leads_to("/login?tag/v9.9.9"),
        leads_to("/tag/v" + "9" * 5000),
        leads_to("", "500 Internal Server Error"),
        leads_to("/x/tag/v1.4.0", "200 OK"),
        b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n",
        b"\x00\xff\xfe no http at all\r\n\r\n",
        b"HTTP/1.1 302 Found\r\nLoc",
    ],
)
def test_garbage_and_no_release_teach_nothing(answer: bytes) -> None:
    with pytest.raises(ReleasesUnknown):
        ask(Page(answer))


def test_a_page_that_never_answers_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(release_page, "TIMEOUT_S", 0.3)
    with pytest.raises(ReleasesUnknown, match="Timeout"):
        ask(Page(b""))


def test_without_a_network_nothing_is_learned() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    for host in (f"127.0.0.1:{port}", "nowhere.invalid"):
        with pytest.raises(ReleasesUnknown):
            asyncio.run(ReleasePage(f"http://{host}/releases").newest())


def test_the_page_learns_nothing_of_who_asks() -> None:
    page = Page(leads_to("/x/tag/v1.4.0"))
    ask(page)
    (request,) = page.asked
    first, *headers = request.decode().strip().split("\r\n")
    assert first == "HEAD /them/parley/releases/latest HTTP/1.1"
    names = {line.partition(":")[0].lower() for line in headers}
    assert names <= {"host", "user-agent", "accept", "accept-encoding", "connection"}
    assert "User-Agent: Parley" in headers


def test_where_the_page_leads_is_not_followed() -> None:
    async def run() -> None:
        other = Page(leads_to("/x/tag/v9.0.0"))
        async with other.running():
            page = Page(leads_to(f"{other.address}/tag/v1.4.0"))
            async with page.running():
                assert await ReleasePage(page.address).newest() == "1.4.0"
        assert other.asked == []

    asyncio.run(run())


def test_the_address_is_what_the_build_wrote_unless_the_environment_names_another(
    tmp_path: Path,
) -> None:
    file = tmp_path / "releases.txt"
    assert page_address({}, file) == "", "a copy from source knows none"
    file.write_text("https://example.org/them/parley/releases/\n")
    assert page_address({}, file) == "https://example.org/them/parley/releases"
    assert page_address({"PARLEY_RELEASES": "https://other.example/r"}, file) == (
        "https://other.example/r"
    )
    assert page_address({"PARLEY_RELEASES": ""}, file) == ""


@pytest.mark.parametrize(
    "address",
    ["http://example.org/r", "file:///etc/passwd", "example.org", "https://", "javascript:x"],
)
def test_an_address_that_is_not_safe_to_ask_is_none(address: str, tmp_path: Path) -> None:
    assert page_address({"PARLEY_RELEASES": address}, tmp_path / "none") == ""
