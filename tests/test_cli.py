"""The command line as a whole: help, options, settings files, and what a wrong call says."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from desktop_app import __version__
from desktop_app.adapters.settings_file import JsonSettingsStore
from desktop_app.core.settings import Settings
from tests.parley_process import Parley
from tests.servers.scripted import ScriptedServer

COMMANDS = (
    "gui",
    "talk",
    "ask",
    "devices",
    "doctor",
    "key",
    "show",
    "mute",
    "interrupt",
    "ptt",
    "autostart",
    "weights",
    "self-test",
    "serve",
)


@pytest.fixture
def parley(tmp_path: Path) -> Parley:
    return Parley(tmp_path / "home")


def ask_at(server: ScriptedServer) -> tuple[str, ...]:
    return ("ask", "--text", "Hello?", "--json", "--url", server.url)


# -- what it says about itself --------------------------------------------------------------------


def test_help_names_every_command_and_where_the_key_comes_from(parley: Parley) -> None:
    done = parley("--help")
    assert done.code == 0
    assert [name for name in COMMANDS if name not in done.out] == []
    assert "OPENAI_API_KEY" in done.out
    assert "PARLEY_API_KEY" in done.out


@pytest.mark.parametrize("command", [name for name in COMMANDS if name != "serve"])
def test_every_command_explains_itself_and_the_options_of_all(parley: Parley, command: str) -> None:
    done = parley(command, "--help")
    assert done.code == 0
    assert done.err == ""
    assert done.out.startswith(f"usage: parley {command}")
    _, _, common = done.out.partition("options of every command:")
    names = ("--url", "--offline", "--model", "--config", "--verbose")
    assert [name for name in names if name not in common] == []


def test_the_version_is_one_line(parley: Parley) -> None:
    done = parley("--version")
    assert (done.code, done.out, done.err) == (0, f"parley {__version__}\n", "")


def test_neither_help_nor_version_leave_anything_behind(parley: Parley) -> None:
    parley("--help")
    parley("--version")
    assert not parley.home.exists()


# -- wrong calls ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "arguments",
    [
        ("dance",),
        ("--loud",),
        ("ask",),
        ("ask", "one.wav", "two.wav"),
        ("ask", "one.wav", "--text", "Hello?"),
        ("ask", "--text", ""),
        ("ask", "--text", "Hello?", "--timeout", "soon"),
        ("ask", "--text", "Hello?", "--timeout", "-1"),
        ("ask", "--text", "Hello?", "--timeout", "nan"),
        ("key",),
        ("key", "show"),
        ("devices", "everywhere"),
        ("weights",),
        ("weights", "download", "no-such-model"),
        ("--url", "ws://localhost", "--offline", "devices"),
        ("--url", "ws://localhost", "devices", "--offline"),
        ("--verbose", "serve"),
    ],
    ids=" ".join,
)
def test_a_wrong_call_is_told_and_ends_with_2(parley: Parley, arguments: tuple[str, ...]) -> None:
    done = parley(*arguments)
    assert done.code == 2
    assert done.out == ""
    assert "parley" in done.err
    assert "Traceback" not in done.err


# -- options --------------------------------------------------------------------------------------


def test_options_may_stand_before_the_command_or_behind_it(parley: Parley) -> None:
    with ScriptedServer() as server:
        where = ("--url", server.url, "--model", "some-model")
        question = ("ask", "--text", "Hello?")
        assert parley(*where, *question).code == 0
        assert parley(*question, *where).code == 0
    assert [one.query for one in server.connections] == [{"model": "some-model"}] * 2
    assert server.violations == []


def test_the_model_is_left_out_where_the_address_has_one(parley: Parley) -> None:
    with ScriptedServer() as server:
        address = f"{server.url}?model=of-the-address"
        assert parley("ask", "--text", "Hello?", "--url", address, "--model", "other").code == 0
    assert server.connection.query == {"model": "of-the-address"}


def test_an_empty_address_is_told_and_never_replaced_by_another(parley: Parley) -> None:
    done = parley("ask", "--text", "Hello?", "--url", "")
    assert done.code == 1
    assert "There is no server address." in done.err


def test_verbose_shows_the_log(parley: Parley) -> None:
    with ScriptedServer() as server:
        quiet = parley(*ask_at(server))
        done = parley(*ask_at(server), "--verbose")
    assert quiet.err == ""
    assert "Connected to 127.0.0.1" in done.err


def test_what_a_terminal_cannot_show_does_not_stop_it(parley: Parley) -> None:
    ascii_only = parley.with_env(PYTHONUTF8="0", PYTHONIOENCODING="ascii")
    with ScriptedServer() as server:
        done = ascii_only("ask", "--text", "Grüße – こんにちは", "--json", "--url", server.url)
    assert done.code == 0
    assert done.told["user"] == {"text": "Grüße – こんにちは"}


# -- settings files -------------------------------------------------------------------------------


def test_a_settings_file_can_be_named(parley: Parley, tmp_path: Path) -> None:
    file = tmp_path / "mine.json"
    with ScriptedServer() as server:
        settings = replace(Settings(), service="server", server_url=server.url, model="mine")
        assert JsonSettingsStore(file).save(settings) is None
        done = parley("ask", "--text", "Hello?", "--config", file)
    assert (done.code, done.err) == (0, "")
    assert server.connection.query == {"model": "mine"}


def test_a_missing_settings_file_is_told_and_the_defaults_are_used(
    parley: Parley, tmp_path: Path
) -> None:
    with ScriptedServer() as server:
        done = parley(*ask_at(server), "--config", tmp_path / "typo.json")
    assert done.code == 0
    assert "there is no file" in done.err
    assert "typo.json" in done.err


def test_a_broken_settings_file_is_told_and_set_aside(parley: Parley, tmp_path: Path) -> None:
    file = tmp_path / "broken.json"
    file.write_text("{ not JSON")
    with ScriptedServer() as server:
        done = parley(*ask_at(server), "--config", file)
    assert done.code == 0
    assert done.err.count("The settings file is broken") == 1
    aside = [path.read_text() for path in tmp_path.glob("broken.broken-*.json")]
    assert aside == ["{ not JSON"]


def test_what_only_this_run_wants_is_never_written_down(parley: Parley) -> None:
    with ScriptedServer() as server:
        assert parley(*ask_at(server), "--model", "only-today").code == 0
    assert "only-today" not in parley.written()
    assert str(server.port) not in parley.written()
