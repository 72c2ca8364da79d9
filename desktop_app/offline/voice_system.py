"""The voices of the operating system, through its own command: espeak-ng, say, or SAPI.

They know languages that the voice which comes with Parley does not. Nothing is passed through a
shell, and the text goes in by a pipe.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tempfile
import wave
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from desktop_app.offline.voice import RATE_HZ, Block, VoiceError, VoiceInfo, blocks, clamped_speed

_WORDS_PER_MINUTE = 175
_LONGEST_S = 60
_SAPI_LIST = (
    "Add-Type -AssemblyName System.Speech;"
    "(New-Object System.Speech.Synthesis.SpeechSynthesizer).GetInstalledVoices() |"
    " ForEach-Object { $_.VoiceInfo.Name + '|' + $_.VoiceInfo.Culture.Name }"
)
_SAPI_SPEAK = (
    "Add-Type -AssemblyName System.Speech;"
    "[Console]::InputEncoding = [Text.Encoding]::UTF8;"
    "$job = [Console]::In.ReadToEnd() | ConvertFrom-Json;"
    "$s = New-Object System.Speech.Synthesis.SpeechSynthesizer;"
    "$s.SelectVoice($job.voice); $s.Rate = $job.rate;"
    "$s.SetOutputToWaveFile($job.file); $s.Speak($job.text); $s.Dispose()"
)


class SystemVoice:
    """Speaks with one voice of the system."""

    def __init__(self, info: VoiceInfo) -> None:
        self._info = info
        _, self._tool, self._name = info.id.split(":", 2)

    @property
    def info(self) -> VoiceInfo:
        """Which voice this is."""
        return self._info

    def load(self) -> None:
        """Nothing to load: the system does that."""

    def unload(self) -> None:
        """Nothing to give back."""

    def speak(self, text: str, speed: float = 1.0) -> Iterator[Block]:
        """Speak; see `voice.Voice`."""
        if not text.strip():
            return
        with tempfile.TemporaryDirectory(prefix="parley-voice-") as folder:
            path = Path(folder, "said.wav")
            command, given = self._command(text, clamped_speed(speed), path)
            _run(command, given)
            pcm = read_wav(path)
        yield from blocks(pcm)

    def _command(self, text: str, speed: float, path: Path) -> tuple[list[str], str]:
        match self._tool:
            case "espeak-ng":
                rate = str(round(_WORDS_PER_MINUTE * speed))
                voice = ["-v", self._name, "-s", rate]
                return ["espeak-ng", *voice, "-w", str(path), "--stdin"], text
            case "say":
                rate = str(round(_WORDS_PER_MINUTE * speed))
                made = ["--file-format=WAVE", "--data-format=LEI16@24000", "-o", str(path)]
                return ["say", "-v", self._name, "-r", rate, *made, "-f", "-"], text
            case "sapi":
                rate_steps = round(10 * np.log(speed) / np.log(3))
                job = {
                    "voice": self._name,
                    "rate": int(rate_steps),
                    "file": str(path),
                    "text": text,
                }
                return _powershell(_SAPI_SPEAK), json.dumps(job)
            case unknown:
                raise VoiceError(f"There is no system voice “{unknown}”. Choose another voice.")


def system_voices() -> list[VoiceInfo]:
    """List what the system offers; empty if it has no voice that Parley knows how to use."""
    if sys.platform == "darwin":
        return _say_voices(_run(["say", "-v", "?"])) if shutil.which("say") else []
    if sys.platform == "win32":
        listed = _run(_powershell(_SAPI_LIST)) if shutil.which("powershell") else ""
        return _sapi_voices(listed)
    return _espeak_voices(_run(["espeak-ng", "--voices"])) if shutil.which("espeak-ng") else []


def read_wav(path: Path) -> Block:
    """Read a 16-bit WAV of any rate as mono, 24 kHz."""
    import soxr  # type: ignore[import-untyped]  # Lazy: not everyone uses a system voice.

    with wave.open(str(path), "rb") as file:
        rate, channels = file.getframerate(), file.getnchannels()
        pcm = np.frombuffer(file.readframes(file.getnframes()), "<i2").reshape(-1, channels)
    mono = np.ascontiguousarray(pcm[:, 0], np.int16)
    if rate == RATE_HZ:
        return mono
    return np.asarray(soxr.resample(mono, rate, RATE_HZ), np.int16)


def _espeak_voices(listed: str) -> list[VoiceInfo]:
    """Read the table of `espeak-ng --voices`: priority, language, age and gender, name, file."""
    found: list[VoiceInfo] = []
    for line in listed.splitlines()[1:]:
        columns = line.split()
        if len(columns) >= 4:
            tag, name = columns[1], columns[3].replace("_", " ")
            found.append(VoiceInfo(f"system:espeak-ng:{tag}", f"{name} (eSpeak)", tag))
    return found


def _say_voices(listed: str) -> list[VoiceInfo]:
    """Read the table of `say -v ?`: name, locale, # sample."""
    lines = (re.match(r"(.+?)\s+([a-z]{2,3}_\w+)\s+#", line) for line in listed.splitlines())
    return [
        VoiceInfo(f"system:say:{found[1]}", found[1], found[2].replace("_", "-"))
        for found in lines
        if found
    ]


def _sapi_voices(listed: str) -> list[VoiceInfo]:
    pairs = (line.strip().rsplit("|", 1) for line in listed.splitlines() if "|" in line)
    return [VoiceInfo(f"system:sapi:{name}", name, tag) for name, tag in pairs]


def _powershell(script: str) -> list[str]:
    return ["powershell", "-NoProfile", "-NonInteractive", "-Command", script]


def _run(command: Sequence[str], given: str = "") -> str:
    try:
        done = subprocess.run(
            command, input=given, capture_output=True, encoding="utf-8", check=True,
            timeout=_LONGEST_S,
        )  # fmt: skip
    except (OSError, subprocess.SubprocessError) as failure:
        said = getattr(failure, "stderr", None) or failure
        raise VoiceError(
            f"The system's voice ({command[0]}) failed: {str(said).strip()}. "
            "Choose another voice in the settings."
        ) from failure
    return done.stdout
