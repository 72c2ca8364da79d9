"""Keys that are kept in memory, and keyrings that behave as told."""

from __future__ import annotations

import threading
from collections.abc import Mapping

from desktop_app.adapters.keys import clean_key
from desktop_app.core.problems import Kind, Problem
from desktop_app.ports import Secret

NO_KEYRING = Problem(Kind.NO_KEYRING, "This computer has no keyring", "Install one.")


class FakeSecretStore:
    """A `SecretStore` with a keyring in memory (``works``), and an environment by host."""

    def __init__(self, environment: Mapping[str, str] | None = None, *, works: bool = True) -> None:
        self.environment = dict(environment or {})
        self.works = works
        self.keys: dict[str, Secret] = {}

    def get(self, host: str) -> Secret:
        """Return the environment's key, else the stored one."""
        if host in self.environment:
            return Secret(self.environment[host], "environment", "Environment variable FAKE_KEY")
        return self.keys.get(host, self._none())

    def set(self, host: str, key: str) -> Secret:
        """Store ``key``."""
        key = clean_key(key)
        secret = Secret(key, "keyring", "Fake keyring")
        if not self.works:
            secret = Secret(key, "session", "Memory", NO_KEYRING)
        self.keys[host] = secret
        return secret

    def forget(self, host: str) -> Secret:
        """Drop the stored key."""
        self.keys.pop(host, None)
        return self.get(host)

    def _none(self) -> Secret:
        return Secret() if self.works else Secret(problem=NO_KEYRING)


class MemoryKeyring:
    """A backend of the keyring library; ``error`` is raised by every call while it is set."""

    def __init__(self) -> None:
        self.passwords: dict[tuple[str, str], str] = {}
        self.calls: list[str] = []
        self.error: Exception | None = None

    def get_password(self, service: str, username: str) -> str | None:
        """Return what is stored, None when nothing is."""
        self._called("get")
        return self.passwords.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        """Store ``password``."""
        self._called("set")
        self.passwords[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        """Remove what is stored; a KeyError when nothing is."""
        self._called("delete")
        del self.passwords[service, username]

    def _called(self, name: str) -> None:
        self.calls.append(name)
        if self.error is not None:
            raise self.error


class StuckKeyring(MemoryKeyring):
    """A backend that shows a dialog: every call blocks until the test answers it."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = threading.Semaphore(0)
        self.answered = threading.Event()

    def _called(self, name: str) -> None:
        self.asked.release()
        if not self.answered.wait(timeout=30):
            raise TimeoutError("the test forgot the dialog")
        super()._called(name)
