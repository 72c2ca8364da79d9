"""Which settings make sense together, and what is wrong with a value: pure, for the dialog."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urlsplit

from desktop_app.core.key_names import chords
from desktop_app.core.settings import OPENAI_URL, Settings

SERVER_VAD = "server_vad"
SEMANTIC_VAD = "semantic_vad"
MANUAL = "manual"
_MODES = {
    "threshold": {SERVER_VAD},
    "prefix_padding_ms": {SERVER_VAD},
    "silence_duration_ms": {SERVER_VAD},
    "idle_timeout_ms": {SERVER_VAD},
    "eagerness": {SEMANTIC_VAD},
    "create_response": {SERVER_VAD, SEMANTIC_VAD},
    "interrupt_response": {SERVER_VAD, SEMANTIC_VAD},
    "interrupting": {SERVER_VAD, SEMANTIC_VAD},
    "talk_key_mode": {MANUAL},
}
"""The turn-detection modes in which a parameter means something."""
_FOR_SERVERS = frozenset(
    {"server_url", "model", "organization", "project", "dialect", "allow_insecure"}
)
_GROUPS = {
    "organization": "advanced",
    "project": "advanced",
    "dialect": "advanced",
    "allow_insecure": "advanced",
    "transcription_model": "transcript",
    "transcription_language": "transcript",
    "engine_server": "brain",
    "engine_server_model": "brain",
    "engine_remote": "brain",
    "engine_gguf": "file",
    "talk_key": "keys",
    "mute_key": "keys",
    "interrupt_key": "keys",
    "show_key": "keys",
}
_BRAINS = {
    "engine_server": {"auto", "server"},
    "engine_server_model": {"auto", "server"},
    "engine_remote": {"auto", "server"},
    "engine_gguf": {"auto", "gguf"},
}
"""Who must be allowed to answer on this computer for a setting to mean something."""
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
LEAST_IDLE_MS = 5000


def group(name: str) -> str:
    """Return which card of its page the setting ``name`` stands on; empty: the first."""
    return _GROUPS.get(name, "")


def usable(name: str, draft: Settings) -> bool:
    """Return whether setting ``name`` has any effect beside the others of ``draft``."""
    if name in _MODES:
        heard = name != "interrupting" or draft.interrupt_response
        return heard and draft.turn_detection in _MODES[name]
    if name.startswith("engine_"):
        may_answer = name not in _BRAINS or draft.engine_brain in _BRAINS[name]
        return may_answer and draft.service != "server"
    return name not in _FOR_SERVERS or draft.service != "offline"


def runs_here(settings: Settings, has_key: bool | None) -> bool | None:
    """Return whether the engine on this computer would answer; None: it depends on the key.

    Args:
        settings: As they are.
        has_key: Whether there is a key for the server; None while nobody knows.
    """
    if settings.service != "auto":
        return settings.service == "offline"
    if settings.server_url != OPENAI_URL:
        return False
    return None if has_key is None else not has_key


def flaw(name: str, draft: Settings) -> str:
    """Return what is wrong with setting ``name``, as a word for the dialog to explain; or empty."""
    if name == "server_url":
        return _flaw_of_url(draft.server_url, draft.allow_insecure)
    if name == "idle_timeout_ms" and 0 < draft.idle_timeout_ms < LEAST_IDLE_MS:
        return "idle"
    if name == "engine_server":
        return _flaw_of_model_server(draft.engine_server, draft.engine_remote)
    if group(name) == "keys":
        try:
            chords(getattr(draft, name))
        except ValueError:
            return "key"
    return ""


def merged(newest: Settings, before: Settings, draft: Settings) -> Settings:
    """Return ``newest`` with what the user changed from ``before`` to ``draft``.

    Somebody may have picked another microphone while the dialog was open; that stays.
    """
    changed = {
        name: getattr(draft, name)
        for name in Settings.__slots__
        if getattr(draft, name) != getattr(before, name)
    }
    return replace(newest, **changed) if changed else newest


def _flaw_of_model_server(url: str, remote: bool) -> str:
    if not url:
        return ""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return "model_server"
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        return "model_server"
    return "" if remote or parts.hostname in _LOOPBACK else "remote"


def _flaw_of_url(url: str, allow_insecure: bool) -> str:
    try:
        parts = urlsplit(url.strip())
        _ = parts.port
    except ValueError:
        return "url"
    if parts.scheme not in {"ws", "wss"} or not parts.hostname:
        return "url"
    if parts.scheme == "ws" and parts.hostname not in _LOOPBACK and not allow_insecure:
        return "insecure"
    return ""
