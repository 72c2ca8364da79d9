"""Where the builder finds and leaves things, and how it runs tools."""

from __future__ import annotations

import hashlib
import os
import platform
import re
import shlex
import subprocess
import sys
import venv
from collections.abc import Mapping, Sequence
from pathlib import Path

PACKAGING = Path(__file__).resolve().parent.parent
ROOT = PACKAGING.parent
BUILD = ROOT / "build"
DIST = ROOT / "dist"
FROZEN = BUILD / "frozen" / "parley"
ICONS = ROOT / "resources" / "icons"
REQUIREMENTS = [PACKAGING / "requirements" / name for name in ("run.txt", "build.txt")]

DEBIAN_NAMES = {"x86_64": "amd64", "aarch64": "arm64"}


class BuildError(Exception):
    """The build cannot go on; the text says why."""


def say(text: str) -> None:
    """Tell the person at the terminal."""
    print(f"package: {text}", flush=True)


def run(command: Sequence[str | Path], cwd: Path = ROOT, **variables: str) -> None:
    """Run a tool.

    Raises:
        BuildError: If it fails.
    """
    words = [str(word) for word in command]
    done = subprocess.run(words, cwd=cwd, env=environment(variables), check=False)
    if done.returncode:
        raise BuildError(f"'{shlex.join(words)}' failed (exit code {done.returncode})")


def environment(variables: Mapping[str, str]) -> dict[str, str]:
    """The environment of a tool: nothing of this machine's Python, and a date that stays."""
    own = {name: text for name, text in os.environ.items() if not name.startswith("PYTHON")}
    stays = {"PYTHONHASHSEED": "0", "SOURCE_DATE_EPOCH": str(source_date())}
    return {**own, **stays, **variables}


def source_date() -> int:
    """When the source was last changed, so that the same source gives the same package."""
    if given := os.environ.get("SOURCE_DATE_EPOCH"):
        return int(given)
    command = ["git", "-C", str(ROOT), "log", "-1", "--format=%ct"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except OSError:
        return 1_700_000_000
    return int(done.stdout) if done.stdout.strip() else 1_700_000_000


def releases_page() -> str:
    """Where packages that are built here will be published; "" when nobody says so.

    The release workflow runs in the project's own place.
    """
    server, project = (
        os.environ.get(f"GITHUB_{name}", "") for name in ("SERVER_URL", "REPOSITORY")
    )
    return f"{server}/{project}/releases" if server and project else ""


def version() -> str:
    """Parley's version, from its source."""
    text = (ROOT / "desktop_app" / "__init__.py").read_text(encoding="utf-8")
    found = re.search(r'__version__ = "(.+?)"', text)
    if found is None:
        raise BuildError("desktop_app/__init__.py names no version")
    return found[1]


def machine() -> str:
    """This machine's architecture as Debian calls it."""
    name = platform.machine()
    return DEBIAN_NAMES.get(name, name.lower())


def build_python() -> Path:
    """The interpreter of a clean environment: what Parley needs to run, and the build tools."""
    folder = BUILD / "env"
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    stamp = folder / "locked.sha256"
    locked = hashlib.sha256(sys.version.encode())
    for path in REQUIREMENTS:
        locked.update(path.read_bytes())
    if not (stamp.exists() and stamp.read_text() == locked.hexdigest()):
        say("making a clean environment to build in")
        venv.create(folder, with_pip=True, clear=True, symlinks=os.name != "nt")
        command: list[str | Path] = [python, "-I", "-m", "pip", "install", "-qq", "--no-input"]
        command += ["--disable-pip-version-check", "--require-hashes", "--no-deps"]
        for path in REQUIREMENTS:
            command += ["--requirement", path]
        run(command)
        stamp.write_text(locked.hexdigest())
    return python
