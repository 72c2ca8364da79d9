"""The speech network in NumPy, beside what its makers' file says when onnxruntime runs it."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import numpy as np
import pytest
import soxr  # type: ignore[import-untyped]

from desktop_app.audio.pcm import Float32, to_floats
from desktop_app.audio.speech_net import (
    CONTEXT_SAMPLES,
    FRAME_SAMPLES,
    NET_RATE_HZ,
    SHAPES,
    UNITS,
    Memory,
    SpeechNet,
)
from desktop_app.offline.vad import network, weights_file
from tests.offline.speech_data import spoken_by_people
from tests.servers import speech

SENTENCES = ("Wait, I have another question.", "What time is it in Berlin?", "Hold on a moment.")
VOICES = ("en-us", "en-gb-scotland+f3", "de+m1")


def frames(sound: Float32) -> Iterator[Float32]:
    """Cut 16 kHz as the network wants it: each frame after the end of the one before."""
    padded = np.concatenate([np.zeros(CONTEXT_SAMPLES, np.float32), sound])
    for at in range(0, len(sound) - FRAME_SAMPLES + 1, FRAME_SAMPLES):
        yield padded[at : at + CONTEXT_SAMPLES + FRAME_SAMPLES]


def judged(sound: Float32) -> list[float]:
    net, memory, found = network(), Memory(), []
    for frame in frames(sound):
        odds, memory = net.judge(frame, memory)
        found.append(odds)
    return found


def judged_by_onnxruntime(sound: Float32) -> list[float]:
    import onnxruntime  # type: ignore[import-untyped]

    session = onnxruntime.InferenceSession(weights_file(), providers=["CPUExecutionProvider"])
    hidden = cell = np.zeros((1, 1, UNITS), np.float32)
    found: list[float] = []
    for frame in frames(sound):
        feed = {"input": frame[None], "h": hidden, "c": cell}
        odds, hidden, cell = session.run(None, feed)
        found.append(float(odds[0]))
    return found


def at_the_rate_of_the_network(sound: speech.Sound) -> Float32:
    return np.asarray(soxr.resample(sound, speech.RATE_HZ, NET_RATE_HZ), np.float32)


def assert_same(sound: Float32) -> list[float]:
    ours = judged(sound)
    assert ours == pytest.approx(judged_by_onnxruntime(sound), abs=1e-3)
    return ours


def test_a_long_talk_is_judged_as_onnxruntime_judges_it() -> None:
    said = [speech.say(s, voice) for s, voice in itertools.product(SENTENCES, VOICES)]
    paused = itertools.chain.from_iterable((each, speech.silence(400)) for each in said)
    odds = assert_same(at_the_rate_of_the_network(speech.joined(*paused)))
    assert len(odds) > 400
    assert min(odds) < 0.1 < 0.9 < max(odds)


@pytest.mark.skipif(not spoken_by_people(), reason="optional: Debian's pocketsphinx-testdata")
def test_people_are_judged_as_onnxruntime_judges_them() -> None:
    read = np.concatenate([to_floats(pcm.tobytes()) for _, pcm in spoken_by_people()])
    odds = assert_same(at_the_rate_of_the_network(read))
    assert len(odds) > 500
    assert np.mean(np.asarray(odds) > 0.5) > 0.5


@pytest.mark.parametrize("level", [0.0, 1e-4, 0.02, 0.3, 1.0])
def test_noise_and_silence_are_judged_as_onnxruntime_judges_them(level: float) -> None:
    noise = np.random.default_rng(3).uniform(-level, level, 300 * FRAME_SAMPLES)
    assert len(assert_same(noise.astype(np.float32))) == 300


@pytest.mark.parametrize("value", [-1.0, 1.0])
def test_a_constant_and_a_square_at_full_scale_are_judged_so_too(value: float) -> None:
    constant = np.full(60 * FRAME_SAMPLES, value, np.float32)
    square = np.sign(np.sin(np.arange(60 * FRAME_SAMPLES) / 20)).astype(np.float32)
    assert_same(np.concatenate([constant, square]))


def test_a_stream_remembers_for_itself() -> None:
    net, nothing = network(), np.zeros(CONTEXT_SAMPLES + FRAME_SAMPLES, np.float32)
    talking, quiet = Memory(), Memory()
    odds = []
    for said in frames(at_the_rate_of_the_network(speech.say())):
        spoken, talking = net.judge(said, talking)
        unspoken, quiet = net.judge(nothing, quiet)
        odds.append((spoken, unspoken))
    assert max(spoken for spoken, _ in odds) > 0.9
    assert max(unspoken for _, unspoken in odds) < 0.1


@pytest.mark.parametrize("name", SHAPES)
def test_a_weight_that_is_missing_or_has_another_shape_is_named(name: str) -> None:
    weights = {each: np.zeros(shape, np.float32) for each, shape in SHAPES.items()}
    with pytest.raises(ValueError, match=name):
        SpeechNet({each: array for each, array in weights.items() if each != name})
    with pytest.raises(ValueError, match=name):
        SpeechNet({**weights, name: np.zeros((2, 2), np.float32)})
