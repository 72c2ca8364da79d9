"""The ways by which a pressed key can reach Parley from another program."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class KeyWay:
    """One way, and whether it is open here.

    Attributes:
        name: ``portal``, ``x11``, ``windows``, ``macos`` or ``command``.
        title: What people call it.
        works: Whether it is open.
        text: What it can do; if it is not open, what is in the way.
        chosen: It is the one that the keys in the settings use.
    """

    name: str
    title: str
    works: bool
    text: str
    chosen: bool = False
