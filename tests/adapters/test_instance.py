"""One instance and its door: claims, knocks, strangers and garbage."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import socket
import stat
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from multiprocessing.connection import Client, Listener
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.adapters import instance, instance_socket
from desktop_app.adapters.instance import Door, door_of
from desktop_app.adapters.instance_messages import answer, fault_in
from desktop_app.adapters.instance_pipe import PipeDoor, pipe_name
from desktop_app.adapters.instance_socket import SocketDoor
from desktop_app.adapters.places import find_places
from tests.private_process import private_folder

MakeDoor = Callable[[], Door]


class Heard(list[str]):
    """Notes what is asked for; knows one command."""

    def act(self, word: str) -> str:
        self.append(word)
        return "" if word == "show" else "What?"


@pytest.fixture
def folder() -> Iterator[Path]:
    outer = private_folder("door")
    yield outer / "deeper"
    shutil.rmtree(outer)


@pytest.fixture(params=["socket", "pipe"])
def make(request: pytest.FixtureRequest, folder: Path) -> MakeDoor:
    """Makes doors that lead to the same place; the pipe's system calls are a socket's here."""
    if request.param == "socket":
        return lambda: SocketDoor(folder)
    path = str(folder.parent / "pipe")
    return lambda: PipeDoor(path, lambda name: Listener(name, "AF_UNIX"), Client)


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture
def door(make: MakeDoor, heard: Heard) -> Iterator[Door]:
    """The one that is claimed and listens."""
    first = make()
    assert first.claim()
    first.listen(heard.act)
    yield first
    first.close()


def test_only_one_can_be_the_instance(door: Door, make: MakeDoor) -> None:
    assert not make().claim()
    door.close()
    door.close()
    later = make()
    assert later.claim()
    later.close()


def test_who_comes_later_is_heard(door: Door, make: MakeDoor, heard: Heard) -> None:
    assert [make().knock("show"), make().knock("dance")] == ["", "What?"]
    assert heard == ["show", "dance"]


def test_nobody_answers_where_nobody_is(make: MakeDoor) -> None:
    with pytest.raises((FileNotFoundError, ConnectionError)):
        make().knock("show")


def test_of_many_at_the_same_instant_one_wins(folder: Path) -> None:
    doors = [SocketDoor(folder) for _ in range(12)]
    start = threading.Barrier(len(doors))
    won: list[bool] = []

    def race(door: SocketDoor) -> None:
        start.wait()
        won.append(door.claim())

    racers = [threading.Thread(target=race, args=(door,)) for door in doors]
    for racer in racers:
        racer.start()
    for racer in racers:
        racer.join()
    for door in doors:
        door.close()
    assert sorted(won) == [False] * 11 + [True]


def test_what_a_killed_instance_left_is_no_hindrance(folder: Path, heard: Heard) -> None:
    folder.mkdir()
    with socket.socket(socket.AF_UNIX) as old:
        old.bind(str(folder / instance_socket.DOOR))
    door = SocketDoor(folder)
    assert door.claim()
    door.listen(heard.act)
    assert SocketDoor(folder).knock("show") == ""
    door.close()


def test_folder_and_socket_are_for_their_user_alone(folder: Path, heard: Heard) -> None:
    door = SocketDoor(folder)
    assert door.claim()
    door.listen(heard.act)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(door.path.stat().st_mode) == 0o600
    door.close()
    assert not door.path.exists()


def test_a_folder_that_others_may_write_to_is_refused(folder: Path) -> None:
    folder.mkdir()
    folder.chmod(0o777)
    with pytest.raises(PermissionError):
        SocketDoor(folder).claim()


KNOCK = """
import os, socket, sys
os.setgroups([])
os.setgid(65534)
os.setuid(65534)
talk = socket.socket(socket.AF_UNIX)
talk.connect(sys.argv[1])
talk.settimeout(5)
try:
    talk.sendall(b'{"do": "show"}\\n')
    print(talk.recv(100))
