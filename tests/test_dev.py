"""The door for people who build Parley: what dev.py decides, and whether the README is true."""

from __future__ import annotations

import ast
import os
import re
import shlex
import stat
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

import pytest

import dev

ROOT = Path(__file__).resolve().parent.parent
OLDEST_THAT_CAN_READ_DEV = (3, 8)

# Commands of the README that are more than ``python3 dev.py COMMAND``, and the test that runs each.
PROVED_BY: dict[str, str] = {
    f"python3 dev.py run {arguments}": f"tests/{test}"
    for arguments, test in {
        "key set": "test_cli_key.py::test_a_key_is_kept_used_and_forgotten",
        "key test": "test_cli_key.py::test_a_key_is_kept_used_and_forgotten",
        "key where": "test_cli_key.py::test_a_key_is_kept_used_and_forgotten",
        "key forget": "test_cli_key.py::test_a_key_is_kept_used_and_forgotten",
        "--url ws://localhost:8000/v1/realtime --model my-model talk": (
            "test_cli_talk.py::test_talk_hears_a_microphone_and_prints_both_sides"
        ),
        "talk": "test_cli_talk.py::test_talk_hears_a_microphone_and_prints_both_sides",
        "ask question.wav --out answer.wav": (
            "test_cli_ask.py::test_the_spoken_answer_is_written_to_a_file"
        ),
        "ask --text 'What is 17 times 23?' --json": (
            "test_cli_ask.py::test_a_typed_question_is_sent_as_text"
        ),
        "devices": "test_cli_talk.py::test_devices_are_listed_by_the_names_people_know",
        "doctor": "e2e/test_doctor.py::test_with_headphones_there_is_no_echo",
        "self-test": "test_cli_self_test.py::test_every_part_of_this_installation_is_tried",
    }.items()
}


def shell_lines(markdown: str) -> list[str]:
    """The commands in the ``sh`` blocks, without comments."""
    blocks = re.findall(r"^```sh\n(.*?)^```", markdown, flags=re.MULTILINE | re.DOTALL)
    lines = [
        shlex.join(shlex.split(line, comments=True)) for b in blocks for line in b.splitlines()
    ]
    return [line for line in lines if line]


def pins(group: str) -> dict[str, set[str]]:
    """Per locked requirement (name, version, marker) its hashes."""
    found: dict[str, set[str]] = {}
    name = ""
    for line in (dev.REQUIREMENTS / f"{group}.txt").read_text().splitlines():
        if not line.startswith((" ", "#")):
            name = line.partition(" ")[0]
            found[name] = set()
        elif match := re.search(r"--hash=(\S+)", line):
            found[name].add(match[1])
    return found


