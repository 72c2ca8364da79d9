from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.servers import speech
from tests.servers.speech import RATE_HZ, answer, correlation, find, find_gaps, joined, silence


def test_an_answer_is_found_where_it_stands_whatever_its_loudness() -> None:
    whole = joined(silence(300), answer(1000) * np.float32(0.3), silence(200))
    match = find(answer(1000), whole)
    assert match.coefficient == pytest.approx(1.0, abs=1e-3)
    assert match.at == 300 * RATE_HZ // 1000


def test_no_shift_of_an_answer_and_no_other_answer_resembles_it() -> None:
    one = answer(1000, seed=1)
    assert correlation(one, answer(1000, seed=2)) < 0.1
    shifted = np.abs(np.correlate(one[:4000], one[4100:8100], mode="full"))
    assert shifted.max() / np.sum(np.square(one[:4000])) < 0.3


def test_what_is_missing_lowers_the_correlation() -> None:
    whole = answer(1000).copy()
    whole[: len(whole) // 2] = 0
    assert correlation(answer(1000), whole) == pytest.approx(0.7, abs=0.05)


def test_a_sound_survives_another_rate_and_back() -> None:
    there = speech.resample(answer(1000), RATE_HZ, 48_000)
    assert len(there) == 48_000
    assert correlation(answer(1000), speech.resample(there, 48_000, RATE_HZ)) > 0.99


def test_gaps_are_found_with_their_place_and_length() -> None:
    sound = answer(1000).copy()
    sound[12_000:12_480] = 0
    (gap,) = find_gaps(joined(silence(100), sound, silence(100)))
    assert gap == pytest.approx((600, 20), abs=1.5)
    assert find_gaps(answer(3000)) == []


def test_onset_and_offset_are_the_ends_of_the_sound() -> None:
    whole = joined(silence(120), answer(400), silence(300))
    assert speech.onset_ms(whole) == pytest.approx(120, abs=1)
    assert speech.offset_ms(whole) == pytest.approx(520, abs=1)
    assert speech.onset_ms(silence(100)) is None


def test_how_much_was_played_is_measured_to_the_millisecond() -> None:
    sent = answer(3000)
    heard = joined(silence(777), sent[: RATE_HZ * 1234 // 1000], silence(500))
    assert speech.played_ms(heard, sent) == pytest.approx(1234, abs=1)
    assert speech.played_ms(silence(1000), sent) == 0.0


def test_speech_is_loud_enough_and_always_the_same() -> None:
    assert 0.5 < len(speech.say()) / RATE_HZ < 4
    assert np.abs(speech.say()).max() > 0.1
    assert np.abs(speech.speech_like(500)).max() > 0.1
    assert np.array_equal(speech.say(), speech.say.__wrapped__())


def test_pcm_and_wav_files_give_back_what_was_put_in(tmp_path: Path) -> None:
    pcm = speech.to_pcm(answer(200))
    assert speech.to_pcm(speech.from_pcm(pcm)) == pcm
    path = speech.write_wav(tmp_path / "a.wav", speech.from_pcm(pcm))
    assert speech.to_pcm(speech.read_wav(path)) == pcm
