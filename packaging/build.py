#!/usr/bin/env python3
"""Build what this system can build of Parley's installers.

python3 dev.py package             freeze, check, and pack for this system
python3 dev.py package --frozen    only pack what was frozen before
python3 dev.py package appimage    only this of Linux's deb, tarball and appimage
python3 dev.py package --prove     besides, install and run it in a bare Debian (as root)
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from builder import appimage, debian, freeze, licences, macos, tarball, windows
from builder.places import BUILD, DIST, FROZEN, BuildError, build_python, run, say

LINUX = ("deb", "tarball", "appimage")


def main(arguments: Sequence[str]) -> int:
    """Do what the command line asks for; return the exit code."""
    options = parser().parse_args(arguments)
    if unknown := set(options.format) - set(LINUX):
        parser().error(f"there is no package {', '.join(sorted(unknown))}: {', '.join(LINUX)}")
    try:
        build(options.format or LINUX, frozen=options.frozen)
        if options.prove:
            run([sys.executable, Path(__file__).parent / "prove.py"])
    except BuildError as problem:
        print(f"package: {problem}", file=sys.stderr)
        return 1
    return 0


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    result = argparse.ArgumentParser(prog="dev.py package", description="Build the installers.")
    result.add_argument("format", nargs="*", help="which of Linux's packages")
    result.add_argument("--frozen", action="store_true", help="pack what was frozen before")
    result.add_argument("--prove", action="store_true", help="try the packages in a bare Debian")
    return result


def build(formats: Sequence[str] = LINUX, *, frozen: bool) -> None:
    """Freeze unless that is done, then pack for this system."""
    if not (frozen and FROZEN.exists()):
        freeze.freeze()
    internal = FROZEN / "_internal"
    licences.write(internal, site_packages())
    freeze.clear(DIST)
    for made in pack(formats):
        say(f"{made.relative_to(DIST.parent)}: {made.stat().st_size / 1e6:.1f} MB")
    shutil.copyfile(internal / "sbom.json", DIST / "parley.cdx.json")
    check_bill(DIST / "parley.cdx.json")
    write_checksums(DIST)


def check_bill(path: Path) -> None:
    """Hold the bill of materials to CycloneDX's schema.

    Raises:
        BuildError: It does not follow the schema.
    """
    code = (
        "import sys, pathlib\n"
        "from cyclonedx.schema import SchemaVersion\n"
        "from cyclonedx.validation.json import JsonStrictValidator\n"
        "text = pathlib.Path(sys.argv[1]).read_text(encoding='utf-8')\n"
        "sys.exit(str(JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) or '') or 0)\n"
    )
    run([build_python(), "-I", "-c", code, path])


def pack(formats: Sequence[str]) -> list[Path]:
    """Make this system's packages; on Linux those that are asked for."""
    match sys.platform:
        case "linux":
            makers = {"deb": debian.build, "tarball": tarball.build, "appimage": appimage.build}
            made = [maker() for name, maker in makers.items() if name in formats]
            return [path for path in made if path is not None]
        case "win32":
            return [windows.build()]
        case "darwin":
            return [macos.build()]
        case other:
            raise BuildError(f"there is no package for {other}")


def site_packages() -> Path:
    """Where the build environment keeps its distributions."""
    build_python()
    pattern = "Lib/site-packages" if os.name == "nt" else "lib/python3*/site-packages"
    return next((BUILD / "env").glob(pattern))


def write_checksums(folder: Path) -> None:
    """Write the checksum of every file beside it."""
    lines = [
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n"
        for path in sorted(folder.iterdir())
        if path.name != "SHA256SUMS"
    ]
    (folder / "SHA256SUMS").write_text("".join(lines), encoding="ascii")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
