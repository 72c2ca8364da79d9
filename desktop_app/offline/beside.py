"""Folders of weights that came with the program, for computers without a network.

Such a folder is called ``parley-weights`` and is laid out like the cache: ``MODEL/REVISION/files``.
It lies beside the program (`install.sh` and the Windows installer put it there), or where this
system keeps data for all its users.
"""

from __future__ import annotations

import sys
from pathlib import Path

import platformdirs

NAME = "parley-weights"


def folders(program: Path | None = None) -> list[Path]:
    """Return the folders that exist, the nearest first.

    Args:
        program: Folder of the program; None: that of this process, if it is a frozen one.
    """
    if program is None and getattr(sys, "frozen", False):
        program = Path(sys.executable).resolve().parent
    near = [program / NAME] if program is not None else []
    # On macOS the program lies in Parley.app/Contents/MacOS, and the folder beside the app.
    near += [app.parent / NAME for app in (program.parents if program else ()) if _is_app(app)]
    shared = platformdirs.site_data_dir(NAME, appauthor=False, multipath=True)
    places = near + [Path(place) for place in shared.split(_BETWEEN)]
    return [place for place in places if place.is_dir()]


_BETWEEN = ";" if sys.platform == "win32" else ":"


def _is_app(folder: Path) -> bool:
    return folder.suffix == ".app"
