"""Files that must never be half there, and never be lost."""

from __future__ import annotations

import os
import stat
import tempfile
from itertools import count
from pathlib import Path

from desktop_app.adapters.places import private_folder


def read_whole(path: Path, limit_bytes: int) -> bytes:
    """Return what is in ``path``, at most ``limit_bytes`` + 1 of it.

    Raises:
        OSError: If it cannot be read, or is something else than a file (a pipe would block us).
    """
    mode = path.stat().st_mode
    if not stat.S_ISREG(mode):
        raise OSError(f"not a file: {path}")
    with path.open("rb") as file:
        return file.read(limit_bytes + 1)


def write_whole(path: Path, data: bytes) -> None:
    """Replace ``path`` by ``data``, readable for this user only: wholly or not at all.

    A link stays a link: what it points to is replaced.

    Raises:
        OSError: If it cannot be written; what was there still is.
    """
    target = Path(os.path.realpath(path))
    if target.exists() and not target.is_file():
        raise OSError(f"not a file: {target}")
    private_folder(target.parent)
    # mkstemp opens with mode 0600.  In the same folder, as only there a rename is atomic.
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}-", suffix=".tmp")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    _sync_folder(target.parent)


def set_aside(path: Path, word: str) -> Path:
    """Rename ``path`` to ``stem.word-N.suffix``, N being the first number free, and return that.

    Raises:
        OSError: If it cannot be renamed.
    """
    aside = _new_name(path, word)
    try:
        path.replace(aside)
    except OSError:
        aside.unlink()
        raise
    return aside


def copy_aside(path: Path, word: str, data: bytes) -> Path:
    """Write ``data`` to ``stem.word-N.suffix``; a copy that is there already is good enough.

    Raises:
        OSError: If it cannot be written.
    """
    for old in sorted(path.parent.glob(f"{_escaped(path.stem)}.{word}-*{path.suffix}")):
        if old.stat().st_size == len(data) and old.read_bytes() == data:
            return old
    aside = _new_name(path, word)
    try:
        aside.write_bytes(data)
    except OSError:
        aside.unlink()
        raise
    return aside


def _new_name(path: Path, word: str) -> Path:
    """Reserve the first free name, by an empty file, so that two processes never choose one."""
    for number in count(1):
        aside = path.with_name(f"{path.stem}.{word}-{number}{path.suffix}")
        try:
            aside.touch(mode=0o600, exist_ok=False)
        except FileExistsError:
            continue
        return aside
    raise AssertionError("numbers do not end")


def _escaped(name: str) -> str:
    return "".join(f"[{c}]" if c in "[]*?" else c for c in name)


def _sync_folder(folder: Path) -> None:
    """Make the new name outlive a power failure, where folders can be synced."""
    if not hasattr(os, "O_DIRECTORY"):
        return  # Windows has no such call.
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
