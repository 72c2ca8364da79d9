"""What Whisper hears when nobody speaks: it invents, and this takes the inventions out."""

from __future__ import annotations

import re
from dataclasses import replace

from desktop_app.offline.whisper import Heard

_NOBODY_SPOKE = 0.6
_WILD_GUESS = -1.0
_DOUBTFUL_SPEECH = 0.25
_DOUBTFUL_WORDS = -0.75
# Ends of the videos it was trained on, in letters only. Nobody says these to an assistant.
_VIDEO_ENDS = (
    "thanks for watching|thank you for watching|thank you for listening|please subscribe|subscribe|"
    "see you next time|well be right back|music|applause|laughter|silence|blank audio|you|the|i|so"
)
# People do say these, and Whisper is never sure of a single word: only silence speaks against them.
_SMALL_WORDS = (
    "thank you|thanks|thank you very much|thank you so much|bye|bye bye|okay|oh|hmm|um|uh|ah|yeah|"
    "i dont know|im sorry"
)
_OUTROS = frozenset(_VIDEO_ENDS.split("|"))
_EVERYDAY = frozenset(_SMALL_WORDS.split("|"))
_NOTE = re.compile(r"\[[^\]]*\]|\([^)]*\)|\*[^*]*\*|[♪♫]+")
_SOUND_WORD = re.compile(r"[^\W\d_]|\d")


def without_phantoms(heard: Heard) -> Heard:
    """Empty the text if it was most likely made up from noise, or is but a remark ("[music]")."""
    text = heard.text
    if _NOTE.search(text):
        spoken = " ".join(_NOTE.sub(" ", text).split())
        # "(555) 0100" is speech; a text that is all remark is not.
        text = text if _SOUND_WORD.search(spoken) and not re.search("[♪♫]", text) else spoken
    if not _SOUND_WORD.search(text) or _made_up(heard):
        text = ""
    return heard if text == heard.text else replace(heard, text=text)


def _made_up(heard: Heard) -> bool:
    if heard.no_speech > _NOBODY_SPOKE and heard.avg_logprob < _WILD_GUESS:
        return True
    letters = " ".join(re.sub(r"[^\w\s]", "", heard.text.lower()).split())
    if heard.no_speech > _DOUBTFUL_SPEECH:
        return letters in _OUTROS or letters in _EVERYDAY
    return heard.avg_logprob < _DOUBTFUL_WORDS and letters in _OUTROS
