"""Whose everything inside the packages is, and that its terms let us give it away."""

from __future__ import annotations

import json
import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from tests.test_packaging import PACKAGING, part

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the builder's parts for Linux")


@pytest.fixture(autouse=True)
def builder(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.syspath_prepend(str(PACKAGING))
    yield
    for name in [name for name in sys.modules if name.partition(".")[0] == "builder"]:
        del sys.modules[name]


@pytest.mark.parametrize(
    "terms",
    [
        "GPL-3.0-or-later",
        "AGPL-3.0-only",
        "MIT AND GPL-2.0-only",
        "GNU General Public License",
        "BSD",
        "see its text",
        "",
        "(MIT",
        "MIT)",
        "MIT Apache-2.0",
    ],
)
def test_terms_of_the_gpl_and_terms_that_nobody_knows_are_refused(terms: str) -> None:
    assert not part("terms").is_allowed(terms)


@pytest.mark.parametrize(
    "terms",
    [
        "MIT",
        "LGPL-2.1-or-later",
        "LGPL-3.0-only OR GPL-2.0-only OR GPL-3.0-only",
        "AFL-2.1 OR GPL-2.0-or-later",
        "MPL-2.0 AND MIT",
        "(GPL-2.0-only OR MIT) AND Zlib",
        "GPL-2.0-or-later WITH Bootloader-exception",
    ],
)
def test_terms_that_leave_a_way_are_taken(terms: str) -> None:
    assert part("terms").is_allowed(terms)


def known(tmp_path: Path) -> tuple[ModuleType, object]:
    owners = part("owners")
    numpy = owners.Part("numpy", "2", "BSD-3-Clause", (tmp_path / "LICENSE",))
    freezer = owners.Part("pyinstaller", "6", "GPL-2.0-or-later WITH Bootloader-exception")
    (tmp_path / "site").mkdir(exist_ok=True)
    by_top = {"numpy": numpy, "numpy.libs": numpy, "PyInstaller": freezer}
    return owners, owners.Origins(
        tmp_path / "site", {"numpy/core.so": numpy}, by_top, (tmp_path / "python",)
    )


def test_every_file_and_module_has_an_owner_by_where_it_was_taken_from(tmp_path: Path) -> None:
    owners, origins = known(tmp_path)

    def owner(name: str, source: Path) -> str | None:
        found = owners.owner_of(name, source, origins)
        return found.name if found else None

    site, root = tmp_path / "site", owners.ROOT
    assert owner("numpy/core.so", site / "numpy/core.so") == "numpy"
    assert owner("libblas.so", site / "numpy.libs/libblas.so") == "numpy"
    assert owner("unknown/x.so", site / "unknown/x.so") is None
    assert owner("_ssl.pyd", tmp_path / "python/DLLs/_ssl.pyd") == "Python"
    assert owner("base_library.zip", owners.BUILD / "work/parley/base_library.zip") == "Python"
    assert owner("parley", owners.BUILD / "work/parley/parley") == "pyinstaller"
    assert owner("desktop_app/x.json", root / "desktop_app/offline/manifest.json") == "Parley"
    assert owner("libmystery.so.1", Path("/opt/libmystery.so.1")) is None
    modules = ["desktop_app.cli", "json", "numpy.linalg", "_pyi_rth_utils", "stranger"]
    names = [owners.module_owner(name, origins) for name in modules]
    assert [found.name if found else None for found in names] == [
        *("Parley", "Python", "numpy", "pyinstaller", None)
    ]


@pytest.mark.skipif(not shutil.which("dpkg-query"), reason="optional: no dpkg here")
def test_a_library_of_the_system_brings_its_packages_own_licence_file() -> None:
    owners = part("owners")
    library = next(Path("/usr/lib").glob("*-linux-gnu*/libz.so.1"))
    found = owners.system_part("libz.so.1", library.resolve())
    assert found.name.startswith("zlib1g")
    assert re.match(r"1[:.]", found.version)
    assert owners.system_part("libunheard.so.1", library.resolve()) is None


def test_what_is_held_about_parts_has_allowed_terms_and_a_text_for_each_of_them() -> None:
    licences, terms = part("licences"), part("terms")
    held = licences.notices()
    every = [n for notice in held.values() for n in (notice, *notice.inside)]
    assert [n.name for n in every if not terms.is_allowed(n.licence)] == []
    brought = [n for n in every if n.copyright or n.texts]
    assert {"Intel oneMKL", "PySide6_Essentials", "tokenizers"} < {n.name for n in brought}
    assert all(len(n.text()) > 400 for n in brought)
    inside = [n for notice in held.values() for n in notice.inside]
    assert [n.name for n in inside if (n in brought) == n.in_part] == []
    used = {name for n in brought for name in (n.texts or terms.names_of(n.licence))}
    lying = {path.stem for path in licences.HELD.glob("*.txt")}
    assert lying - used == set(), "texts that nobody needs"


def test_qt_comes_with_the_lesser_gpl_and_the_gpl_that_it_refers_to() -> None:
    text = part("licences").notices()["PySide6_Essentials"].text()
    assert "GNU LESSER GENERAL PUBLIC LICENSE" in text
    assert "GNU GENERAL PUBLIC LICENSE" in text
    assert "The Qt Company" in text


def test_a_part_without_a_text_or_with_unknown_terms_is_objected_to(tmp_path: Path) -> None:
    owners, licences = part("owners"), part("licences")
    text = (tmp_path / "LICENSE",)
    parts = [
        owners.Part("good", "1", "MIT", text),
        owners.Part("mute", "1", "MIT"),
        owners.Part("vague", "1", "BSD", text),
        owners.Part("x264", "1", "GPL-2.0-or-later", text),
    ]
    wrong = licences.objections(parts, {})
    assert len(wrong) == 3
    assert "mute brings no licence text" in wrong[0]
    assert wrong[1:] == ["vague is under BSD", "x264 is under GPL-2.0-or-later"]


def test_what_leaves_its_text_to_the_part_it_is_in_needs_one_there(tmp_path: Path) -> None:
    owners, licences = part("owners"), part("licences")
    inside = licences.Notice("libm", "MIT", in_part=True)
    held = {"wheel": licences.Notice("wheel", "MIT", ("by me",), inside=(inside,))}
    mute, good = owners.Part("wheel", "1", "MIT"), owners.Part("wheel", "1", "MIT", (tmp_path,))
    assert licences.objections([mute], held) == ["wheel brings no licence text for libm"]
    assert licences.objections([good], held) == []


def test_the_bill_of_materials_names_every_part_with_its_files_and_what_it_holds() -> None:
    owners, licences = part("owners"), part("licences")
    parts = {owners.Part("ctranslate2", "4", "MIT"): ["ctranslate2/_ext.so"]}
    bill = licences.bill_of_materials(parts, licences.notices())
    assert bill["bomFormat"] == "CycloneDX"
    assert bill == licences.bill_of_materials(parts, licences.notices()), "steady"
    (component,) = bill["components"]
    assert component["licenses"] == [{"expression": "MIT"}]
    assert component["properties"] == [{"name": "parley:file", "value": "ctranslate2/_ext.so"}]
    assert "Intel oneMKL" in {inside["name"] for inside in component["components"]}
    json.dumps(bill)


def test_the_library_that_holds_onemkl_is_never_altered() -> None:
    # Intel's terms let it be passed on without modification only.
    stripped = part("freeze").STRIPPED
    library = Path("ctranslate2.libs/libctranslate2-a7a60d30.so.4.8.5")
    assert [pattern for pattern in stripped if library.match(pattern)] == []
