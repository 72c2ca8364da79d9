"""The order in which Tab goes through the controls of a window."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget


def stops(part: QWidget) -> list[QWidget]:
    """Return where Tab stops in ``part``, itself or what is in it, in the order of its making."""
    tab = Qt.FocusPolicy.TabFocus.value
    found = [part, *part.findChildren(QWidget)]
    return [
        one
        for one in found
        # A combo box or a number has a field of its own, and a list that is another window.
        if one.focusPolicy().value & tab
        and one.focusProxy() is None
        and one.window() is part.window()
    ]


def chain(parts: Iterable[QWidget]) -> None:
    """Let Tab go through ``parts`` one after the other."""
    found = [stop for part in parts for stop in stops(part)]
    for before, after in pairwise(found):
        QWidget.setTabOrder(before, after)
