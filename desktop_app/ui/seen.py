"""Tells a widget whether what it shows has changed, by identity."""

from __future__ import annotations

_NOTHING = object()


class Seen:
    """Remembers the parts of the newest snapshot that were shown.

    Snapshots share what did not change, so ``is`` answers in no time; equal numbers and words
    count as the same, for they are made anew.
    """

    def __init__(self) -> None:
        self._parts: tuple[object, ...] = (_NOTHING,)

    def same(self, *parts: object) -> bool:
        """Return whether ``parts`` were shown last time, and remember them."""
        known = self._parts
        self._parts = parts
        return len(known) == len(parts) and all(
            a is b or (isinstance(a, str | int) and a == b)
            for a, b in zip(known, parts, strict=True)
        )

    def forget(self) -> None:
        """Make the next snapshot count as new."""
        self._parts = (_NOTHING,)
