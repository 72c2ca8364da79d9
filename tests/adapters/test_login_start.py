"""Starting at login, on three systems; on two of them the system itself is replaced."""

from __future__ import annotations

import os
import plistlib
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from desktop_app.adapters.login_start import (
    LaunchAgent,
    RunKey,
    WindowsRunKey,
    XdgEntry,
    entry_of,
    own_command,
)
from tests.parley_process import Parley

COMMAND = ['/opt/A place/$100 `x` "y" 5%\\parley', "gui", "--hidden"]


class FakeRegistry(dict[str, str]):
    """One registry key."""

    def set(self, name: str, value: str) -> None:
        self[name] = value

    def delete(self, name: str) -> None:
        del self[name]


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_on_linux_it_is_an_entry_that_desktops_accept(tmp_path: Path) -> None:
    entry = entry_of("linux", {"XDG_CONFIG_HOME": str(tmp_path)}, Path("/nowhere"))
    assert isinstance(entry, XdgEntry)
    entry.write(COMMAND)
    assert entry.exists()
    assert files(tmp_path) == [tmp_path / "autostart" / "parley.desktop"]
    if shutil.which("desktop-file-validate"):
        command = ["desktop-file-validate", str(entry.path)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stdout) == (0, "")
    entry.remove()
    entry.remove()
    assert not entry.exists()
    assert files(tmp_path) == []


def test_the_line_of_the_entry_means_the_same_command_again(tmp_path: Path) -> None:
    entry = XdgEntry(tmp_path / "parley.desktop")
    entry.write(COMMAND)
    (line,) = [x for x in entry.path.read_text().splitlines() if x.startswith("Exec=")]
    # First the escapes of every value are undone, then the line is split as a shell would.
    value = line.removeprefix("Exec=").replace("\\\\", "\\")
    shell = f"for part in {value.replace('%%', '%')}; do printf '%s\\n' \"$part\"; done"
    done = subprocess.run(["sh", "-c", shell], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == COMMAND


def test_on_macos_it_is_a_launch_agent(tmp_path: Path) -> None:
    entry = entry_of("darwin", {}, tmp_path)
    assert isinstance(entry, LaunchAgent)
    entry.write(COMMAND)
    told = plistlib.loads(entry.path.read_bytes())
    assert told == {"Label": "parley", "ProgramArguments": COMMAND, "RunAtLoad": True}
    entry.remove()
    assert files(tmp_path) == []


def test_on_windows_it_is_a_value_of_the_run_key() -> None:
    registry = FakeRegistry()
    entry = RunKey(registry)
    entry.remove()
    entry.write(["C:\\A place\\parley.exe", "gui", "--hidden"])
    assert registry == {"parley": '"C:\\A place\\parley.exe" gui --hidden'}
    assert entry.exists()
    entry.remove()
    assert registry == {}
    assert isinstance(entry_of("win32", {}, Path())._registry, WindowsRunKey)  # type: ignore[attr-defined]


def test_what_runs_now_is_what_will_be_started(tmp_path: Path) -> None:
    script = tmp_path / "parley"
    script.touch()
    assert own_command("/apps/Parley", "x", frozen=True) == ["/apps/Parley"]
    assert own_command("/bin/python", str(script), frozen=False) == [str(script)]
    module = ["/bin/python", "-m", "desktop_app"]
    assert own_command("/bin/python", "/x/desktop_app/__main__.py", frozen=False) == module


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks at the file of Linux")
def test_the_command_switches_it_on_and_off(tmp_path: Path) -> None:
    parley = Parley(tmp_path / "home", {"XDG_CONFIG_HOME": str(tmp_path / "config")})
    told = [parley("autostart", action).out for action in ("status", "on", "off")]
    off = "Parley does not start at login.\n"
    assert told == [off, "Parley starts at login.\n", off]
    assert files(tmp_path) == []


@pytest.mark.skipif(os.name != "posix", reason="needs a file that is no folder")
def test_a_folder_that_can_not_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "config").touch()
    parley = Parley(tmp_path / "home", {"XDG_CONFIG_HOME": str(tmp_path / "config")})
    done = parley("autostart", "on")
    assert done.code == 1
    assert "could not be changed" in done.err
