"""Why a link could not be opened, or ended: what the libraries raise, in words for people."""

from __future__ import annotations

import re
import socket
import ssl
from dataclasses import replace
from http import HTTPStatus
from typing import Final

import msgspec
from websockets.exceptions import (
    ConnectionClosed,
    InvalidMessage,
    InvalidProxy,
    InvalidProxyStatus,
    InvalidStatus,
    ProxyError,
    WebSocketException,
)

from desktop_app.adapters.link_address import Address
from desktop_app.adapters.redaction import HIDDEN, MIN_SECRET_CHARACTERS
from desktop_app.core.far_end import LinkFailure

LONGEST_DETAIL: Final = 300
ABNORMAL: Final = 1006
"""No close frame came (RFC 6455 section 7.1.5)."""

OPENING_FAILURES: Final = (OSError, WebSocketException, ValueError, ImportError)
"""All that opening a connection may raise; ImportError: a proxy of a kind that needs a library."""

_CODED_REASON = re.compile(r"[a-z_]+\.([a-z0-9_]+)")
_PING_TIMEOUT = "keepalive ping timeout"
_CLOSED = {
    1000: "The server ended the conversation.",
    1001: "The server went away.",
    ABNORMAL: "The connection broke.",
    1009: "A message was too large.",
    1011: "The server had a fault.",
    1012: "The server restarts.",
    1013: "The server is overloaded.",
}


def opening_failure(
    error: Exception, address: Address, proxy: str, patience_s: float
) -> LinkFailure:
    """Say why a connection could not be opened.

    Args:
        error: One of `OPENING_FAILURES`.
        address: Where it should have led.
        proxy: Host of the proxy on the way, or "".
        patience_s: How long it was tried.
    """
    host = address.host
    match error:
        case InvalidProxy() | ImportError():
            return LinkFailure(
                "proxy", detail="The proxy of this computer's settings can't be used."
            )
        case InvalidProxyStatus(response=response):
            return _proxy_status(response.status_code, proxy)
        case ProxyError():
            return LinkFailure("proxy", detail=f"The proxy {proxy} hung up.")
        case InvalidStatus(response=response):
            return _status(response.status_code, bytes(response.body), host)
        case InvalidMessage(__cause__=EOFError() | OSError()):
            return LinkFailure("closed", close_code=ABNORMAL, detail=f"{host} hung up at once.")
        case WebSocketException():
            detail = f"{host} answers, but not as a voice server does: check the address."
            return LinkFailure("http", detail=detail)
        case TimeoutError():
            way = f" (by the proxy {proxy})" if proxy else ""
            detail = f"{host} did not answer within {patience_s:g} s{way}."
            return LinkFailure("timeout", detail=detail)
        case ssl.SSLCertVerificationError():
            # Where the system verifies, the error may lack what OpenSSL would tell.
            what = getattr(error, "verify_message", "").rstrip(".") or "it can't be verified"
            detail = f"The certificate of {host} is not trusted: {what}."
            return LinkFailure("tls", detail=detail)
        case ssl.SSLEOFError() | ssl.SSLZeroReturnError():
            return LinkFailure("closed", close_code=ABNORMAL, detail=f"{host} hung up at once.")
        case ssl.SSLError():
            what = (getattr(error, "reason", None) or "").replace("_", " ").lower()
            detail = f"{host} does not answer encrypted at port {address.port}"
            return LinkFailure("tls", detail=f"{detail} ({what})." if what else f"{detail}.")
        case OSError():
            return _network(error, address, proxy)
        case _:
            return LinkFailure("url", detail="The server address can't be used.")


def closing_failure(closed: ConnectionClosed, last_error: str) -> LinkFailure:
    """Say why an open connection ended.

    Args:
        closed: What the library made of the end.
        last_error: What the far end said last about an error; it usually does before it closes.
    """
    rcvd, sent = closed.rcvd, closed.sent
    if rcvd is None and sent is not None and sent.reason == _PING_TIMEOUT:
        return LinkFailure("timeout", close_code=ABNORMAL, detail="The server stopped answering.")
    # The library closes with a code of its own when a frame breaks the rules.
    first = rcvd or sent
    code = first.code if first is not None else ABNORMAL
    reason = rcvd.reason if rcvd is not None else ""
    words = _CLOSED.get(code, f"The server ended the conversation ({code}).")
    if coded := _CODED_REASON.fullmatch(reason):
        detail = last_error or f"{words} ({coded[1]})"
        return LinkFailure("closed", close_code=code, code=coded[1], detail=_line(detail))
    return LinkFailure("closed", close_code=code, detail=_line(reason) or words)


def without_key(failure: LinkFailure, key: str) -> LinkFailure:
    """Take the key out of what a far end said: some quote it."""
    if len(key) < MIN_SECRET_CHARACTERS:
        return failure
    code, detail = (text.replace(key, HIDDEN) for text in (failure.code, failure.detail))
    return replace(failure, code=code, detail=detail)


def _network(error: OSError, address: Address, proxy: str) -> LinkFailure:
    if proxy:
        return LinkFailure("proxy", detail=f"{address.host} can't be reached by the proxy {proxy}.")
    host = address.host
    match error:
        case socket.gaierror():
            detail = f"The name {host} can't be found: check the address, or the network."
            return LinkFailure("dns", detail=detail)
        case ConnectionResetError() | ConnectionAbortedError() | BrokenPipeError():
            return LinkFailure("closed", close_code=ABNORMAL, detail=f"{host} hung up at once.")
        case ConnectionRefusedError():
            detail = f"Nothing answers at {host}, port {address.port}."
            return LinkFailure("refused", detail=detail)
        case _:
            why = f" ({error.strerror})" if error.strerror else ""
            return LinkFailure("refused", detail=f"{host} can't be reached{why}.")


def _proxy_status(status: int, proxy: str) -> LinkFailure:
    if status == HTTPStatus.PROXY_AUTHENTICATION_REQUIRED:
        detail = f"The proxy {proxy} wants a user and a password: put them into its address."
        return LinkFailure("http", http_status=status, detail=detail)
    detail = f"The proxy {proxy} refused to connect ({_phrase(status)})."
    return LinkFailure("proxy", http_status=status, detail=detail)


def _status(status: int, body: bytes, host: str) -> LinkFailure:
    code, message = _explained(body)
    detail = _line(message) or f"{host} answered: {_phrase(status)}."
    return LinkFailure("http", http_status=status, code=code, detail=detail)


def _explained(body: bytes) -> tuple[str, str]:
    """Find code and message in the body of a refusal, wherever servers put them."""
    try:
        found = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return "", ""
    if not isinstance(found, dict):
        return "", ""
    error = found.get("error", found)
    if isinstance(error, str):
        return "", error
    if not isinstance(error, dict):
        return "", ""
    code = error.get("code") or error.get("type")
    message = error.get("message") or error.get("detail")
    return code if isinstance(code, str) else "", message if isinstance(message, str) else ""


def _phrase(status: int) -> str:
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)


def _line(text: str) -> str:
    """Bring what a far end says into one line of bearable length."""
    line = " ".join(text.split())
    return line if len(line) <= LONGEST_DETAIL else line[: LONGEST_DETAIL - 1] + "…"
