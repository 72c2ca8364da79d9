"""Where a window stands and how large it is, as a text that can be stored."""

from __future__ import annotations

from PySide6.QtCore import QByteArray
from PySide6.QtWidgets import QWidget


def token(window: QWidget) -> str:
    """Return size and place of ``window`` as printable text."""
    return window.saveGeometry().toBase64().toStdString()


def restore(window: QWidget, stored: str) -> bool:
    """Give ``window`` the size and place of ``stored``; tell whether that was possible.

    What `token` did not make changes nothing.  A place on a screen that is gone is moved by Qt to
    one that is there.
    """
    return bool(stored) and window.restoreGeometry(QByteArray.fromBase64(stored.encode()))
