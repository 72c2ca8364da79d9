from __future__ import annotations

import logging
import os
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from desktop_app.adapters import crashes as crashes_module
from desktop_app.adapters.crashes import Crashes
from desktop_app.adapters.logs import Logs
from desktop_app.adapters.redaction import HIDDEN

KEY = "unremarkable0123"
BEFORE = """
import asyncio, logging, os, sys, threading
from pathlib import Path
from desktop_app.adapters.crashes import Crashes
from desktop_app.adapters.logs import Logs
folder, KEY = Path(sys.argv[1]), sys.argv[2]
logs = Logs(folder / "parley.log", os.environ)
logs.redactor.learn(KEY)
logs.start()
crashes = Crashes(logs, folder / "crashes", reported=lambda path: print("reported", path.name))
crashes.install()
logging.info("the line before, with %s", KEY)
def fail():
    raise ValueError(f"a bug with {KEY}")
"""
MAIN = "fail()"
THREAD = "t = threading.Thread(target=fail, name='voice'); t.start(); t.join()"
LEAVING_THREAD = "t = threading.Thread(target=sys.exit); t.start(); t.join()"
FINALIZER = """
class Thing:
    def __del__(self):
        fail()
Thing()
"""
TASK = """
async def main():
    crashes.watch(asyncio.get_running_loop())
    asyncio.get_running_loop().call_soon(fail)
    await asyncio.sleep(0)
asyncio.run(main())
"""
INTERRUPT = "raise KeyboardInterrupt"
REPEATED = """
for n in range(100):
    try:
        fail()
    except ValueError as error:
        crashes.record("the voice", error)
"""
NATIVE = """
import ctypes, faulthandler
crashes.watch_native()
ctypes.string_at(0)
"""


def run(code: str, folder: Path) -> subprocess.CompletedProcess[str]:
    root = Path(__file__).resolve().parents[2]
    return subprocess.run(
        [sys.executable, "-c", BEFORE + code + "\nlogs.close()", str(folder), KEY],
        capture_output=True,
        text=True,
        cwd=root,
        timeout=60,
        check=False,
    )


def reports(folder: Path) -> list[Path]:
    return sorted((folder / "crashes").glob("crash-*.txt"))


@pytest.mark.parametrize(
    ("code", "where"),
    [
        (MAIN, "the main thread"),
        (THREAD, "thread voice"),
        (FINALIZER, "in a finalizer"),
        (TASK, "the loop (Exception in callback fail() at <string>:"),
    ],
    ids=["main", "thread", "finalizer", "loop"],
)
def test_what_nobody_caught_is_reported_logged_and_shown_without_keys(
    code: str, where: str, tmp_path: Path
) -> None:
    done = run(code, tmp_path)
    (report,) = reports(tmp_path)
    text = report.read_text()
    assert where in text
    assert f"ValueError: a bug with {HIDDEN}" in text
    assert "the line before" in text
    assert f"Python {sys.version_info.major}." in text
    assert f"reported {report.name}" in done.stdout
    assert "ValueError" in done.stderr
    log = (tmp_path / "parley.log").read_text()
    assert "Nobody caught this" in log
    for place in (text, log, done.stdout, done.stderr):
        assert KEY not in place
    if os.name == "posix":
        assert stat.S_IMODE(report.stat().st_mode) == 0o600


@pytest.mark.parametrize("code", [INTERRUPT, LEAVING_THREAD], ids=["interrupt", "sys.exit"])
def test_who_leaves_on_purpose_is_not_reported(code: str, tmp_path: Path) -> None:
    run(code, tmp_path)
    assert reports(tmp_path) == []


def test_a_bug_that_repeats_is_reported_once_and_counted(tmp_path: Path) -> None:
    run(REPEATED, tmp_path)
    assert len(reports(tmp_path)) == 1
    log = (tmp_path / "parley.log").read_text()
    assert log.count("Traceback") == 1
    assert "Again, 64 times by now: ValueError at <string>:" in log
    assert log.count("\n") < 40


def test_a_crash_of_native_code_leaves_stacks_that_the_next_run_sets_aside(
    tmp_path: Path,
) -> None:
    assert run(NATIVE, tmp_path).returncode != 0
    done = run("crashes.watch_native(); crashes.uninstall()", tmp_path)
    assert done.returncode == 0, done.stderr
    assert "string_at" in (tmp_path / "crashes" / "native.crash-1.txt").read_text()
    assert "crashed in native code" in (tmp_path / "parley.log").read_text()


def make(tmp_path: Path) -> tuple[Logs, Crashes]:
    logs = Logs(tmp_path / "parley.log", {})
    logs.redactor.learn(KEY)
    return logs, Crashes(logs, tmp_path / "crashes")


def failure(line: int) -> Exception:
    """An exception from a place of its own."""
    try:
        exec(compile("\n" * line + "raise ValueError", "<test>", "exec"))
    except ValueError as error:
        return error
    raise AssertionError


def test_only_the_newest_reports_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crashes_module, "KEPT_REPORTS", 3)
    logs, crashes = make(tmp_path)
    written = [crashes.record("a test", failure(n)) for n in range(5)]
    assert reports(tmp_path) == written[2:]


def test_a_report_that_cannot_be_written_raises_nothing(tmp_path: Path) -> None:
    (tmp_path / "crashes").write_text("")
    logs, crashes = make(tmp_path)
    assert crashes.record("a test", failure(1)) is None


def test_a_report_for_people_names_versions_and_last_lines_but_neither_key_nor_home(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "ann"))
    monkeypatch.setenv("USERPROFILE", str(tmp_path / "ann"))
    logs, crashes = make(tmp_path)
    logs.start()
    try:
        logging.getLogger("x").warning(
            "key %s in %s/file, %s/file", KEY, tmp_path / "ann", f"{tmp_path}/anna"
        )
        text = crashes.report()
    finally:
        logs.close()
    assert "websockets" in text
    assert f"key {HIDDEN} in ~/file, {tmp_path}/anna/file" in text


def test_the_hooks_are_left_as_they_were_found(tmp_path: Path) -> None:
    before = (sys.excepthook, threading.excepthook, sys.unraisablehook)
    _, crashes = make(tmp_path)
    crashes.install()
    assert sys.excepthook is not before[0]
    crashes.uninstall()
    assert (sys.excepthook, threading.excepthook, sys.unraisablehook) == before
