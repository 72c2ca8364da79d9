"""The keyring of this computer, if it has one that protects what it is given.

The library chooses a backend by entry points, an environment variable and a file of the user's,
and so may come up with one that writes keys into a plain file.  Only the backends named here are
used.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Protocol

from desktop_app.core.problems import Action, Kind, Problem

PLACES = {
    "keyring.backends.SecretService": "System keyring",
    "keyring.backends.libsecret": "System keyring",
    "keyring.backends.kwallet": "KWallet",
    "keyring.backends.Windows": "Windows Credential Manager",
    "keyring.backends.macOS": "macOS Keychain",
}
CHOICE_VARIABLE = "PYTHON_KEYRING_BACKEND"
CHAINER = "keyring.backends.chainer"
NOTHING = "keyring.backends.fail"
_MEANWHILE = "Until then a key is kept only until Parley is closed."


class Backend(Protocol):
    """What is used of a backend of the keyring library; each call may block, and raise anything."""

    def get_password(self, service: str, username: str) -> str | None:
        """Return what is stored, None when nothing is."""
        ...

    def set_password(self, service: str, username: str, password: str) -> None:
        """Store ``password``."""
        ...

    def delete_password(self, service: str, username: str) -> None:
        """Remove what is stored; an error when nothing is."""
        ...


class UnfitKeyringError(Exception):
    """There is no keyring that can be used; carries the problem to show."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.title)
        self.problem = problem


def system_keyring() -> Backend:
    """Return the keyring of this system.

    Raises:
        UnfitKeyringError: If there is none, or none that protects keys.
        Exception: Whatever the backends raise while they look for their service.
    """
    if not _may_exist():
        raise UnfitKeyringError(no_keyring())
    # Loads every backend and speaks D-Bus: 100 to 150 ms, so only when a key is needed.
    from keyring import core

    # The limit spares a good keyring from being chained to a bad one.  A backend that the user
    # named in a file or variable passes by the limit and is checked below.
    core.init_backend(limit=protects)
    backend = core.get_keyring()
    if protects(backend):
        return backend
    module = type(backend).__module__
    raise UnfitKeyringError(no_keyring() if module == NOTHING else unprotected(module))


def _may_exist() -> bool:
    """Whether looking is worth its time: on Linux the keyrings that protect live on D-Bus.

    Without a bus (over ssh, in a container) the search would hold up the first connection.
    """
    if not sys.platform.startswith("linux") or os.environ.get(CHOICE_VARIABLE):
        return True
    bus = Path(os.environ.get("XDG_RUNTIME_DIR") or f"/run/user/{os.getuid()}", "bus")
    return bool(os.environ.get("DBUS_SESSION_BUS_ADDRESS")) or bus.exists()


def protects(backend: object) -> bool:
    """Whether ``backend`` is one of those that keep keys from other users; a chain if all do."""
    module = type(backend).__module__
    if module != CHAINER:
        return module in PLACES
    members = list(getattr(backend, "backends", ()))
    return bool(members) and all(type(member).__module__ in PLACES for member in members)


def place_of(backend: object) -> str:
    """Return what people call the place where ``backend`` keeps keys."""
    return PLACES.get(type(backend).__module__, "System keyring")


def no_keyring() -> Problem:
    """There is none."""
    return Problem(
        Kind.NO_KEYRING,
        "This computer has no keyring",
        "Install GNOME Keyring or KWallet to keep keys, or set OPENAI_API_KEY. " + _MEANWHILE,
    )


def unprotected(module: str) -> Problem:
    """There is one that writes keys where others can read them."""
    return Problem(
        Kind.NO_KEYRING,
        "The keyring set up here does not protect keys",
        f"Remove {module} from the keyring configuration. " + _MEANWHILE,
    )


def gave_up() -> Problem:
    """The user did not want to wait for its answer."""
    return Problem(
        Kind.NO_KEYRING,
        "The keyring has not answered",
        "Look for a window that asks for its password, and try again. " + _MEANWHILE,
        Action.RETRY,
    )


def problem_of(error: Exception) -> Problem:
    """Say in words what ``error`` of a keyring means."""
    if isinstance(error, UnfitKeyringError):
        return error.problem
    # By name: to import the library's errors is to load the library, which may be what failed.
    match type(error).__name__:
        case "NoKeyringError":
            return no_keyring()
        case "KeyringLocked" | "LockedException" | "PromptDismissedException":
            return Problem(
                Kind.NO_KEYRING,
                "The keyring is locked",
                "Unlock it and try again. " + _MEANWHILE,
                Action.RETRY,
            )
        case name:
            return Problem(
                Kind.NO_KEYRING,
                "The keyring does not work",
                f"Check the keyring of your system and try again ({name}). " + _MEANWHILE,
                Action.RETRY,
            )
