"""All tests in two halves at once: none is left out, none is lost sight of."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import dev
from tests.private_process import wait_until

ROOT = Path(__file__).resolve().parent.parent
linux_only = pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="optional: real time is tested on Linux only"
)
# Says that it is there, waits for the other to be there, and ends with a code.
MEET = """
import pathlib, sys, time
mine, other, code = sys.argv[1:]
pathlib.Path(mine).touch()
while not pathlib.Path(other).exists():
    time.sleep(0.01)
print(pathlib.Path(mine).name, flush=True)
sys.exit(int(code))
"""


def meeting(folder: Path, mine: str, other: str, code: int = 0) -> list[str]:
    return [sys.executable, "-c", MEET, str(folder / mine), str(folder / other), str(code)]


@pytest.fixture
def halves(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """What `dev.py test` would run at once, on a machine of two cores."""
    run: list[list[str]] = []

    def run_both(seen: list[str], later: list[str], env: dict[str, str]) -> int:
        run.extend([seen, later])
        return 0

    def become(command: list[str], env: dict[str, str]) -> int:
        run.append(command)
        return 0

    monkeypatch.setattr(dev, "set_up", lambda group: Path("/venv") / group)
    monkeypatch.setattr(dev, "run_both", run_both)
    monkeypatch.setattr(dev, "become", become)
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    monkeypatch.chdir(ROOT)
    return run


@linux_only
def test_every_test_is_in_one_half_and_the_one_that_computes_gives_way(
    halves: list[list[str]],
) -> None:
    assert dev.main(["test"]) == 0
    pytest_ = ["/venv/test", "-m", "pytest", "-m"]
    assert halves == [
        [*pytest_, "sound or screen"],
        ["nice", "-n", "5", *pytest_, "not (sound or screen)"],
    ]


def test_one_core_runs_all_tests_one_after_the_other(
    halves: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 1)
    assert dev.main(["test"]) == 0
    assert halves == [["/venv/test", "-m", "pytest"]]


def test_both_run_at_once_and_the_second_is_shown_too(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    one, two = meeting(tmp_path, "one", "two"), meeting(tmp_path, "two", "one")
    assert dev.run_both(one, two, dict(os.environ)) == 0
    assert capfd.readouterr().out.split() == ["one", "two"]


@pytest.mark.parametrize(("first", "second", "code"), [(3, 0, 3), (0, 4, 4), (3, 4, 3)])
def test_a_failure_of_either_half_is_a_failure(
    tmp_path: Path, first: int, second: int, code: int
) -> None:
    one, two = meeting(tmp_path, "one", "two", first), meeting(tmp_path, "two", "one", second)
    assert dev.run_both(one, two, dict(os.environ)) == code


@linux_only
def test_a_half_that_is_killed_is_a_failure(tmp_path: Path) -> None:
    suicide = [sys.executable, "-c", "import os; os.kill(os.getpid(), 9)"]
    two = [sys.executable, "-c", ""]
    assert dev.run_both(suicide, two, dict(os.environ)) == 128 + signal.SIGKILL


@linux_only
def test_who_ends_it_ends_both_halves(tmp_path: Path) -> None:
    wait = "import os, pathlib, sys, time; pathlib.Path(sys.argv[1]).touch(); time.sleep(100)"
    halves = [[sys.executable, "-c", wait, str(tmp_path / name)] for name in ("one", "two")]
    code = (
        f"import dev, os, sys; sys.exit(dev.run_both({halves[0]}, {halves[1]}, dict(os.environ)))"
    )
    with subprocess.Popen([sys.executable, "-c", code], cwd=ROOT) as both:
        wait_until(lambda: len(list(tmp_path.iterdir())) == 2, "both halves run", process=both)
        both.terminate()
        assert both.wait(10) == 128 + signal.SIGTERM
