from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.adapters.link_address import address_of, headers_of, is_loopback
from desktop_app.core.far_end import LinkFailure
from desktop_app.core.settings import OPENAI_URL
from desktop_app.ports import LinkError, LinkTarget


def url_of(url: str, model: str = "m", **more: Any) -> str:
    return address_of(LinkTarget(url, model, **more)).url


def refusal(url: str, **more: Any) -> LinkFailure:
    with pytest.raises(LinkError) as error:
        address_of(LinkTarget(url, "m", **more))
    assert error.value.failure.where == "url"
    assert error.value.failure.detail.endswith(".")
    return error.value.failure


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        (OPENAI_URL, "wss://api.openai.com/v1/realtime?model=m"),
        ("  wss://h/v1/realtime\n", "wss://h/v1/realtime?model=m"),
        ("WSS://h/v1/realtime", "wss://h/v1/realtime?model=m"),
        ("https://h/v1/realtime", "wss://h/v1/realtime?model=m"),
        ("http://localhost:8000/v1/realtime", "ws://localhost:8000/v1/realtime?model=m"),
        ("wss://h", "wss://h/v1/realtime?model=m"),
        ("https://h/", "wss://h/v1/realtime?model=m"),
        ("wss://h/v1", "wss://h/v1?model=m"),
        ("wss://h/api-ws/v1/realtime/", "wss://h/api-ws/v1/realtime/?model=m"),
        ("wss://h/r?x=1%202", "wss://h/r?x=1%202&model=m"),
        ("wss://h/r?model=other", "wss://h/r?model=other"),
        ("wss://h/r?model=", "wss://h/r?model="),
        ("wss://h/r?call_id=rtc_1", "wss://h/r?call_id=rtc_1"),
        ("wss://h/r?api-version=1&deployment=d", "wss://h/r?api-version=1&deployment=d"),
        ("wss://h/r?intent=transcription", "wss://h/r?intent=transcription"),
        ("wss://h/r#part", "wss://h/r?model=m"),
        ("wss://u:p@h/r", "wss://u:p@h/r?model=m"),
        ("wss://[2001:db8::1]:9/r", "wss://[2001:db8::1]:9/r?model=m"),
        ("wss://bücher.example/r", "wss://bücher.example/r?model=m"),
    ],
)
def test_an_address_becomes_the_one_to_connect_to(url: str, expected: str) -> None:
    assert url_of(url) == expected


def test_a_model_of_any_name_is_quoted_and_none_is_not_added() -> None:
    assert url_of("wss://h/r", "a b/c&d") == "wss://h/r?model=a%20b%2Fc%26d"
    assert url_of("wss://h/r", "") == "wss://h/r"


@pytest.mark.parametrize(
    ("url", "model"),
    [("wss://h/r", "m"), ("wss://h/r?model=other", "other"), ("wss://h/r?call_id=rtc_1", "")],
)
def test_the_model_is_the_one_that_the_server_is_told(url: str, model: str) -> None:
    assert address_of(LinkTarget(url, "m")).model == model


@pytest.mark.parametrize(
    "url",
    [
        "ws://localhost/r",
        "ws://LOCALHOST:8000/r",
        "ws://parley.localhost/r",
        "ws://127.0.0.1:8765/r",
        "ws://127.9.9.9/r",
        "ws://[::1]:8765/r",
        "http://127.0.0.1/r",
    ],
)
def test_without_encryption_this_computer_can_be_reached(url: str) -> None:
    address = address_of(LinkTarget(url, "m"))
    assert (address.secure, address.local) == (False, True)


@pytest.mark.parametrize(
    "url",
    [
        "ws://example.org/r",
        "http://192.168.1.7:8000/r",
        "ws://localhost.example.org/r",
        "ws://127.0.0.1.example.org/r",
        "ws://127.0.0.1@example.org/r",
        "ws://[2001:db8::1]/r",
        "ws://0.0.0.0/r",
    ],
)
def test_without_encryption_no_other_computer_is_unless_the_user_insists(url: str) -> None:
    target = url.replace("127.0.0.1@", "user:127.0.0.1@")
    failure = refusal(target)
    assert failure.code == "insecure"
    assert "wss://" in failure.detail
    assert not address_of(LinkTarget(target, "m", allow_insecure=True)).secure


