"""One file for every Linux: the program in an AppImage.

The folder it is made of is built and checked everywhere; the image needs appimagetool and the
runtime that is put in front of it, which only come from their makers (`linux/appimage_tools.sh`).
"""

from __future__ import annotations

import os
import platform
import shutil
from pathlib import Path

from builder.debian import steady_times
from builder.freeze import clear
from builder.linux_files import METAINFO, copy_program, put_share
from builder.places import BUILD, DIST, FROZEN, ICONS, run, say, version

TOOLS = "PARLEY_APPIMAGE_TOOLS"
"""Names the folder with ``appimagetool`` and ``runtime``."""
START = """\
#!/bin/sh
exec "$(dirname -- "$(readlink -f -- "$0")")/usr/lib/parley/parley" "$@"
"""


def build() -> Path | None:
    """Build the folder, check it, and make the image if the tools are there; return the image."""
    tree = folder()
    check(tree)
    tools = os.environ.get(TOOLS)
    if not tools:
        say(f"no AppImage: {TOOLS} names no folder with appimagetool and runtime")
        return None
    DIST.mkdir(exist_ok=True)
    made = DIST / f"Parley-{version()}-{platform.machine()}.AppImage"
    command: list[str | Path] = [Path(tools, "appimagetool"), "--no-appstream"]
    command += ["--runtime-file", Path(tools, "runtime"), tree, made]
    run(command, APPIMAGE_EXTRACT_AND_RUN="1", ARCH=platform.machine())
    return made


def folder() -> Path:
    """Lay out what goes in."""
    tree = clear(BUILD / "AppDir")
    copy_program(FROZEN, tree / "usr" / "lib" / "parley")
    put_share(tree / "usr" / "share", FROZEN, compressed_manual=True)
    shutil.copy(tree / "usr" / "share" / "applications" / "parley.desktop", tree)
    shutil.copy(ICONS / "parley-256.png", tree / "parley.png")
    (tree / ".DirIcon").symlink_to("parley.png")
    (tree / "AppRun").write_text(START, encoding="ascii")
    (tree / "AppRun").chmod(0o755)
    steady_times(tree)
    return tree


def check(tree: Path) -> None:
    """Let the desktop's own tools look at the menu entry and the metadata, where they are."""
    if tool := shutil.which("desktop-file-validate"):
        run([tool, tree / "parley.desktop"])
    if tool := shutil.which("appstreamcli"):
        run([tool, "validate", "--no-net", tree / "usr" / "share" / "metainfo" / METAINFO])
