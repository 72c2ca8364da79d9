"""Who may come in, and the few questions that plain HTTP answers."""

from __future__ import annotations

import hmac
import http
import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

from websockets.asyncio.server import ServerConnection
from websockets.http11 import Request, Response
from websockets.typing import Subprotocol

from desktop_app.offline.brains.choose import OWN_OWNER, is_loopback

REALTIME = "/v1/realtime"
_BROWSER = "openai-insecure-api-key."
INTENTS = ("conversation", "transcription")


@dataclass(frozen=True, slots=True)
class Wish:
    """What a connection's address asks for.

    Args:
        model: The name it calls the model by; may be empty.
        intent: ``transcription``, or anything for a conversation.
    """

    model: str = ""
    intent: str = "conversation"


def wish_of(path: str) -> Wish:
    """Read the query of an address."""
    query = parse_qs(urlsplit(path).query)
    return Wish(query.get("model", [""])[-1], query.get("intent", ["conversation"])[-1])


class Doors:
    """Lets a request in, or answers it."""

    def __init__(
        self,
        token: str,
        is_full: Callable[[], bool],
        model_name: Callable[[], Awaitable[str]],
    ) -> None:
        """Ask for ``token`` if there is one, and let nobody in when it ``is_full``."""
        self._token, self._is_full, self._model_name = token, is_full, model_name

    async def __call__(self, connection: ServerConnection, request: Request) -> Response | None:
        """Answer a request; None lets it go on to become a session."""
        path = urlsplit(request.path).path.rstrip("/")
        if path == "/healthz":
            return _answer(connection, 200, {"status": "ok"})
        if refusal := self._refusal(request):
            return _answer(connection, *refusal)
        if path == "/v1/models":
            return _answer(connection, 200, _listing(await self._model_name()))
        if path != REALTIME:
            return _answer(connection, 404, _error("not_found", f"There is nothing at {path}."))
        if self._is_full():
            message = "This server has as many sessions as it may have. Try again later."
            return _answer(connection, 503, _error("too_many_sessions", message))
        return None

    def _refusal(self, request: Request) -> tuple[int, dict[str, object]] | None:
        if self._token:
            if not hmac.compare_digest(_given(request).encode(), self._token.encode()):
                return 401, _error("invalid_api_key", "Incorrect API key provided.")
            return None
        # Without a token any page in the user's browser could reach this port.
        origin = request.headers.get("Origin")
        if origin is not None and not is_loopback(origin):
            return 403, _error("forbidden_origin", f"{origin} may not use this server.")
        return None


def subprotocol(_: ServerConnection, offered: Sequence[Subprotocol]) -> Subprotocol | None:
    """Agree to the one name that pages in a browser offer."""
    return next((name for name in offered if name == "realtime"), None)


def _given(request: Request) -> str:
    """Find the token where clients put it; pages in a browser can set no other header."""
    headers = request.headers
    if token := headers.get("Authorization", "").removeprefix("Bearer ") or headers.get("api-key"):
        return token
    offered = ",".join(headers.get_all("Sec-WebSocket-Protocol")).split(",")
    keys = (name.strip() for name in offered)
    return next((key.removeprefix(_BROWSER) for key in keys if key.startswith(_BROWSER)), "")


def _listing(name: str) -> dict[str, object]:
    model = {"id": name, "object": "model", "created": 0, "owned_by": OWN_OWNER}
    return {"object": "list", "data": [model]}


def _error(code: str, message: str) -> dict[str, object]:
    kind = "invalid_request_error"
    return {"error": {"type": kind, "code": code, "message": message, "param": None}}


def _answer(connection: ServerConnection, status: int, body: dict[str, object]) -> Response:
    response = connection.respond(http.HTTPStatus(status), json.dumps(body))
    del response.headers["Content-Type"]
    response.headers["Content-Type"] = "application/json"
    return response
