"""Remembers which big files have been hashed, so that a start does not hash them again."""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path

import msgspec


class _Stamp(msgspec.Struct, frozen=True):
    size: int
    mtime_ns: int
    sha256: str


class Stamps:
    """A file of paths with the hash each had, valid while its size and time stay as they were."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._stamps: dict[str, _Stamp] = {}
        if path.is_file():
            try:
                self._stamps = msgspec.json.decode(path.read_bytes(), type=dict[str, _Stamp])
            except (msgspec.DecodeError, OSError):
                self._stamps = {}  # Only a shortcut is lost: everything is hashed once more.

    def verified(self, path: Path, size: int, sha256: str) -> bool:
        """Tell whether ``path`` is the file it should be; False too if there is none."""
        if not path.is_file():
            return False
        facts = path.stat()
        if facts.st_size != size:
            return False
        key = str(path.resolve())
        known = self._stamps.get(key)
        if known is None or (known.size, known.mtime_ns) != (size, facts.st_mtime_ns):
            with path.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
            known = _Stamp(size, facts.st_mtime_ns, digest)
            self._stamps[key] = known
            self._save()
        return known.sha256 == sha256

    def _save(self) -> None:
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(prefix=self._path.name, dir=self._path.parent)
            with os.fdopen(handle, "wb") as file:
                file.write(msgspec.json.encode(self._stamps))
            Path(name).replace(self._path)
        except OSError:
            pass  # A read-only or full disk: the next start hashes again.
