"""How often the Doctor judges a simulated desk rightly, and how near its measures come."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from statistics import median

from desktop_app.core.sound_check import Findings, Mode, Trouble
from tests.audio.doctor_setups import SETUPS, Setup, findings, is_right

HEADER = ("what is there", "set-ups", "right", "delay is off by", "echo taken out")
SEEDS = 5


def run(quick: bool) -> Sequence[Sequence[str]]:
    """Measure every set-up with several rooms and noises."""
    groups: dict[str, list[tuple[Setup, Findings]]] = defaultdict(list)
    for setup in SETUPS:
        for seed in range(2 if quick else SEEDS):
            groups[_group(setup)].append((setup, findings(setup, 100 + seed)))
    everything = [each for group in groups.values() for each in group]
    return [_row(name, group) for name, group in (*groups.items(), ("all", everything))]


def _group(setup: Setup) -> str:
    if setup.trouble is not Trouble.NONE:
        return "something in the way"
    return {Mode.HALF_DUPLEX: "echo that stays"}.get(setup.mode, setup.mode.value)


def _row(name: str, group: Sequence[tuple[Setup, Findings]]) -> Sequence[str]:
    right = sum(is_right(setup, found) for setup, found in group)
    heard = [
        (abs(found.delay_ms - setup.delay_ms), found.removed_db)
        for setup, found in group
        if found.delay_ms is not None and setup.mode is not Mode.UNKNOWN
    ]
    share = f"{right}/{len(group)} ({100 * right / len(group):.0f} %)"
    if not heard:
        return (name, str(len(group)), share, "-", "-")
    off_ms, removed_db = zip(*heard, strict=True)
    off = f"{median(off_ms):.1f}, at most {max(off_ms):.1f} ms"
    return (name, str(len(group)), share, off, f"{median(removed_db):.0f} dB")
