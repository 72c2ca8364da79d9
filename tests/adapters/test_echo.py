"""What every echo canceller must do: the fake, and WebRTC's."""

from __future__ import annotations

import logging
import sys
from abc import ABC, abstractmethod

import numpy as np
import pytest

from desktop_app.adapters.echo import WebRtcEchoCanceller, find_canceller
from desktop_app.audio.pcm import BLOCK_BYTES, BLOCK_SAMPLES
from desktop_app.sound_ports import EchoCanceller
from tests.fakes.echo import ECHO, FakeEchoCanceller
from tests.rooms import asked, loudness_dbfs, told
from tests.servers import speech
from tests.servers.speech import RATE_HZ, Sound


def echo_of(played: Sound) -> Sound:
    """The one room that the fake knows."""
    return np.concatenate([np.zeros(BLOCK_SAMPLES), played * ECHO])[: len(played)].astype("f4")


def passed(canceller: EchoCanceller, near: Sound, far: Sound | None) -> Sound:
    """Send sound through, in blocks."""
    heard, played = speech.to_pcm(near), b"" if far is None else speech.to_pcm(far)
    given = [
        canceller.process(heard[at : at + BLOCK_BYTES], played[at : at + BLOCK_BYTES] or None)
        for at in range(0, len(heard) // BLOCK_BYTES * BLOCK_BYTES, BLOCK_BYTES)
    ]
    assert {len(block) for block in given} == {BLOCK_BYTES}
    return speech.from_pcm(b"".join(given))


class EchoCancellerContract(ABC):
    @pytest.fixture
    @abstractmethod
    def canceller(self) -> EchoCanceller: ...

    def test_the_echo_is_gone(self, canceller: EchoCanceller) -> None:
        played = told(4)
        left = passed(canceller, echo_of(played), played)
        half = len(left) // 2
        assert loudness_dbfs(left[half:]) < loudness_dbfs(echo_of(played)[half:]) - 25

    def test_a_voice_without_an_echo_passes_as_late_as_it_says(
        self, canceller: EchoCanceller
    ) -> None:
        assert 0 <= canceller.delay_samples < BLOCK_SAMPLES
        said = asked(3)
        match = speech.find(said[RATE_HZ : 2 * RATE_HZ], passed(canceller, said, None))
        assert match.coefficient > 0.9
        assert abs(match.at - RATE_HZ - canceller.delay_samples) <= 2

    def test_after_a_reset_it_works_as_at_first(self, canceller: EchoCanceller) -> None:
        played, said = told(4), asked(2)
        first = passed(canceller, said, None)
        passed(canceller, echo_of(played), played)
        canceller.reset()
        assert speech.correlation(first, passed(canceller, said, None)) > 0.99


class TestFakeEchoCanceller(EchoCancellerContract):
    @pytest.fixture
    def canceller(self) -> EchoCanceller:
        return FakeEchoCanceller()


class TestWebRtcEchoCanceller(EchoCancellerContract):
    @pytest.fixture
    def canceller(self) -> EchoCanceller:
        return WebRtcEchoCanceller()


def test_where_the_library_is_missing_there_is_no_canceller_and_the_log_says_so(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    assert isinstance(find_canceller(), WebRtcEchoCanceller)
    monkeypatch.setitem(sys.modules, "pywebrtc_audio", None)
    with caplog.at_level(logging.WARNING):
        assert find_canceller() is None
    assert "echo of the speaker" in caplog.text
