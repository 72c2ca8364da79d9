"""Starting Parley when the user logs in: one entry, made on request, removed without a trace."""

from __future__ import annotations

import importlib
import plistlib
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from desktop_app.adapters.files import write_whole

NAME = "parley"
RUN_KEY = r"Software\Microsoft\Windows\CurrentVersion\Run"
DESKTOP_ENTRY = """[Desktop Entry]
Type=Application
Name=Parley
Comment=A voice assistant
Exec={command}
Icon=parley
Terminal=false
X-GNOME-Autostart-enabled=true
"""


class Entry(Protocol):
    """Where the system looks for what to start at login."""

    def write(self, command: Sequence[str]) -> None:
        """Start ``command`` at every login.

        Raises:
            OSError: If that can't be written down.
        """
        ...

    def remove(self) -> None:
        """Start it no more.  Idempotent."""
        ...

    def exists(self) -> bool:
        """Whether it is started at login."""
        ...


class _File:
    """An entry that is a file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def remove(self) -> None:
        """Start it no more."""
        self.path.unlink(missing_ok=True)

    def exists(self) -> bool:
        """Whether it is started at login."""
        return self.path.is_file()


class XdgEntry(_File):
    """The autostart folder of Linux desktops."""

    def write(self, command: Sequence[str]) -> None:
        """Start ``command`` at every login."""
        line = " ".join(quoted(part) for part in command)
        write_whole(self.path, DESKTOP_ENTRY.format(command=line).encode())


class LaunchAgent(_File):
    """A launch agent of macOS."""

    def write(self, command: Sequence[str]) -> None:
        """Start ``command`` at every login."""
        agent = {"Label": NAME, "ProgramArguments": list(command), "RunAtLoad": True}
        write_whole(self.path, plistlib.dumps(agent))


class Registry(Protocol):
    """The values of one registry key."""

    def get(self, name: str) -> str | None:
        """Return a value."""
        ...

    def set(self, name: str, value: str) -> None:
        """Write a value."""
        ...

    def delete(self, name: str) -> None:
        """Remove a value that is there."""
        ...


class RunKey:
    """The Run key of Windows, of this user."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    def write(self, command: Sequence[str]) -> None:
        """Start ``command`` at every login."""
        self._registry.set(NAME, subprocess.list2cmdline(command))

    def remove(self) -> None:
        """Start it no more."""
        if self.exists():
            self._registry.delete(NAME)

    def exists(self) -> bool:
        """Whether it is started at login."""
        return self._registry.get(NAME) is not None


def _winreg() -> Any:
    """Return the module that only Windows has, and so only its type checker knows."""
    return importlib.import_module("winreg")


class WindowsRunKey:
    """The Run key itself."""

    def get(self, name: str) -> str | None:
        """Return a value."""
        winreg = _winreg()
        with winreg.OpenKey(winreg.HKEY_CURRENT_USER, RUN_KEY) as key:
            try:
                return str(winreg.QueryValueEx(key, name)[0])
            except FileNotFoundError:
                return None

    def set(self, name: str, value: str) -> None:
        """Write a value."""
        winreg = _winreg()
        with winreg.CreateKey(winreg.HKEY_CURRENT_USER, RUN_KEY) as key:
            winreg.SetValueEx(key, name, 0, winreg.REG_SZ, value)

    def delete(self, name: str) -> None:
        """Remove a value that is there."""
        winreg = _winreg()
        access = winreg.KEY_SET_VALUE
        with winreg.OpenKey(winreg.HKEY_CURRENT_USER, RUN_KEY, 0, access) as key:
            winreg.DeleteValue(key, name)


def entry_of(platform: str, environ: Mapping[str, str], home: Path) -> Entry:
    """Return this system's entry."""
    if platform == "win32":
        return RunKey(WindowsRunKey())
    if platform == "darwin":
        return LaunchAgent(home / "Library" / "LaunchAgents" / f"{NAME}.plist")
    config = environ.get("XDG_CONFIG_HOME", "")
    folder = Path(config) if config else home / ".config"
    return XdgEntry(folder / "autostart" / f"{NAME}.desktop")


def own_command(executable: str, program: str, *, frozen: bool) -> list[str]:
    """Return the command that starts what runs now.

    Args:
        executable: Python, or the packaged program.
        program: What was called, as in ``sys.argv[0]``.
        frozen: Whether ``executable`` is the packaged program.
    """
    if frozen:
        return [executable]
    path = Path(program)
    if path.stem == NAME and path.is_file():
        return [str(path.absolute())]
    return [executable, "-m", "desktop_app"]


def quoted(part: str) -> str:
    """Return ``part`` as the Exec line of a desktop entry wants it."""
    escaped = part.replace("%", "%%")
    for special in ("\\", '"', "`", "$"):
        escaped = escaped.replace(special, "\\" + special)
    # The value of a key is unescaped once before the line is taken apart.
    return '"' + escaped.replace("\\", "\\\\") + '"'
