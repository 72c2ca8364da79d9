"""Whose every file of the frozen program is, told from where the freezer took it.

An owner is a locked distribution, Python, Parley, the freezer, or a package of the building system.
"""

from __future__ import annotations

import ast
import importlib.metadata as metadata
import re
import subprocess
import sys
import sysconfig
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from builder import terms
from builder.places import BUILD, ROOT, version

TEXT = re.compile(r"(licen[cs]e|copying|notice)[^/]*$", re.IGNORECASE)
SYSTEM_LIBRARIES: dict[str, str] = {
    # Copied from the machine that builds: how their names begin, and their licence.
    "libX11": "MIT",
    "libXau": "MIT",
    "libXdmcp": "MIT",
    "libbrotli": "MIT",
    "libbsd": "BSD-3-Clause",
    "libbz2": "bzip2-1.0.6",
    "libcap": "BSD-3-Clause",
    "libcom_err": "MIT",
    "libcrypto": "Apache-2.0",
    "libdbus": "AFL-2.1 OR GPL-2.0-or-later",
    "libexpat": "MIT",
    "libffi": "MIT",
    "libfontconfig": "MIT",
    "libfreetype": "FTL OR GPL-2.0-or-later",
    "libgcrypt": "LGPL-2.1-or-later",
    "libglib": "LGPL-2.1-or-later",
    "libgpg-error": "LGPL-2.1-or-later",
    "libgssapi": "MIT",
    "libgthread": "LGPL-2.1-or-later",
    "libk5crypto": "MIT",
    "libkeyutils": "LGPL-2.1-or-later",
    "libkrb5": "MIT",
    "liblz4": "BSD-2-Clause",
    "liblzma": "0BSD",
    "libmd.": "BSD-3-Clause",
    "libpcre2": "BSD-3-Clause",
    "libpng": "libpng-2.0",
    "libsqlite3": "blessing",
    "libssl": "Apache-2.0",
    "libsystemd": "LGPL-2.1-or-later",
    "libuuid": "BSD-3-Clause",
    "libxcb": "MIT",
    "libxkbcommon": "MIT",
    "libz.": "Zlib",
    "libzstd": "BSD-3-Clause",
}


@dataclass(frozen=True, slots=True)
class Part:
    """One owner of files.

    Attributes:
        licence: Its terms, an SPDX expression as far as it says so itself.
        texts: Its licence files.
    """

    name: str
    version: str
    licence: str
    texts: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True)
class Origins:
    """What is known of where files come from.

    Attributes:
        site: The build environment's packages.
        by_file: Per file below ``site`` its distribution.
        by_top: Per top-level name in ``site`` its distribution.
        python: Folders that hold Python itself.
    """

    site: Path
    by_file: Mapping[str, Part]
    by_top: Mapping[str, Part]
    python: tuple[Path, ...] = field(default_factory=lambda: python_folders())


def python_folders() -> tuple[Path, ...]:
    """Where Python's own files lie: all of its prefix, unless it shares that with the system."""
    shared = sys.base_prefix in {"/usr", "/usr/local"}
    return (Path(sysconfig.get_path("stdlib") if shared else sys.base_prefix),)


def part_of(found: metadata.Distribution) -> Part:
    """Read a distribution's licence from its metadata."""
    about = found.metadata
    classes = [c.rpartition(":: ")[2] for c in about.get_all("Classifier") or [] if "License" in c]
    fields = [*(about.get_all("License-Expression") or []), *(about.get_all("License") or [])]
    told = fields[0].strip().split("\n")[0] if fields else ""
    if not told or len(told) > 80 or told == "UNKNOWN":
        told = " AND ".join(terms.OLD_NAMES.get(c, c) for c in classes)
    texts = [Path(str(found.locate_file(f))) for f in found.files or [] if TEXT.search(str(f))]
    kept = tuple(t for t in texts if t.is_file() and t.suffix not in {".py", ".pyc", ".pyi"})
    return Part(about["Name"], found.version, terms.OLD_NAMES.get(told, told), kept)


def origins(site: Path) -> Origins:
    """Learn whose the build environment's files are."""
    by_file: dict[str, Part] = {}
    for found in metadata.distributions(path=[str(site)]):
        part = part_of(found)
        by_file |= {PurePosixPath(str(f)).as_posix(): part for f in found.files or []}
    by_top = {PurePosixPath(n).parts[0].removesuffix(".py"): p for n, p in by_file.items()}
    return Origins(site.resolve(), by_file, by_top)


