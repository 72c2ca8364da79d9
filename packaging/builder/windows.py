"""The installer for Windows: NSIS, for one user, without questions to an administrator."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from builder.places import DIST, FROZEN, ICONS, PACKAGING, run, version

SIGN = "PARLEY_SIGN_WINDOWS"
"""Names a command that signs the file given to it; without it nothing is signed."""


def build() -> Path:
    """Sign what is inside if we can, pack it, sign the installer if we can; return it."""
    for program in ("parley.exe", "parley-console.exe"):
        sign(FROZEN / program)
    DIST.mkdir(exist_ok=True)
    made = DIST / f"Parley-{version()}-setup.exe"
    compile_script(FROZEN, made)
    sign(made)
    return made


def compile_script(folder: Path, made: Path) -> None:
    """Make an installer of a frozen folder; works on every system that has makensis."""
    dash = "/" if sys.platform == "win32" else "-"
    options = [f"{dash}D{name}={text}" for name, text in definitions(folder, made).items()]
    run(["makensis", f"{dash}V2", f"{dash}WX", *options, PACKAGING / "windows" / "parley.nsi"])


def definitions(folder: Path, made: Path) -> dict[str, str]:
    """What the script is told."""
    return {
        "VERSION": version(),
        "FROZEN": str(folder),
        "OUTPUT": str(made),
        "ICON": str(ICONS / "parley.ico"),
    }


def sign(path: Path) -> None:
    """Sign a program, if this machine was given the means."""
    if command := os.environ.get(SIGN):
        run([command, path])
