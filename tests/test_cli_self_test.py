"""``parley self-test`` and the files that ship with the program."""

from __future__ import annotations

import shutil
import wave
from pathlib import Path

import pytest

from desktop_app import cli_start
from desktop_app.cli_start import SAMPLE, resource
from tests.parley_process import ROOT, Parley
from tests.virtual_sound import VirtualSound

LARGEST_SAMPLE = 200_000


@pytest.fixture
def parley(tmp_path: Path) -> Parley:
    return Parley(tmp_path / "home")


def verdicts(out: str) -> dict[str, str]:
    """The first word of each line, by the part it is about."""
    return {line[6:].partition(":")[0]: line[:6].strip() for line in out.splitlines()}


def test_every_part_of_this_installation_is_tried(parley: Parley) -> None:
    done = parley("self-test")
    found = verdicts(done.out)
    engine = found.pop("assistant of this computer")
    assert found == {"libraries": "ok", "sound": "none", "encryption": "ok", "window": "ok"}
    assert engine in ("ok", "none")
    assert (done.code, done.err) == (0, "")


def test_sound_is_found_where_there_is_some(parley: Parley, sound: VirtualSound) -> None:
    done = parley.with_env(**sound.settings())("self-test")
    assert "ok    sound: 2 microphones, " in done.out


@pytest.mark.weights
def test_the_assistant_of_this_computer_answers_the_recorded_question(parley: Parley) -> None:
    done = parley("self-test", timeout_s=110)
    line = next(one for one in done.out.splitlines() if "assistant" in one)
    assert done.code == 0, done.out
    assert line.startswith("ok    assistant of this computer: heard “")
    assert "391" in line


# -- what ships -----------------------------------------------------------------------------------


def test_the_recorded_question_is_one_that_any_server_takes() -> None:
    path = resource(SAMPLE)
    with wave.open(str(path), "rb") as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, 24_000)
        assert 1 < file.getnframes() / 24_000 < 4
    assert path.stat().st_size <= LARGEST_SAMPLE


def test_resources_are_found_in_a_checkout_and_in_an_installed_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert resource(SAMPLE) == ROOT / "resources" / SAMPLE
    package = tmp_path / "site-packages" / "desktop_app"
    shutil.copytree(ROOT / "resources", package / "resources")
    monkeypatch.setattr(cli_start, "__file__", str(package / "cli_start.py"))
    assert resource(SAMPLE) == package / "resources" / SAMPLE
    assert resource(SAMPLE).exists()
