"""The package for Debian and Ubuntu."""

from __future__ import annotations

import gzip
import os
from pathlib import Path

from builder.freeze import clear, files
from builder.linux_files import copy_program, put_share
from builder.places import BUILD, DIST, FROZEN, ROOT, machine, run, source_date, version

MAINTAINER = "The Parley project <parley@parley.invalid>"
DEPENDS = (
    # "a | b": libraries whose name changed with the 64-bit clock (Debian 13, Ubuntu 24.04).
    "libc6 (>= @GLIBC@)",
    "libstdc++6 (>= 12)",
    "libgcc-s1",
    "libgl1",
    "libegl1",
    "libportaudio2",
    "libasound2 | libasound2t64",
    "libpulse0",
    "libwayland-cursor0",
    "libwayland-egl1",
    "fontconfig-config",
    "fonts-dejavu-core | fonts-noto-core",
    "ca-certificates",
)
RECOMMENDS = (
    "libasound2-plugins | pipewire-alsa",
    "gnome-keyring | kwalletmanager | keepassxc",
    "xdg-desktop-portal",
)
SUGGESTS = ("espeak-ng",)
DESCRIPTION = """\
Description: desktop voice assistant that can be interrupted
 Open Parley, talk, and be answered by voice. Both sides can be read while they
 are spoken, and whoever cuts in is listened to at once.
 .
 It talks to an assistant of its own on this computer, which needs neither key
 nor network, to OpenAI with a key of yours, or to any server that speaks the
 OpenAI Realtime protocol. The weights of the speech recogniser are not in this
 package: Parley offers to fetch them at first use.
"""


def control(installed_kib: int, glibc: str) -> str:
    """Return what dpkg is to know."""
    lines = [
        "Package: parley",
        f"Version: {version()}",
        "Section: sound",
        "Priority: optional",
        f"Architecture: {machine()}",
        f"Maintainer: {MAINTAINER}",
        f"Installed-Size: {installed_kib}",
        f"Depends: {', '.join(DEPENDS).replace('@GLIBC@', glibc)}",
        f"Recommends: {', '.join(RECOMMENDS)}",
        f"Suggests: {', '.join(SUGGESTS)}",
    ]
    return "\n".join(lines) + "\n" + DESCRIPTION


def build() -> Path:
    """Build the package from the frozen folder; return it."""
    tree = clear(BUILD / "deb")
    copy_program(FROZEN, tree / "usr" / "lib" / "parley")
    put_share(tree / "usr" / "share", FROZEN, compressed_manual=True)
    (tree / "usr" / "bin").mkdir()
    (tree / "usr" / "bin" / "parley").symlink_to("../lib/parley/parley")
    _put_documents(tree / "usr" / "share" / "doc" / "parley")
    size_kib = sum(path.stat().st_size for path in files(tree)) // 1024
    (tree / "DEBIAN").mkdir()
    glibc = os.confstr("CS_GNU_LIBC_VERSION").split()[1]  # type: ignore[union-attr]
    (tree / "DEBIAN" / "control").write_text(control(size_kib, glibc), encoding="utf-8")
    steady_times(tree)
    DIST.mkdir(exist_ok=True)
    made = DIST / f"parley_{version()}_{machine()}.deb"
    run(["dpkg-deb", "--root-owner-group", "-Zxz", "--build", tree, made])
    return made


def steady_times(tree: Path) -> None:
    """Give every file the date of the source, so that the same source gives the same package."""
    for path in [*tree.rglob("*"), tree]:
        os.utime(path, (source_date(), source_date()), follow_symlinks=False)


def _put_documents(folder: Path) -> None:
    folder.mkdir(parents=True)
    licence = (ROOT / "LICENSE").read_text(encoding="utf-8")
    where = "The licences of what is inside: /usr/lib/parley/_internal/licences\n"
    (folder / "copyright").write_text(f"{licence}\n{where}", encoding="utf-8")
    news = (ROOT / "CHANGELOG.md").read_bytes()
    (folder / "NEWS.gz").write_bytes(gzip.compress(news, 9, mtime=0))
    for path in folder.iterdir():
        path.chmod(0o644)
