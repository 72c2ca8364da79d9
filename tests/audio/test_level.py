from __future__ import annotations

import threading

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.audio.level import (
    FLOOR_DBFS,
    KEPT_BLOCKS,
    SILENCE,
    Loudness,
    Meter,
    block_powers,
    dbfs,
    measured,
    power,
)

int16 = st.integers(-32768, 32767)


def sound(*values: int) -> bytes:
    return np.array(values, np.int16).tobytes()


def loudness(*values: int) -> Loudness:
    return measured(np.array(values, np.int16))


def test_silence_and_nothing_are_at_the_floor() -> None:
    assert loudness(*[0] * 240) == SILENCE
    assert Meter().read() == SILENCE
    assert SILENCE.rms_dbfs == SILENCE.peak_dbfs == FLOOR_DBFS


def test_a_full_sine_is_at_0_dbfs_peak_and_3_below_rms() -> None:
    sine = np.sin(np.arange(240) * 2 * np.pi / 24) * 32767
    loud = measured(sine.astype(np.int16))
    assert loud.peak_dbfs == pytest.approx(0, abs=0.01)
    assert loud.rms_dbfs == pytest.approx(-3.01, abs=0.01)


def test_the_lowest_sample_counts_as_a_peak() -> None:
    assert loudness(-32768, 0, 0).peak_dbfs == 0


def test_one_sample_at_the_limit_is_no_clipping_and_three_in_a_block_are() -> None:
    assert not loudness(32767, -32768, 0, 0).clipped
    assert loudness(32767, -32768, 32767, 0).clipped
    assert not loudness(*[32767, *[0] * 239] * 9).clipped
    assert loudness(*[0] * 500, *[32767] * 3).clipped


def test_a_tenth_of_a_decibel_below_full_scale_is_the_limit() -> None:
    assert not loudness(*[32_390] * 9).clipped
    assert loudness(*[32_393] * 9).clipped


@given(st.lists(int16, min_size=1, max_size=500))
def test_rms_never_exceeds_peak_and_both_stay_in_range(values: list[int]) -> None:
    loud = loudness(*values)
    assert FLOOR_DBFS <= loud.rms_dbfs <= loud.peak_dbfs + 1e-3 <= 1e-3


def test_a_reading_is_of_what_came_since_the_last_and_without_any_what_it_was() -> None:
    meter = Meter()
    meter.push(sound(*[16384] * 240))
    meter.push(sound(*[0] * 720))
    assert meter.read().peak_dbfs == pytest.approx(-6.02, abs=0.01)
    assert meter.read().peak_dbfs == pytest.approx(-6.02, abs=0.01)
    meter.push(sound(*[0] * 240))
    assert meter.read() == SILENCE


@given(st.lists(st.booleans(), min_size=1, max_size=KEPT_BLOCKS), st.integers(1, 4))
def test_a_block_that_clipped_since_the_last_reading_is_seen(
    clips: list[bool], together: int
) -> None:
    meter = Meter()
    blocks = [sound(*[32767 if clip else 100] * 240) for clip in clips]
    for at in range(0, len(blocks), together):
        meter.push(b"".join(blocks[at : at + together]))
    assert meter.read().clipped is any(clips)
    meter.push(sound(*[100] * 240))
    assert not meter.read().clipped


def test_what_nobody_asked_for_is_forgotten_after_a_quarter_of_a_second() -> None:
    meter = Meter()
    meter.push(sound(*[32767] * 240))
    for _ in range(KEPT_BLOCKS):
        meter.push(sound(*[0] * 240))
    assert meter.read() == SILENCE
    meter.push(sound(*[32767] * 240, *[0] * 240 * KEPT_BLOCKS))
    assert meter.read() == SILENCE


def test_one_thread_may_push_while_another_one_reads() -> None:
    meter = Meter()
    peaks: list[float] = []

    def read() -> None:
        while not peaks or peaks[-1] < 0:
            peaks.append(meter.read().peak_dbfs)

    reader = threading.Thread(target=read)
    reader.start()
    for _ in range(2000):
        meter.push(sound(*[16384] * 240))
    meter.push(sound(-32768))
    reader.join(10)
    assert {round(peak, 1) for peak in peaks} <= {FLOOR_DBFS, -6.0, 0.0}
    assert peaks[-1] == 0


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
