"""The private places must be real: real sound, real windows, a real keyring."""

from __future__ import annotations

import os
import subprocess
import sys
import wave
from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from tests.private_process import PlaceError
from tests.virtual_screen import VirtualScreen
from tests.virtual_secrets import VirtualSecrets
from tests.virtual_sound import RATE_HZ, VirtualSound

WHO_IS_THERE = """
import sounddevice
for d in sounddevice.query_devices():
    print(d["name"], d["max_input_channels"] > 0, d["max_output_channels"] > 0)
"""
HOLD_A_KEY = """
import sys, keyring
print(type(keyring.get_keyring()).__module__)
if sys.argv[1] == "set":
    keyring.set_password("parley-test", "key", sys.argv[2])
else:
    print(keyring.get_password("parley-test", "key"))
"""
A_WINDOW = """
from PySide6.QtWidgets import QApplication, QLabel
app = QApplication([])
label = QLabel("hello")
label.setWindowTitle("A window of Parley's tests")
label.show()
app.exec()
"""


def chirp(path: Path, seconds: float = 1.0, rate_hz: int = RATE_HZ) -> npt.NDArray[np.float64]:
    """Write a sweep from 200 to 2,000 Hz, and return it."""
    t = np.arange(round(seconds * rate_hz)) / rate_hz
    sweep = 0.4 * np.sin(2 * np.pi * (200 * t + 900 * t**2 / seconds))
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate_hz)
        file.writeframes((sweep * 32767).astype("<i2").tobytes())
    return sweep


def likeness(heard: npt.NDArray[np.int16], said: npt.NDArray[np.float64]) -> float:
    """The highest correlation of ``said`` with any stretch of ``heard``."""
    from scipy.signal import correlate  # type: ignore[import-untyped]

    full = heard.astype(np.float64)
    at = int(np.argmax(np.abs(correlate(full, said, mode="valid"))))
    return float(abs(np.corrcoef(full[at : at + len(said)], said)[0, 1]))


def python(code: str, *arguments: str, env: dict[str, str]) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        env=env,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_portaudio_sees_exactly_the_virtual_devices(sound: VirtualSound) -> None:
    lines = python(WHO_IS_THERE, env=sound.env()).splitlines()
    assert sorted(lines) == [
        "default True True",
        "mic_desk True False",
        "mic_headset True False",
        "spk_desk False True",
        "spk_headset False True",
    ]


def test_what_is_said_into_a_microphone_is_heard_by_who_records_it(
    sound: VirtualSound, tmp_path: Path
) -> None:
    said = chirp(tmp_path / "chirp.wav")
    with sound.listen("mic_desk") as recorder:
        sound.say("mic_desk", tmp_path / "chirp.wav")
        recorder.wait_for(len(recorder.pcm()) + RATE_HZ // 2)
        heard = recorder.stop()
    assert likeness(heard, said) > 0.999


def test_an_exact_speaker_gives_back_every_sample(sound: VirtualSound, tmp_path: Path) -> None:
    said = chirp(tmp_path / "chirp.wav", rate_hz=24_000)
    sound.plug("spk", "spk_exact", "Exact Speakers", exact=True)
    try:
        with sound.record("spk_exact", rate_hz=24_000) as recorder:
            command = ["paplay", "--device=spk_exact", str(tmp_path / "chirp.wav")]
            subprocess.run(command, env=sound.env(), check=True, timeout=30)
            recorder.wait_for(len(recorder.pcm()) + 12_000)
            heard = recorder.stop()
    finally:
        sound.unplug("spk_exact")
    begin = int(np.argmax(heard != 0))
    exact = (said * 32767).astype(np.int16)
    first = int(np.argmax(exact != 0))
    assert np.array_equal(heard[begin : begin + len(exact) - first], exact[first:])


def test_an_echo_path_carries_the_speaker_to_the_microphone_softer(
    sound: VirtualSound, tmp_path: Path
) -> None:
    said = chirp(tmp_path / "chirp.wav")
    sound.echo("spk_desk", "mic_desk", delay_ms=60, gain_db=-20)
    try:
        with sound.listen("mic_desk") as recorder:
            command = ["paplay", "--device=spk_desk", str(tmp_path / "chirp.wav")]
            subprocess.run(command, env=sound.env(), check=True, timeout=30)
            recorder.wait_for(len(recorder.pcm()) + RATE_HZ // 2)
            heard = recorder.stop()
    finally:
        sound.unplug("echo_mic_desk")
    assert likeness(heard, said) > 0.99
    loudest = np.max(np.abs(heard.astype(np.int32))) / 32767
    assert 20 * np.log10(loudest / 0.4) == pytest.approx(-20, abs=1)


def test_devices_come_and_go_and_streams_are_found_where_they_are(sound: VirtualSound) -> None:
    sound.plug("mic", "mic_new", "New Microphone")
    with sound.listen("mic_new"):
        assert "mic_new" in {s.device for s in sound.where() if s.kind == "mic"}
        sound.unplug("mic_new")
        assert "mic_new" not in {s.device for s in sound.where()}
    with pytest.raises(PlaceError):
        sound.listen("mic_new")


def test_a_sound_server_that_crashed_comes_back_with_its_devices(
    tmp_path: Path, sound: VirtualSound
) -> None:
    with VirtualSound() as own:
        own.plug("spk", "spk_more", "More Speakers")
        own.crash()
        with pytest.raises(PlaceError):
            own.pactl("info")
        assert "Desk" in sound.pactl("list", "sinks"), "the other daemon is untouched"
        own.restart()
        assert "More Speakers" in own.pactl("list", "sinks")
        folder = own.folder
    assert not folder.exists()


def test_a_window_appears_on_the_private_screen(screen: VirtualScreen) -> None:
    window = subprocess.Popen([sys.executable, "-c", A_WINDOW], env=screen.env())
    try:
        found = screen.xdotool("search", "--sync", "--onlyvisible", "--name", "A window of Parley")
    finally:
        window.terminate()
        window.wait(10)
    assert found.split()[-1].isdigit()


def test_two_screens_live_side_by_side(screen: VirtualScreen) -> None:
    with VirtualScreen(640, 480) as other:
        assert other.display != screen.display
        assert other.xdotool("getdisplaygeometry") == "640 480"
    assert screen.xdotool("getdisplaygeometry") == "1280 800"


def test_the_private_keyring_keeps_a_key(secrets: VirtualSecrets) -> None:
    backend = python(HOLD_A_KEY, "set", "sk-test", env=secrets.env())
    assert backend == "keyring.backends.SecretService"
    assert python(HOLD_A_KEY, "get", env=secrets.env()).splitlines()[-1] == "sk-test"


@pytest.mark.secrets
def test_a_keyring_can_be_locked_and_taken_away() -> None:
    with VirtualSecrets() as own:
        assert not own.is_locked()
        own.lock()
        assert own.is_locked()
        own.stop_service()
        with pytest.raises(PlaceError):
            own.is_locked()


def test_a_place_leads_this_process_in_and_out_again(
    secrets: VirtualSecrets, here: Callable[..., None]
) -> None:
    here(secrets)
    assert os.environ["DBUS_SESSION_BUS_ADDRESS"] == secrets.settings()["DBUS_SESSION_BUS_ADDRESS"]
