"""The detector that runs in the app: the network of the engine on this computer, or none."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from desktop_app.adapters import voice_detector
from desktop_app.adapters.voice_detector import LocalVoiceDetector, Network
from desktop_app.app_ports import voice_network
from desktop_app.audio.pcm import BLOCK_BYTES
from desktop_app.offline import vad
from tests.servers import speech

HEAVY = ("ctranslate2", "faster_whisper", "google", "onnxruntime")
_IN_A_PROCESS_OF_ITS_OWN = f"""
import asyncio, sys
from desktop_app.adapters.voice_detector import LocalVoiceDetector
from desktop_app.app_ports import voice_network

detector = LocalVoiceDetector(voice_network)
assert asyncio.run(detector.load())
assert len(detector.feed(bytes(48_000))) > 25
assert not set(sys.modules) & set({HEAVY!r}), sorted(sys.modules)
if sys.platform == "linux":
    with open("/proc/self/maps") as maps:
        assert "onnxruntime" not in maps.read()
"""


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


@pytest.mark.parametrize("broken", [b"", b"no weights", bytes(1000)])
def test_weights_that_are_broken_are_a_line_in_the_log(
    broken: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "weights").write_bytes(broken)
    monkeypatch.setattr(vad, "weights_file", lambda: tmp_path / "weights")
    monkeypatch.setattr(vad, "network", vad.network.__wrapped__)
    assert not asyncio.run(LocalVoiceDetector(voice_network).load())
    assert "the speech detector cannot be loaded" in caplog.text


def test_it_does_without_what_runs_any_network() -> None:
    # Those libraries would take 35 MB of the app's memory, and half a second of its start.
    subprocess.run([sys.executable, "-c", _IN_A_PROCESS_OF_ITS_OWN], check=True, timeout=60)
