"""What Parley brings to a Linux desktop beside itself: menu entry, icons, manual page, metadata."""

from __future__ import annotations

import gzip
import os
import re
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

from builder.places import FROZEN, ICONS, PACKAGING, source_date, version

PNG_PX = (16, 22, 24, 32, 48, 64, 128, 256, 512)
METAINFO = "app.parley.Parley.metainfo.xml"


def filled(name: str) -> str:
    """Return one of the texts with version and date in it."""
    text = (PACKAGING / "linux" / name).read_text(encoding="utf-8")
    date = datetime.fromtimestamp(source_date(), UTC).strftime("%Y-%m-%d")
    return text.replace("@VERSION@", version()).replace("@DATE@", date)


def manual(usage: str) -> str:
    """Return the manual page, with the commands and options that the program itself tells of."""
    commands = re.findall(r"^    ([a-z][\w-]*) +(\S.*)$", usage, re.MULTILINE)
    options = re.findall(r"^  (-\S.*?)  +(\S.*)$", usage, re.MULTILINE)
    text = filled("parley.1")
    for mark, rows in {"@COMMANDS@": commands, "@OPTIONS@": options}.items():
        lines = [f".TP\n.B {name}\n{about}".replace("-", "\\-") for name, about in rows]
        text = text.replace(mark, "\n".join(lines))
    return text


def usage_of(frozen: Path) -> str:
    """Ask the frozen program what it can do."""
    wide = {**os.environ, "COLUMNS": "500"}
    command = [str(frozen / "parley"), "--help"]
    return subprocess.run(command, env=wide, capture_output=True, text=True, check=True).stdout


def put_share(share: Path, frozen: Path = FROZEN, *, compressed_manual: bool) -> None:
    """Fill a ``share`` folder."""
    _write(share / "applications" / "parley.desktop", filled("parley.desktop").encode())
    _write(share / "metainfo" / METAINFO, filled(METAINFO).encode())
    page = manual(usage_of(frozen)).encode()
    if compressed_manual:
        _write(share / "man" / "man1" / "parley.1.gz", gzip.compress(page, 9, mtime=0))
    else:
        _write(share / "man" / "man1" / "parley.1", page)
    themes = share / "icons" / "hicolor"
    for size_px in PNG_PX:
        picture = (ICONS / f"parley-{size_px}.png").read_bytes()
        _write(themes / f"{size_px}x{size_px}" / "apps" / "parley.png", picture)
    _write(themes / "scalable" / "apps" / "parley.svg", (ICONS / "parley.svg").read_bytes())


def copy_program(source: Path, target: Path) -> None:
    """Copy the frozen folder with the modes that installed files have."""
    shutil.copytree(source, target, symlinks=True)
    for path in sorted(target.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path == target / "parley" else 0o644)


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    path.chmod(0o644)
