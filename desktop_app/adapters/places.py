"""Where Parley keeps its files on this computer.

What people expect of their system (XDG folders, Application Support, AppData) comes from
platformdirs; two things override it: ``--config FILE`` moves the settings, and the environment
variable ``PARLEY_HOME`` puts everything under one folder.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

APP = "parley"
HOME_VARIABLE = "PARLEY_HOME"
_PRIVATE = 0o700  # As the XDG base directory specification asks for.


@dataclass(frozen=True, slots=True)
class Places:
    """The files and folders of one installation; nothing is created until it is needed.

    Attributes:
        settings_file: The settings.
        cache: What can be fetched again, such as speech models.
        state: What a run leaves behind: log, crash reports, window geometry.
        log_file: The newest log.
        crashes: Folder of the crash reports.
    """

    settings_file: Path
    cache: Path
    state: Path
    log_file: Path
    crashes: Path


def find_places(environ: Mapping[str, str], config: Path | None = None) -> Places:
    """Return the places of this user.

    Args:
        environ: The environment variables.
        config: Settings file that the user named (``--config``); relative to the current folder.
    """
    home = environ.get(HOME_VARIABLE, "").strip()
    places = _under(Path(home).expanduser().absolute()) if home else _of_the_system()
    if config is None:
        return places
    return replace(places, settings_file=config.expanduser().absolute())


def private_folder(path: Path) -> Path:
    """Create ``path`` and what is missing above it, for this user's eyes only, and return it.

    Folders that exist already keep their mode: they may be shared on purpose.

    Raises:
        OSError: If it cannot be created, or something else has its name.
    """
    missing = [folder for folder in (path, *path.parents) if not folder.exists()]
    for folder in reversed(missing):
        folder.mkdir(mode=_PRIVATE, exist_ok=True)
    if not path.is_dir():
        raise NotADirectoryError(f"not a folder: {path}")
    return path


def _under(home: Path) -> Places:
    state = home / "state"
    return _places(home / "config", home / "cache", state, state)


def _of_the_system() -> Places:
    from platformdirs import PlatformDirs

    # Without an author Windows would get AppData/Local/parley/parley.
    dirs = PlatformDirs(APP, appauthor=False)
    return _places(
        dirs.user_config_path, dirs.user_cache_path, dirs.user_state_path, dirs.user_log_path
    )


def _places(config: Path, cache: Path, state: Path, log: Path) -> Places:
    return Places(
        settings_file=config / "settings.json",
        cache=cache,
        state=state,
        log_file=log / f"{APP}.log",
        crashes=state / "crashes",
    )
