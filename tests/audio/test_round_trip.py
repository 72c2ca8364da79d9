from __future__ import annotations

import numpy as np
import pytest

from desktop_app.audio.check_tune import check_tune
from desktop_app.audio.level import FLOOR_DBFS
from desktop_app.audio.pcm import RATE_HZ, Float32, samples_of_ms
from desktop_app.audio.round_trip import active, find_round_trip, loudness

SECOND = np.zeros(RATE_HZ, np.float32)
FAR = np.concatenate([SECOND, check_tune(), SECOND])


def heard(delay_ms: int, gain: float, noise: float = 1e-4) -> Float32:
    samples = samples_of_ms(delay_ms)
    near = np.roll(FAR, samples) * np.float32(gain)
    return near + np.random.default_rng(4).standard_normal(len(FAR)).astype(np.float32) * noise


@pytest.mark.parametrize("delay_ms", [-150, 0, 7, 60, 400, 700])
def test_the_delay_is_found_to_the_millisecond(delay_ms: int) -> None:
    path = find_round_trip(heard(delay_ms, 0.1), FAR)
    assert path is not None
    assert path.delay_ms == pytest.approx(delay_ms, abs=0.5)
    assert path.gain_db == pytest.approx(-20, abs=1)


def test_an_echo_far_below_the_noise_is_found_all_the_same() -> None:
    path = find_round_trip(heard(60, 0.003, noise=0.003), FAR)
    assert path is not None
    assert path.delay_ms == pytest.approx(60, abs=0.5)
    assert path.likeness < 0.5


def test_the_first_arrival_counts_and_not_the_loudest() -> None:
    near = heard(60, 0.1) + heard(75, 0.14)
    path = find_round_trip(near, FAR)
    assert path is not None
    assert path.delay_ms == pytest.approx(60, abs=0.5)


def test_a_plain_copy_is_known_by_its_likeness() -> None:
    path = find_round_trip(heard(20, 0.5, noise=0), FAR)
    assert path is not None
    assert path.likeness > 0.99


@pytest.mark.parametrize("near", [heard(0, 0.0), np.zeros_like(FAR), FAR[::-1].copy()])
def test_what_has_nothing_to_do_with_the_tune_is_no_echo(near: Float32) -> None:
    assert find_round_trip(near, FAR) is None


def test_without_a_tune_there_is_no_echo() -> None:
    assert find_round_trip(heard(60, 0.5), np.zeros_like(FAR)) is None


@pytest.mark.parametrize(("later", "at"), [(0, 480), (240, 720), (-240, 240)])
def test_where_it_sounds_can_be_asked_for_later_and_earlier(later: int, at: int) -> None:
    far = np.zeros(2400, np.float32)
    far[480:960] = 0.5
    sounding = active(far, later)
    assert np.flatnonzero(sounding)[[0, -1]].tolist() == [at, at + 479]


def test_the_loudness_of_nowhere_is_silence() -> None:
    assert loudness(FAR, np.zeros(len(FAR), np.bool_)) == FLOOR_DBFS
