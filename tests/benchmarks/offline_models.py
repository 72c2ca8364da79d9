"""How well and how quickly the offline engine hears and speaks, on this machine.

Run it with ``python -m tests.benchmarks.offline_models [--quick]``.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

from desktop_app.offline import weights
from desktop_app.offline.ears import Ears, cores
from desktop_app.offline.spoken_text import spoken
from desktop_app.offline.vad import FRAME_MS, SpeechProbability
from desktop_app.offline.voice import VoiceInfo
from desktop_app.offline.voice_hibari import HibariVoice
from desktop_app.offline.whisper import Decoding
from tests.offline.speech_data import (
    REPLIES,
    spoken_by_joe,
    spoken_by_people,
    with_silence,
    word_errors,
)

HEADER = ("part", "figure", "p50", "p90", "word errors", "goal")
Pcm = npt.NDArray[np.int16]
Row = tuple[str, ...]
_MODELS = ("whisper-tiny.en", "whisper-base")
_HEART = VoiceInfo("hibari:heart", "Heart", "en-US")
_MEMORY = """
import sys, numpy as np
from desktop_app.offline import weights
from desktop_app.offline.ears import Ears
from desktop_app.offline.vad import SpeechProbability
from desktop_app.offline.voice import VoiceInfo
from desktop_app.offline.voice_hibari import HibariVoice

def rss():
    try:
        return int(open("/proc/self/statm").read().split()[1]) * 4096 / 1e6
    except OSError:
        return float("nan")

voice = HibariVoice(VoiceInfo("hibari:heart", "", "en-US"))
voice.load()
vad = SpeechProbability()
after_voice = rss()
ears = Ears(weights.find(weights.model(sys.argv[1])).folder)
ears.load()
for _ in range(3):
    ears.transcribe(np.concatenate(list(voice.speak("How far away is the moon?"))), language="en")
loaded = rss()
ears.unload()
voice.unload()
ears.close()
print(f"{after_voice:.0f} {loaded:.0f} {rss():.0f}")
"""


def run(quick: bool) -> list[Row]:
    """Measure everything; ``quick`` takes a third of the sentences and the default beams."""
    count = 10 if quick else 30
    rows = [_vad(), *_voice(quick)]
    for model_id in _MODELS:
        for beam in (5,) if quick else (1, 5):
            rows += _ears(model_id, beam, count)
    rows += [_replies(quick), *_memory()]
    return rows


def main(arguments: Sequence[str] = ()) -> None:
    """Print the table."""
    rows = [HEADER, *run("--quick" in arguments)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADER))]
    for row in rows:
        cells = zip(row, widths, strict=True)
        print("  ".join(cell.ljust(width) for cell, width in cells).rstrip())


def _vad() -> Row:
    _, pcm = spoken_by_joe(1)[0]
    vad = SpeechProbability()
    took: list[float] = []
    for _ in range(5):
        for start in range(0, len(pcm), 480):
            began = time.perf_counter()
            vad.feed(pcm[start : start + 480])
            took.append(time.perf_counter() - began)
    share = 100 * sum(took) / (5 * len(pcm) / 24_000)
    return ("VAD", f"share of one core ({FRAME_MS:.0f} ms frames)", f"{share:.1f} %", "", "", "1 %")


def _voice(quick: bool) -> list[Row]:
    voice = HibariVoice(_HEART)
    began = time.perf_counter()
    voice.load()
    load_s = time.perf_counter() - began
    took: list[float] = []
    for text in REPLIES[: 6 if quick else None]:
        began = time.perf_counter()
        next(iter(voice.speak(spoken(text))))
        took.append(time.perf_counter() - began)
    return [
        ("voice", "load", f"{load_s:.2f} s", "", "", ""),
        ("voice", "first sound of a sentence", *_quantiles(took), "", "60 ms"),
    ]


def _ears(model_id: str, beam: int, count: int) -> list[Row]:
    ears = Ears(weights.find(weights.model(model_id)).folder, decoding=Decoding(beam=beam))
    ears.load()
    name = f"{model_id}, beam {beam}"
    rows: list[Row] = []
    sets = (
        ("a voice not ours (Piper joe)", spoken_by_joe(count), "3 %"),
        ("people (LibriVox)", spoken_by_people(), "6 %"),
    )
    for what, said, goal in sets:
        if said:
            took, errors = _listen(ears, said)
            rows.append((name, f"{what}, {len(said)}", *_quantiles(took), errors, goal))
    ears.close()
    return rows


def _listen(ears: Ears, said: Iterable[tuple[str, Pcm]]) -> tuple[list[float], str]:
    took: list[float] = []
    wrong = total = 0
    for text, pcm in said:
        began = time.perf_counter()
        heard = ears.transcribe(pcm, language="en")
        took.append(time.perf_counter() - began)
        errors, words = word_errors(text, heard.text)
        wrong, total = wrong + errors, total + words
    return took, f"{100 * wrong / total:.1f} % ({wrong} of {total})"


def _replies(quick: bool) -> Row:
    """Let the larger recogniser listen to our own voice."""
    voice = HibariVoice(_HEART)
    ears = Ears(weights.find(weights.model("whisper-base")).folder)
    texts = REPLIES[: 6 if quick else None]
    said = [(text, with_silence(np.concatenate(list(voice.speak(spoken(text)))))) for text in texts]
    took, errors = _listen(ears, said)
    ears.close()
    return ("replies", "our voice, judged by base", *_quantiles(took), errors, "3 %")


def _memory() -> list[Row]:
    rows: list[Row] = []
    for model_id in _MODELS:
        done = subprocess.run(
            [sys.executable, "-c", _MEMORY, model_id], capture_output=True, text=True, check=True
        )
        voice, loaded, idle = done.stdout.split()
        what = f"memory: voice and VAD {voice} MB, all {loaded} MB, after unloading"
        rows.append((model_id, what, f"{idle} MB", "", "", ""))
    return [*rows, ("machine", "cores", str(cores()), "", "", "")]


def _quantiles(seconds: Sequence[float]) -> tuple[str, str]:
    half, most = np.percentile(seconds, [50, 90])
    return f"{half * 1000:.0f} ms", f"{most * 1000:.0f} ms"


if __name__ == "__main__":
    main(sys.argv[1:])
