from __future__ import annotations

import functools
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from desktop_app.offline import weights
from desktop_app.offline.ears import Ears, find_model
from desktop_app.offline.whisper import RATE_HZ, pieces
from tests.offline.speech_data import speak, spoken_by_joe, spoken_by_people, word_errors, words


def test_long_sound_is_cut_where_it_is_quiet_and_nothing_is_lost() -> None:
    rng = np.random.default_rng(7)
    sound = rng.uniform(-0.5, 0.5, 70 * RATE_HZ).astype(np.float32)
    sound[25 * RATE_HZ : 26 * RATE_HZ] = 0
    cut = pieces(sound)
    assert np.array_equal(np.concatenate(cut), sound)
    assert 25 * RATE_HZ <= len(cut[0]) <= 26 * RATE_HZ
    assert all(len(piece) <= 29 * RATE_HZ for piece in cut)


def test_short_sound_stays_whole() -> None:
    assert len(pieces(np.zeros(0, np.float32))) == 1
    assert len(pieces(np.zeros(5 * RATE_HZ, np.float32))) == 1


@pytest.fixture(scope="module", params=["whisper-tiny.en", "whisper-base"])
def ears(request: pytest.FixtureRequest) -> Iterator[Ears]:
    made = Ears(weights.find(weights.model(request.param)).folder)
    yield made
    made.close()


@pytest.mark.weights
def test_a_voice_that_is_not_ours_is_understood(ears: Ears) -> None:
    wrong = total = 0
    for text, pcm in spoken_by_joe():
        errors, words = word_errors(text, ears.transcribe(pcm, language="en").text)
        wrong, total = wrong + errors, total + words
    assert wrong / total <= 0.03


@pytest.mark.weights
def test_a_real_person_is_understood(ears: Ears) -> None:
    people = spoken_by_people()
    if not people:
        pytest.skip("needs Debian's pocketsphinx-testdata")
    wrong = total = 0
    for text, pcm in people:
        errors, words = word_errors(text, ears.transcribe(pcm, language="en").text)
        wrong, total = wrong + errors, total + words
    assert wrong / total <= 0.06


@functools.cache
def base() -> Ears:
    return Ears(weights.find(weights.model("whisper-base")).folder)


def hum(seconds: int = 2) -> npt.NDArray[np.float64]:
    return np.sin(np.arange(24_000 * seconds) * 2 * np.pi * 50 / 24_000)


def noise(seconds: int = 2) -> npt.NDArray[np.float64]:
    return np.random.default_rng(3).standard_normal(24_000 * seconds)


@pytest.mark.weights
@pytest.mark.parametrize(
    "signal",
    [
        hum() * 0,
        hum() * 3000,
        noise() * 30,
        noise() * 1500,
        np.cumsum(noise()) * 20,
        np.where(np.arange(48_000) % 12_000 < 200, noise() * 6000, 0),
    ],
    ids=["silence", "hum", "hiss", "noise", "rumble", "knocks"],
)
def test_nothing_is_heard_when_nobody_speaks(ears: Ears, signal: npt.NDArray[np.float64]) -> None:
    pcm = np.clip(signal, -32_768, 32_767).astype(np.int16)
    assert ears.transcribe(pcm, language="en").text == ""


@pytest.mark.weights
@pytest.mark.parametrize(
    "said", ["Stop.", "Yes.", "No.", "Okay.", "Thank you.", "Cancel.", "Hello.", "Never mind."]
)
def test_a_single_word_is_not_taken_for_noise(said: str) -> None:
    assert words(base().transcribe(speak(said), language="en").text) == words(said)


@pytest.mark.weights
def test_a_long_talk_is_understood_to_its_end(ears: Ears) -> None:
    talk = spoken_by_joe()[:12]
    text = " ".join(said for said, _ in talk)
    pcm = np.concatenate([sound for _, sound in talk])
    assert len(pcm) > 29 * 24_000
    errors, words = word_errors(text, ears.transcribe(pcm, language="en").text)
    assert errors / words <= 0.06


@pytest.mark.weights
def test_the_language_is_found_out_and_english_is_not_mistaken() -> None:
    ears = Ears(weights.find(weights.model("whisper-base")).folder)
    text, pcm = spoken_by_joe()[4]
    heard = ears.transcribe(pcm)
    assert heard.language == "en"
    assert word_errors(text, heard.text)[0] <= 1
    assert ears.transcribe(pcm, language="no such language").language == "en"
    ears.close()


@pytest.mark.weights
def test_a_prompt_teaches_a_name() -> None:
    ears = Ears(weights.find(weights.model("whisper-tiny.en")).folder)
    _, pcm = spoken_by_joe()[9]
    assert "Prejudice" in ears.transcribe(pcm, prompt="Pride and Prejudice").text
    ears.close()


@pytest.mark.weights
def test_a_machine_takes_the_model_it_has(tmp_path: Path) -> None:
    assert find_model(tmp_path).model.kind == "whisper"
