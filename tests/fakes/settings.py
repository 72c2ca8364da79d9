"""Settings that are kept in memory."""

from __future__ import annotations

from desktop_app.core.problems import Problem
from desktop_app.core.settings import Settings


class FakeSettingsStore:
    """A `SettingsStore` whose file is an attribute, and whose failures are set by the test."""

    def __init__(self, settings: Settings = Settings()) -> None:
        self.settings = settings
        self.saved: list[Settings] = []
        self.load_problem: Problem | None = None
        self.save_problem: Problem | None = None

    def load(self) -> tuple[Settings, Problem | None]:
        """Return what was saved last, and the problem that the test wants."""
        return self.settings, self.load_problem

    def save(self, settings: Settings) -> Problem | None:
        """Keep ``settings``, unless the test wants a problem."""
        if self.save_problem is None:
            self.settings = settings
            self.saved.append(settings)
        return self.save_problem
