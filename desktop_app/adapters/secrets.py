"""API keys: from the environment, from the system's keyring, or for this session only."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable, Mapping
from typing import TypeVar

from desktop_app.adapters.keys import BadKey, clean_key
from desktop_app.adapters.system_keyring import Backend, place_of, problem_of, system_keyring
from desktop_app.core.problems import Action, Kind, Problem
from desktop_app.ports import Secret

OPENAI_HOST = "api.openai.com"
OPENAI_VARIABLE = "OPENAI_API_KEY"
ANY_HOST_VARIABLE = "PARLEY_API_KEY"
SESSION_PLACE = "Memory, until Parley is closed"
_MAX_COPIES = 10  # Some keyrings hold several entries of one name and delete one at a time.
_log = logging.getLogger(__name__)
_Answer = TypeVar("_Answer")


class _NoAnswerError(Exception):
    """The keyring failed; carries the problem to show."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.title)
        self.problem = problem


def _nobody(key: str) -> None:
    """Nobody wants to know the keys."""


class KeyringSecretStore:
    """Keeps API keys by host in the keyring; in memory where that does not work.

    Calls block as long as the keyring wants to, a password dialog included.  No lock is held
    meanwhile, so a thread that is stuck here does not keep others from working.
    """

    def __init__(
        self,
        service: str = "parley",
        environ: Mapping[str, str] = os.environ,
        *,
        allow_env: bool = True,
        keyring: Callable[[], Backend] = system_keyring,
        seen: Callable[[str], None] = _nobody,
    ) -> None:
        """Prepare; the keyring is not touched before the first call.

        Args:
            service: Name of the application in the keyring.
            environ: The environment variables.
            allow_env: Whether keys of the environment count.
            keyring: Finds the keyring.
            seen: Told every key, before anybody else (so that the log can hide it).
        """
        self._service = service
        self._environ = environ
        self._allow_env = allow_env
        self._find_keyring = keyring
        self._seen = seen
        self._keyring: Backend | None = None
        self._known: dict[str, Secret] = {}
        self._lock = threading.Lock()

    def get(self, host: str) -> Secret:
        """Return the key for ``host``: the environment's, else the one known, else the keyring's.

        What was found is remembered; what was not is looked for again.
        """
        return self.known(host) or self._read(_normal(host))

    def known(self, host: str) -> Secret | None:
        """Return the key for ``host`` if the keyring is not needed for that.  Never blocks."""
        host = _normal(host)
        secret = self._from_environment(host)
        if secret is None:
            with self._lock:
                secret = self._known.get(host)
        return secret

    def set(self, host: str, key: str) -> Secret:
        """Store ``key`` and say where it went (the environment's still wins over it).

        Raises:
            BadKey: If that cannot be a key.
        """
        host, key = _normal(host), clean_key(key)
        self._seen(key)
        try:
            place = self._ask(lambda keyring: self._write(keyring, host, key))
        except _NoAnswerError as failure:
            return self._remember(host, Secret(key, "session", SESSION_PLACE, failure.problem))
        return self._remember(host, Secret(key, "keyring", place))

    def keep(self, host: str, key: str, problem: Problem | None = None) -> Secret:
        """Keep ``key`` for this session, without asking the keyring.  Never blocks.

        Raises:
            BadKey: If that cannot be a key.
        """
        key = clean_key(key)
        self._seen(key)
        return self._remember(_normal(host), Secret(key, "session", SESSION_PLACE, problem))

    def forget(self, host: str) -> Secret:
        """Remove the key from memory and keyring, and return what is left."""
        host = _normal(host)
        with self._lock:
            self._known.pop(host, None)
        try:
            self._ask(lambda keyring: self._delete(keyring, host))
            left = Secret()
        except _NoAnswerError as failure:
            left = Secret(problem=failure.problem)
        return self._from_environment(host) or left

    def _from_environment(self, host: str) -> Secret | None:
        if not self._allow_env:
            return None
        names = [ANY_HOST_VARIABLE]
        # The key of one company must not be shown to the servers of another.
        if host == OPENAI_HOST or host.endswith("." + OPENAI_HOST):
            names.append(OPENAI_VARIABLE)
        for name in names:
            value = self._environ.get(name, "")
            if value.strip():
                return self._environment_secret(name, value)
        return None

    def _environment_secret(self, name: str, value: str) -> Secret:
        place = f"Environment variable {name}"
        self._seen(value.strip())
        try:
            return Secret(clean_key(value), "environment", place)
        except BadKey as error:
            problem = Problem(
                Kind.BAD_KEY, f"{name} does not hold a key", str(error), Action.DISMISS
            )
            return Secret("", "environment", place, problem)

    def _read(self, host: str) -> Secret:
        try:
            found, place = self._ask(lambda k: (self._password(k, host), place_of(k)))
        except _NoAnswerError as failure:
            return Secret(problem=failure.problem)
        if not found:
            return Secret()
        self._seen(found)
        with self._lock:
            # Another thread may have set a key while this one waited: that one is newer.
            return self._known.setdefault(host, Secret(found, "keyring", place))

    def _remember(self, host: str, secret: Secret) -> Secret:
        with self._lock:
            self._known[host] = secret
        return secret

    def _ask(self, question: Callable[[Backend], _Answer]) -> _Answer:
        """Put ``question`` to the keyring.

        Raises:
            _NoAnswerError: If it fails in whatever way.
        """
        try:
            keyring = self._keyring or self._find_keyring()
            answer = question(keyring)
        # Not only KeyringError: a service that dies in mid-call shows as ConnectionResetError or
        # FileNotFoundError, a broken plug-in as ImportError, a strange reply as TypeError.
        except Exception as error:
            _log.warning("The keyring failed: %s", type(error).__name__, exc_info=error)
            self._keyring = None
            raise _NoAnswerError(problem_of(error)) from error
        self._keyring = keyring
        return answer

    def _password(self, keyring: Backend, host: str) -> str:
        return (keyring.get_password(self._service, _username(host)) or "").strip()

    def _write(self, keyring: Backend, host: str, key: str) -> str:
        keyring.set_password(self._service, _username(host), key)
        # A chain of keyrings none of which can write says nothing.
        if self._password(keyring, host) != key:
            raise OSError("the keyring did not keep the key")
        return place_of(keyring)

    def _delete(self, keyring: Backend, host: str) -> None:
        for _ in range(_MAX_COPIES):
            if keyring.get_password(self._service, _username(host)) is None:
                return
            keyring.delete_password(self._service, _username(host))
        raise OSError("the keyring did not let go of the key")


def _normal(host: str) -> str:
    return host.strip().lower().rstrip(".")


def _username(host: str) -> str:
    return f"api-key:{host}"
