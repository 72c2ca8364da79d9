"""The archive for every other Linux, with a script that installs it for one user."""

from __future__ import annotations

import shutil
import tarfile
from pathlib import Path

from builder.freeze import clear
from builder.linux_files import copy_program, put_share
from builder.places import BUILD, DIST, FROZEN, PACKAGING, ROOT, machine, run, source_date, version


def build() -> Path:
    """Build the archive from the frozen folder; return it."""
    name = f"parley-{version()}-linux-{machine()}"
    tree = clear(BUILD / "tarball") / name
    copy_program(FROZEN, tree / "lib" / "parley")
    put_share(tree / "share", FROZEN, compressed_manual=False)
    shutil.copy(PACKAGING / "linux" / "install.sh", tree / "install.sh")
    shutil.copy(ROOT / "LICENSE", tree / "LICENSE")
    DIST.mkdir(exist_ok=True)
    plain = DIST / f"{name}.tar"
    with tarfile.open(plain, "w") as archive:
        archive.add(tree, name, filter=_steady)
    run(["xz", "--force", "--threads=2", plain])  # On one thread it takes minutes.
    return plain.with_suffix(".tar.xz")


def _steady(entry: tarfile.TarInfo) -> tarfile.TarInfo:
    """Nobody's file, of the source's date."""
    entry.uid = entry.gid = 0
    entry.uname = entry.gname = "root"
    entry.mtime = source_date()
    return entry
