"""A desktop that answers at once."""

from __future__ import annotations

from collections.abc import Callable

from desktop_app.core.key_ways import KeyWay
from desktop_app.core.settings import Settings
from desktop_app.ports import HotkeyReport
from desktop_app.ui.desk import Heard

WAYS = (
    KeyWay("x11", "The X server", True, "Any key and mouse button.", chosen=True),
    KeyWay("portal", "The desktop's own shortcuts (portal)", False, "This desktop can't."),
    KeyWay("command", "A command", True, "Works everywhere."),
)


class FakeDesk:
    """Implements `desktop_app.ui.desk.Desk`; remembers what was asked."""

    def __init__(self) -> None:
        self.known = WAYS
        self.report = HotkeyReport("They work.", {"talk": "F9"})
        self.tried: list[Settings] = []
        self.stopped = 0
        self.heard: Heard | None = None
        self.at_login = False
        self.asked_at_login: list[bool] = []

    def ways(self, done: Callable[[tuple[KeyWay, ...]], None]) -> None:
        done(self.known)

    def try_keys(
        self, settings: Settings, heard: Heard, done: Callable[[HotkeyReport], None]
    ) -> None:
        self.tried.append(settings)
        self.heard = heard
        done(self.report)

    def stop_trying(self) -> None:
        self.stopped += 1
        self.heard = None

    def command(self) -> str:
        return "parley"

    def starts_at_login(self) -> bool:
        return self.at_login

    def start_at_login(self, on: bool) -> None:
        self.asked_at_login.append(on)
        self.at_login = on
