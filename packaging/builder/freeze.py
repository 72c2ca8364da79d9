"""Freeze Parley into one folder, and make that folder fit to be given away."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from builder.places import (
    BUILD,
    FROZEN,
    PACKAGING,
    ROOT,
    BuildError,
    build_python,
    releases_page,
    run,
    say,
)

STRIPPED = ("libpython3*.so*", "ctranslate2/_ext*.so", "python3*/lib-dynload/*.so", "yaml/*.so")
"""What is stripped: NumPy's OpenBLAS does not survive it, and most wheels are stripped already."""


def freeze() -> Path:
    """Build the folder anew; return it."""
    python = build_python()
    say("freezing")
    (BUILD / "releases.txt").write_text(releases_page(), encoding="ascii")
    unpack_signatures(python)
    # Not "-I": it would ignore the steady hash seed, and sets would be packed in any order.
    command: list[str | Path] = [python, "-s", "-P", "-m", "PyInstaller", "--noconfirm"]
    command += ["--log-level", "WARN", "--distpath", FROZEN.parent, "--workpath", BUILD / "work"]
    run([*command, PACKAGING / "parley.spec"], PYINSTALLER_CONFIG_DIR=str(BUILD / "pyinstaller"))
    if sys.platform == "linux":
        strip(FROZEN / "_internal")
        forget(FROZEN, ours())
        if found := sorted(set(tells(FROZEN, ours()))):
            raise BuildError(f"paths of this machine are in: {', '.join(map(str, found))}")
    return FROZEN


def unpack_signatures(python: Path) -> None:
    """Compile what Qt for Python would otherwise compile from its source at every start.

    Its libraries hold that source in an archive; the folder that it looks for before is its own
    means to have it outside.
    """
    run([python, "-I", "-c", "import shiboken6"], SBK_EMBED="0")
    code = (
        "import compileall, pathlib, py_compile, shiboken6\n"
        "folder = pathlib.Path(shiboken6.__file__).parent / 'files.dir'\n"
        "steady = py_compile.PycInvalidationMode.UNCHECKED_HASH\n"
        "done = compileall.compile_dir(folder, quiet=1, legacy=True, force=True,\n"
        "    stripdir=str(folder.parent.parent), invalidation_mode=steady)\n"
        "raise SystemExit(not done)\n"
    )
    run([python, "-I", "-c", code])


def strip(folder: Path) -> None:
    """Remove the symbols of those libraries that carry many and bear it."""
    for pattern in STRIPPED:
        for path in folder.glob(pattern):
            run(["strip", "--strip-unneeded", path])


def ours() -> list[bytes]:
    """What only this machine's files are called."""
    tools = BUILD / "env"
    names = {str(ROOT), str(tools), sys.base_prefix, base_prefix(tools)}
    return sorted(os.fsencode(name) for name in names if name not in {"/usr", "/usr/local"})


def base_prefix(tools: Path) -> str:
    """Where the Python that is being frozen was installed."""
    code = "import sys; print(sys.base_prefix)"
    python = tools / "bin" / "python"
    return subprocess.run([python, "-Ic", code], capture_output=True, text=True).stdout.strip()


def forget(folder: Path, names: list[bytes]) -> None:
    """Overwrite where this machine's Python was installed: a frozen program never looks there."""
    for path in files(folder):
        before = after = path.read_bytes()
        for name in names:
            after = after.replace(name, without_place(name))
        if after != before:
            path.write_bytes(after)


def without_place(name: bytes) -> bytes:
    """A path as long as ``name`` that tells nothing.

    The last part stays: linkers let another text, such as a version, share the end of a longer one.
    """
    last = name.rpartition(b"/")[2]
    return b"/usr".ljust(len(name) - len(last), b"/") + last


def tells(folder: Path, names: list[bytes]) -> Iterator[Path]:
    """The files that still hold one of the names."""
    for path in files(folder):
        data = path.read_bytes()
        if any(name in data for name in names):
            yield path.relative_to(folder)


def files(folder: Path) -> Iterator[Path]:
    """The real files below a folder, in a steady order."""
    yield from (p for p in sorted(folder.rglob("*")) if p.is_file() and not p.is_symlink())


def clear(folder: Path) -> Path:
    """Make an empty folder, in place of what was there."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder
