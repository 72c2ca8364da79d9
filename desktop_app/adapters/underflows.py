"""When a device has run empty so often that it must hold more.

A machine that is too slow is known by its silence already: it is mended there, unheard.
"""

from __future__ import annotations

from collections.abc import Callable

BORNE = 2
"""How often one sound may be torn before the device is reopened in the midst of it."""
SILENT_BORNE = 1
"""How often the device may run empty in silence, where nobody hears it, before it holds more."""
SILENT_LOOKS = 10
"""Looks in silence, after which what was counted before is forgotten."""


class Underflows:
    """Judges how often a device ran empty."""

    def __init__(self, count: Callable[[], int]) -> None:
        """Prepare.

        Args:
            count: Returns how often the device ran empty since it was opened.
        """
        self._count = count
        self._before = 0
        self._sounded = False
        self._silent_looks = 0

    def begin(self) -> None:
        """The device was opened.  That is rough: what ran empty says nothing of what comes."""
        self._before = self._count()

    def sound_begins(self) -> None:
        """After silence there is something to hear."""
        self._before = self._count()
        self._sounded = True

    def too_many(self, *, sounds: bool) -> bool:
        """Whether it has run empty too often.

        Args:
            sounds: Something can be heard now.
        """
        result = self._count() - self._before > self._borne(sounds=sounds)
        self._sounded = sounds
        return result

    def _borne(self, *, sounds: bool) -> int:
        if sounds:
            self._silent_looks = 0
            return BORNE
        if self._sounded:
            return 0  # What tore the sound that has just ended would tear the next one too.
        self._silent_looks += 1
        if self._silent_looks >= SILENT_LOOKS:
            self._silent_looks, self._before = 0, self._count()
        return SILENT_BORNE
