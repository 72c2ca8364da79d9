from __future__ import annotations

import asyncio
import threading
from typing import Any

import pytest

from desktop_app.adapters.async_secrets import AsyncSecrets
from desktop_app.adapters.keys import BadKey
from desktop_app.adapters.secrets import KeyringSecretStore
from desktop_app.core.problems import Kind
from desktop_app.ports import Secret
from tests.adapters.contracts import HOST, KEY
from tests.fakes.secrets import MemoryKeyring, StuckKeyring

IN_TIME_S = 20.0


class Desk:
    """Coroutines over a keyring, and what the window was told."""

    def __init__(self, keyring: MemoryKeyring, *, patience_s: float = 60.0) -> None:
        self.told: asyncio.Queue[bool] = asyncio.Queue()
        self.store = KeyringSecretStore(environ={}, keyring=lambda: keyring)
        self.secrets = AsyncSecrets(
            self.store, patience_s=patience_s, waiting_changed=self.told.put_nowait
        )


async def asked(keyring: StuckKeyring) -> None:
    """Return once a call has reached the dialog."""
    assert await asyncio.to_thread(keyring.asked.acquire, timeout=IN_TIME_S)


def assert_given_up(secret: Secret, source: str) -> None:
    assert secret.source == source
    assert secret.problem is not None
    assert secret.problem.kind is Kind.NO_KEYRING


def test_keys_are_stored_found_and_forgotten() -> None:
    async def talk() -> None:
        secrets = Desk(MemoryKeyring()).secrets
        assert (await secrets.get(HOST)).source == "none"
        assert (await secrets.set(HOST, KEY)).source == "keyring"
        assert (await secrets.get(HOST)).value == KEY
        assert (await secrets.forget(HOST)).source == "none"
        with pytest.raises(BadKey):
            await secrets.set(HOST, "two words")

    asyncio.run(talk())


def test_the_keyring_is_asked_by_one_daemon_thread_that_ends_with_its_work() -> None:
    threads: list[threading.Thread] = []

    class Watched(MemoryKeyring):
        def get_password(self, service: str, username: str) -> str | None:
            threads.append(threading.current_thread())
            return super().get_password(service, username)

    async def talk() -> None:
        secrets = Desk(Watched()).secrets
        await asyncio.gather(*(secrets.get(f"host-{n}") for n in range(20)))

    asyncio.run(talk())
    assert len(threads) == 20
    assert threading.main_thread() not in threads
    assert all(thread.daemon for thread in threads)
    for thread in threads:
        thread.join(IN_TIME_S)
        assert not thread.is_alive()


def test_a_known_key_needs_no_thread() -> None:
    async def talk() -> None:
        desk = Desk(StuckKeyring())
        desk.store.keep(HOST, KEY)
        assert (await desk.secrets.get(HOST)).value == KEY

    asyncio.run(talk())


def test_the_window_hears_that_the_keyring_is_waited_for_and_no_longer() -> None:
    async def talk() -> None:
        keyring = StuckKeyring()
        desk = Desk(keyring, patience_s=0.0)
        reading = asyncio.create_task(desk.secrets.get(HOST))
        assert await desk.told.get() is True
        assert desk.secrets.waiting
        keyring.answered.set()
        assert (await reading).source == "none"
        assert not desk.secrets.waiting
        assert await desk.told.get() is False

    asyncio.run(talk())


def test_a_quick_answer_is_not_announced() -> None:
    async def talk() -> None:
        desk = Desk(MemoryKeyring())
        await desk.secrets.get(HOST)
        assert desk.told.empty()

    asyncio.run(talk())


def test_nobody_is_told_to_wait_when_the_answer_is_there_already() -> None:
    async def talk() -> None:
        desk = Desk(MemoryKeyring(), patience_s=0.2)
        later = asyncio.Event()
        await desk.secrets.get(HOST)
        asyncio.get_running_loop().call_later(0.2, later.set)
        await later.wait()
        assert desk.told.empty()
        assert not desk.secrets.waiting

    asyncio.run(talk())


def test_who_gives_up_gets_a_problem_and_a_key_for_this_session() -> None:
    async def talk() -> None:
        keyring = StuckKeyring()
        desk = Desk(keyring)
        reading = asyncio.create_task(desk.secrets.get(HOST))
        storing = asyncio.create_task(desk.secrets.set(HOST, KEY))
        forgetting = asyncio.create_task(desk.secrets.forget("other.example.org"))
        await asked(keyring)
        desk.secrets.cancel()
        assert_given_up(await reading, "none")
        assert_given_up(await storing, "session")
        assert_given_up(await forgetting, "none")
        assert (await desk.secrets.get(HOST)).value == KEY
        keyring.answered.set()

    asyncio.run(talk())


