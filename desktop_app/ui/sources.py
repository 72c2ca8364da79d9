"""Keeps Qt for Python from reading the source of every module of this program."""

from __future__ import annotations

import sys

import PySide6.QtCore  # noqa: F401 - the hook comes with it

_HOOK = "_mod_uses_pyside"


def read_no_sources() -> None:
    """Keep sources unread from now on; call it before the rest of the program is imported.

    Behind every import Qt for Python (6.11) looks for its own name in the source of the module, in
    case somebody wants ``from __feature__ import snake_case``.  Nobody here does, and all that
    text would stay in `linecache`: 10 MB and more.  A version without this hook is left as it is.
    """
    feature = sys.modules.get("shibokensupport.feature")
    if hasattr(feature, _HOOK):
        setattr(feature, _HOOK, lambda module: False)
