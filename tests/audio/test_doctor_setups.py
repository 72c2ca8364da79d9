"""The Doctor's judgement in simulated rooms; ``python -m tests.benchmarks doctor`` shows them."""

from __future__ import annotations

import pytest

from desktop_app.core.sound_check import judge
from tests.audio.doctor_setups import SETUPS, Setup, findings, is_right

SEED = 1
LEAST_RIGHT = 0.95


def test_there_are_forty_setups_with_names_of_their_own() -> None:
    assert len({setup.name for setup in SETUPS}) == len(SETUPS) == 40


@pytest.mark.timeout(240)
def test_the_verdict_is_right_in_95_of_100_setups() -> None:
    wrong: list[str] = []
    for setup in SETUPS:
        found = findings(setup, SEED)
        if not is_right(setup, found):
            wrong.append(f"{setup.name}: {judge(found)} of {found}")
    assert len(wrong) <= (1 - LEAST_RIGHT) * len(SETUPS), "\n".join(wrong)


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("loudspeaker, 60 ms, 0 dB, rings 400 ms", "headphones, office"),
        ("headset with a voice", "a line input"),
    ],
)
def test_a_verdict_about_another_setup_is_wrong(name: str, wrong: str) -> None:
    by_name: dict[str, Setup] = {setup.name: setup for setup in SETUPS}
    assert not is_right(by_name[wrong], findings(by_name[name], SEED))
