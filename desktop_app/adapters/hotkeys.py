"""Chooses the way in which keys can work in every program here, and says so."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from desktop_app.core.key_names import Chord
from desktop_app.ports import HotkeyReport, Hotkeys

BY_DESKTOP = (
    "Set a shortcut in your desktop's own keyboard settings instead, with the command: "
    "parley ptt toggle"
)


class NoHotkeys:
    """Where no key can be had: says why, and what can be done."""

    in_window_thread = False

    def __init__(self, why: str) -> None:
        self._why = why

    def bind(
        self,
        keys: Mapping[str, tuple[Chord, ...]],
        pressed: Callable[[str], None],
        released: Callable[[str], None],
    ) -> HotkeyReport:
        """Take nothing."""
        del pressed, released
        wanted = tuple(str(chord) for chords in keys.values() for chord in chords)
        return HotkeyReport(f"{self._why} {BY_DESKTOP}", {}, wanted)

    def close(self) -> None:
        """Give nothing back."""


def hotkeys_of(platform: str, environ: Mapping[str, str]) -> Hotkeys:
    """Return the best way on this desktop; nothing is loaded but what it needs."""
    if platform.startswith("linux"):
        return _on_linux(environ)
    if platform == "win32":
        from desktop_app.adapters.hotkeys_windows import WindowsHotkeys

        return WindowsHotkeys()
    if platform == "darwin":
        from desktop_app.adapters.hotkeys_macos import MacHotkeys

        return MacHotkeys()
    return NoHotkeys("Parley can't listen for keys on this system yet.")


def on_wayland(environ: Mapping[str, str]) -> bool:
    """Whether the desktop is one of Wayland.

    XWayland has an X server too, but it sees keys only while an old program has the focus.
    """
    return bool(environ.get("WAYLAND_DISPLAY")) or environ.get("XDG_SESSION_TYPE") == "wayland"


def _on_linux(environ: Mapping[str, str]) -> Hotkeys:
    if on_wayland(environ):
        from desktop_app.adapters.hotkeys_portal import PortalHotkeys

        return PortalHotkeys()
    if environ.get("DISPLAY"):
        from desktop_app.adapters.hotkeys_x11 import X11Hotkeys

        return X11Hotkeys(environ["DISPLAY"])
    return NoHotkeys("There is no desktop here to listen to.")
