"""Signals as sound: short, soft, told apart, and without a click."""

from __future__ import annotations

import numpy as np
import pytest

from desktop_app.audio.cues import LOUDEST, NOTES_HZ, cue_sound
from desktop_app.core.cues import Cue

RATE_HZ = 24_000


@pytest.mark.parametrize("cue", Cue)
def test_a_cue_is_short_and_soft_and_begins_and_ends_in_silence(cue: Cue) -> None:
    samples = np.frombuffer(cue_sound(cue, 100), "<i2").astype(float) / 32767
    assert 0.05 < len(samples) / RATE_HZ <= 0.15
    assert 0.05 < np.abs(samples).max() <= LOUDEST
    assert abs(samples[0]) < 0.001
    assert abs(samples[-1]) < 0.001
    assert np.abs(np.diff(samples)).max() < LOUDEST / 3


def test_no_two_cues_sound_alike() -> None:
    assert set(NOTES_HZ) == set(Cue)
    assert len({cue_sound(cue, 50) for cue in Cue}) == len(Cue)


def test_half_the_volume_is_a_quarter_of_the_sound_and_none_is_none() -> None:
    loud, soft = (np.frombuffer(cue_sound("start", v), "<i2") for v in (100, 50))
    assert np.abs(soft).max() == pytest.approx(np.abs(loud).max() / 4, abs=1)
    assert not np.frombuffer(cue_sound("start", 0), "<i2").any()
