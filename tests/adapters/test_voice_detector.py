"""The detector that runs in the app: the network of the engine on this computer, or none."""

from __future__ import annotations

import asyncio

import numpy as np
import pytest

from desktop_app.adapters import voice_detector
from desktop_app.adapters.voice_detector import LocalVoiceDetector, Network
from desktop_app.app_ports import voice_network
from desktop_app.audio.pcm import BLOCK_BYTES
from tests.servers import speech


def probabilities(detector: LocalVoiceDetector, pcm: bytes) -> list[float]:
    blocks = (pcm[at : at + BLOCK_BYTES] for at in range(0, len(pcm), BLOCK_BYTES))
    return [odds for block in blocks for odds in detector.feed(block)]


def test_it_tells_speech_from_noise_block_by_block() -> None:
    detector = LocalVoiceDetector(voice_network)
    assert detector.available
    assert detector.feed(bytes(BLOCK_BYTES)) == []  # Nothing is loaded yet.
    assert asyncio.run(detector.load())
    spoken = speech.say("Wait, I have another question.")
    said = probabilities(detector, speech.to_pcm(spoken))
    assert np.mean(np.array(said) > 0.5) > 0.7
    assert abs(len(said) - len(spoken) / 24 / 32) < 3
    detector.reset()
    noise = np.random.default_rng(1).standard_normal(48_000).astype(np.float32) * 0.05
    assert np.mean(np.array(probabilities(detector, speech.to_pcm(noise))) > 0.5) < 0.05


def test_a_library_that_is_missing_is_known_before_anything_is_loaded(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(voice_detector, "NEEDED", ("no_such_library",))
    assert not LocalVoiceDetector(voice_network).available


def test_a_network_that_does_not_load_is_a_line_in_the_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def broken() -> Network:
        raise FileNotFoundError("no weights")

    detector = LocalVoiceDetector(broken)
    assert not asyncio.run(detector.load())
    assert "no weights" in caplog.text
    assert detector.feed(bytes(BLOCK_BYTES)) == []