except ConnectionError:
    print(b"")
"""


@pytest.mark.skipif(os.getuid() != 0, reason="only root can be somebody else")
def test_another_user_is_not_let_in_even_through_an_open_door(folder: Path, heard: Heard) -> None:
    door = SocketDoor(folder)
    assert door.claim()
    door.listen(heard.act)

    def as_nobody() -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-S", "-c", KNOCK, str(door.path)],
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )

    assert "PermissionError" in as_nobody().stderr
    folder.parent.chmod(0o711)
    folder.chmod(0o711)
    door.path.chmod(0o666)
    assert as_nobody().stdout == "b''\n"
    assert heard == []
    assert SocketDoor(folder).knock("show") == ""
    door.close()


@pytest.mark.parametrize(
    "garbage",
    [b"", b"\n", b"\0" * 100, b"[" * 5000, b"{}", b'{"do": 1}\n', b'"show"\n', b"x" * 100_000],
    ids=range(8),
)
def test_garbage_harms_nothing(folder: Path, heard: Heard, garbage: bytes) -> None:
    door = SocketDoor(folder)
    assert door.claim()
    door.listen(heard.act)
    with socket.socket(socket.AF_UNIX) as talk:
        talk.connect(str(door.path))
        try:
            talk.sendall(garbage)
            talk.shutdown(socket.SHUT_WR)
            talk.recv(4096)
        except ConnectionError:
            pass  # It hung up while we were still raving.
    assert SocketDoor(folder).knock("show") == ""
    assert heard == ["show"]
    door.close()


def test_who_never_speaks_is_not_waited_for(
    folder: Path, heard: Heard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(instance_socket, "PATIENCE_S", 0.05)
    door = SocketDoor(folder)
    assert door.claim()
    door.listen(heard.act)
    with socket.socket(socket.AF_UNIX) as silent:
        silent.connect(str(door.path))
        silent.settimeout(10)
        assert silent.recv(100) == b""
    door.close()


@given(st.binary(max_size=200))
def test_every_line_has_an_answer(line: bytes) -> None:
    assert isinstance(json.loads(answer(line, lambda word: ""))["ok"], bool)


@given(st.binary(max_size=60))
def test_what_is_no_answer_is_an_error_of_the_connection(reply: bytes) -> None:
    with pytest.raises(ConnectionError):
        fault_in(b"!" + reply)


# --- where it is --------------------------------------------------------------------------------


def where(environ: dict[str, str]) -> Path:
    door = door_of(find_places(environ), environ)
    assert isinstance(door, SocketDoor)
    return door.path


def test_the_door_dies_with_the_desktop_session() -> None:
    assert where({"XDG_RUNTIME_DIR": "/run/user/7"}) == Path("/run/user/7/parley/door")


def test_a_home_of_ones_own_has_a_door_of_its_own() -> None:
    environ = {"PARLEY_HOME": "/home-of-one", "XDG_RUNTIME_DIR": "/run/user/7"}
    assert where(environ) == Path("/home-of-one/state/door")


def test_a_path_too_long_for_a_socket_is_replaced() -> None:
    environ = {"PARLEY_HOME": "/" + "long/" * 40}
    assert len(str(where(environ))) <= instance.LONGEST_PATH
    assert where(environ) == where(environ)
    assert where(environ) != where({"PARLEY_HOME": "/" + "long/" * 41})


def test_each_home_has_a_pipe_of_its_own() -> None:
    names = {pipe_name(Path("one")), pipe_name(Path("two"))}
    assert len(names) == 2
    assert all(name.startswith("\\\\.\\pipe\\parley-") for name in names)


def test_on_windows_the_door_is_a_pipe(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    environ = {"PARLEY_HOME": f"/{secrets.token_hex(4)}"}
    assert isinstance(door_of(find_places(environ), environ), PipeDoor)
