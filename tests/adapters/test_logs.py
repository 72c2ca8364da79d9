from __future__ import annotations

import io
import logging
import os
import stat
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from desktop_app.adapters import logs as logs_module
from desktop_app.adapters.logs import OLD_FILES, Logs
from desktop_app.adapters.redaction import HIDDEN

KEY = "unremarkable0123"
log = logging.getLogger("parley.test")


@dataclass(frozen=True)
class Target:
    """Forgot ``repr=False``."""

    name: str


class Unprintable:
    def __repr__(self) -> str:
        raise RuntimeError(KEY)


@pytest.fixture
def logs(tmp_path: Path) -> Iterator[Logs]:
    logs = Logs(tmp_path / "new" / "parley.log", {})
    logs.redactor.learn(KEY)
    logs.start()
    yield logs
    logs.close()


def written(logs: Logs) -> str:
    """All that stands in the file now."""
    assert logs.flush(20)
    return logs.file.read_text()


def fails_with_the_key() -> None:
    try:
        raise ValueError(f"inner {KEY}")
    except ValueError as error:
        raise RuntimeError(f"outer {KEY}") from error


def test_a_line_says_when_how_bad_where_and_what(logs: Logs) -> None:
    log.warning("the %s is %d", "answer", 42)
    line = written(logs)
    assert line.endswith("WARNING [MainThread] parley.test: the answer is 42\n")
    assert logs.tail() == (line.rstrip("\n"),)


@pytest.mark.skipif(os.name != "posix", reason="modes")
def test_the_file_is_for_this_user_only(logs: Logs) -> None:
    log.info("x")
    written(logs)
    assert stat.S_IMODE(logs.file.stat().st_mode) == 0o600
    assert stat.S_IMODE(logs.file.parent.stat().st_mode) == 0o700


def say_in_message() -> None:
    log.info(f"key {KEY}")


def say_in_argument() -> None:
    log.info("key %s", KEY)


def say_split_over_arguments() -> None:
    log.info("key %s%s%s", KEY[:4], KEY[4:9], KEY[9:])


def say_split_between_message_and_argument() -> None:
    log.info(f"key {KEY[:5]}%s", KEY[5:])


def say_in_mapping() -> None:
    log.info("key %(a)s", {"a": KEY})


def say_in_repr() -> None:
    log.info("target %r in %s", Target(KEY), [Target(KEY)])


def say_in_bytes() -> None:
    log.info("sent %r", KEY.encode())


def say_in_traceback() -> None:
    try:
        fails_with_the_key()
    except RuntimeError:
        log.exception("failed")


def say_in_stack() -> None:
    log.info("here %s", KEY, stack_info=True)


def say_in_the_name_of_the_logger() -> None:
    logging.getLogger(KEY).info("x")


def say_in_the_name_of_a_thread() -> None:
    thread = threading.Thread(target=lambda: log.info("x"), name=KEY)
    thread.start()
    thread.join()


@pytest.mark.parametrize(
    "say",
    [value for name, value in sorted(globals().items()) if name.startswith("say_")],
    ids=lambda say: say.__name__,
)
def test_a_known_key_never_reaches_file_or_report(say: object, logs: Logs) -> None:
    say()  # type: ignore[operator]
    text = written(logs)
    assert HIDDEN in text
    for place in (text, "\n".join(logs.tail())):
        assert KEY not in place
        assert KEY[5:] not in place


def test_a_key_that_becomes_known_before_the_line_is_written_is_hidden(tmp_path: Path) -> None:
    logs = Logs(tmp_path / "parley.log", {})
    logs.start()
    try:
        logs.redactor.learn("late-but-in-time")
        log.info("late-but-in-time")
        assert "late-but" not in written(logs)
    finally:
        logs.close()


def test_a_record_that_cannot_be_formatted_shows_neither_key_nor_error(
    logs: Logs, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log, "propagate", False)  # The handlers of the test runner would raise.
    monkeypatch.setattr(log, "handlers", [logs._intake])
    log.info("%d", KEY)
    log.info("%r %s", Unprintable(), KEY)
    text = written(logs)
    assert text.count("cannot be formatted") == 2
    assert "test_logs.py" in text
    assert KEY not in text + "".join(capsys.readouterr())


