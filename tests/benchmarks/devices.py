"""Two hundred changes of devices in one talk: how soon the right one is used, and what is left."""

from __future__ import annotations

import itertools
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.e2e.device_scene import HEADSET, Scene, scene
from tests.private_process import PlaceError
from tests.virtual_sound import Kind

HEADER = ("change", "times", "right device after, s (median / worst)", "never right")
CHANGES, QUICK_CHANGES = 200, 20
CRASH_EVERY = 20
SETTLE_S = 6.0
"""After this, what a change has left behind is left behind for good."""
DEVICES: tuple[tuple[Kind, str, str], ...] = (
    ("mic", "mic_headset", "Headset Microphone"),
    ("spk", "spk_headset", "Headset Earphones"),
)


@dataclass(frozen=True, slots=True)
class Left:
    """What a process holds."""

    files: int
    threads: int
    memory_mb: float

    @classmethod
    def of(cls, pid: int) -> Left:
        """Look at a process."""
        folder = Path(f"/proc/{pid}")
        status = (folder / "status").read_text().splitlines()
        rss = next(line for line in status if line.startswith("VmRSS"))
        tasks = len(os.listdir(folder / "task"))
        return cls(len(os.listdir(folder / "fd")), tasks, int(rss.split()[1]) / 1000)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of many changes."""

    took_s: dict[str, list[float]]
    missed: dict[str, int]
    before: Left
    after: Left


def change(talk: Scene, number: int) -> Iterator[tuple[str, Callable[[], None], tuple[str, str]]]:
    """Yield what is done to the devices, one after the other, and where the talk belongs then."""
    desk, headset = ("mic_desk", "spk_desk"), ("mic_headset", "spk_headset")

    def unplug() -> None:
        for _, name, _ in DEVICES:
            talk.sound.unplug(name)

    def plug() -> None:
        for device in DEVICES:
            talk.sound.plug(*device)

    def die() -> None:
        talk.sound.crash()
        talk.sound.restart()

    if number % CRASH_EVERY == CRASH_EVERY - 2:
        yield "the sound server dies and is back", die, headset
    else:
        yield "headset pulled out", unplug, desk
        yield "headset back", plug, headset


def changes(talk: Scene, count: int) -> Outcome:
    """Change devices again and again in a talk that uses a headset where there is one."""
    pid = talk.app.process.pid
    talk.until_on("mic_headset", "spk_headset")
    took_s: dict[str, list[float]] = {}
    missed: dict[str, int] = {}
    steps = (step for number in itertools.count(0, 2) for step in change(talk, number))
    before: Left | None = None
    for number, (what, act, place) in enumerate(itertools.islice(steps, count)):
        act()
        try:
            took_s.setdefault(what, []).append(talk.until_on(*place))
        except PlaceError:
            missed[what] = missed.get(what, 0) + 1
        if number == count // 10:  # What is loaded once is loaded now.
            before = _settled(pid)
    talk.until_heard()
    assert before is not None
    return Outcome(took_s, missed, before, _settled(pid))


def _settled(pid: int) -> Left:
    """What a process holds once it has calmed down."""
    until = time.monotonic() + SETTLE_S
    left = Left.of(pid)
    while time.monotonic() < until:
        time.sleep(0.2)
        now = Left.of(pid)
        left = Left(min(left.files, now.files), min(left.threads, now.threads), now.memory_mb)
    return left


def run(quick: bool) -> list[list[str]]:
    """Measure."""
    count = QUICK_CHANGES if quick else CHANGES
    with (
        tempfile.TemporaryDirectory(prefix="parley-bench-") as folder,
        scene(Path(folder), HEADSET) as talk,
    ):
        outcome = changes(talk, count)
    rows = [
        [
            what,
            str(len(took)),
            f"{statistics.median(took):.2f} / {max(took):.2f}",
            str(outcome.missed.get(what, 0)),
        ]
        for what, took in outcome.took_s.items()
    ]
    before, after = outcome.before, outcome.after
    held = f"files {before.files} -> {after.files}, threads {before.threads} -> {after.threads}"
    memory = f"{before.memory_mb:.0f} -> {after.memory_mb:.0f} MB"
    return [*rows, [f"held after {count // 10} and {count} changes", "", f"{held}, {memory}", ""]]
