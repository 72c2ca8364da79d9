"""The settings between runs: one JSON file that is never torn and never silently lost."""

from __future__ import annotations

import logging
import os
from pathlib import Path

from desktop_app.adapters.files import copy_aside, read_whole, set_aside, write_whole
from desktop_app.adapters.settings_document import (
    LIMIT_BYTES,
    BrokenFileError,
    Document,
    parse,
    render,
)
from desktop_app.core.problems import Action, Kind, Problem
from desktop_app.core.settings import Settings, specs

_log = logging.getLogger(__name__)


class JsonSettingsStore:
    """Keeps the settings in the file ``path``.

    Two processes may use one file: the last to save wins, and keeps what it does not know.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def load(self) -> tuple[Settings, Problem | None]:
        """Return the settings; the defaults when there is no file yet.

        A broken file is renamed to ``settings.broken-N.json``, a file with values that do not fit
        is copied to ``settings.replaced-N.json``; both are reported.
        """
        document, problem = self._read()
        return document.settings if document else Settings(), problem

    def save(self, settings: Settings) -> Problem | None:
        """Write ``settings``, and what others wrote into the file besides.

        Returns:
            Why they could not be written, or what was found in their place, if so.
        """
        # Read anew: another process, or the user with an editor, may have been here since.
        document, problem = self._read()
        if document is None and os.path.lexists(self._path):
            # What is there cannot be read, nor moved out of the way; it may be dear to somebody.
            return self._unsaved(f"What is there cannot be replaced: {_shown(self._path)}")
        try:
            write_whole(self._path, render(document or Document(), settings))
        except OSError as error:
            _log.warning("The settings were not saved", exc_info=error)
            return self._unsaved(f"{_reason(error)}: {_shown(self._path)}")
        return problem

    def _read(self) -> tuple[Document | None, Problem | None]:
        """Return what the file holds, None if that cannot be understood, and what to report."""
        try:
            raw = read_whole(self._path, LIMIT_BYTES)
        except FileNotFoundError:
            return Document(), None
        except OSError as error:
            _log.warning("The settings cannot be read", exc_info=error)
            return None, self._unreadable(_reason(error))
        try:
            document = parse(raw)
        except BrokenFileError as error:
            _log.warning("The settings are broken: %s", error)
            return None, self._put_away(str(error))
        return document, self._misfits(document, raw) if document.misfits else None

    def _put_away(self, reason: str) -> Problem:
        try:
            aside = set_aside(self._path, "broken")
        except FileNotFoundError:
            where = "Another window of Parley has set it aside."  # It was as fast as we.
        except OSError as error:
            _log.warning("The broken settings cannot be set aside", exc_info=error)
            where = f"It is still there: {_shown(self._path)}."
        else:
            where = f"It is kept as {aside.name} in {_shown(aside.parent)}."
        return Problem(
            Kind.BROKEN_SETTINGS,
            "The settings file is broken; Parley starts with the defaults",
            f"{where} The reason: {reason}.",
            Action.OPEN_SETTINGS,
        )

    def _misfits(self, document: Document, raw: bytes) -> Problem:
        labels = ", ".join(specs()[name].label for name in document.misfits)
        try:
            copy = copy_aside(self._path, "replaced", raw)
        except OSError as error:
            _log.warning("The settings cannot be copied", exc_info=error)
            where = ""
        else:
            where = f" The old values are kept in {copy.name}."
        return Problem(
            Kind.BROKEN_SETTINGS,
            f"Some settings did not fit and were reset: {labels}",
            f"Check them in the settings.{where}",
            Action.OPEN_SETTINGS,
        )

    def _unreadable(self, reason: str) -> Problem:
        return Problem(
            Kind.BROKEN_SETTINGS,
            "The settings file cannot be read; Parley starts with the defaults",
            f"{reason}: {_shown(self._path)}",
        )

    def _unsaved(self, hint: str) -> Problem:
        return Problem(
            Kind.UNSAVED_SETTINGS,
            "The settings could not be saved; they hold until you quit",
            f"{hint}. Mend that and save again, or start Parley with --config FILE.",
        )


def _reason(error: OSError) -> str:
    return error.strerror or str(error)


def _shown(path: Path) -> str:
    """Return ``path`` as people write it."""
    home = os.path.expanduser("~")
    text = str(path)
    return "~" + text[len(home) :] if text.startswith(home + os.sep) else text
