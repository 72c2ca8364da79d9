from __future__ import annotations

import logging
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from keyring import backend, core
from keyring.backends import chainer, fail, null
from keyring.backends.SecretService import Keyring as SecretServiceKeyring

from desktop_app.adapters.keys import BadKey
from desktop_app.adapters.secrets import KeyringSecretStore
from desktop_app.adapters.system_keyring import (
    UnfitKeyringError,
    place_of,
    problem_of,
    protects,
    system_keyring,
)
from desktop_app.core.problems import Action, Kind
from desktop_app.ports import SecretStore
from tests.adapters.contracts import HOST, KEY, SecretStoreContract
from tests.fakes.secrets import FakeSecretStore, MemoryKeyring
from tests.virtual_secrets import VirtualSecrets

OPENAI = "api.openai.com"


class KeyringLocked(Exception):  # noqa: N818
    """Has the name of the library's exception."""


@pytest.fixture
def keyring() -> MemoryKeyring:
    return MemoryKeyring()


def store_on(keyring: MemoryKeyring, environ: dict[str, str] | None = None) -> KeyringSecretStore:
    return KeyringSecretStore(environ=environ or {}, keyring=lambda: keyring)


@pytest.fixture
def fresh_library(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the keyring library look around anew, and forget afterwards what it found."""
    monkeypatch.setattr(core, "_keyring_backend", None)
    monkeypatch.setattr(backend, "_limit", None)


class TestFakeSecretStore(SecretStoreContract):
    @pytest.fixture
    def store(self) -> SecretStore:
        return FakeSecretStore()


class TestKeyringSecretStore(SecretStoreContract):
    @pytest.fixture
    def store(self, keyring: MemoryKeyring) -> SecretStore:
        return store_on(keyring)


class TestRealKeyring(SecretStoreContract):
    @pytest.fixture
    def store(
        self, secrets: VirtualSecrets, here: Callable[..., None]
    ) -> Iterator[KeyringSecretStore]:
        here(secrets)
        store = KeyringSecretStore("parley-contract", {}, keyring=SecretServiceKeyring)
        yield store
        for host in (HOST, "other.example.org"):
            store.forget(host)


# --- the environment ---------------------------------------------------------------------------


def test_the_key_of_the_environment_wins_and_is_shown_as_such(keyring: MemoryKeyring) -> None:
    store = store_on(keyring, {"OPENAI_API_KEY": " sk-env\n"})
    stored = store.set(OPENAI, KEY)
    assert stored.source == "keyring"
    secret = store.get(OPENAI)
    assert (secret.value, secret.source) == ("sk-env", "environment")
    assert secret.place == "Environment variable OPENAI_API_KEY"


def test_with_a_key_in_the_environment_the_keyring_is_not_asked(keyring: MemoryKeyring) -> None:
    store_on(keyring, {"OPENAI_API_KEY": "sk-env"}).get(OPENAI)
    assert keyring.calls == []


@pytest.mark.parametrize("host", [OPENAI, "eu.api.openai.com", "API.OpenAI.com."])
def test_openai_s_key_is_for_openai(host: str, keyring: MemoryKeyring) -> None:
    assert store_on(keyring, {"OPENAI_API_KEY": "sk-env"}).get(host).value == "sk-env"


@pytest.mark.parametrize("host", [HOST, "api.openai.com.example.org", "notapi.openai.com", ""])
def test_openai_s_key_goes_to_nobody_else(host: str, keyring: MemoryKeyring) -> None:
    assert store_on(keyring, {"OPENAI_API_KEY": "sk-env"}).get(host).source == "none"


def test_parley_s_own_variable_holds_for_every_host_and_first(keyring: MemoryKeyring) -> None:
    store = store_on(keyring, {"PARLEY_API_KEY": "own", "OPENAI_API_KEY": "sk-env"})
    assert store.get(HOST).value == "own"
    assert store.get(OPENAI).place == "Environment variable PARLEY_API_KEY"


def test_a_blank_variable_counts_as_none(keyring: MemoryKeyring) -> None:
    store = store_on(keyring, {"OPENAI_API_KEY": " ", "PARLEY_API_KEY": ""})
    assert store.get(OPENAI).source == "none"


def test_a_variable_that_holds_no_key_is_a_problem_with_its_name(keyring: MemoryKeyring) -> None:
    secret = store_on(keyring, {"OPENAI_API_KEY": '"sk-quoted"'}).get(OPENAI)
    assert (secret.value, secret.source) == ("", "environment")
    assert secret.problem is not None
    assert secret.problem.kind is Kind.BAD_KEY
    assert "OPENAI_API_KEY" in secret.problem.title
    assert "quotation marks" in secret.problem.hint


def test_who_is_told_not_to_look_at_the_environment_does_not(keyring: MemoryKeyring) -> None:
    store = KeyringSecretStore(
        environ={"PARLEY_API_KEY": "own"}, allow_env=False, keyring=lambda: keyring
    )
    assert store.get(HOST).source == "none"


def test_what_is_left_after_forgetting_may_be_the_environment_s_key(
    keyring: MemoryKeyring,
) -> None:
    store = store_on(keyring, {"OPENAI_API_KEY": "sk-env"})
    store.set(OPENAI, KEY)
    assert store.forget(OPENAI).source == "environment"
    assert keyring.passwords == {}


# --- the keyring --------------------------------------------------------------------------------


def test_the_entry_is_named_after_the_app_and_the_host(keyring: MemoryKeyring) -> None:
    store_on(keyring).set("Voice.Example.ORG.", KEY)
    assert keyring.passwords == {("parley", "api-key:voice.example.org"): KEY}


def test_a_key_is_read_once(keyring: MemoryKeyring) -> None:
    keyring.passwords["parley", f"api-key:{HOST}"] = KEY
    store = store_on(keyring)
    assert [store.get(HOST).value for _ in range(3)] == [KEY] * 3
    assert keyring.calls == ["get"]


def test_a_key_that_appears_later_is_found(keyring: MemoryKeyring) -> None:
    store = store_on(keyring)
    assert store.get(HOST).source == "none"
    keyring.passwords["parley", f"api-key:{HOST}"] = KEY
    assert store.get(HOST).source == "keyring"


ERRORS = [
    KeyringLocked("collection"),
    ConnectionResetError(),
    FileNotFoundError("bus"),
    ImportError("no module"),
    TypeError("a strange reply"),
]


@pytest.mark.parametrize("error", ERRORS, ids=lambda e: type(e).__name__)
def test_a_keyring_that_fails_is_a_problem_and_the_key_stays_for_this_session(
    error: Exception, keyring: MemoryKeyring
) -> None:
    keyring.error = error
    store = store_on(keyring)
    missing = store.get(HOST)
    assert (missing.source, missing.value) == ("none", "")
    assert missing.problem is not None
    assert missing.problem.kind is Kind.NO_KEYRING
    stored = store.set(HOST, KEY)
    assert (stored.source, stored.value) == ("session", KEY)
    assert stored.place
    assert stored.problem == missing.problem
    assert store.get(HOST) == stored
    assert keyring.passwords == {}


def test_a_keyring_that_was_unlocked_meanwhile_is_used_again(keyring: MemoryKeyring) -> None:
    keyring.passwords["parley", f"api-key:{HOST}"] = KEY
    keyring.error = KeyringLocked("collection")
    store = store_on(keyring)
    problem = store.get(HOST).problem
    assert problem is not None
    assert problem.title == "The keyring is locked"
    assert problem.action is Action.RETRY
    keyring.error = None
    assert store.get(HOST).value == KEY


def test_after_a_failure_the_keyring_is_looked_for_anew() -> None:
    keyrings = [MemoryKeyring(), MemoryKeyring()]
    found = iter(keyrings)
    store = KeyringSecretStore(environ={}, keyring=lambda: next(found))
    assert store.get(HOST).problem is None
    keyrings[0].error = ConnectionResetError()
    assert store.get(HOST).problem is not None
    assert store.set(HOST, KEY).source == "keyring"


def test_a_keyring_that_cannot_be_found_at_all_is_a_problem(keyring: MemoryKeyring) -> None:
    def broken() -> MemoryKeyring:
        raise RuntimeError("a plug-in")

    secret = KeyringSecretStore(environ={}, keyring=broken).get(HOST)
    assert secret.problem is not None
    assert secret.problem.kind is Kind.NO_KEYRING


def test_a_keyring_that_takes_a_key_and_does_not_keep_it_is_found_out() -> None:
    class Forgetful(MemoryKeyring):
        def set_password(self, service: str, username: str, password: str) -> None:
            self.calls.append("set")

    assert store_on(Forgetful()).set(HOST, KEY).source == "session"


def test_all_copies_of_a_forgotten_key_are_removed() -> None:
    class Many(MemoryKeyring):
        copies = 3

        def get_password(self, service: str, username: str) -> str | None:
            return KEY if self.copies else None

        def delete_password(self, service: str, username: str) -> None:
            self.copies -= 1

    keyring = Many()
    assert store_on(keyring).forget(HOST).problem is None
    assert keyring.copies == 0


def test_a_key_that_could_not_be_removed_is_a_problem(keyring: MemoryKeyring) -> None:
    store = store_on(keyring)
    store.set(HOST, KEY)
    keyring.error = KeyringLocked("collection")
    left = store.forget(HOST)
    assert left.value == ""
    assert left.problem is not None


def test_a_key_can_be_kept_without_asking_the_keyring(keyring: MemoryKeyring) -> None:
    store = store_on(keyring)
    assert store.keep(HOST, KEY).source == "session"
    assert store.get(HOST).value == KEY
    assert keyring.calls == []


def test_every_key_is_made_known_so_that_the_log_can_hide_it(keyring: MemoryKeyring) -> None:
    keyring.passwords["parley", f"api-key:{HOST}"] = "sk-stored"
    seen: list[str] = []
    environ = {"OPENAI_API_KEY": "'sk-env'"}
    store = KeyringSecretStore(environ=environ, keyring=lambda: keyring, seen=seen.append)
    store.get(HOST)
    store.get(OPENAI)
    store.set("a.example.org", "sk-set")
    store.keep("b.example.org", "sk-kept")
    assert seen == ["sk-stored", "'sk-env'", "sk-set", "sk-kept"]


def test_no_key_reaches_the_log_when_the_keyring_fails(
    keyring: MemoryKeyring, caplog: pytest.LogCaptureFixture
) -> None:
    keyring.error = KeyringLocked("collection")
    with caplog.at_level(logging.DEBUG):
        store_on(keyring).set(HOST, KEY)
    assert "KeyringLocked" in caplog.text
    assert KEY not in caplog.text


def test_a_bad_key_reaches_no_keyring(keyring: MemoryKeyring) -> None:
    with pytest.raises(BadKey):
        store_on(keyring).set(HOST, "Bearer sk-1")
    assert keyring.calls == []


# --- the choice of the keyring -------------------------------------------------------------------


def made_in(module: str, **attributes: object) -> object:
    return type("Keyring", (), {"__module__": module, **attributes})()


@pytest.mark.parametrize("name", ["SecretService", "libsecret", "kwallet", "Windows", "macOS"])
def test_the_keyrings_of_the_systems_are_allowed_and_have_a_name(name: str) -> None:
    allowed = made_in(f"keyring.backends.{name}")
    assert protects(allowed)
    assert place_of(allowed)


@pytest.mark.parametrize(
    "backend", [null.Keyring(), fail.Keyring(), made_in("keyrings.alt.file"), MemoryKeyring()]
)
def test_every_other_keyring_is_refused(backend: object) -> None:
    assert not protects(backend)


def test_a_chain_is_allowed_when_every_member_is() -> None:
    good, bad = made_in("keyring.backends.SecretService"), made_in("keyrings.alt.file")
    assert protects(made_in(chainer.__name__, backends=[good, good]))
    assert not protects(made_in(chainer.__name__, backends=[good, bad]))
    assert not protects(made_in(chainer.__name__, backends=[]))


def test_the_library_is_not_loaded_before_it_is_needed() -> None:

    code = "import desktop_app.adapters.async_secrets, sys; sys.exit('keyring' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.usefixtures("fresh_library")
def test_without_a_keyring_service_it_is_said_that_there_is_none() -> None:
    with pytest.raises(UnfitKeyringError) as caught:
        system_keyring()
    assert problem_of(caught.value).title == "This computer has no keyring"


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="keyrings live on D-Bus there")
def test_where_there_is_no_bus_no_time_is_lost_looking_for_keyrings(tmp_path: Path) -> None:
    code = (
        "import sys; from desktop_app.adapters import system_keyring as it\n"
        "try: it.system_keyring()\n"
        "except it.UnfitKeyringError: sys.exit('keyring' in sys.modules)"
    )
    env = {k: v for k, v in os.environ.items() if k != "DBUS_SESSION_BUS_ADDRESS"}
    env |= {"XDG_RUNTIME_DIR": str(tmp_path)}
    assert subprocess.run([sys.executable, "-c", code], env=env, check=False).returncode == 0


@pytest.mark.usefixtures("fresh_library")
def test_of_several_keyrings_the_best_that_protects_is_taken(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # The library collects every class of backend that is ever defined.
    monkeypatch.setattr(backend.KeyringBackend, "_classes", set())

    class Plain(backend.KeyringBackend):
        priority = 9.0

        def set_password(self, service: str, username: str, password: str) -> None:
            raise AssertionError("nobody stores anything here")

        def get_password(self, service: str, username: str) -> str | None:
            return None

    class Good(Plain):
        priority = 5.0

    Good.__module__ = "keyring.backends.SecretService"
    good = Good()
    monkeypatch.setattr(backend, "get_all_keyring", lambda: [Plain(), good, fail.Keyring()])
    assert system_keyring() is good


@pytest.mark.usefixtures("fresh_library")
def test_a_keyring_that_the_user_chose_but_that_does_not_protect_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")
    with pytest.raises(UnfitKeyringError) as caught:
        system_keyring()
    assert "keyring.backends.null" in problem_of(caught.value).hint


# --- a real keyring that goes wrong ---------------------------------------------------------------

ASK = """
import subprocess
import sys
from desktop_app.adapters.secrets import KeyringSecretStore
store = KeyringSecretStore("parley-trouble", {})
for do in (lambda: store.get("h"), lambda: store.set("h", "sk-trouble"), lambda: store.get("h")):
    secret = do()
    print(secret.source, secret.value, secret.problem.title if secret.problem else "", sep="|")
"""


def ask(place: VirtualSecrets, root: Path) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", ASK],
        env=place.env(),
        capture_output=True,
        text=True,
        cwd=root,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


@pytest.mark.secrets
def test_a_real_keyring_is_used_and_when_locked_or_gone_the_key_stays_for_the_session(
    root: Path,
) -> None:
    with VirtualSecrets() as place:
        assert ask(place, root) == ["none||", "keyring|sk-trouble|", "keyring|sk-trouble|"]
        place.lock()
        locked = "The keyring is locked"
        assert ask(place, root) == [f"none||{locked}", *[f"session|sk-trouble|{locked}"] * 2]
        place.stop_service()
        gone = "This computer has no keyring"
        assert ask(place, root) == [f"none||{gone}", *[f"session|sk-trouble|{gone}"] * 2]
