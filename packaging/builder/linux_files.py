"""What Parley brings to a Linux desktop beside itself: menu entry, icons, manual page, metadata."""

from __future__ import annotations

import gzip
import shutil
from datetime import UTC, datetime
from pathlib import Path

from builder.places import ICONS, PACKAGING, source_date, version

PNG_PX = (16, 22, 24, 32, 48, 64, 128, 256, 512)
METAINFO = "app.parley.Parley.metainfo.xml"


def filled(name: str) -> str:
    """Return one of the texts with version and date in it."""
    text = (PACKAGING / "linux" / name).read_text(encoding="utf-8")
    date = datetime.fromtimestamp(source_date(), UTC).strftime("%Y-%m-%d")
    return text.replace("@VERSION@", version()).replace("@DATE@", date)


def put_share(share: Path, *, compressed_manual: bool) -> None:
    """Fill a ``share`` folder."""
    _write(share / "applications" / "parley.desktop", filled("parley.desktop").encode())
    _write(share / "metainfo" / METAINFO, filled(METAINFO).encode())
    manual = filled("parley.1").encode()
    if compressed_manual:
        _write(share / "man" / "man1" / "parley.1.gz", gzip.compress(manual, 9, mtime=0))
    else:
        _write(share / "man" / "man1" / "parley.1", manual)
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
