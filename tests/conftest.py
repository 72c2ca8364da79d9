"""Common ground of all tests: private sound, screen and keyring, and no way to the real ones."""

from __future__ import annotations

import gc
import os
import shutil
from collections.abc import Callable, Generator, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from tests.components import COMPONENTS
from tests.private_process import private_folder
from tests.virtual_screen import VirtualScreen
from tests.virtual_secrets import VirtualSecrets
from tests.virtual_sound import VirtualSound

REAL_TIME = ("sound", "screen")
IN_CI = os.environ.get("CI", "").lower() in {"1", "true", "yes"}
# Variables by which a test could reach a real key, keyring or sound system.
FOREIGN = (
    "OPENAI_API_KEY",
    "PULSE_SINK",
    "PULSE_SOURCE",
    "PYTHON_KEYRING_BACKEND",
    "WAYLAND_DISPLAY",
)
HOMES = ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME")
missing = cache(lambda component: COMPONENTS[component]())

settings.register_profile("ci", deadline=None, derandomize=True, max_examples=200)
settings.register_profile("quick", deadline=None, max_examples=60)
settings.load_profile("ci" if IN_CI else "quick")

_nowhere = private_folder("tests")


def _leave_the_real_machine() -> None:
    """Cut the ways to the developer's own settings, keyring, loudspeakers and screen.

    This happens on import, before any test module can load Qt or PortAudio.
    """
    for name in FOREIGN:
        os.environ.pop(name, None)
    os.environ.update({name: str(_nowhere / name.lower()) for name in HOMES})
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    os.environ["PULSE_SERVER"] = f"unix:{_nowhere}/no-sound"
    os.environ["DBUS_SESSION_BUS_ADDRESS"] = f"unix:path={_nowhere}/no-bus"


def _compile_once() -> None:
    """Let the hundreds of programs that tests start share what the first of them compiles.

    Who wants no compiled files beside the source gets none there.
    """
    if os.environ.pop("PYTHONDONTWRITEBYTECODE", ""):
        os.environ["PYTHONPYCACHEPREFIX"] = str(_nowhere / "compiled")


_leave_the_real_machine()
_compile_once()


def pytest_configure(config: pytest.Config) -> None:
    gc.disable()  # Until all tests are collected: whatever comes into being meanwhile stays.


def pytest_collection_finish(session: pytest.Session) -> None:
    """Spare the collector what stays to the end: going through it held every loop for 0.7 s."""
    gc.freeze()
    gc.enable()


def pytest_unconfigure(config: pytest.Config) -> None:
    shutil.rmtree(_nowhere, ignore_errors=True)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark tests that use a place as needing it."""
    for item in items:
        for component in COMPONENTS:
            if component in getattr(item, "fixturenames", ()):
                item.add_marker(component)
        if any(item.get_closest_marker(name) for name in REAL_TIME):
            # Sound is made in real time: a machine that is busy for a moment tears a hole into it.
            item.add_marker(pytest.mark.flaky(reruns=2))


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip what this machine cannot run; in CI that is a failure."""
    for marker in item.iter_markers():
        if marker.name in COMPONENTS and (reason := missing(marker.name)):
            if IN_CI:
                pytest.fail(f"{marker.name}: {reason}", pytrace=False)
            pytest.skip(f"{marker.name}: {reason}")


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport() -> Generator[None, Any, None]:
    """In CI a test that skips itself fails, unless it is about something Parley does not need."""
    outcome = yield
    report = outcome.get_result()
    if not (IN_CI and report.skipped):
        return
    reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    if not reason.removeprefix("Skipped: ").startswith("optional:"):
        report.outcome, report.longrepr = "failed", f"skipped in CI: {reason}"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say which components no test of this run could use, and why."""
    for component in COMPONENTS:
        if reason := missing(component):
            terminalreporter.write_line(f"no tests marked {component!r} here: {reason}")


@pytest.fixture(scope="session")
def sound() -> Iterator[VirtualSound]:
    """The private sound system; give its `env` to a process, or enter it with `here`."""
    with VirtualSound() as place:
        yield place


@pytest.fixture(scope="session")
def screen() -> Iterator[VirtualScreen]:
    """The private screen."""
    with VirtualScreen() as place:
        yield place


@pytest.fixture(scope="session")
def secrets() -> Iterator[VirtualSecrets]:
    """The private keyring, unlocked."""
    with VirtualSecrets() as place:
        yield place


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Lead this very process into private places: ``here(sound)``, ``here(secrets, screen)``."""

    def enter(*places: VirtualSound | VirtualScreen | VirtualSecrets) -> None:
        for place in places:
            for name, value in place.settings().items():
                monkeypatch.setenv(name, value)

    return enter


@pytest.fixture(scope="session")
def root() -> Path:
    """The folder of the checkout."""
    return Path(__file__).resolve().parent.parent