def test_after_giving_up_the_next_call_gets_a_thread_of_its_own() -> None:
    async def talk() -> None:
        keyring = StuckKeyring()
        secrets = Desk(keyring).secrets
        first = asyncio.create_task(secrets.get(HOST))
        await asked(keyring)
        secrets.cancel()
        await first
        second = asyncio.create_task(secrets.get(HOST))
        await asked(keyring)
        keyring.answered.set()
        assert (await second).problem is None

    asyncio.run(talk())


def test_a_cancelled_call_leaves_the_thread_and_those_behind_it_go_on() -> None:
    async def talk() -> None:
        keyring = StuckKeyring()
        secrets = Desk(keyring).secrets
        stuck = asyncio.create_task(secrets.get(HOST))
        await asked(keyring)
        behind = asyncio.create_task(secrets.get("other.example.org"))
        await asyncio.wait([behind], timeout=0)
        stuck.cancel()
        with pytest.raises(asyncio.CancelledError):
            await stuck
        await asked(keyring)
        keyring.answered.set()
        assert (await behind).problem is None

    asyncio.run(talk())


def test_a_call_that_was_cancelled_before_its_turn_is_never_made() -> None:
    async def talk() -> None:
        keyring = StuckKeyring()
        secrets = Desk(keyring).secrets
        reading = asyncio.create_task(secrets.get(HOST))
        await asked(keyring)
        storing = asyncio.create_task(secrets.set(HOST, KEY))
        await asyncio.wait([storing], timeout=0)
        storing.cancel()
        with pytest.raises(asyncio.CancelledError):
            await storing
        keyring.answered.set()
        await reading
        assert "set" not in keyring.calls

    asyncio.run(talk())


def test_an_abandoned_thread_does_not_meddle_with_what_its_successor_does() -> None:
    class TwoDialogs(StuckKeyring):
        """The first call has a dialog of its own."""

        def __init__(self) -> None:
            super().__init__()
            self.first_answered = threading.Event()
            self.threads: list[threading.Thread] = []

        def _called(self, name: str) -> None:
            self.threads.append(threading.current_thread())
            if len(self.threads) == 1:
                self.asked.release()
                assert self.first_answered.wait(IN_TIME_S)
            else:
                super()._called(name)

    async def talk() -> None:
        complaints: list[dict[str, Any]] = []
        asyncio.get_running_loop().set_exception_handler(lambda _, c: complaints.append(c))
        keyring = TwoDialogs()
        secrets = Desk(keyring).secrets
        first = asyncio.create_task(secrets.get(HOST))
        await asked(keyring)
        secrets.cancel()
        await first
        second = asyncio.create_task(secrets.get(HOST))
        await asked(keyring)
        keyring.first_answered.set()
        await asyncio.to_thread(keyring.threads[0].join, IN_TIME_S)
        assert not keyring.threads[0].is_alive()
        secrets.cancel()
        async with asyncio.timeout(IN_TIME_S):
            assert_given_up(await second, "none")
        keyring.answered.set()
        await asyncio.to_thread(keyring.threads[1].join, IN_TIME_S)
        assert complaints == []

    asyncio.run(talk())


def test_an_answer_that_comes_too_late_is_dropped() -> None:
    async def talk() -> None:
        complaints: list[dict[str, Any]] = []
        asyncio.get_running_loop().set_exception_handler(lambda _, c: complaints.append(c))
        keyring = StuckKeyring()
        desk = Desk(keyring)
        reading = asyncio.create_task(desk.secrets.get(HOST))
        await asked(keyring)
        (thread,) = (t for t in threading.enumerate() if t.name == "keyring")
        desk.secrets.cancel()
        keyring.answered.set()
        await asyncio.to_thread(thread.join, IN_TIME_S)
        assert_given_up(await reading, "none")
        assert complaints == []

    asyncio.run(talk())


def test_an_answer_after_the_loop_has_ended_harms_nobody() -> None:
    keyring = StuckKeyring()

    async def talk() -> None:
        secrets = Desk(keyring).secrets
        reading = asyncio.create_task(secrets.get(HOST))
        await asked(keyring)
        secrets.cancel()
        await reading

    asyncio.run(talk())
    (thread,) = (t for t in threading.enumerate() if t.name == "keyring")
    keyring.answered.set()
    thread.join(IN_TIME_S)
    assert not thread.is_alive()


def test_two_loops_may_ask_at_once() -> None:
    secrets = Desk(MemoryKeyring()).secrets
    answers: list[Secret] = []

    def other() -> None:
        answers.append(asyncio.run(secrets.set(HOST, KEY)))

    thread = threading.Thread(target=other)
    thread.start()
    for n in range(20):
        assert asyncio.run(secrets.get(f"host-{n}")).source == "none"
    thread.join(IN_TIME_S)
    assert [secret.source for secret in answers] == ["keyring"]
