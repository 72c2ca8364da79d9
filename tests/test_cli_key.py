"""``parley key``: with the environment's key, with a real keyring, and with none."""

from __future__ import annotations

import os
import pty
import subprocess
from pathlib import Path

import pytest

from tests.parley_process import Parley
from tests.private_process import wait_until
from tests.servers import traps
from tests.servers.persona import Persona
from tests.servers.scripted import ScriptedServer
from tests.virtual_secrets import VirtualSecrets

KEY = "sk-test-0123456789abcdefghijklmnop"
OTHER_KEY = "sk-test-zyxwvutsrqponmlkjihgfedcba"
ELSEWHERE = ("--url", "wss://voice.example.com/v1/realtime")


@pytest.fixture
def parley(tmp_path: Path) -> Parley:
    return Parley(tmp_path / "home")


@pytest.fixture
def keeping(tmp_path: Path, secrets: VirtualSecrets) -> Parley:
    """One with a keyring, in which nothing is left of another test."""
    found = Parley(tmp_path / "home", secrets.settings())
    found("key", "forget", *ELSEWHERE)
    return found


# -- the environment ------------------------------------------------------------------------------


def test_the_key_of_the_environment_is_named_but_not_shown(parley: Parley) -> None:
    done = parley.with_env(OPENAI_API_KEY=KEY)("key", "where")
    assert done.code == 0
    assert done.out == "The key for api.openai.com: Environment variable OPENAI_API_KEY.\n"
    assert KEY not in done.out + done.err + parley.written()


def test_the_key_of_one_company_is_not_meant_for_another_server(parley: Parley) -> None:
    done = parley.with_env(OPENAI_API_KEY=KEY)("key", "where", *ELSEWHERE)
    assert (done.code, done.out) == (1, "No key for voice.example.com.\n")


def test_a_variable_that_holds_no_key_is_told(parley: Parley) -> None:
    done = parley.with_env(PARLEY_API_KEY=f"Bearer {KEY}")("key", "where")
    assert done.code == 1
    assert "PARLEY_API_KEY does not hold a key" in done.err
    assert KEY not in done.out + done.err + parley.written()


def test_a_good_key_passes_the_test(parley: Parley) -> None:
    with ScriptedServer(Persona(key=KEY)) as server:
        done = parley.with_env(PARLEY_API_KEY=KEY)("key", "test", "-v", "--url", server.url)
    assert (done.code, done.out) == (0, "It works: a session opened and closed.\n")
    assert KEY not in done.err + parley.written()
    assert server.violations == []


@pytest.mark.parametrize(
    ("trap", "words"),
    [
        ("UNAUTHORIZED", "The server refused the API key"),
        ("MODEL_UNKNOWN_FRAME", "does not know this model"),
        ("OVERLOADED", "The server is busy"),
    ],
)
def test_what_is_wrong_is_said(parley: Parley, trap: str, words: str) -> None:
    with ScriptedServer(traps.TRAPS[trap]) as server:
        done = parley.with_env(PARLEY_API_KEY=KEY)("key", "test", "-v", "--url", server.url)
    assert done.code == 1
    assert words in done.err
    assert "trying again" not in done.err
    assert KEY not in done.out + done.err + parley.written()


def test_a_server_that_does_not_greet_passes_the_test(parley: Parley) -> None:
    with ScriptedServer(traps.NO_CREATED) as server:
        done = parley("key", "test", "--url", server.url)
    assert done.code == 0, done.err


# -- no keyring -----------------------------------------------------------------------------------


def test_without_a_keyring_nothing_is_kept_and_that_is_told(parley: Parley) -> None:
    done = parley("key", "set", said=f"{KEY}\n")
    assert done.code == 1
    assert "the key could not be kept" in done.err
    assert KEY not in done.out + done.err + parley.written()


def test_without_a_keyring_forgetting_is_no_success(parley: Parley) -> None:
    done = parley("key", "forget")
    assert done.code == 1
    assert "This computer has no keyring" in done.err


@pytest.mark.parametrize("typed", ["", "\n", f"'{KEY}'\n", f"Bearer {KEY}\n", "sk-...abcd\n"])
def test_what_is_no_key_is_refused_with_the_reason(parley: Parley, typed: str) -> None:
    done = parley("key", "set", said=typed)
    assert done.code == 1
    assert done.err.startswith("parley: ")
    assert KEY not in done.out + done.err + parley.written()


def test_a_server_without_a_name_has_no_key(parley: Parley) -> None:
    done = parley("key", "where", "--url", "wss://")
    assert done.code == 1
    assert "is not an address" in done.err


# -- a real keyring -------------------------------------------------------------------------------


def test_a_key_is_kept_used_and_forgotten(keeping: Parley) -> None:
    with ScriptedServer(Persona(key=KEY)) as server:
        here = ("--url", server.url)
        kept = keeping("key", "set", *here, said=f" {KEY} \n")
        where = keeping("key", "where", *here)
        tested = keeping("key", "test", *here)
        answered = keeping("ask", "--text", "Hello?", "--verbose", *here)
        forgotten = keeping("key", "forget", *here)
        gone = keeping("key", "where", *here)
    assert kept.out == "The key for 127.0.0.1: System keyring.\n"
    assert where.out == kept.out
    assert tested.out == "It works: a session opened and closed.\n"
    assert answered.code == 0, answered.err
    assert forgotten.out == gone.out == "No key for 127.0.0.1.\n"
    assert [kept.code, where.code, tested.code, forgotten.code, gone.code] == [0, 0, 0, 0, 1]
    assert KEY not in answered.out + answered.err + keeping.written()


def test_a_new_key_takes_the_place_of_the_old_one(keeping: Parley) -> None:
    with ScriptedServer(Persona(key=OTHER_KEY)) as server:
        here = ("--url", server.url)
        keeping("key", "set", *here, said=f"{KEY}\n")
        assert keeping("key", "test", *here).code == 1
        keeping("key", "set", *here, said=f"{OTHER_KEY}\n")
        assert keeping("key", "test", *here).code == 0
        keeping("key", "forget", *here)


def test_it_is_told_when_the_environment_wins(keeping: Parley) -> None:
    done = keeping.with_env(PARLEY_API_KEY=OTHER_KEY)("key", "set", *ELSEWHERE, said=f"{KEY}\n")
    left = keeping.with_env(PARLEY_API_KEY=OTHER_KEY)("key", "forget", *ELSEWHERE)
    assert done.code == 0
    assert "what counts is the environment variable PARLEY_API_KEY" in done.err
    assert left.out.startswith("There is still a key for voice.example.com: Environment variable")


def test_a_key_typed_at_a_terminal_is_not_shown(keeping: Parley) -> None:
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        keeping.command("key", "set", *ELSEWHERE),
        env=keeping.environment(),
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    )
    shown = bytearray()
    try:

        def asked() -> bool:
            shown.extend(os.read(ours, 4096))
            return b"API key for voice.example.com: " in shown

        wait_until(asked, "it asks for the key", process=process)
        os.write(ours, f"{KEY}\n".encode())
        assert process.wait(60) == 0
        shown.extend(os.read(ours, 4096))
    finally:
        process.kill()
        process.wait()
        os.close(ours)
        os.close(theirs)
    assert keeping("key", "where", *ELSEWHERE).code == 0
    assert KEY not in shown.decode()
    keeping("key", "forget", *ELSEWHERE)