@pytest.mark.parametrize(
    ("url", "word"),
    [
        ("", "no server address"),
        ("   ", "no server address"),
        ("api.openai.com/v1/realtime", "wss://"),
        ("localhost:8000/v1/realtime", "wss://"),
        ("ftp://h/r", "wss://"),
        ("wss:h/r", "wss://"),
        ("wss:/h/r", "wss://"),
        ("wss://", "name of the server"),
        ("wss:///v1/realtime", "name of the server"),
        ("wss://:443/r", "name of the server"),
        ("wss://h:port/r", "written"),
        ("wss://h:99999/r", "written"),
        ("wss://[::1/r", "written"),
        (f"wss://{'a' * 64}.example/r", "written"),
        ("wss://h/v1 /realtime", "blank"),
        ("wss://h/\x00", "blank"),
        ("wss://user@h/r", "password"),
    ],
)
def test_what_is_wrong_with_an_address_is_said(url: str, word: str) -> None:
    assert word in refusal(url).detail


@given(st.text(max_size=40) | st.text(max_size=40).map("wss://".__add__))
def test_any_text_is_an_address_or_refused_as_one(url: str) -> None:
    found: list[str] = []
    try:
        found.append(address_of(LinkTarget(url, "m", allow_insecure=True)).url)
    except LinkError as error:
        found.append(error.failure.where)
    assert found[0].startswith(("wss://", "ws://", "url"))


def test_the_port_is_the_usual_one_unless_it_is_said() -> None:
    def port(url: str) -> int:
        return address_of(LinkTarget(url, "m")).port

    assert [port("wss://h/r"), port("ws://localhost/r"), port("wss://h:8443/r")] == [443, 80, 8443]


def test_an_address_does_not_show_what_may_be_secret_in_it() -> None:
    address = address_of(LinkTarget("wss://u:hush@h/r?api_key=hush", "m"))
    assert "hush" in address.url
    assert "hush" not in repr(address)


@pytest.mark.parametrize("url", ["wss://u:hush@h:port/r", "wss://u:hush@/r", "ftp://u:hush@h"])
def test_a_refusal_does_not_quote_the_address(url: str) -> None:
    assert "hush" not in refusal(url).detail


def headers(url: str = "wss://h/r", **more: Any) -> dict[str, str]:
    target = LinkTarget(url, "m", **more)
    return headers_of(target, address_of(target))


def test_the_key_goes_into_the_header_that_the_server_reads() -> None:
    assert headers(key="sk-1") == {"Authorization": "Bearer sk-1"}
    assert headers(key=" sk-1\n") == {"Authorization": "Bearer sk-1"}
    assert headers(key="k", auth="api-key") == {"api-key": "k"}
    assert headers() == {}


def test_a_login_in_the_address_takes_the_place_of_the_key() -> None:
    assert headers("wss://u:p@h/r", key="sk-1") == {}


def test_organization_and_project_are_named_when_they_are_set() -> None:
    assert headers(organization=" org-1 ", project="proj_1") == {
        "OpenAI-Organization": "org-1",
        "OpenAI-Project": "proj_1",
    }
    assert headers(organization="  ") == {}


@pytest.mark.parametrize("field", ["organization", "project"])
@pytest.mark.parametrize("value", ["a\r\nX-Evil: 1", "Bücher"])
def test_what_cannot_stand_in_a_header_is_refused(field: str, value: str) -> None:
    with pytest.raises(LinkError) as error:
        headers(**{field: value})
    assert error.value.failure.where == "url"
    assert field in error.value.failure.detail


@pytest.mark.parametrize("key", ["sk-1\r\nX-Evil: 1", "sk-ü"])
def test_what_cannot_be_a_key_is_refused_without_quoting_it(key: str) -> None:
    with pytest.raises(LinkError) as error:
        headers(key=key)
    assert error.value.failure.where == "key"
    assert key not in str(error.value)


@pytest.mark.parametrize(
    ("host", "expected"),
    [("localhost", True), ("::1", True), ("127.0.0.53", True), ("", False), ("10.0.0.1", False)],
)
def test_loopback_is_known_by_name_and_number(host: str, expected: bool) -> None:
    assert is_loopback(host) is expected