def test_the_level_comes_from_the_environment(tmp_path: Path) -> None:
    for value, expected in (("debug", 3), ("", 2), ("nonsense", 2), (" Warning ", 1)):
        logs = Logs(tmp_path / f"{expected}{value}.log", {"PARLEY_LOG": value})
        logs.start()
        try:
            log.debug("1")
            log.info("2")
            log.warning("3")
            assert written(logs).count("\n") == expected
        finally:
            logs.close()


def test_libraries_that_log_every_frame_are_kept_short(tmp_path: Path) -> None:
    logs = Logs(tmp_path / "parley.log", {"PARLEY_LOG": "debug"})
    logs.start()
    try:
        logging.getLogger("websockets.client").debug("< TEXT")
        log.debug("ours")
        assert "TEXT" not in written(logs)
        assert "ours" in written(logs)
    finally:
        logs.close()
        logging.getLogger("websockets").setLevel(logging.NOTSET)


def test_the_file_rotates_and_old_ones_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs_module, "FILE_BYTES", 2000)
    logs = Logs(tmp_path / "parley.log", {})
    logs.start()
    try:
        for n in range(200):
            log.info("line %d %s", n, "." * 50)
        assert "line 199" in written(logs)
    finally:
        logs.close()
    files = list(tmp_path.iterdir())
    assert len(files) == 1 + OLD_FILES
    assert all(file.stat().st_size <= 2000 for file in files)


def test_a_file_that_cannot_be_rotated_goes_on_growing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def held_open(source: str, target: str) -> None:
        raise PermissionError(source)

    monkeypatch.setattr(logs_module, "FILE_BYTES", 200)
    monkeypatch.setattr(os, "rename", held_open)
    logs = Logs(tmp_path / "parley.log", {})
    logs.start()
    try:
        for n in range(10):
            log.info("line %d %s", n, "." * 50)
        text = written(logs)
        assert all(f"line {n} " in text for n in range(10))
    finally:
        logs.close()


def test_a_log_that_cannot_be_written_is_said_once_and_stops_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("")
    logs = Logs(tmp_path / "file" / "parley.log", {})
    logs.start()
    try:
        for n in range(5):
            log.info("line %d", n)
        assert logs.flush(20)
    finally:
        logs.close()
    assert capsys.readouterr().err.count("the log cannot be written") == 1
    assert len(logs.tail()) == 5


def test_lines_can_be_seen_on_a_terminal_as_well_without_keys(tmp_path: Path) -> None:
    terminal = io.StringIO()
    logs = Logs(tmp_path / "parley.log", {}, echo=terminal)
    logs.redactor.learn(KEY)
    logs.start()
    try:
        log.info("key %s", KEY)
        assert written(logs) == terminal.getvalue()
        assert HIDDEN in terminal.getvalue()
        terminal.close()
        log.info("nobody looks")
        assert "nobody looks" in written(logs)
    finally:
        logs.close()


def test_a_closed_log_leaves_the_root_logger_as_it_was(tmp_path: Path) -> None:
    root = logging.getLogger()
    before = (root.level, list(root.handlers))
    logs = Logs(tmp_path / "parley.log", {"PARLEY_LOG": "debug"})
    logs.start()
    log.info("last words")
    logs.close()
    logs.close()
    assert (root.level, list(root.handlers)) == before
    assert "last words" in logs.file.read_text()
    assert logs.flush()


def test_many_threads_log_every_line_whole(logs: Logs) -> None:
    def talk(letter: str) -> None:
        for n in range(200):
            log.info("%s%d%s", letter, n, letter * 50)

    threads = [threading.Thread(target=talk, args=(letter,)) for letter in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    said = [line.rsplit(": ", 1)[1] for line in written(logs).splitlines()]
    assert sorted(said) == sorted(f"{c}{n}{c * 50}" for c in "abcd" for n in range(200))
