"""The settings as a file holds them: a version, the settings, and what others wrote beside them.

    {"version": 1, "settings": {"model": "gpt-realtime-2.1", ...}}

Pure: bytes in, bytes out.  What this version does not know survives, at the top and inside.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field, fields
from typing import Any

from desktop_app.core.settings import Settings, checked

VERSION = 1
LIMIT_BYTES = 1_000_000
_MAX_DEPTH = 32
_LARGEST = 2**53  # Beyond it a float cannot hold every integer, so no setting can mean it.

Json = dict[str, Any]


class BrokenFileError(ValueError):
    """These bytes are no settings; the message says why."""


@dataclass(frozen=True, slots=True)
class Document:
    """A settings file, understood.

    Attributes:
        settings: What fits; the default for the rest.
        misfits: Names of the settings whose value in the file does not fit.
        version: Version of the file, after migration.
        top: Everything at the top of the file.
        inside: Everything under ``settings``.
    """

    settings: Settings = Settings()
    misfits: tuple[str, ...] = ()
    version: int = VERSION
    top: Json = field(default_factory=dict)
    inside: Json = field(default_factory=dict)


def parse(raw: bytes) -> Document:
    """Understand a settings file of any version.

    Raises:
        BrokenFileError: If it is none.
    """
    top, version = _migrated(_json_object(raw))
    inside = top.get("settings", {})
    if not isinstance(inside, dict):
        raise BrokenFileError("its settings are not a list of names and values")
    settings, misfits = checked({name: _usable(value) for name, value in inside.items()})
    return Document(settings, misfits, version, top, inside)


def render(document: Document, settings: Settings) -> bytes:
    """Return the file that holds ``settings`` and all that ``document`` has besides.

    In a file of a newer version a value that we do not understand, and that nobody changed here,
    stays as it is: the newer version knows what it means.
    """
    ours = {f.name: getattr(settings, f.name) for f in fields(settings)}
    if document.version > VERSION:
        for name in document.misfits:
            if ours[name] == getattr(Settings(), name):
                del ours[name]
    whole = {
        **document.top,
        "version": document.version,
        "settings": {**document.inside, **ours},
    }
    try:
        text = json.dumps(whole, indent=2, ensure_ascii=False)
        return (text + "\n").encode()
    except UnicodeEncodeError:
        # Half of a surrogate pair, in something that is not ours: only escaped it can be kept.
        return (json.dumps(whole, indent=2) + "\n").encode()


def _json_object(raw: bytes) -> Json:
    if len(raw) > LIMIT_BYTES:
        raise BrokenFileError("it is far too large")
    try:
        # Editors of Windows put a byte order mark in front.
        value = json.loads(raw.decode("utf-8-sig"))
    except RecursionError as error:
        raise BrokenFileError("it is nested too deeply") from error
    except ValueError as error:
        raise BrokenFileError(f"it is not JSON ({error})") from error
    if not isinstance(value, dict):
        raise BrokenFileError("it is not a list of names and values")
    if not _is_shallow(value, _MAX_DEPTH):
        # What can be read could still be too deep to be written again.
        raise BrokenFileError("it is nested too deeply")
    return value


def _is_shallow(value: object, levels: int) -> bool:
    match value:
        case dict():
            return levels > 0 and all(_is_shallow(v, levels - 1) for v in value.values())
        case list():
            return levels > 0 and all(_is_shallow(v, levels - 1) for v in value)
        case _:
            return True


def _migrated(top: Json) -> tuple[Json, int]:
    # Who writes a file by hand may leave the version out.
    assumed = VERSION if isinstance(top.get("settings"), dict) else 0
    version = top.get("version", assumed)
    if isinstance(version, bool) or not isinstance(version, int) or version < 0:
        raise BrokenFileError("its version is not a number")
    while version in _MIGRATIONS:
        top = _MIGRATIONS[version](top)
        version += 1
    return top, version


def _nest(flat: Json) -> Json:
    """Version 0 had the settings at the top."""
    return {"settings": {name: value for name, value in flat.items() if name != "version"}}


_MIGRATIONS: dict[int, Callable[[Json], Json]] = {0: _nest}
"""How to make a file of one version more out of one of this version."""


def _usable(value: object) -> object:
    """Return ``value``, or None (which fits nowhere) when no setting can hold it."""
    if isinstance(value, int) and abs(value) > _LARGEST:
        return None
    if isinstance(value, str) and any("\ud800" <= c <= "\udfff" for c in value):
        return None  # Half of a surrogate pair: could neither be shown nor sent.
    return value
