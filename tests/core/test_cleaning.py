from __future__ import annotations

import pytest

from desktop_app.core.cleaning import NOISE_REDUCTION, Cleaning, cleaning
from desktop_app.core.far_end import SessionConfigured
from desktop_app.core.settings import Settings
from desktop_app.core.state import AppState, LinkState, Phase
from desktop_app.core.step import step


def cleaned(link: LinkState | None = None, **settings: str) -> Cleaning:
    chosen = Settings(**settings)  # type: ignore[arg-type]
    return cleaning(AppState(settings=chosen, link=link or LinkState()))


def test_by_default_the_echo_goes_noise_is_left_to_the_server_and_quiet_voices_are_lifted() -> None:
    assert cleaned() == Cleaning(echo=True, noise=False, gain=True)
    assert cleaned(LinkState(noise_reduced=True)) == cleaned()


def test_what_the_server_says_of_noise_is_remembered_until_it_says_something_else() -> None:
    live = AppState(link=LinkState(phase=Phase.LIVE))
    state, _ = step(live, SessionConfigured(noise_reduced=False))
    assert cleaning(state).noise
    state, _ = step(state, SessionConfigured(noise_reduced=True))
    assert not cleaning(state).noise


@pytest.mark.parametrize(
    "link",
    [LinkState(noise_reduced=False), LinkState(omitted=frozenset({NOISE_REDUCTION}))],
)
def test_a_server_that_does_not_reduce_noise_leaves_it_to_us(link: LinkState) -> None:
    assert cleaned(link).noise
    assert not cleaned(link, noise_reduction="off").noise
    assert not cleaned(link, noise_suppression="off").noise


def test_each_stage_can_be_switched() -> None:
    assert cleaned(noise_suppression="on").noise
    assert not cleaned(echo_cancellation="off").echo
    assert not cleaned(microphone_gain="off").gain
