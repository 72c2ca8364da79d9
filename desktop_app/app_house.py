"""What every command of the program stands on: places, log, settings, keys."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from desktop_app.adapters.crashes import Crashes
from desktop_app.adapters.logs import Logs
from desktop_app.adapters.places import Places, find_places
from desktop_app.adapters.secrets import KeyringSecretStore
from desktop_app.adapters.settings_file import JsonSettingsStore
from desktop_app.core.problems import Problem
from desktop_app.core.settings import Settings


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the command line asks for, on top of the settings file.

    Attributes:
        config: Another settings file.
        changes: Settings for this run only.
        verbose: Show the log on standard error.
    """

    config: Path | None = None
    changes: tuple[tuple[str, Any], ...] = ()
    verbose: bool = False


class RunSettings:
    """The settings file with this run's changes on top; the changes are never written down."""

    def __init__(self, store: JsonSettingsStore, changes: dict[str, Any]) -> None:
        self._store, self._changes = store, changes
        self._stored = Settings()

    def load(self) -> tuple[Settings, Problem | None]:
        """Return the settings of this run."""
        self._stored, problem = self._store.load()
        return replace(self._stored, **self._changes), problem

    def save(self, settings: Settings) -> Problem | None:
        """Write what the user changed; what only this run wanted stays as it is in the file."""
        kept = {
            name: getattr(self._stored, name)
            for name, value in self._changes.items()
            if getattr(settings, name) == value
        }
        self._stored = replace(settings, **kept)
        return self._store.save(self._stored)


class House:
    """Opened once at the start of a command, closed at its end.

    Attributes:
        settings: Those of this run.
        problem: What is wrong with their file, if so.
    """

    settings: Settings
    problem: Problem | None

    def __init__(self, wanted: Wanted) -> None:
        self.places: Places = find_places(os.environ, wanted.config)
        self.logs = Logs(self.places.log_file, echo=sys.stderr if wanted.verbose else None)
        self.crashes = Crashes(self.logs, self.places.crashes)
        self.secrets = KeyringSecretStore(seen=self.logs.redactor.learn)
        self.settings_store = RunSettings(
            JsonSettingsStore(self.places.settings_file), dict(wanted.changes)
        )
        self.settings, self.problem = Settings(), None

    def __enter__(self) -> House:
        self.logs.start()
        self.crashes.install()
        # With the log at work: what is wrong with the file is to be found there.
        self.settings, self.problem = self.settings_store.load()
        return self

    def __exit__(self, *_: object) -> None:
        self.crashes.uninstall()
        self.logs.close()
