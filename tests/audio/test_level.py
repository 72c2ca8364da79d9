from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.audio.level import (
    CLIP_HELD_BLOCKS,
    FLOOR_DBFS,
    SILENCE,
    Meter,
    block_powers,
    dbfs,
    power,
)

int16 = st.integers(-32768, 32767)


def sound(*values: int) -> bytes:
    return np.array(values, np.int16).tobytes()


def test_silence_and_nothing_are_at_the_floor() -> None:
    assert Meter().measure(sound(*[0] * 240)) == SILENCE
    assert Meter().measure(b"") == SILENCE
    assert SILENCE.rms_dbfs == SILENCE.peak_dbfs == FLOOR_DBFS


def test_a_full_sine_is_at_0_dbfs_peak_and_3_below_rms() -> None:
    sine = np.sin(np.arange(240) * 2 * np.pi / 24) * 32767
    loud = Meter().measure(sine.astype(np.int16).tobytes())
    assert loud.peak_dbfs == pytest.approx(0, abs=0.01)
    assert loud.rms_dbfs == pytest.approx(-3.01, abs=0.01)


def test_the_lowest_sample_counts_as_a_peak() -> None:
    assert Meter().measure(sound(-32768, 0, 0)).peak_dbfs == 0


def test_one_sample_at_the_limit_is_no_clipping_and_three_are() -> None:
    meter = Meter()
    assert not meter.measure(sound(32767, -32768, 0, 0)).clipped
    assert meter.measure(sound(32767, -32768, 32767, 0)).clipped


def test_a_tenth_of_a_decibel_below_full_scale_is_the_limit() -> None:
    assert not Meter().measure(sound(*[32_390] * 9)).clipped
    assert Meter().measure(sound(*[32_393] * 9)).clipped


@pytest.mark.parametrize("after", [0, 100])
def test_clipping_stays_in_sight_of_a_meter_that_looks_at_every_third_block(after: int) -> None:
    meter = Meter()
    meter.measure(sound(*[32767] * 240))
    seen = [meter.measure(sound(*[after] * 240)).clipped for _ in range(CLIP_HELD_BLOCKS)]
    assert seen == [True] * (CLIP_HELD_BLOCKS - 1) + [False]


@given(st.lists(int16, min_size=1, max_size=500))
def test_rms_never_exceeds_peak_and_both_stay_in_range(values: list[int]) -> None:
    loud = Meter().measure(sound(*values))
    assert FLOOR_DBFS <= loud.rms_dbfs <= loud.peak_dbfs + 1e-3 <= 1e-3


def test_a_long_block_after_short_ones_is_measured_whole() -> None:
    meter = Meter()
    meter.measure(sound(*[1] * 240))
    assert meter.measure(sound(*[0] * 900, 16384)).peak_dbfs == pytest.approx(-6.02, abs=0.01)


def test_decibels_of_an_amplitude() -> None:
    assert dbfs(1) == 0
    assert dbfs(0.1) == pytest.approx(-20)
    assert dbfs(0) == FLOOR_DBFS


def test_the_power_of_a_sine_is_half_its_amplitudes_square() -> None:
    sine = (0.5 * np.sin(np.arange(240) * 2 * np.pi / 24)).astype(np.float32)
    assert power(sine) == pytest.approx(0.125, rel=1e-6)


def test_each_whole_block_has_a_power_and_what_is_left_over_has_none() -> None:
    steps = np.repeat(np.array([0.0, 0.5, 1.0], np.float32), [240, 240, 239])
    assert block_powers(steps).tolist() == [0.0, 0.25]
    assert block_powers(steps[:239]).tolist() == []
