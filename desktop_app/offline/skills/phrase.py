"""Brings what a recogniser wrote, or a person typed, into one spelling that sentences can match.

"What's 1,000 * 3?" and "um, what is 1000 * three, please" differ only in ways nobody hears.
"""

from __future__ import annotations

import re
import unicodedata

MAX_CHARS = 600
"""Longer than anybody says in one breath to a timer; what is longer is nobody's skill."""

_SYMBOLS = {
    "’": "'",  # noqa: RUF001 - the apostrophe recognisers write
    "‘": "'",  # noqa: RUF001
    "−": "-",  # noqa: RUF001
    "–": "-",  # noqa: RUF001
    "—": " ",
    "×": " * ",  # noqa: RUF001
    "·": " * ",
    "÷": " / ",
    "√": " square root of ",
    "²": " squared ",
    "³": " cubed ",
    "½": " 1/2 ",
    "¼": " 1/4 ",
    "¾": " 3/4 ",
    "%": " percent ",
    "°": " degrees ",
    "º": " degrees ",
    "&": " and ",
    "km/h": "km per hour",
    "m/s": "meters per second",
}
_CONTRACTIONS = (
    (re.compile(r"\b(what|who|where|when|how|that|it|there|he|she|time|date|name)'s\b"), r"\1 is"),
    (re.compile(r"\b(what|how|who)(?:'re| re)\b"), r"\1 are"),
    (re.compile(r"\bwhats\b"), "what is"),
    (re.compile(r"\bhows\b"), "how is"),
    (re.compile(r"\b(?:i'm|im)\b"), "i am"),
    (re.compile(r"\byou're\b"), "you are"),
    (re.compile(r"\bi'd\b"), "i would"),
    (re.compile(r"\bi'll\b"), "i will"),
    (re.compile(r"\bi've\b"), "i have"),
    (re.compile(r"\b(?:can't|cannot)\b"), "can not"),
    (re.compile(r"\b(do|does|did|is|are|was|have|has)n't\b"), r"\1 not"),
    (re.compile(r"\b([ap])\s?\.\s?m\b\.?"), r"\1m"),
    (re.compile(r"\bo'? ?clock\b"), "o'clock"),
    (re.compile(r"\bwanna\b"), "want to"),
    (re.compile(r"\bgonna\b"), "going to"),
    (re.compile(r"\balright\b"), "all right"),
)
_JOINED = (
    (re.compile(r"(?<=\d),(?=\d{3}\b)"), ""),
    (re.compile(r"(?<=\d)\s?(?!(?:st|nd|rd|th)\b)(?=[a-z])"), " "),
    (re.compile(r"(?<=\d)\s*-\s*(?=\d)"), " - "),
    (re.compile(r"(?<=\d)\s*/\s*(?=\d)"), " / "),
    (re.compile(r"(?<=\w)-(?=[a-z])"), " "),
    (re.compile(r"\s*([+*^=])\s*"), r" \1 "),
)
_NOISE = re.compile(r"[^\w\s'.:+\-*/^=$€£()]|_")
_BRACKETS = re.compile(r"[()]")
_REAL_BRACKETS = re.compile(r"[-+*/^x]\s*\(|\)\s*[-+*/^x]|\d\s*[-+*/^]")
_LOOSE_MARKS = re.compile(r"(?<!\d)[.:](?!\d)|(?<=\d)[.:](?!\d)|(?<!\w)'|'(?!\w)")
_SPACES = re.compile(r"\s+")

_VERBS = (
    "tell|set|start|add|put|remind|wake|make|take|write|note|remember|read|show|list|delete|remove|"
    "clear|cancel|stop|convert|calculate|work|spell|repeat|say|flip|toss|roll|pick|throw|give|turn|"
    "speak|create|wipe|check|explain|count|pause|empty|what|how|open|play|call|send|search|find"
)
_LEAD = re.compile(
    r"^(?:(?:(?:hey|hi)(?! there\b)|ok|okay|"
    r"so|um+|uh+|erm?|hmm+|well|please|now|oh|alright|right|yes|parley|"
    r"parlay|computer|assistant|and|then|just|quickly|actually)\s+"
    rf"|(?:can|could|would|will) (?:you|we|i) (?:please )?(?:just )?(?=(?:{_VERBS})\b)"
    r"|(?:i want|i need|i would like) (?:you )?to (?=(?:set|start|add|put|make|know)\b)"
    r"|(?:i want|i need|i would like) (?=(?:a|an|another) .*(?:timer|alarm|reminder)\b)"
    r"|(?:do you know|can you tell me|let me know|tell me|go ahead and|know)\s+"
    r"(?=(?:what|how|when|who|the time|the date|if|set|start|add)\b)"
    r")"
)
_TAIL = re.compile(
    r"(?<=\w)(?<!from)\s+(please|parley|thanks|thank you|thank you very much|for me|"
    r"right now|now|currently|at the moment|mate|then|if you can|would you|can you|could you)$"
)
_ALWAYS_OFF = frozenset({"please", "parley"})


def tidy(text: str) -> str:
    """Spell ``text`` in the one way the sentences expect.

    Returns:
        Lower-case words and numerals separated by single spaces, without politeness, hesitation
        and punctuation; empty for text that says nothing or is longer than `MAX_CHARS`.
    """
    if len(text) > MAX_CHARS:
        return ""
    text = text.lower()
    for written, spoken in _SYMBOLS.items():
        text = text.replace(written, spoken)
    text = unicodedata.normalize("NFKC", text).lower()
    for pattern, plain in (*_CONTRACTIONS, *_JOINED):
        text = pattern.sub(plain, text)
    text = _LOOSE_MARKS.sub(" ", _NOISE.sub(" ", text))
    text = _BRACKETS.sub(r" \g<0> " if _REAL_BRACKETS.search(text) else " ", text)
    return polite_off(_SPACES.sub(" ", text).strip())


def polite_off(text: str) -> str:
    """Take off what surrounds a wish: "hey", "could you", "please", "thanks".

    Words that are all there is stay: "thanks" alone is something to answer.
    """
    while (lead := _LEAD.match(text)) and lead.end() < len(text):
        text = text[lead.end() :]
    while tail := _TAIL.search(text):
        if tail[1] not in _ALWAYS_OFF and " " not in text[: tail.start()]:
            break
        text = text[: tail.start()]
    return text


def as_said(words: str, original: str) -> str:
    """Find ``words`` in what was really written, to keep capital letters and punctuation inside.

    Args:
        words: Part of a tidied phrase.
        original: The text it was tidied from.

    Returns:
        The same words as written, or ``words`` itself where tidying changed them.
    """
    wanted = words.split()
    written = original.split()
    bare = [re.sub(r"^\W+|\W+$", "", word).lower() for word in written]
    for start in range(len(bare) - len(wanted), -1, -1):
        if bare[start : start + len(wanted)] == wanted:
            found = " ".join(written[start : start + len(wanted)])
            return re.sub(r"^[^\w$€£(]+|[^\w)%]+$", "", found)
    return words


def to_you(words: str) -> str:
    """Turn the speaker's words round: "call my mum" -> "call your mum"."""
    turned = {"my": "your", "me": "you", "i": "you", "i'm": "you're", "am": "are"}
    turned |= {"mine": "yours", "myself": "yourself"}
    return " ".join(turned.get(word.lower(), word) for word in words.split())
