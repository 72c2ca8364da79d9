"""Licence texts for everything inside, the bill of materials, and a no to what must stay out."""

from __future__ import annotations

import json
import re
import shutil
import tomllib
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from builder import owners, terms
from builder.owners import Part
from builder.places import PACKAGING, BuildError, say, version

HELD = PACKAGING / "licences"
COMMON = Path("/usr/share/common-licenses")
"""Where Debian keeps the texts that its packages' own files only name."""


@dataclass(frozen=True, slots=True)
class Notice:
    """What ``notices.toml`` says of a part, or of something inside it.

    Attributes:
        texts: The held texts by name; the licences of the expression where none are named.
        in_part: The licence files of the part that it is inside say all that must be said.
    """

    name: str
    licence: str
    copyright: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()
    remark: str = ""
    in_part: bool = False
    inside: tuple[Notice, ...] = ()

    def text(self) -> str:
        """The full text to reproduce."""
        named = self.texts or [name.partition(" WITH ")[0] for name in terms.names_of(self.licence)]
        held = [(HELD / f"{name}.txt").read_text(encoding="utf-8") for name in named]
        return "\n\n".join([self.name, "\n".join(self.copyright), *held])


def notices() -> dict[str, Notice]:
    """What is held about parts, by their name."""
    table = tomllib.loads((HELD / "notices.toml").read_text(encoding="utf-8"))
    return {row["part"]: _notice(row["part"], row) for row in table["part"]}


def _notice(name: str, row: Mapping[str, Any]) -> Notice:
    return Notice(
        name,
        row["licence"],
        tuple(row.get("copyright", ())),
        tuple(row.get("texts", ())),
        row.get("remark", ""),
        row.get("in_part", False),
        tuple(_notice(inside["name"], inside) for inside in row.get("inside", ())),
    )


def write(internal: Path, site: Path) -> dict[Part, list[str]]:
    """Put licence texts and the bill of materials into the folder; return what is inside by owner.

    Raises:
        BuildError: A file belongs to nobody, terms are not allowed, or a text is missing.
    """
    known, held = owners.origins(site), notices()
    found, lost = owners.holdings(owners.collected(), known, owners.modules())
    if lost:
        raise BuildError(f"nobody is known to own: {', '.join(lost)}")
    parts = {with_terms(part, held): names for part, names in found.items()}
    if wrong := objections(parts, held):
        raise BuildError("; ".join(wrong))
    texts = _write_texts(internal / "licences", parts, held)
    ours = next(part for part in parts if part.name == "Parley")
    parts[ours] += [*texts, "sbom.json"]
    if strangers := sorted(_names_in(internal) - {n for names in parts.values() for n in names}):
        raise BuildError(f"nobody brought: {', '.join(strangers)}")
    write_bill(internal / "sbom.json", parts, held)
    say(f"{len(parts)} parts inside, each with its terms and their text")
    return parts


def with_terms(part: Part, held: Mapping[str, Notice]) -> Part:
    """The part with the terms that are held about it, where they are."""
    notice = held.get(part.name)
    return replace(part, licence=notice.licence) if notice else part


def objections(
    parts: Sequence[Part] | Mapping[Part, object], held: Mapping[str, Notice]
) -> list[str]:
    """What speaks against giving these parts away; empty if nothing does."""
    wrong = []
    for part in parts:
        notice = held.get(part.name)
        if not terms.is_allowed(part.licence):
            wrong.append(f"{part.name} is under {part.licence or 'unknown terms'}")
        if not part.texts and not (notice and (notice.copyright or notice.texts)):
            wrong.append(f"{part.name} brings no licence text, and none is held")
        inside = notice.inside if notice else ()
        wrong += [
            f"{n.name} is under {n.licence}" for n in inside if not terms.is_allowed(n.licence)
        ]
        silent = [n.name for n in inside if n.in_part and not part.texts]
        wrong += [f"{part.name} brings no licence text for {name}" for name in silent]
    return wrong


def _names_in(internal: Path) -> set[str]:
    """The real files of the libraries' folder; links are what they lead to."""
    top = internal.resolve()
    real = {path.resolve() for path in internal.rglob("*") if path.is_file()}
    return {path.relative_to(top).as_posix() for path in real}


def _write_texts(
    folder: Path, parts: Mapping[Part, list[str]], held: Mapping[str, Notice]
) -> list[str]:
    """Write every part's texts and an overview; return their names."""
    shutil.rmtree(folder, ignore_errors=True)
    lines = ["What is inside Parley, and under which terms. The texts lie beside this file.", ""]
    for part in parts:
        place = folder / part.name.partition(" ")[0]
        place.mkdir(parents=True, exist_ok=True)
        notice = held.get(part.name, Notice(part.name, part.licence))
        for number, text in enumerate(part.texts):
            shutil.copyfile(text, place / f"{number}-{text.name.removesuffix('.txt')}.txt")
        if not part.texts:
            (place / "LICENCE.txt").write_text(notice.text(), encoding="utf-8")
        lines.append(f"{part.name} {part.version}: {part.licence}".replace("  ", " "))
        lines += [f"    {notice.remark}"] * bool(notice.remark)
        for inside in notice.inside:
            if not inside.in_part:
                name = re.sub(r"\W+", "-", inside.name).strip("-")
                (place / f"inside-{name}.txt").write_text(inside.text(), encoding="utf-8")
            lines.append(f"    holds {inside.name}: {inside.licence}")
            lines += [f"        {inside.remark}"] * bool(inside.remark)
    (folder / "OVERVIEW.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    _write_common(folder)
    return sorted(p.relative_to(folder.parent).as_posix() for p in folder.rglob("*.txt"))


def _write_common(folder: Path) -> None:
    """Bring the texts that Debian's own licence files only point to."""
    told = "".join(p.read_text(encoding="utf-8", errors="replace") for p in folder.rglob("*.txt"))
    named = set(re.findall(rf"{COMMON}/([\w.-]*\w)", told))
    for name in sorted(name for name in named if (COMMON / name).is_file()):
        (folder / "common-licenses").mkdir(exist_ok=True)
        shutil.copyfile(COMMON / name, folder / "common-licenses" / f"{name}.txt")


def write_bill(path: Path, parts: Mapping[Part, list[str]], held: Mapping[str, Notice]) -> None:
    """Write the bill of materials."""
    bill = json.dumps(bill_of_materials(parts, held), indent=1, sort_keys=True)
    path.write_text(bill + "\n", encoding="utf-8")


def bill_of_materials(
    parts: Mapping[Part, list[str]], held: Mapping[str, Notice]
) -> dict[str, object]:
    """Return the bill of materials in CycloneDX's form: every part and the files it owns."""
    components = []
    for part, files in parts.items():
        notice = held.get(part.name)
        row = _component(part.name, part.name, part.licence) | {
            "version": part.version or "unknown",
            "properties": [{"name": "parley:file", "value": file} for file in files],
        }
        if notice and notice.inside:
            row["components"] = [
                _component(f"{part.name}/{n.name}", n.name, n.licence) for n in notice.inside
            ]
        components.append(row)
    identity = uuid.uuid5(uuid.NAMESPACE_URL, json.dumps(components, sort_keys=True))
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{identity}",
        "version": 1,
        "metadata": {"component": {"type": "application", "name": "Parley", "version": version()}},
        "components": components,
    }


def _component(reference: str, name: str, licence: str) -> dict[str, object]:
    licences = [{"expression": licence}]
    return {"type": "library", "bom-ref": reference, "name": name, "licenses": licences}
