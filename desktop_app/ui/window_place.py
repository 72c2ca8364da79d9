"""Where a window stands and how large it is, as a text that can be stored."""

from __future__ import annotations

from PySide6.QtCore import QByteArray, QMargins, QSize
from PySide6.QtWidgets import QWidget

FRAME = QMargins(8, 40, 8, 8)
"""About what a desktop draws around a window; nobody knows before it is shown."""


def fitting(size: QSize, window: QWidget) -> QSize:
    """Return ``size``, or less where the screen has no room: what matters most is at the bottom."""
    return size.boundedTo(window.screen().availableSize().shrunkBy(FRAME))


def token(window: QWidget) -> str:
    """Return size and place of ``window`` as printable text."""
    return window.saveGeometry().toBase64().toStdString()


def restore(window: QWidget, stored: str) -> bool:
    """Give ``window`` the size and place of ``stored``; tell whether that was possible.

    What `token` did not make changes nothing.  A place on a screen that is gone is moved by Qt to
    one that is there.
    """
    return bool(stored) and window.restoreGeometry(QByteArray.fromBase64(stored.encode()))
