"""How loud speech is played: exact, without clicks, however it is cut into pieces."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.audio.pcm import from_bytes, samples_of_ms
from desktop_app.audio.volume import RAMP_MS, Volume, factor_of

RAMP = samples_of_ms(RAMP_MS)
LOUD = np.full(4 * RAMP, 20_000, "<i2").tobytes()
PERCENT = st.integers(0, 100)


@given(st.binary(max_size=200), st.lists(st.integers(0, 9), max_size=20))
def test_at_full_volume_whole_samples_pass_as_they_are(pcm: bytes, sizes: list[int]) -> None:
    volume = Volume()
    out, at = b"", 0
    for size in (*sizes, len(pcm)):
        out += volume.applied("a", pcm[at : at + size])
        at = min(len(pcm), at + size)
    assert out == pcm[: len(pcm) // 2 * 2]


@given(PERCENT, PERCENT, st.integers(0, len(LOUD)), st.integers(0, len(LOUD)))
def test_a_change_is_heard_the_same_however_the_sound_is_cut(
    before: int, after: int, one: int, two: int
) -> None:
    first, second = sorted((one, two))
    whole, cut = Volume(before), Volume(before)
    for volume in (whole, cut):
        volume.set_percent(after)
    pieces = (LOUD[:first], LOUD[first:second], LOUD[second:])
    heard = from_bytes(b"".join(cut.applied("a", piece) for piece in pieces))
    assert np.abs(heard - from_bytes(whole.applied("a", LOUD)).astype(int)).max() <= 1


@given(PERCENT, PERCENT)
def test_a_change_rises_or_falls_in_small_steps_to_what_was_asked_for(
    before: int, after: int
) -> None:
    volume = Volume(before)
    volume.set_percent(after)
    heard = from_bytes(volume.applied("a", LOUD)).astype(int)
    begin, end = (round(20_000 * factor_of(percent)) for percent in (before, after))
    steps = np.diff(np.append(begin, heard))
    assert np.abs(steps).max() <= abs(end - begin) / RAMP + 1.5
    assert abs(heard[RAMP] - end) <= 1
    assert abs(heard[-1] - end) <= 1


def test_a_change_in_the_middle_of_a_change_begins_where_that_stood() -> None:
    volume = Volume()
    volume.set_percent(0)
    half = from_bytes(volume.applied("a", LOUD[:RAMP])).astype(int)
    volume.set_percent(100)
    rest = from_bytes(volume.applied("a", LOUD)).astype(int)
    assert abs(rest[0] - half[-1]) <= 22
    assert rest[RAMP] == 20_000


def test_after_a_cut_the_new_volume_counts_at_once_and_no_half_sample_is_left() -> None:
    volume = Volume()
    volume.set_percent(50)
    assert volume.applied("a", b"\x01") == b""
    volume.cut()
    heard = from_bytes(volume.applied("a", LOUD))
    assert set(heard.tolist()) == {5000}


def test_a_half_sample_belongs_to_its_item_only() -> None:
    volume = Volume()
    assert volume.applied("a", b"\x01") == b""
    assert volume.applied("b", b"\x02\x03") == b"\x02\x03"


@pytest.mark.parametrize(("percent", "factor"), [(-5, 0), (0, 0), (50, 0.25), (100, 1), (120, 1)])
def test_the_volume_follows_the_ear_and_stays_in_its_bounds(percent: float, factor: float) -> None:
    assert factor_of(percent) == factor
