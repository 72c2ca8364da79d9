"""The installers: what goes in, what must not, and what they do to a computer.

The slow proof, with real packages in a bare system, is ``python3 dev.py package --prove``.
"""

from __future__ import annotations

import plistlib
import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from configparser import ConfigParser
from pathlib import Path
from types import ModuleType

import pytest

from desktop_app import __version__
from desktop_app.cli_options import parser

ROOT = Path(__file__).resolve().parent.parent
PACKAGING = ROOT / "packaging"
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the builder's parts for Linux")


def part(name: str) -> ModuleType:
    import importlib

    return importlib.import_module(f"builder.{name}")


@pytest.fixture(autouse=True)
def builder(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The builder can be imported as its script imports it."""
    monkeypatch.syspath_prepend(str(PACKAGING))
    yield
    for name in [name for name in sys.modules if name.partition(".")[0] == "builder"]:
        del sys.modules[name]


# -- what goes in ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        "PySide6/Qt/plugins/platforms/libqeglfs.so",
        "PySide6/Qt/plugins/platformthemes/libqgtk3.so",
        "PySide6/plugins/imageformats/qtiff.dll",
        "PySide6/Qt/translations/qtbase_de.qm",
        "PySide6\\translations\\qtbase_de.qm",
        "PySide6/Qt/lib/libQt6Network.so.6",
        "PySide6/opengl32sw.dll",
        "tqdm-4.70.1.dist-info/RECORD",
        "libasound.so.2",
        "libportaudio.so.2",
        "libjack.so.0",
        "libstdc++.so.6",
    ],
)
def test_what_nobody_uses_or_the_system_has_stays_out(name: str) -> None:
    assert not part("lean").is_wanted(name)


@pytest.mark.parametrize(
    "name",
    [
        "PySide6/Qt/plugins/platforms/libqxcb.so",
        "PySide6/Qt/plugins/platforms/libqwayland.so",
        "PySide6/Qt/plugins/platforms/libqoffscreen.so",
        "PySide6/plugins/platforms/qwindows.dll",
        "PySide6/plugins/styles/qmodernwindowsstyle.dll",
        "PySide6/Qt/lib/libQt6Gui.so.6",
        "PySide6/Qt/lib/libQt6DBus.so.6",
        "_sounddevice_data/portaudio-binaries/libportaudio64bit.dll",
        "faster_whisper/assets/silero_vad_v6.onnx",
        "hibari/assets/hibari.onnx",
        "libxcb-cursor.so.0",
    ],
)
def test_what_is_used_goes_in(name: str) -> None:
    assert part("lean").is_wanted(name)


def test_a_library_stays_only_while_somebody_asks_for_it() -> None:
    asks = {"/p/xcb.so": ["libqt.so"], "/l/libqt.so": ["libz.so"], "/l/libz.so": ["libc.so.6"]}
    entries = [
        ("plugins/xcb.so", "/p/xcb.so", "BINARY"),
        ("PySide6/Qt/lib/libqt.so", "/l/libqt.so", "BINARY"),
        ("libz.so", "/l/libz.so", "BINARY"),
        ("libgtk.so", "/l/libgtk.so", "BINARY"),
        ("libpython3.11.so.1.0", "/l/libpython3.11.so.1.0", "BINARY"),
    ]
    live = part("lean").reached(entries, lambda path: asks.get(path, []))
    assert live == {"libqt.so", "libz.so", "libpython3.11.so.1.0"}


def test_a_link_to_a_library_that_went_goes_too() -> None:
    data = [("libgtk.so", "libgtk.so.0", "SYMLINK"), ("libz.so", "libz.so.1", "SYMLINK")]
    kept = part("lean").lean_data(data, [("libz.so", "/l/libz.so", "BINARY")])
    assert [name for name, _, _ in kept] == ["libz.so"]


def test_hidden_modules_and_data_are_of_packages_that_are_locked_and_there() -> None:
    import importlib.util

    lean = part("lean")
    lost = [n for n in {*lean.HIDDEN, *lean.WITH_DATA} if importlib.util.find_spec(n) is None]
    assert lost == []
    assert set(lean.HIDDEN) & set(lean.EXCLUDED) == set()


def test_what_is_stood_in_for_is_frozen_as_little_as_it_is_installed() -> None:
    from desktop_app.offline.left_out import LEFT_OUT

    lines = (PACKAGING / "requirements" / "left-out.txt").read_text().splitlines()
    unwanted = [name.replace("-", "_") for name in lines if not name.startswith("#")]
    assert unwanted == list(LEFT_OUT) == list(part("lean").STOOD_IN)


def test_the_program_never_imports_what_is_left_out() -> None:
    from tests.source_tree import SourceTree

    lean = part("lean")
    out = set(lean.EXCLUDED) - set(lean.OPTIONAL)
    wrong = [
        str(found)
        for found in SourceTree(ROOT).imports()
        if any(found.target == name or found.target.startswith(f"{name}.") for name in out)
    ]
    assert wrong == []


def test_programs_that_parley_starts_do_not_get_its_libraries() -> None:
    code = (
        "import os\n"
        f"exec(open({str(PACKAGING / 'hooks' / 'own_libraries.py')!r}).read())\n"
        "print(os.environ.get('LD_LIBRARY_PATH'))"
    )
    for before, after in ({}, "None"), ({"LD_LIBRARY_PATH_ORIG": "/theirs"}, "/theirs"):
        env = {"LD_LIBRARY_PATH": "/ours", **before}
        done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True)
        assert done.stdout.strip() == (after if sys.platform == "linux" else "/ours")


def test_the_folder_forgets_where_it_was_built_and_keeps_what_shares_those_bytes(
    tmp_path: Path,
) -> None:
    freeze = part("freeze")
    library = tmp_path / "libpython.so"
    library.write_bytes(b"\0/opt/build/pythons/3.11.7\0more")
    freeze.forget(tmp_path, [b"/opt/build/pythons/3.11.7"])
    assert library.read_bytes() == b"\0/usr///////////////3.11.7\0more"
    assert list(freeze.tells(tmp_path, [b"/opt/build"])) == []


def test_the_folder_tells_which_files_know_where_they_were_built(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"..\0/opt/build/x")
    (tmp_path / "b").write_bytes(b"nothing")
    assert list(part("freeze").tells(tmp_path, [b"/opt/build"])) == [Path("a")]


def test_the_build_tools_are_locked_beside_the_program_with_hashes() -> None:
    def pins(name: str) -> dict[str, str]:
        text = (PACKAGING / "requirements" / name).read_text()
        assert re.findall(r"^-.*|\w+://\S+", text, flags=re.MULTILINE) == []
        assert len(re.findall(r"^\S+==", text, re.MULTILINE)) <= text.count("--hash=")
        return dict(re.findall(r"^([\w.-]+)==(\S+)", text, re.MULTILINE))

    build, run = pins("build.txt"), pins("run.txt")
    assert "pyinstaller" in build
    assert "piper-tts" not in {**build, **run}, "GPL"
    assert {n: v for n, v in build.items() if run.get(n, v) != v} == {}


# -- icons ----------------------------------------------------------------------------------------


def test_the_icons_are_in_every_size_and_hold_what_they_say(tmp_path: Path) -> None:
    sys.path.insert(0, str(PACKAGING))
    try:
        import draw_icons
    finally:
        sys.path.remove(str(PACKAGING))
    icons = ROOT / "resources" / "icons"
    for size_px in draw_icons.PNG_PX:
        data = (icons / f"parley-{size_px}.png").read_bytes()
        assert data[:8] == b"\x89PNG\r\n\x1a\n"
        assert int.from_bytes(data[16:20]) == int.from_bytes(data[20:24]) == size_px
    windows = (icons / "parley.ico").read_bytes()
    assert windows[:6] == bytes([0, 0, 1, 0, len(draw_icons.WINDOWS_PX), 0])
    macos = (icons / "parley.icns").read_bytes()
    assert macos[:4] == b"icns"
    assert int.from_bytes(macos[4:8]) == len(macos)
    assert all(kind in macos for kind in draw_icons.MACOS_PX)


# -- Linux ----------------------------------------------------------------------------------------


def test_the_menu_entry_starts_the_window_and_belongs_to_it() -> None:
    entry = ConfigParser(interpolation=None)
    entry.optionxform = str  # type: ignore[assignment, method-assign]
    entry.read(PACKAGING / "linux" / "parley.desktop", encoding="utf-8")
    assert entry["Desktop Entry"]["Exec"] == "parley gui"
    parser().parse_args(["gui"])
    # What the window calls itself (setDesktopFileName).
    assert 'setDesktopFileName("parley")' in (ROOT / "desktop_app/app_window.py").read_text()
    if tool := shutil.which("desktop-file-validate"):
        done = subprocess.run([tool, PACKAGING / "linux" / "parley.desktop"], capture_output=True)
        assert done.stdout == b""


def test_the_metadata_names_version_date_and_menu_entry(tmp_path: Path) -> None:
    linux_files = part("linux_files")
    text = linux_files.filled(linux_files.METAINFO)
    top = ET.fromstring(text)
    release = top.find("releases/release")
    assert release is not None
    assert release.get("version") == __version__
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", release.get("date", ""))
    assert top.findtext("launchable") == "parley.desktop"
    if tool := shutil.which("appstreamcli"):
        path = tmp_path / linux_files.METAINFO
        path.write_text(text)
        done = subprocess.run([tool, "validate", "--no-net", path], capture_output=True, text=True)
        assert done.returncode == 0, done.stdout


def test_the_manual_names_every_command_and_every_common_option(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("COLUMNS", "500")
    usage = parser().format_help()
    page = part("linux_files").manual(usage)
    names = re.findall(r"^    ([a-z][a-z-]+) ", usage, re.MULTILINE)
    assert {"gui", "self-test"} < set(names)
    assert [n for n in names if f"\n.B {n.replace('-', chr(92) + '-')}\n" not in page] == []
    options = set(re.findall(r"--[a-z]+", usage))
    assert {n for n in options if n.replace("-", "\\-") not in page} == set()
    assert "@" not in page


def test_the_debian_package_asks_for_libraries_by_their_old_and_their_new_names() -> None:
    text = part("debian").control(1000, "2.36")
    fields = dict(re.findall(r"^([A-Z][\w-]+): (.*)$", text, re.MULTILINE))
    assert fields["Version"] == __version__
    depends = fields["Depends"].split(", ")
    assert "libc6 (>= 2.36)" in depends
    assert "libasound2 | libasound2t64" in depends
    assert "libportaudio2" in depends
    # A line of the long description begins with a space; an empty one would end the paragraph.
    assert [line for line in text.rstrip("\n").splitlines() if not line] == []


@pytest.mark.skipif(not shutil.which("dpkg-deb"), reason="no dpkg-deb")
def test_the_debian_package_holds_program_menu_entry_icons_and_manual(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    debian = part("debian")
    frozen = fake_frozen(tmp_path)
    for name, value in {"BUILD": tmp_path, "DIST": tmp_path, "FROZEN": frozen}.items():
        monkeypatch.setattr(debian, name, value)
    first = debian.build()
    listing = subprocess.run(["dpkg-deb", "-c", first], capture_output=True, text=True, check=True)
    rows = [line.split(maxsplit=5) for line in listing.stdout.splitlines()]
    modes = {row[5].partition(" ")[0]: row[0] for row in rows}
    assert {row[1] for row in rows} == {"root/root"}
    for name in (
        "usr/share/applications/parley.desktop",
        "usr/share/icons/hicolor/256x256/apps/parley.png",
        "usr/share/man/man1/parley.1.gz",
        "usr/share/doc/parley/copyright",
        "usr/lib/parley/_internal/library.so",
    ):
        assert modes[f"./{name}"] == "-rw-r--r--", name
    assert modes["./usr/lib/parley/parley"] == "-rwxr-xr-x"
    assert modes["./usr/bin/parley"].startswith("l")
    before = first.read_bytes()
    assert debian.build().read_bytes() == before, "the same source, the same package"


def fake_frozen(tmp_path: Path) -> Path:
    folder = tmp_path / "frozen" / "parley"
    (folder / "_internal").mkdir(parents=True)
    (folder / "_internal" / "library.so").write_bytes(b"library")
    program = folder / "parley"
    program.write_text("#!/bin/sh\necho started $*\n")
    program.chmod(0o755)
    return folder


@pytest.mark.skipif(not shutil.which("xz"), reason="no xz")
def test_the_archive_installs_for_one_user_and_takes_everything_away_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tarball = part("tarball")
    frozen = fake_frozen(tmp_path)
    for name, value in {"BUILD": tmp_path, "DIST": tmp_path, "FROZEN": frozen}.items():
        monkeypatch.setattr(tarball, name, value)
    archive = tarball.build()
    subprocess.run(["tar", "-xf", archive, "-C", tmp_path], check=True)
    script = tmp_path / archive.name.removesuffix(".tar.xz") / "install.sh"
    home = tmp_path / "my home"
    (home / ".local" / "share").mkdir(parents=True)
    own = home / ".local" / "share" / "own"
    own.write_text("mine")
    env = {"HOME": str(home), "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}

    def install(*arguments: str) -> int:
        return subprocess.run(
            [script, *arguments], env=env, capture_output=True, check=False
        ).returncode

    assert install() == install() == 0, "a second time is an update"
    program = home / ".local" / "bin" / "parley"
    done = subprocess.run([program, "x"], capture_output=True, text=True, check=True)
    assert done.stdout == "started x\n"
    entry = (home / ".local/share/applications/parley.desktop").read_text()
    assert f'Exec="{program}" gui' in entry
    assert install("--remove") == 0
    assert install("--surprise") == 2
    assert [path for path in home.rglob("*") if path.is_file() or path.is_symlink()] == [own]


# -- Windows and macOS ----------------------------------------------------------------------------


def test_the_windows_script_removes_only_what_it_installs() -> None:
    script = (PACKAGING / "windows" / "parley.nsi").read_text()
    before, after = script.split('Section "Uninstall"')
    assert "RequestExecutionLevel user" in before
    assert "HKLM" not in script
    assert 'RMDir /r "$INSTDIR"\n' not in script, "the folder may hold the user's own files"
    written = set(re.findall(r'WriteRegStr HKCU "(\$\{\w+\})"', before))
    assert written == set(re.findall(r'DeleteReg(?:Key|Value) HKCU "(\$\{\w+\})"', after))


@pytest.mark.skipif(not shutil.which("makensis"), reason="no makensis")
def test_the_windows_script_compiles_without_a_warning(tmp_path: Path) -> None:
    folder = tmp_path / "parley"
    (folder / "_internal").mkdir(parents=True)
    for name in ("parley.exe", "parley-console.exe", "_internal/x.dll"):
        (folder / name).write_bytes(b"MZ")
    made = tmp_path / "Parley-setup.exe"
    part("windows").compile_script(folder, made)
    assert made.read_bytes()[:2] == b"MZ"


def test_programs_for_windows_are_signed_by_the_command_that_is_named_and_not_without(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    windows = part("windows")
    signed: list[list[object]] = []
    monkeypatch.setattr(windows, "run", lambda command: signed.append(list(command)))
    monkeypatch.delenv(windows.SIGN, raising=False)
    windows.sign(tmp_path / "a.exe")
    monkeypatch.setenv(windows.SIGN, "sign-it")
    windows.sign(tmp_path / "b.exe")
    assert signed == [["sign-it", tmp_path / "b.exe"]]


def test_macos_is_asked_for_the_microphone() -> None:
    entitlements = plistlib.loads((PACKAGING / "macos" / "entitlements.plist").read_bytes())
    assert entitlements["com.apple.security.device.audio-input"] is True
    assert "NSMicrophoneUsageDescription" in (PACKAGING / "parley.spec").read_text()


@pytest.mark.skipif(not shutil.which("sh"), reason="no shell")
@pytest.mark.parametrize("path", sorted(PACKAGING.rglob("*.sh")), ids=lambda path: path.name)
def test_shell_scripts_can_be_read_by_a_plain_shell(path: Path) -> None:
    subprocess.run(["sh", "-n", path], check=True)
    assert "set -eu" in path.read_text()


def test_packages_know_the_page_of_releases_of_the_place_that_built_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    places = part("places")
    for name in ("GITHUB_SERVER_URL", "GITHUB_REPOSITORY"):
        monkeypatch.delenv(name, raising=False)
    assert places.releases_page() == "", "built by hand"
    monkeypatch.setenv("GITHUB_SERVER_URL", "https://code.example")
    monkeypatch.setenv("GITHUB_REPOSITORY", "them/parley")
    assert places.releases_page() == "https://code.example/them/parley/releases"


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="optional: a folder for Linux")
def test_the_folder_of_the_appimage_starts_and_passes_the_desktops_own_tools(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    appimage = part("appimage")
    monkeypatch.delenv(appimage.TOOLS, raising=False)
    monkeypatch.setattr(appimage, "BUILD", tmp_path)
    monkeypatch.setattr(appimage, "FROZEN", fake_frozen(tmp_path))
    assert appimage.build() is None, "without its makers' tools there is no image"
    tree = tmp_path / "AppDir"
    done = subprocess.run([tree / "AppRun", "x"], capture_output=True, text=True, check=True)
    assert done.stdout == "started x\n"
    assert (tree / ".DirIcon").read_bytes()[:4] == b"\x89PNG"
    assert (tree / "parley.desktop").is_file()


def test_what_makes_appimages_is_pinned_by_hash() -> None:
    script = (PACKAGING / "linux" / "appimage_tools.sh").read_text()
    assert len(re.findall(r"^fetch \w+ .*\\\n +[0-9a-f]{64}$", script, re.MULTILINE)) == 2
    assert "continuous" not in script, "that one changes"
