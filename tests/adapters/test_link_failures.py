from __future__ import annotations

import socket
import ssl

import pytest
from websockets.exceptions import ConnectionClosedError
from websockets.frames import Close

from desktop_app.adapters.link_address import address_of
from desktop_app.adapters.link_failures import closing_failure, opening_failure, without_key
from desktop_app.core.far_end import LinkFailure
from desktop_app.ports import LinkTarget

HERE = address_of(LinkTarget("wss://voice.example/r"))


@pytest.mark.parametrize(
    ("error", "where", "word"),
    [
        (ConnectionResetError(104, "Connection reset by peer"), "closed", "hung up"),
        (ConnectionAbortedError(), "closed", "hung up"),
        (ssl.SSLEOFError(8, "EOF occurred in violation of protocol"), "closed", "hung up"),
        (ConnectionRefusedError(111, "Connect call failed"), "refused", "port 443"),
        (OSError("Multiple exceptions: [Errno 111] ..., [Errno 111] ..."), "refused", "reached."),
        (OSError(101, "Network is unreachable"), "refused", "(Network is unreachable)"),
        (socket.gaierror(-3, "Temporary failure in name resolution"), "dns", "voice.example"),
        (ssl.SSLCertVerificationError("no reason given"), "tls", "can't be verified"),
        (ssl.SSLError("no reason given"), "tls", "at port 443."),
        (TimeoutError(), "timeout", "within 7 s."),
        (ValueError("wss://u:hush@voice.example"), "url", "can't be used"),
        (ImportError("python-socks"), "proxy", "settings"),
    ],
)
def test_each_way_to_fail_has_its_place_and_its_words(
    error: Exception, where: str, word: str
) -> None:
    failure = opening_failure(error, HERE, "", 7.0)
    assert failure.where == where
    assert word in failure.detail
    assert "hush" not in failure.detail


def test_behind_a_proxy_only_the_proxy_can_be_out_of_reach() -> None:
    for error in (ConnectionRefusedError(), socket.gaierror(), ConnectionResetError()):
        assert opening_failure(error, HERE, "proxy.example", 7.0).where == "proxy"


def test_a_far_end_that_vanishes_leaves_no_code() -> None:
    failure = closing_failure(ConnectionClosedError(None, None), "")
    assert failure == LinkFailure("closed", close_code=1006, detail="The connection broke.")


def test_what_the_server_said_last_explains_a_code() -> None:
    close = Close(4000, "invalid_request_error.invalid_intent")
    told = closing_failure(ConnectionClosedError(close, close, True), "No such intent.")
    assert (told.code, told.detail) == ("invalid_intent", "No such intent.")


def test_a_key_is_hidden_but_a_short_one_may_be_a_word() -> None:
    failure = LinkFailure("http", 401, code="sk-12345", detail="The key sk-12345 is none.")
    hidden = without_key(failure, "sk-12345")
    assert (hidden.code, hidden.detail) == ("[hidden]", "The key [hidden] is none.")
    assert without_key(failure, "none") is failure
    assert without_key(failure, "") is failure
