"""A test whose place is missing is skipped with the reason, and fails where all must run."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
A_SCREEN_TEST = "tests/test_virtual_places.py::test_two_screens_live_side_by_side"


def run_without_programs(folder: Path, ci: str) -> subprocess.CompletedProcess[str]:
    """Run one test that needs a screen, where no program can be found."""
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-rs", A_SCREEN_TEST]
    env = os.environ | {"PATH": str(folder), "CI": ci}
    return subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=60)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the places exist on Linux only")
def test_without_its_place_a_test_is_skipped_and_the_reason_is_told(tmp_path: Path) -> None:
    done = run_without_programs(tmp_path, ci="")
    assert done.returncode == 0
    assert "no tests marked 'screen' here: not installed: Xvfb, xdotool" in done.stdout
    assert "no tests marked 'secrets' here: not installed: dbus-daemon" in done.stdout


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the places exist on Linux only")
def test_in_ci_a_test_without_its_place_fails(tmp_path: Path) -> None:
    done = run_without_programs(tmp_path, ci="true")
    assert done.returncode == 1
    assert "screen: not installed: Xvfb, xdotool" in done.stdout
