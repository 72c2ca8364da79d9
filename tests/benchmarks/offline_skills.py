"""How long the built-in skills take: to start, to understand a sentence, to answer one."""

from __future__ import annotations

import asyncio
import statistics
import subprocess
import sys
import time
from collections.abc import Callable

from desktop_app.offline.brains.brain import Request, Said
from desktop_app.offline.brains.skills_brain import SkillsBrain
from desktop_app.offline.skills import match, units
from desktop_app.offline.skills.answers import understand
from desktop_app.offline.skills.household import Household
from desktop_app.offline.skills.phrase import tidy
from desktop_app.offline.skills.scene import Scene
from tests.offline.skills.table import NOW, ROWS
from tests.offline.skills.test_open_questions import OPEN

HEADER = ("offline skills", "median", "p95", "worst", "unit")
Row = tuple[str, str, str, str, str]

_START = (
    "import time, sys; began = time.perf_counter();"
    "from desktop_app.offline.skills import {module} as part; part.warm_up();"
    "print((time.perf_counter() - began) * 1000)"
)


def run(quick: bool) -> list[Row]:
    """Measure, in a few seconds if ``quick``."""
    starts = 2 if quick else 7
    rounds = 1 if quick else 5
    said = [way for row in ROWS for way in row.ways]
    rows = [
        _row("start: sentences loaded (new process)", _started("match", starts)),
        _row("start: units loaded (new process)", _started("units", starts)),
    ]
    match.warm_up()
    units.warm_up()
    scene = Scene(NOW)
    rows.append(_row("tidy a phrase", _timed(tidy, said, rounds)))
    candidates = _timed(lambda text: list(match.candidates(tidy(text))), said, rounds)
    rows.append(_row("match a phrase", candidates))
    rows.append(
        _row(f"understand, {len(said)} sentences", _timed(_understand(scene), said, rounds))
    )
    rows.append(
        _row(f"refuse, {len(OPEN)} open questions", _timed(_understand(scene), OPEN, rounds))
    )
    rows.append(
        _row("first words of the brain", asyncio.run(_first_words(said[:: 10 if quick else 1])))
    )
    return rows


def _understand(scene: Scene) -> Callable[[str], object]:
    return lambda text: understand(text, scene)


def _timed(
    work: Callable[[str], object], texts: list[str] | tuple[str, ...], rounds: int
) -> list[float]:
    times = []
    for _ in range(rounds):
        for text in texts:
            began = time.perf_counter()
            work(text)
            times.append((time.perf_counter() - began) * 1000)
    return times


def _started(module: str, times: int) -> list[float]:
    command = [sys.executable, "-c", _START.format(module=module)]
    return [
        float(subprocess.run(command, capture_output=True, check=True).stdout) for _ in range(times)
    ]


async def _first_words(texts: list[str]) -> list[float]:
    brain = SkillsBrain(Household(None, lambda _: None))
    times = []
    for text in texts:
        thoughts = brain.think(Request((Said("user", text),), "", NOW))
        began = time.perf_counter()
        await anext(thoughts)
        times.append((time.perf_counter() - began) * 1000)
        await thoughts.aclose()
    return times


def _row(name: str, times: list[float]) -> Row:
    ordered = sorted(times)
    p95 = ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))]
    return (name, f"{statistics.median(ordered):.2f}", f"{p95:.2f}", f"{ordered[-1]:.2f}", "ms")
