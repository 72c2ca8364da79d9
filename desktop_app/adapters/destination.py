"""Where the settings lead: to a server with its key, or to the engine on this computer.

The choice is made before connecting and shown; a server that fails is never replaced by another.
"""

from __future__ import annotations

from typing import Protocol
from urllib.parse import urlsplit

from desktop_app.adapters.async_secrets import AsyncSecrets
from desktop_app.adapters.engine_options import engine_options
from desktop_app.core.far_end import LinkFailure
from desktop_app.core.settings import OPENAI_URL, Settings
from desktop_app.ports import LinkError, LinkTarget

ENGINE_LABEL = "This computer"

_LOOPBACK = ("localhost", "127.0.0.1", "::1")


class LocalEngine(Protocol):
    """The offline engine, as a server to connect to."""

    async def start(self, options: tuple[str, ...]) -> tuple[str, str]:
        """Start it unless it runs with these options; return its address and token.

        Raises:
            LinkError: ``where`` is ``engine``.
        """
        ...


class ServerOrEngine:
    """Chooses by the setting ``service``; ``auto`` takes OpenAI only with a key."""

    def __init__(self, secrets: AsyncSecrets, engine: LocalEngine) -> None:
        self._secrets, self._engine = secrets, engine

    async def resolve(self, settings: Settings) -> LinkTarget:
        """Return where to connect and as whom."""
        if settings.service == "offline":
            return await self._local(settings)
        host = host_of(settings.server_url)
        key = (await self._secrets.get(host)).value if host else ""
        if not key and needs_key(host):
            if settings.service == "auto" and settings.server_url == OPENAI_URL:
                return await self._local(settings)
            raise LinkError(LinkFailure("key"))
        return target_of(settings, key)

    async def _local(self, settings: Settings) -> LinkTarget:
        url, token = await self._engine.start(engine_options(settings))
        return LinkTarget(url, key=token, label=ENGINE_LABEL, steers=True)


def target_of(settings: Settings, key: str) -> LinkTarget:
    """Return the server of ``settings``, entered with ``key``."""
    host = host_of(settings.server_url)
    return LinkTarget(
        settings.server_url,
        model=settings.model,
        key=key,
        auth="api-key" if host.endswith(".azure.com") else "bearer",
        organization=settings.organization,
        project=settings.project,
        dialect=settings.dialect,
        allow_insecure=settings.allow_insecure,
    )


def host_of(url: str) -> str:
    """Return the host of an address, lower case; empty when there is none."""
    try:
        return urlsplit(url if "//" in url else f"//{url}").hostname or ""
    except ValueError:  # Such as half an IPv6 address; the link says so in words.
        return ""


def needs_key(host: str) -> bool:
    """Whether a server is known to refuse anybody without a key."""
    return host == "openai.com" or host.endswith((".openai.com", ".azure.com"))


def is_loopback(host: str) -> bool:
    """Whether ``host`` is this computer."""
    return host in _LOOPBACK
