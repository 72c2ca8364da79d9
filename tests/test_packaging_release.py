"""The release workflow: what GitHub would refuse, and what a release must not do without."""

from __future__ import annotations

import re
import shlex
import subprocess
from pathlib import Path
from typing import Any

import pytest

yaml = pytest.importorskip("yaml")

ROOT = Path(__file__).resolve().parent.parent
FILE = ROOT / ".github" / "workflows" / "release.yml"
CONTEXTS = {"secrets", "env", "matrix", "github", "runner"}


def workflow() -> dict[Any, Any]:
    loaded = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    assert isinstance(loaded, dict)
    return loaded


def jobs() -> dict[str, dict[str, Any]]:
    return dict(workflow()["jobs"])


def steps() -> list[dict[str, Any]]:
    return [step for job in jobs().values() for step in job["steps"]]


def test_every_step_does_exactly_one_thing() -> None:
    known = {"uses", "run", "with", "env", "if", "name", "shell"}
    assert [step for step in steps() if ("uses" in step) == ("run" in step)] == []
    assert [step for step in steps() if set(step) - known] == []


def test_every_job_has_a_machine_a_limit_and_only_jobs_before_it() -> None:
    seen: set[str] = set()
    for name, job in jobs().items():
        assert job["runs-on"], name
        assert job["timeout-minutes"] <= 60, name
        needs = job.get("needs", [])
        assert set([needs] if isinstance(needs, str) else needs) <= seen, name
        seen.add(name)


def test_expressions_are_closed_and_name_known_contexts() -> None:
    text = FILE.read_text(encoding="utf-8")
    found = re.findall(r"\$\{\{ (.+?) \}\}", text)
    assert text.count("${{") == len(found)
    assert [e for e in found if e.partition(".")[0] not in CONTEXTS] == []


def test_secrets_reach_only_steps_that_ask_whether_they_are_there() -> None:
    for step in steps():
        values = [*step.get("env", {}).values(), *step.get("with", {}).values()]
        if any("secrets." in str(value) for value in values):
            assert re.search(r"env\.HAS_\w+_KEY == 'true'", step.get("if", "")), step.get("name")


def test_what_others_may_write_never_gets_into_a_shell_by_substitution() -> None:
    assert [step for step in steps() if "${{" in str(step.get("run", ""))] == []


def test_only_the_release_may_write_and_it_runs_only_for_a_tag() -> None:
    assert workflow()["permissions"] == {"contents": "read"}
    writers = [n for n, job in jobs().items() if "write" in str(job.get("permissions", ""))]
    assert writers == ["release"]
    assert "refs/tags/" in jobs()["release"]["if"]


def test_three_systems_are_built_and_what_was_built_is_tried() -> None:
    systems = {
        row["os"].partition("-")[0] for row in jobs()["build"]["strategy"]["matrix"]["include"]
    }
    assert systems == {"ubuntu", "windows", "macos"}
    tried = [step for step in jobs()["build"]["steps"] if "try" in step.get("name", "").lower()]
    assert {step["if"].split("'")[1] for step in tried} == {"Linux", "Windows", "macOS"}
    names = [step.get("uses", step.get("name", "")) for step in jobs()["build"]["steps"]]
    assert names[-1].startswith("actions/upload-artifact@"), "only what was tried"


def test_the_draft_holds_checksums_bills_of_materials_and_where_it_was_made() -> None:
    words = FILE.read_text(encoding="utf-8")
    for thing in ("SHA256SUMS", ".cdx.json", "attest-build-provenance", "--draft", "pip-audit"):
        assert thing in words


def test_files_and_commands_of_the_workflow_exist() -> None:
    for step in steps():
        for line in str(step.get("run", "")).splitlines():
            for path in re.findall(r"(?:^|[\s/])(packaging/\S+)", line):
                assert (ROOT / path).exists(), path
            if line.startswith("python3 dev.py"):
                assert shlex.split(line)[2] in {"check", "test", "package"}


def test_the_shell_of_each_step_can_be_parsed() -> None:
    for step in steps():
        if "run" in step and step.get("shell") != "pwsh":
            subprocess.run(["bash", "-n"], input=step["run"], text=True, check=True)
