"""Who owns what is inside, and under which terms: licence texts, the bill of materials, and a no.

Every file of the frozen folder must belong to one of the locked distributions, to Python, to
Parley, or to one of the system libraries named here.  What only allows the GPL stops the build.
"""

from __future__ import annotations

import importlib.metadata as metadata
import json
import re
import shutil
import uuid
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from builder.places import BUILD, ROOT, BuildError, version

FORBIDDEN = re.compile(r"\bA?GPL|GNU General Public", re.IGNORECASE)

SYSTEM_LIBRARIES: dict[str, str] = {
    # Copied from the machine that builds: how they begin, and their licence.
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


STARTER = (
    "The file that starts the program is PyInstaller's: GPL-2.0-or-later with an exception that\n"
    "lets it start programs under any licence.\n"
)


@dataclass(frozen=True, slots=True)
class Part:
    """One owner of files.

    Attributes:
        licence: What it says of itself.
        texts: Its licence files.
    """

    name: str
    version: str
    licence: str
    texts: tuple[Path, ...] = ()


def is_forbidden(licence: str) -> bool:
    """Whether these terms would bind the whole program: the GPL, with no way around it."""
    ways = re.split(r"\bOR\b", licence)
    return all(FORBIDDEN.search(way) and "exception" not in way for way in ways)


def part_of(found: metadata.Distribution) -> Part:
    """Read a distribution's licence from its metadata."""
    about = found.metadata
    classes = [c.rpartition(":: ")[2] for c in about.get_all("Classifier") or [] if "License" in c]
    fields = [*(about.get_all("License-Expression") or []), *(about.get_all("License") or [])]
    told = fields[0].strip().split("\n")[0] if fields else ""
    if not told or len(told) > 80 or told == "UNKNOWN":
        told = ", ".join(classes) or "see its text"
    pattern = re.compile(r"(licen[cs]e|copying|notice)[^/]*$", re.IGNORECASE)
    texts = [Path(str(found.locate_file(f))) for f in found.files or [] if pattern.search(str(f))]
    kept = tuple(t for t in texts if t.is_file() and t.suffix not in {".py", ".pyc", ".pyi"})
    return Part(about["Name"], found.version, told, kept)


def owners(site: Path) -> dict[str, Part]:
    """Per file of the environment, from its site-packages on, whose it is."""
    result: dict[str, Part] = {}
    for found in metadata.distributions(path=[str(site)]):
        part = part_of(found)
        result |= {PurePosixPath(str(f)).as_posix(): part for f in found.files or []}
    return result


def tops(owned: Mapping[str, Part]) -> dict[str, Part]:
    """Per top-level name of the environment whose it is."""
    return {PurePosixPath(name).parts[0].removesuffix(".py"): part for name, part in owned.items()}


def system_part(name: str) -> Part | None:
    """The system library that a file on top of the folder is."""
    for start, licence in SYSTEM_LIBRARIES.items():
        if name.startswith(start):
            return Part(name.partition(".so")[0], "of the build system", licence)
    return None


def owner_of(name: str, owned: Mapping[str, Part], by_top: Mapping[str, Part]) -> Part | None:
    """Whose a file of the frozen folder is; ``name`` is relative to its libraries' folder."""
    path = PurePosixPath(name)
    if part := owned.get(name) or by_top.get(path.parts[0]):
        return part
    python = Part("Python", "", "PSF-2.0")
    if re.match(
        r"python3\.\d+$|lib-dynload$|base_library\.zip$|libpython3|python3\d*\.dll", path.parts[0]
    ):
        return python
    if path.parts[0] in {"desktop_app", "licences", "parley", "sbom.json"}:
        return Part("Parley", version(), "MIT")
    return system_part(path.name) if len(path.parts) == 1 else None


def unowned(folder: Path, owned: Mapping[str, Part]) -> list[str]:
    """The files in the frozen folder's libraries that belong to nobody known."""
    by_top = tops(owned)
    return [name for name in names_in(folder) if owner_of(name, owned, by_top) is None]


def names_in(folder: Path) -> Iterator[str]:
    """The files below a folder, in a steady order; links are what they lead to."""
    top = folder.resolve()
    real = {p.resolve() for p in folder.rglob("*") if p.is_file()}
    yield from sorted(path.relative_to(top).as_posix() for path in real)


def inside(folder: Path, owned: Mapping[str, Part], modules: Iterable[str]) -> dict[str, list[str]]:
    """Per owner, what of it is in the program: files, and modules in the archive."""
    by_top = tops(owned)
    result: dict[str, list[str]] = {}
    for name in names_in(folder):
        if part := owner_of(name, owned, by_top):
            result.setdefault(part.name, []).append(name)
    for module in modules:
        if part := by_top.get(module.partition(".")[0]):
            result.setdefault(part.name, []).append(f"module {module}")
    return result


def frozen_modules() -> list[str]:
    """The modules in the frozen program's archive."""
    listing = BUILD / "work" / "parley" / "PYZ-00.toc"
    return re.findall(r"^\s*\('([\w.]+)',", listing.read_text(encoding="utf-8"), re.MULTILINE)


def write(internal: Path, site: Path) -> dict[str, Part]:
    """Put licence texts and the bill of materials into the folder; return the parts inside.

    Raises:
        BuildError: A file belongs to nobody, or something is there under the GPL alone.
    """
    owned = owners(site)
    if lost := unowned(internal, owned):
        raise BuildError(f"nobody is known to own: {', '.join(lost)}")
    present = inside(internal, owned, frozen_modules())
    parts = {part.name: part for part in owned.values()}
    here = {name: parts.get(name) or _other(name, present[name]) for name in sorted(present)}
    if bad := [f"{p.name} ({p.licence})" for p in here.values() if is_forbidden(p.licence)]:
        raise BuildError(f"under the GPL: {', '.join(bad)}")
    _write_texts(internal / "licences", here)
    bill = json.dumps(bill_of_materials(here, present), indent=1, sort_keys=True)
    (internal / "sbom.json").write_text(bill + "\n", encoding="utf-8")
    return here


def _other(name: str, files: list[str]) -> Part:
    if name == "Python":
        return Part(name, "", "PSF-2.0")
    if name == "Parley":
        return Part(name, version(), "MIT", (ROOT / "LICENSE",))
    return system_part(files[0]) or Part(name, "", "unknown")


def _write_texts(folder: Path, parts: Mapping[str, Part]) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    lines = ["What is inside Parley, and under which licence.", "", STARTER]
    for name, part in parts.items():
        lines.append(f"{name} {part.version}: {part.licence}")
        for number, text in enumerate(part.texts):
            shutil.copyfile(text, folder / f"{name}-{number}-{text.name}.txt")
    (folder / "OVERVIEW.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")


def bill_of_materials(
    parts: Mapping[str, Part], present: Mapping[str, list[str]]
) -> dict[str, object]:
    """Return the bill of materials in CycloneDX's form: every part and the files it owns."""
    components = [
        {
            "type": "library",
            "bom-ref": name,
            "name": name,
            "version": part.version or "unknown",
            "licenses": [{"license": {"name": part.licence}}],
            "properties": [{"name": "parley:file", "value": file} for file in present[name]],
        }
        for name, part in parts.items()
    ]
    identity = uuid.uuid5(uuid.NAMESPACE_URL, json.dumps(components, sort_keys=True))
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{identity}",
        "version": 1,
        "metadata": {"component": {"type": "application", "name": "Parley", "version": version()}},
        "components": components,
    }
