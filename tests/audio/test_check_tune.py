from __future__ import annotations

import numpy as np
import pytest

from desktop_app.audio.check_tune import LOUDEST, check_tune
from desktop_app.audio.level import dbfs
from desktop_app.audio.pcm import RATE_HZ


def test_it_is_the_same_tune_every_time_and_short() -> None:
    tune = check_tune()
    assert np.array_equal(tune, check_tune())
    assert tune.dtype == np.float32
    assert 3 < len(tune) / RATE_HZ < 4


def test_it_is_as_loud_as_a_voice_and_never_near_full_scale() -> None:
    tune = check_tune()
    assert -20 < dbfs(float(np.sqrt(np.mean(tune**2)))) < -14
    assert float(np.abs(tune).max()) <= LOUDEST


def test_it_begins_and_ends_without_a_click() -> None:
    tune = check_tune()
    assert abs(float(tune[0])) < 0.001
    assert abs(float(tune[-1])) < 0.001


@pytest.mark.parametrize(
    "band_hz", [(150, 1_000), (1_000, 3_400), (3_400, 4_500), (4_500, 7_500), (7_500, 11_000)]
)
def test_there_is_something_at_every_pitch(band_hz: tuple[int, int]) -> None:
    tune = check_tune()
    pitches = np.fft.rfftfreq(len(tune), 1 / RATE_HZ)
    power = np.abs(np.fft.rfft(tune)) ** 2
    inside = power[(pitches >= band_hz[0]) & (pitches < band_hz[1])].sum()
    assert inside / power.sum() > 0.01
