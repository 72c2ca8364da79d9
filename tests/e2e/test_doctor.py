"""``parley doctor`` with real processes and virtual sound: rooms, headphones, dead microphones."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.e2e.app_process import AppProcess
from tests.private_process import stop, wait_until
from tests.servers import speech
from tests.virtual_sound import VirtualSound

pytestmark = pytest.mark.sound

SPEAKER, MICROPHONE, COPY = "spk_desk", "mic_desk", "mic_copy"
DELAY_MS = 60
# What the sound server holds on the way there and back, in and out of its loop.
MOST_DELAY_MS = DELAY_MS + 120
NOISE_DBFS = -60


@contextmanager
def noise_of_a_room(sound: VirtualSound, folder: Path) -> Iterator[None]:
    """Let the microphone hear what every microphone hears."""
    samples = np.random.default_rng(2).standard_normal(60 * speech.RATE_HZ)
    noise = (samples * 10 ** (NOISE_DBFS / 20)).astype(np.float32)
    player = sound.say_async(MICROPHONE, speech.write_wav(folder / "noise.wav", noise))
    try:
        yield
    finally:
        stop(player)


def ended(app: AppProcess) -> int:
    """Wait until the check is over: where the sound jumped, the tune is played twice."""
    wait_until(lambda: app.process.poll() is not None, "the check ends", timeout_s=60)
    return app.wait()[0]


def examined(sound: VirtualSound, home: Path, *options: str) -> tuple[int, dict[str, Any], str]:
    """Run the Doctor; return its exit code, its JSON and what it said to people."""
    with AppProcess(["doctor", "--json", *options], sound.env(), home) as app:
        code = ended(app)
        found: dict[str, Any] = json.loads(app.lines[-1])
        assert found["system"] == sys.platform
        return code, found, app.stdout


def test_in_a_room_with_a_loudspeaker_the_echo_is_found_and_taken_out(
    sound: VirtualSound, tmp_path: Path
) -> None:
    sound.echo(SPEAKER, MICROPHONE, DELAY_MS, gain_db=-10)
    try:
        with noise_of_a_room(sound, tmp_path):
            code, found, told = examined(sound, tmp_path / "home")
    finally:
        sound.unplug(f"echo_{MICROPHONE}")
    assert (code, found["mode"], found["trouble"]) == (0, "loudspeaker", "none"), told
    assert DELAY_MS <= found["delay_ms"] <= MOST_DELAY_MS
    assert found["gain_db"] == pytest.approx(-10, abs=2)
    assert found["noise_dbfs"] == pytest.approx(NOISE_DBFS, abs=2)
    assert found["removed_db"] > 20
    assert found["band_hz"] == 12_000
    assert not found["hears_itself"]
    assert "Loudspeaker: interrupt whenever you like" in told
    assert "Desk Microphone" in told


def test_with_headphones_there_is_no_echo(sound: VirtualSound, tmp_path: Path) -> None:
    with noise_of_a_room(sound, tmp_path):
        code, found, told = examined(sound, tmp_path / "home")
    assert (code, found["mode"], found["delay_ms"]) == (0, "headphones", None), told


def test_a_microphone_that_gives_only_silence_is_withheld_or_muted(
    sound: VirtualSound, tmp_path: Path
) -> None:
    code, found, told = examined(sound, tmp_path / "home")
    assert (code, found["mode"], found["trouble"]) == (1, "unknown", "zeroed"), told
    assert "The microphone gives only silence" in told


def test_a_copy_of_what_is_played_is_no_microphone(sound: VirtualSound, tmp_path: Path) -> None:
    # No loop of the server's, which follows the clocks and so is no plain copy on a busy machine.
    source = (f"master={SPEAKER}.monitor", f"source_name={COPY}")
    module = sound.pactl("load-module", "module-remap-source", *source)
    try:
        sound.pactl("set-default-source", COPY)
        code, found, told = examined(sound, tmp_path / "home")
    finally:
        sound.set_default(MICROPHONE)
        sound.pactl("unload-module", module)
    assert (code, found["trouble"]) == (1, "monitor"), told


def test_without_any_microphone_it_says_so_at_once(tmp_path: Path) -> None:
    with VirtualSound() as sound:
        for name in ("mic_headset", "mic_desk"):
            sound.unplug(name)
        code, found, told = examined(sound, tmp_path / "home")
    assert (code, found["trouble"]) == (1, "no_microphone")
    assert "No microphone was found" in told


def test_a_voice_is_heard_when_it_is_asked_for(sound: VirtualSound, tmp_path: Path) -> None:
    with (
        noise_of_a_room(sound, tmp_path),
        AppProcess(["doctor", "--json", "--voice"], sound.env(), tmp_path / "home") as app,
    ):
        app.wait_for_line("Now say something", on_stderr=True)
        said = speech.write_wav(tmp_path / "voice.wav", speech.say("One, two, three, four, five."))
        sound.say(MICROPHONE, said)
        code = ended(app)
        found = json.loads(app.lines[-1])
    assert (code, found["mode"], found["asked"]) == (0, "headphones", True)
    assert found["voice_dbfs"] > -40
