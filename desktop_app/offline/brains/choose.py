"""Finds what can think on this computer, best first: local server, model file, skills."""

from __future__ import annotations

import asyncio
import ipaddress
import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx2

from desktop_app.offline.brains import gguf
from desktop_app.offline.brains.brain import Brain
from desktop_app.offline.brains.fallback import FallbackBrain
from desktop_app.offline.brains.gguf import GgufBrain
from desktop_app.offline.brains.local_server import (
    PROBE_S,
    LocalServer,
    LocalServerBrain,
    http_client,
    listed_models,
    load_http,
)
from desktop_app.offline.brains.patience import patience
from desktop_app.offline.brains.skills_brain import SkillsBrain
from desktop_app.offline.skills.household import Household

_log = logging.getLogger(__name__)

KNOWN_SERVERS = (
    ("Ollama", "http://127.0.0.1:11434"),
    ("LM Studio", "http://127.0.0.1:1234"),
    ("llama.cpp", "http://127.0.0.1:8080"),
    ("Jan", "http://127.0.0.1:1337"),
    ("vLLM", "http://127.0.0.1:8000"),
)
"""Where these programs listen unless told otherwise, in the order of preference."""

OWN_OWNER = "parley"
"""``owned_by`` of the models that Parley's own server lists; it must not ask itself."""

_NOT_FOR_CHAT = ("embed", "whisper", "tts", "rerank", "bge-", "clip", "minilm", "kokoro")
MAX_LISTING_BYTES = 1_000_000
PATIENT_PROBE_S = 3.0


@dataclass(frozen=True, slots=True)
class BrainSettings:
    """What the user decided about thinking.

    Attributes:
        kind: ``auto``, or the only thing that may answer: ``server``, ``gguf`` or ``skills``.
        look_for_servers: Whether the usual ports of this computer are asked.
        server_url: A server of the user's; loopback unless ``allow_remote``.
        model: Which model of a server; None is its first for chat.
        api_key: For that server.
        allow_remote: The user agreed that what they say goes to another computer.
        gguf_path: A model file.
    """

    kind: str = "auto"
    look_for_servers: bool = True
    server_url: str | None = None
    model: str | None = None
    api_key: str | None = None
    allow_remote: bool = False
    gguf_path: Path | None = None


class BrainMissingError(Exception):
    """What the user chose to answer is not there; the text says what to do."""


async def choose_brain(settings: BrainSettings, household: Household) -> Brain:
    """Choose what thinks.  Takes one probe's time at most and never fails: skills are always there.

    Args:
        settings: What the user decided.
        household: The timers and lists that every conversation shares.
    """
    skills = SkillsBrain(household)
    server = await find_server(settings) if settings.kind in ("auto", "server") else None
    if server is not None:
        return FallbackBrain(LocalServerBrain(server), skills)
    if settings.gguf_path is not None and settings.kind in ("auto", "gguf"):
        if gguf.is_available() and await asyncio.to_thread(settings.gguf_path.is_file):
            return FallbackBrain(GgufBrain(settings.gguf_path), skills)
        _log.warning("No runtime for %s, or no such file: the skills answer", settings.gguf_path)
    return skills


def check_choice(settings: BrainSettings, brain: Brain) -> None:
    """Make sure that what was found is what the user chose.

    Raises:
        BrainMissingError: It is not; the text says why and what to do.
    """
    if settings.kind == "server" and not brain.describe().open_questions:
        raise BrainMissingError(_no_server(settings))
    if settings.kind == "gguf" and not brain.describe().open_questions:
        raise BrainMissingError(_no_gguf(settings))


def _no_server(settings: BrainSettings) -> str:
    url = settings.server_url
    if url is None:
        return "No model server answers on this computer. Start it, or choose who else answers."
    if not is_loopback(url) and not settings.allow_remote:
        return f"{url} is another computer. Allow that in the settings, or choose who else answers."
    return f"No model server answers at {url}. Start it, or choose who else answers."


def _no_gguf(settings: BrainSettings) -> str:
    if settings.gguf_path is None:
        return "No model file is chosen. Choose one in the settings."
    if not gguf.is_available():
        return gguf.NO_RUNTIME
    return f"There is no file {settings.gguf_path}. Choose another in the settings."


async def find_server(settings: BrainSettings) -> LocalServer | None:
    """Find a server with a model for chat; every place is asked at once, for 300 ms.

    One that must be there is given more time: it may be loading a model.
    """
    places: list[tuple[str, str]] = list(KNOWN_SERVERS) if settings.look_for_servers else []
    if settings.server_url is not None:
        url = settings.server_url.rstrip("/").removesuffix("/v1")
        if is_loopback(url) or settings.allow_remote:
            places.insert(0, (_program_at(url), url))
        else:
            _log.warning("%s is not on this computer and was not agreed to", url)
    await asyncio.to_thread(load_http)
    async with http_client() as client:
        found = await asyncio.gather(*(_ask(client, *place, settings) for place in places))
    return next(filter(None, found), None)


def is_loopback(url: str) -> bool:
    """Tell whether an address can only be this computer."""
    host = urlsplit(url).hostname or ""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _program_at(url: str) -> str:
    known = {urlsplit(address).port: program for program, address in KNOWN_SERVERS}
    return known.get(urlsplit(url).port, "Local server") if is_loopback(url) else "Server"


async def _ask(
    client: httpx2.AsyncClient, program: str, url: str, settings: BrainSettings
) -> LocalServer | None:
    is_users = settings.server_url is not None and url in settings.server_url
    key = settings.api_key if is_users else None
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    try:
        async with patience(PATIENT_PROBE_S if settings.kind == "server" else PROBE_S):
            reply = await client.get(f"{url}/v1/models", headers=headers, timeout=None)
    except (httpx2.HTTPError, httpx2.InvalidURL, TimeoutError):
        return None  # Nobody there, or nobody who speaks HTTP: the usual case.
    if reply.status_code != httpx2.codes.OK or len(reply.content) > MAX_LISTING_BYTES:
        return None
    try:
        listing = reply.json()
    except ValueError:
        return None
    model = chat_model(listing, settings.model)
    return LocalServer(program, url, model, key) if model else None


def chat_model(listing: Any, wanted: str | None = None) -> str | None:
    """Pick a model from the answer to ``GET /v1/models``.

    Args:
        listing: Decoded JSON; anything may listen on these ports.
        wanted: The user's choice, if it is there.

    Returns:
        None if it is no such listing, or lists nothing that can chat, or is Parley's own.
    """
    data = listing.get("data") if isinstance(listing, dict) else None
    if not isinstance(data, list):
        return None
    models = [one for one in data if isinstance(one, dict) and isinstance(one.get("id"), str)]
    if any(one.get("owned_by") == OWN_OWNER for one in models):
        return None
    names = listed_models(listing)
    if wanted is not None and wanted in names:
        return wanted
    able = (name for name in names if not any(word in name.lower() for word in _NOT_FOR_CHAT))
    return next(able, None)
