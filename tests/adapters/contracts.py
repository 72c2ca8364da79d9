"""What every store of keys and of settings must do: the fakes of the tests, and the real ones."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import replace

import pytest

from desktop_app.adapters.keys import BadKey
from desktop_app.core.settings import Settings
from desktop_app.ports import SecretStore, SettingsStore

HOST = "voice.example.org"
KEY = "sk-contract-0123456789abcdef"


class SecretStoreContract(ABC):
    """Subclasses say how to make a working store, empty and without environment."""

    @pytest.fixture
    @abstractmethod
    def store(self) -> SecretStore: ...

    def test_before_anything_is_stored_there_is_no_key(self, store: SecretStore) -> None:
        secret = store.get(HOST)
        assert (secret.value, secret.source, secret.problem) == ("", "none", None)

    def test_a_stored_key_is_found_again_and_its_place_is_named(self, store: SecretStore) -> None:
        stored = store.set(HOST, KEY)
        assert (stored.value, stored.source, stored.problem) == (KEY, "keyring", None)
        assert stored.place
        assert store.get(HOST) == stored

    def test_a_new_key_replaces_the_old(self, store: SecretStore) -> None:
        store.set(HOST, KEY)
        store.set(HOST, "sk-another")
        assert store.get(HOST).value == "sk-another"

    def test_each_host_has_a_key_of_its_own(self, store: SecretStore) -> None:
        store.set(HOST, KEY)
        store.set("other.example.org", "sk-other")
        assert store.get(HOST).value == KEY
        assert store.get("other.example.org").value == "sk-other"

    def test_a_forgotten_key_is_gone(self, store: SecretStore) -> None:
        store.set(HOST, KEY)
        assert store.forget(HOST).source == "none"
        assert store.get(HOST).value == ""

    def test_a_key_that_is_not_there_can_be_forgotten(self, store: SecretStore) -> None:
        left = store.forget(HOST)
        assert (left.source, left.problem) == ("none", None)

    def test_blanks_around_a_key_are_not_part_of_it(self, store: SecretStore) -> None:
        assert store.set(HOST, f"  {KEY}\n").value == KEY
        assert store.get(HOST).value == KEY

    def test_what_cannot_be_a_key_is_refused_and_the_old_one_stays(
        self, store: SecretStore
    ) -> None:
        store.set(HOST, KEY)
        with pytest.raises(BadKey):
            store.set(HOST, "two words")
        assert store.get(HOST).value == KEY

    def test_a_key_is_never_shown_by_repr(self, store: SecretStore) -> None:
        assert KEY not in repr(store.set(HOST, KEY))


class SettingsStoreContract(ABC):
    """Subclasses say how to make a store that holds nothing yet."""

    @pytest.fixture
    @abstractmethod
    def store(self) -> SettingsStore: ...

    def test_before_anything_is_saved_there_are_the_defaults(self, store: SettingsStore) -> None:
        assert store.load() == (Settings(), None)

    def test_what_was_saved_is_loaded(self, store: SettingsStore) -> None:
        mine = replace(Settings(), speed=1.25, instructions="Sei kurz.\nÜberrasche mich \U0001f600")
        assert store.save(mine) is None
        assert store.load() == (mine, None)

    def test_the_last_to_save_wins(self, store: SettingsStore) -> None:
        store.save(replace(Settings(), voice="cedar"))
        store.save(replace(Settings(), theme="dark"))
        assert store.load() == (replace(Settings(), theme="dark"), None)
