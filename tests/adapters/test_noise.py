"""What every noise suppressor must do: the fake, and WebRTC's."""

from __future__ import annotations

import logging
import sys
from abc import ABC, abstractmethod

import numpy as np
import pytest

from desktop_app.adapters.noise import WebRtcNoiseSuppressor, find_suppressor
from desktop_app.audio.pcm import BLOCK_BYTES, BLOCK_SAMPLES
from desktop_app.sound_ports import NoiseSuppressor
from tests.fakes.noise import FakeNoiseSuppressor
from tests.rooms import asked, noise
from tests.servers import speech
from tests.servers.speech import RATE_HZ, Sound


def passed(suppressor: NoiseSuppressor, sound: Sound) -> Sound:
    """Send sound through, in blocks."""
    pcm = speech.to_pcm(sound)
    whole = len(pcm) // BLOCK_BYTES * BLOCK_BYTES
    given = [suppressor.process(pcm[at : at + BLOCK_BYTES]) for at in range(0, whole, BLOCK_BYTES)]
    assert {len(block) for block in given} == {BLOCK_BYTES}
    return speech.from_pcm(b"".join(given))


class NoiseSuppressorContract(ABC):
    @pytest.fixture
    @abstractmethod
    def suppressor(self) -> NoiseSuppressor: ...

    def test_noise_becomes_quieter(self, suppressor: NoiseSuppressor) -> None:
        hum = noise(6 * RATE_HZ, -45)
        left = passed(suppressor, hum)[3 * RATE_HZ :]
        assert np.sqrt(np.mean(left**2)) < 0.6 * np.sqrt(np.mean(hum**2))

    def test_a_voice_passes_as_late_as_it_says(self, suppressor: NoiseSuppressor) -> None:
        assert 0 <= suppressor.delay_samples < BLOCK_SAMPLES
        said = asked(3)
        match = speech.find(said[RATE_HZ : 2 * RATE_HZ], passed(suppressor, said))
        assert match.coefficient > 0.95
        assert abs(match.at - RATE_HZ - suppressor.delay_samples) <= 2

    def test_after_a_reset_it_works_as_at_first(self, suppressor: NoiseSuppressor) -> None:
        said = asked(2)
        first = passed(suppressor, said)
        passed(suppressor, noise(RATE_HZ, -30))
        suppressor.reset()
        assert speech.correlation(first, passed(suppressor, said)) > 0.99


class TestFakeNoiseSuppressor(NoiseSuppressorContract):
    @pytest.fixture
    def suppressor(self) -> NoiseSuppressor:
        return FakeNoiseSuppressor()


class TestWebRtcNoiseSuppressor(NoiseSuppressorContract):
    @pytest.fixture
    def suppressor(self) -> NoiseSuppressor:
        return WebRtcNoiseSuppressor()


def test_where_the_library_is_missing_there_is_no_suppressor_and_the_log_says_so(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    assert isinstance(find_suppressor(), WebRtcNoiseSuppressor)
    monkeypatch.setitem(sys.modules, "pywebrtc_audio", None)
    with caplog.at_level(logging.WARNING):
        assert find_suppressor() is None
    assert "Noise" in caplog.text