@pytest.fixture
def venv(tmp_path: Path) -> Path:
    """A folder that has room for a virtual environment, and a space in its name."""
    folder = tmp_path / "my venv"
    folder.mkdir()
    return folder


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What dev.py says."""
    lines: list[str] = []
    monkeypatch.setattr(dev, "say", lines.append)
    return lines


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """Programs that dev.py would have become; its set-up is taken as done."""
    commands: list[list[str]] = []
    monkeypatch.setattr(dev, "set_up", lambda group: Path("/venv") / group)

    def become(command: Sequence[str], env: object) -> int:
        commands.append(list(command))
        return 0

    monkeypatch.setattr(dev, "become", become)
    monkeypatch.chdir(ROOT)
    return commands


# -- what is written ------------------------------------------------------------------------------


def test_every_command_of_the_readme_works_or_is_proved_by_a_test() -> None:
    def is_plain(line: str) -> bool:
        return line.startswith("python3 dev.py ") and line.split()[2:] in [
            [c] for c in dev.COMMANDS
        ]

    lines = shell_lines((ROOT / "README.md").read_text())
    assert [line for line in lines if not is_plain(line) and line not in PROVED_BY] == []
    assert [line for line in PROVED_BY if line not in lines] == []


def test_the_tests_that_prove_the_readme_exist() -> None:
    for test in PROVED_BY.values():
        file, _, name = test.partition("::")
        assert f"def {name}(" in (ROOT / file).read_text()


def test_the_readme_begins_with_the_two_commands_that_matter() -> None:
    lines = shell_lines((ROOT / "README.md").read_text())
    assert lines[:2] == ["python3 dev.py run", "python3 dev.py test"]


def test_help_names_every_command() -> None:
    command = [sys.executable, str(ROOT / "dev.py"), "--help"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert [name for name in dev.COMMANDS if f"dev.py {name}" not in done.stdout] == []


def test_ci_checks_and_tests_and_does_nothing_else() -> None:
    script = ROOT / ".ci" / "run"
    lines = script.read_text().splitlines()
    assert lines[0] == "#!/usr/bin/env bash"
    assert [line for line in lines[1:] if line and not line.startswith("#")] == [
        "set -euo pipefail",
        'cd "$(dirname "${BASH_SOURCE[0]}")/.."',
        "python3 dev.py check",
        "python3 dev.py test",
    ]
    assert script.stat().st_mode & stat.S_IXUSR


# -- commands -------------------------------------------------------------------------------------


def test_run_starts_parley_with_all_its_arguments(started: list[list[str]]) -> None:
    assert dev.main(["run", "ask", "my question.wav", "--json", "--help"]) == 0
    parley = ["/venv/run", "-m", "desktop_app"]
    assert started == [[*parley, "ask", "my question.wav", "--json", "--help"]]


def test_test_starts_pytest_and_bench_the_benchmarks(started: list[list[str]]) -> None:
    assert dev.main(["test", "tests/core", "-k", "a b"]) == 0
    assert dev.main(["bench", "start"]) == 0
    assert started == [
        ["/venv/test", "-m", "pytest", "tests/core", "-k", "a b"],
        ["/venv/test", "-m", "tests.benchmarks", "start"],
    ]


def test_all_tests_are_those_that_have_time_side_by_side_and_then_the_others(
    started: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def beside(commands: list[list[str]], _: object) -> list[int]:
        started.extend(commands)
        return [0, 5]

    def run(command: list[str], **_: object) -> subprocess.CompletedProcess[bytes]:
        started.append(command)
        return subprocess.CompletedProcess(command, 0)

    monkeypatch.setattr(dev, "side_by_side", beside)
    monkeypatch.setattr(subprocess, "run", run)
    assert dev.main(["test"]) == 5
    folders = [folder for part in dev.UNHURRIED for folder in part]
    assert all((ROOT / folder).is_dir() for folder in folders)
    pytest_command = ["/venv/test", "-m", "pytest"]
    assert started == [
        *([*pytest_command, *part] for part in dev.UNHURRIED),
        [*pytest_command, *(f"--ignore={folder}" for folder in folders)],
    ]


def test_of_two_side_by_side_one_is_heard_after_the_other(
    capfd: pytest.CaptureFixture[str],
) -> None:
    ends = [[sys.executable, "-c", f"print({code}); exit({code})"] for code in (0, 3)]
    assert dev.side_by_side(ends, dict(os.environ)) == [0, 3]
    assert capfd.readouterr().out == "0\n3\n"


def test_package_says_so_when_there_is_no_builder(
    started: list[list[str]], told: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(dev, "ROOT", tmp_path)
    assert dev.main(["package"]) == 1
    assert started == []
    assert told == [f"{Path('packaging/build.py')} is not part of this version"]


def test_check_reports_all_failures_and_fails(
    started: list[list[str]], told: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dev, "set_up", lambda group: Path(sys.executable))
    monkeypatch.setattr(dev, "checks", lambda: [["no_such"], ["this", "-q"], ["none_such"]])
    assert dev.main(["check"]) == 1
    assert told[-1] == "failed: no_such, none_such"


def test_the_four_checks_are_those_the_readme_promises() -> None:
    assert [command[:2] for command in dev.checks()] == [
        ["ruff", "check"],
        ["ruff", "format"],
        ["mypy"],
        ["pytest", "tests/test_architecture.py"],
    ]


def test_an_unknown_command_is_refused_by_name(told: list[str]) -> None:
    assert dev.main(["fly"]) == 2
    assert "'fly'" in told[0]
    assert "package" in told[0]


def test_an_old_python_can_read_dev_py_and_is_told_what_it_needs() -> None:
    ast.parse((ROOT / "dev.py").read_text(), feature_version=OLDEST_THAT_CAN_READ_DEV)
    assert dev.too_old((3, 9)).startswith("Parley needs Python 3.11 or newer, this is 3.9; ")


def test_dev_py_uses_nothing_but_the_standard_library() -> None:
    imported = {
        name.partition(".")[0]
        for node in ast.walk(ast.parse((ROOT / "dev.py").read_text()))
        for name in (
            [a.name for a in node.names]
            if isinstance(node, ast.Import)
            else [node.module or "?"]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }
    assert imported - sys.stdlib_module_names == set()


# -- system packages ------------------------------------------------------------------------------


def test_packages_count_when_installed_or_provided_by_one_that_is() -> None:
    listing = (
        "libglib2.0-0t64\tinstalled\tlibglib2.0-0 (= 2.80.0)\n"
        "sox\tconfig-files\t\n"
        "xvfb\tinstalled\txserver, other (= 1)\n"
        "odd\n"
    )
    names = dev.installed_packages(listing)
    assert names == {"libglib2.0-0t64", "libglib2.0-0", "xvfb", "xserver", "other"}


def test_without_root_and_sudo_the_packages_are_named_with_the_command_to_run(
    told: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PARLEY_NO_APT", raising=False)
    monkeypatch.setattr(dev, "is_root", lambda: False)
    monkeypatch.setattr(dev, "can_sudo", lambda: False)
    assert dev.install_packages(["libegl1", "sox"]) is False
    assert told[0] == "these system packages are missing: libegl1 sox"
    assert told[-1].strip() == "sudo apt-get update && sudo apt-get install libegl1 sox"


def test_packages_are_named_before_apt_runs(
    told: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def apt(command: list[str], **_: object) -> subprocess.CompletedProcess[bytes]:
        told.append(shlex.join(command))
        return subprocess.CompletedProcess(command, 0)

    monkeypatch.delenv("PARLEY_NO_APT", raising=False)
    monkeypatch.setattr(dev, "is_root", lambda: False)
    monkeypatch.setattr(dev, "can_sudo", lambda: True)
    monkeypatch.setattr(subprocess, "run", apt)
    assert dev.install_packages(["sox"]) is True
    assert told[0] == "these system packages are missing: sox"
    assert told[2] == "sudo apt-get update"
    assert told[3].startswith("sudo env DEBIAN_FRONTEND=noninteractive apt-get install --yes ")
    assert told[3].endswith(" sox")


def test_apt_is_left_alone_when_a_person_wants_that(
    told: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PARLEY_NO_APT", "1")
    monkeypatch.setattr(dev, "is_root", lambda: True)
    assert dev.install_packages(["sox"]) is False
    assert "PARLEY_NO_APT" in told[1]


def test_what_the_tests_need_holds_what_the_program_needs() -> None:
    assert set(dev.SYSTEM_PACKAGES["run"]) < set(dev.SYSTEM_PACKAGES["test"])


# -- requirements ---------------------------------------------------------------------------------


def test_the_requirements_for_tests_hold_those_for_running_pin_by_pin() -> None:
    run, test = pins("run"), pins("test")
    assert {name: hashes for name, hashes in run.items() if test.get(name) != hashes} == {}
    assert all("==" in name and hashes for name, hashes in test.items())


def test_the_requirements_say_nothing_about_where_they_come_from() -> None:
    for group in dev.GROUPS:
        text = (dev.REQUIREMENTS / f"{group}.txt").read_text()
        assert re.findall(r"^-.*|\w+://\S+", text, flags=re.MULTILINE) == []


def test_the_lock_holds_whatever_its_libraries_need_but_what_is_left_out() -> None:
    """pip is told to follow nobody's wishes, so nothing may be missing."""
    from importlib import metadata

    from packaging.requirements import Requirement

    lines = (dev.REQUIREMENTS / "left-out.txt").read_text().splitlines()
    left_out = {name for name in lines if not name.startswith("#")}
    missing = []
    for group in dev.GROUPS:
        locked = {name.partition("==")[0] for name in pins(group)}
        assert locked & left_out == set()
        for name in locked:
            try:
                wishes = [Requirement(text) for text in metadata.requires(name) or []]
            except metadata.PackageNotFoundError:
                continue  # For another system or Python.
            asked = {w.name for w in wishes if w.marker is None or w.marker.evaluate({"extra": ""})}
            lost = {plain(w) for w in asked} - locked - left_out
            missing += [f"{group}: {name} needs {other}" for other in lost]
    assert missing == []


def plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_what_the_project_asks_for_is_what_is_locked() -> None:
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    wanted = {
        "run": project["project"]["dependencies"],
        "test": project["dependency-groups"]["dev"],
    }
    for group, lines in wanted.items():
        locked = {name.partition("==")[0] for name in pins(group)}
        names = {re.split(r"[^\w.-]", line)[0].lower().replace("_", "-") for line in lines}
        assert names - locked == set(), f"{group}.txt is older than pyproject.toml"


# -- the stamp ------------------------------------------------------------------------------------


def test_a_finished_set_up_is_recognised(venv: Path) -> None:
    dev.write_stamp(venv, {"python": "3.11", "run": dev.lock_hash("run"), "system": ["sox"]})
    stamp = dev.read_stamp(venv)
    assert dev.has_requirements(stamp, "run", "3.11")
    assert not dev.has_requirements(stamp, "test", "3.11"), "tests need more"
    assert not dev.has_requirements(stamp, "run", "3.12"), "made for another Python"
    assert not dev.has_requirements(stamp, "run", ""), "its Python is gone"
    assert not dev.has_system(stamp, "run")


def test_a_changed_lock_makes_a_set_up_out_of_date(
    venv: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dev.write_stamp(venv, {"python": "3.11", "run": dev.lock_hash("run")})
    (tmp_path / "run.txt").write_text("anything==2\n")
    monkeypatch.setattr(dev, "REQUIREMENTS", tmp_path)
    assert not dev.has_requirements(dev.read_stamp(venv), "run", "3.11")


@pytest.mark.parametrize("text", ["", "{", "[]", '"x"'])
def test_a_broken_stamp_is_no_stamp(venv: Path, text: str) -> None:
    (venv / dev.STAMP).write_text(text)
    assert dev.read_stamp(venv) == {}


def test_an_interrupted_set_up_is_not_taken_as_finished(venv: Path) -> None:
    dev.write_stamp(venv, {"python": "3.11"})
    (venv / dev.UNFINISHED).touch()
    assert dev.read_stamp(venv) == {}
    dev.write_stamp(venv, {"python": "3.11"})
    assert dev.read_stamp(venv) == {"python": "3.11"}


def test_packages_that_an_interrupted_pip_left_incomplete_are_forgotten(tmp_path: Path) -> None:
    def package(name: str, record: str | None) -> None:
        (tmp_path / f"{name}.py").write_text("12345")
        info = tmp_path / f"{name}-1.dist-info"
        info.mkdir()
        if record is not None:
            (info / "RECORD").write_text(record)

    package("good", "good.py,sha256=x,5\n__pycache__/good.pyc,,\ngood-1.dist-info/RECORD,,\n")
    package("unfinished", None)
    package("short", "short.py,sha256=x,6\n")
    package("lost", "lost.py,sha256=x,5\nlost_too.py,sha256=x,5\n")
    (tmp_path / "~umpy").mkdir()
    gone = dev.remove_half_installed(tmp_path)
    assert gone == ["lost-1.dist-info", "short-1.dist-info", "unfinished-1.dist-info", "~umpy"]
    assert (tmp_path / "good-1.dist-info").exists()
    assert dev.remove_half_installed(tmp_path) == []


def test_a_folder_that_is_no_environment_is_never_emptied(venv: Path) -> None:
    (venv / "thesis.txt").write_text("years of work")
    with pytest.raises(dev.SetupError, match="no virtual environment"):
        dev.create_venv(venv)
    assert (venv / "thesis.txt").read_text() == "years of work"


def test_a_broken_environment_is_made_anew(venv: Path, told: list[str]) -> None:
    (venv / "pyvenv.cfg").touch()
    (venv / "bin").mkdir()
    (venv / "bin" / "python").symlink_to("/nowhere/python")
    assert dev.python_version(venv) == ""
    dev.create_venv(venv)
    assert dev.number(dev.python_version(venv)) == sys.version_info[:2]
    assert (venv / dev.UNFINISHED).exists(), "only the end of the set-up removes it"
    dev.provide_pip(venv, dev.site_packages(venv, dev.python_version(venv)))


def test_python_that_cannot_make_environments_names_the_package(
    venv: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dev, "can_make_venv", lambda: False)
    monkeypatch.setattr(dev, "is_debian", lambda: True)
    with pytest.raises(dev.SetupError, match=r"apt-get install python3\.\d+-venv"):
        dev.create_venv(venv)


def test_of_two_set_ups_the_second_waits_for_the_first(venv: Path, told: list[str]) -> None:
    order: list[str] = []
    second_is_here = threading.Event()

    def second() -> None:
        second_is_here.set()
        with dev.only_one(venv / dev.LOCK):
            order.append("second")

    with dev.only_one(venv / dev.LOCK):
        thread = threading.Thread(target=second)
        thread.start()
        second_is_here.wait(10)
        order.append("first")
    thread.join(10)
    assert order == ["first", "second"]


def test_a_tool_that_outlives_a_killed_set_up_still_holds_its_lock(venv: Path) -> None:
    tool = "import sys; print('at work', file=sys.stderr, flush=True); sys.stdin.read()"
    code = (
        "import sys, pathlib, dev\n"
        "with dev.only_one(pathlib.Path(sys.argv[1])):\n"
        f"    dev.run_tool([sys.executable, '-c', {tool!r}])\n"
    )
    set_up = subprocess.Popen(
        [sys.executable, "-c", code, str(venv / dev.LOCK)],
        env=dev.program_environment(),
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert set_up.stdin is not None
    assert set_up.stderr is not None
    with set_up.stdin, set_up.stderr, (venv / dev.LOCK).open("a+b") as lock:
        assert set_up.stderr.readline() == b"at work\n"
        set_up.kill()
        set_up.wait(10)
        with pytest.raises(OSError, match="temporarily unavailable"):
            dev.lock_file(lock.fileno(), wait=False)
        set_up.stdin.close()
        dev.lock_file(lock.fileno(), wait=True)


def test_set_up_is_skipped_when_all_is_there(
    venv: Path, told: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    version = "{}.{}".format(*sys.version_info[:2])
    stamp = {"python": version, "run": dev.lock_hash("run")}
    dev.write_stamp(venv, stamp | {"system": list(dev.SYSTEM_PACKAGES["run"])})
    monkeypatch.setenv("PARLEY_VENV", str(venv))
    monkeypatch.setattr(dev, "python_version", lambda venv: version)
    monkeypatch.setattr(dev, "finish_set_up", lambda venv, group: pytest.fail("not skipped"))
    assert dev.set_up("run") == dev.venv_python(venv)
    assert not (venv / dev.LOCK).exists()
    assert told == []


def test_pip_is_not_led_astray_by_a_persons_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_USER", "1")
    monkeypatch.setenv("PIP_TARGET", "/elsewhere")
    monkeypatch.setenv("PIP_INDEX_URL", "kept")
    env = dev.tool_environment()
    assert {name for name in env if name in {"PIP_USER", "PIP_TARGET"}} == set()
    assert env["PIP_INDEX_URL"] == "kept"


def test_parley_can_be_started_from_any_folder(tmp_path: Path) -> None:
    env = dev.program_environment()
    code = "import desktop_app, pathlib; print(pathlib.Path(desktop_app.__file__).parent.parent)"
    command = [sys.executable, "-c", code]
    done = subprocess.run(
        command, env=env, cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert Path(done.stdout.strip()) == ROOT
