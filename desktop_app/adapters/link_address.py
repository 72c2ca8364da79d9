"""Where a link leads: the address as people write it, made into the one to connect to.

An address may hold secrets (a password, a key in its query), so it is never shown: messages name
the host alone.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field
from typing import Final, NoReturn
from urllib.parse import SplitResult, parse_qsl, quote, urlsplit

from desktop_app.adapters.keys import BadKey, clean_key
from desktop_app.core.far_end import LinkFailure
from desktop_app.ports import LinkError, LinkTarget

USUAL_PATH: Final = "/v1/realtime"
_SCHEMES: Final = {"wss": "wss", "https": "wss", "ws": "ws", "http": "ws"}
# An address with one of these says itself what it leads to.
_CHOSEN: Final = frozenset({"model", "deployment", "call_id", "intent"})


@dataclass(frozen=True, slots=True)
class Address:
    """Where to connect.

    Attributes:
        url: The complete WebSocket address.
        host: Its host, as people know it.
        port: Its port.
        secure: Whether it is encrypted.
        local: Whether it is on this computer.
        model: The model it asks for, if it does.
        has_login: Whether user and password stand in it.
    """

    url: str = field(repr=False)
    host: str
    port: int
    secure: bool
    local: bool
    model: str
    has_login: bool


def address_of(target: LinkTarget) -> Address:
    """Find out where ``target`` leads.

    Raises:
        LinkError: If the address cannot be used; ``where`` is ``url``.
    """
    split = _split(target.url.strip())
    scheme = _SCHEMES[split.scheme.lower()]
    host = split.hostname or ""
    local = is_loopback(host)
    if scheme == "ws" and not (local or target.allow_insecure):
        _refuse(
            f"Without encryption (ws://) others could hear you talk to {host}: "
            "use wss://, or allow unencrypted servers.",
            "insecure",
        )
    asked = dict(parse_qsl(split.query, keep_blank_values=True))
    query = split.query
    if target.model and _CHOSEN.isdisjoint(asked):
        query = "&".join(part for part in (query, f"model={quote(target.model, safe='')}") if part)
    path = split.path if split.path not in {"", "/"} else USUAL_PATH
    return Address(
        url=SplitResult(scheme, split.netloc, path, query, "").geturl(),
        host=host,
        port=split.port or (443 if scheme == "wss" else 80),
        secure=scheme == "wss",
        local=local,
        model=asked.get("model", "" if asked.keys() & _CHOSEN else target.model),
        has_login=split.username is not None,
    )


def headers_of(target: LinkTarget, address: Address) -> dict[str, str]:
    """Return the headers that say who connects.  Never the one of the beta: servers refuse it.

    Raises:
        LinkError: If something cannot stand in a header; ``where`` is ``key`` or ``url``.
    """
    headers = {}
    if target.key and not address.has_login:
        try:
            key = clean_key(target.key)
        except BadKey as fault:
            raise LinkError(LinkFailure("key", detail=str(fault))) from None
        if target.auth == "api-key":
            headers["api-key"] = key
        else:
            headers["Authorization"] = f"Bearer {key}"
    for name, label, value in (
        ("OpenAI-Organization", "organization", target.organization.strip()),
        ("OpenAI-Project", "project", target.project.strip()),
    ):
        if not (value.isascii() and value.isprintable()):
            _refuse(f"The name of the {label} has a character in it that cannot be sent.")
        if value:
            headers[name] = value
    return headers


def is_loopback(host: str) -> bool:
    """Tell whether ``host`` is this computer, whatever the network says."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _split(url: str) -> SplitResult:
    """Take an address apart, or say what is wrong with it."""
    if not url:
        _refuse("There is no server address.")
    if any(c.isspace() or not c.isprintable() for c in url):
        _refuse("The server address has a blank or another such character in it.")
    try:
        split = urlsplit(url)
        host, _ = split.hostname, split.port
        name = (host or "").encode("idna")
        incomplete = split.username is not None and split.password is None
    except ValueError:
        _refuse("The server address is not written as addresses are: check its name and port.")
    if split.scheme.lower() not in _SCHEMES or "://" not in url:
        _refuse("The server address must begin with wss:// (or ws:// for this computer).")
    if not name:
        _refuse("The server address lacks the name of the server.")
    if incomplete:
        _refuse("The server address has a user but no password in it.")
    return split


def _refuse(detail: str, code: str = "") -> NoReturn:
    raise LinkError(LinkFailure("url", code=code, detail=detail)) from None