def collected(listing: Path = BUILD / "work" / "parley" / "COLLECT-00.toc") -> dict[str, Path]:
    """Per file of the frozen program, from its libraries' folder on, where it was taken from."""
    rows = ast.literal_eval(listing.read_text(encoding="utf-8"))[0]
    return {
        name.replace("\\", "/"): Path(source) for name, source, kind in rows if kind != "SYMLINK"
    }


def modules(listing: Path = BUILD / "work" / "parley" / "PYZ-00.toc") -> list[str]:
    """The modules in the frozen program's archive."""
    return re.findall(r"^\s*\('([\w.]+)',", listing.read_text(encoding="utf-8"), re.MULTILINE)


def owner_of(name: str, source: Path, known: Origins) -> Part | None:
    """Whose a file is that was taken from ``source`` and is called ``name``."""
    if name == "base_library.zip" or PurePosixPath(name).name.startswith("libpython3"):
        return python(known)
    real = source.resolve()
    if real.is_relative_to(known.site):
        inside = real.relative_to(known.site)
        return known.by_file.get(inside.as_posix()) or known.by_top.get(inside.parts[0])
    if real.is_relative_to(BUILD / "work") and PurePosixPath(name).stem.startswith("parley"):
        return known.by_top.get("PyInstaller")
    if real.is_relative_to(ROOT):
        return ours()
    if any(real.is_relative_to(folder) for folder in known.python):
        return python(known)
    return system_part(PurePosixPath(name).name, real)


def ours() -> Part:
    """Parley itself."""
    return Part("Parley", version(), "MIT", (ROOT / "LICENSE",))


def python(known: Origins) -> Part:
    """Python itself, with the licence that it brings, if it does."""
    places = [Path(sysconfig.get_path("stdlib")), *known.python]
    found = [place / name for place in places for name in ("LICENSE.txt", "LICENSE")]
    texts = tuple(path for path in found if path.is_file())[:1]
    return Part("Python", sys.version.split()[0], "PSF-2.0", texts)


def system_part(name: str, source: Path) -> Part | None:
    """The package of this system that a library was copied from."""
    licence = next((SYSTEM_LIBRARIES[s] for s in SYSTEM_LIBRARIES if name.startswith(s)), None)
    package = debian_package(source)
    if licence is None or package is None:
        return None
    text = Path("/usr/share/doc", package[0], "copyright")
    return Part(f"{package[0]} (Debian)", package[1], licence, (text,) if text.is_file() else ())


def debian_package(source: Path) -> tuple[str, str] | None:
    """Name and version of the Debian package that a file belongs to."""
    # Where /lib is a link into /usr, dpkg knows the file under either name.
    names = [str(source), str(source).removeprefix("/usr")]
    for name in names if Path("/usr/bin/dpkg-query").exists() else ():
        query = ["dpkg-query", "--search", name]
        found = subprocess.run(query, capture_output=True, text=True, check=False).stdout
        if package := found.partition(":")[0].strip():
            query = ["dpkg-query", "--show", "--showformat=${Version}\n", package]
            told = subprocess.run(query, capture_output=True, text=True, check=False).stdout
            return package, told.partition("\n")[0]
    return None


def holdings(
    files: Mapping[str, Path], known: Origins, archive: Iterable[str]
) -> tuple[dict[Part, list[str]], list[str]]:
    """Per owner what of it is inside, files and modules in the archive; and what nobody owns."""
    result: dict[Part, list[str]] = {}
    lost = []
    for name, source in sorted(files.items()):
        if part := owner_of(name, source, known):
            result.setdefault(part, []).append(name)
        else:
            lost.append(name)
    for module in archive:
        if part := module_owner(module, known):
            result.setdefault(part, []).append(f"module {module}")
        else:
            lost.append(f"module {module}")
    return dict(sorted(result.items(), key=lambda item: item[0].name.lower())), lost


def module_owner(module: str, known: Origins) -> Part | None:
    """Whose a module in the program's archive is."""
    top = module.partition(".")[0]
    if top == "desktop_app":
        return ours()
    if top.startswith("_pyi_"):
        return known.by_top.get("PyInstaller")
    return python(known) if top in sys.stdlib_module_names else known.by_top.get(top)
