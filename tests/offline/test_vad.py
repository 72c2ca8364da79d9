from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop_app.offline.vad import FRAME_MS, SpeechProbability
from tests.offline.speech_data import spoken_by_joe

SECOND = 24_000


def test_one_probability_comes_out_for_every_32_ms() -> None:
    vad = SpeechProbability()
    odds = [odd for _ in range(100) for odd in vad.feed(np.zeros(480, np.int16))]
    assert FRAME_MS == 32
    assert 60 <= len(odds) <= 62
    assert max(odds) < 0.1


@settings(max_examples=15, deadline=None)
@given(st.lists(st.integers(0, 5000), min_size=1, max_size=12))
def test_how_the_sound_is_cut_into_blocks_makes_no_difference(sizes: list[int]) -> None:
    rng = np.random.default_rng(1)
    pcm = (rng.standard_normal(sum(sizes)) * 3000).astype(np.int16)
    whole, parts = SpeechProbability(), SpeechProbability()
    once = whole.feed(pcm)
    bits: list[float] = []
    start = 0
    for size in sizes:
        bits += parts.feed(pcm[start : start + size])
        start += size
    assert bits[: len(once)] == pytest.approx(once[: len(bits)], abs=1e-3)
    assert abs(len(bits) - len(once)) <= 1


def test_noise_is_not_speech() -> None:
    rng = np.random.default_rng(2)
    pcm = (rng.standard_normal(3 * SECOND) * 2000).astype(np.int16)
    assert max(SpeechProbability().feed(pcm)) < 0.5


@pytest.mark.weights
def test_speech_is_speech_and_the_pauses_around_it_are_not() -> None:
    _, pcm = spoken_by_joe(1)[0]
    quiet = np.zeros(SECOND, np.int16)
    odds = SpeechProbability().feed(np.concatenate([quiet, pcm, quiet]))
    assert max(odds[:35]) < 0.35
    assert max(odds[-20:]) < 0.35
    assert np.mean(np.array(odds) > 0.5) > 0.3


@pytest.mark.weights
def test_after_a_reset_the_stream_begins_anew() -> None:
    _, pcm = spoken_by_joe(1)[0]
    vad = SpeechProbability()
    first = vad.feed(pcm)
    vad.reset()
    assert vad.feed(pcm) == pytest.approx(first, abs=1e-6)
