"""Turns a written reply into what a person reading it aloud would say. Pure.

The transcript keeps the written form; this is for the voice only.
"""

from __future__ import annotations

import re

from desktop_app.offline.spoken_markup import without_markup
from desktop_app.offline.spoken_numbers import cardinal
from desktop_app.offline.spoken_quantities import with_words

_TABLE = """\
Dr.=Doctor|Mr.=Mister|Mrs.=Missus|Ms.=Miz|Prof.=Professor|Sr.=Senior|Jr.=Junior|Gen.=General
Capt.=Captain|Sgt.=Sergeant|Lt.=Lieutenant|Rev.=Reverend|Ave.=Avenue|Blvd.=Boulevard|Rd.=Road
Mt.=Mount|Inc.=Incorporated|Ltd.=Limited|Corp.=Corporation|Dept.=Department|e.g.=for example
i.e.=that is|eg.=for example|ie.=that is|a.k.a.=also known as|vs.=versus|vs=versus|approx.=about
cf.=compare|w/o=without|w/=with|U.S.A.=USA|U.S.=US|U.K.=UK|U.N.=UN|Mon.=Monday|Tue.=Tuesday
Wed.=Wednesday|Thu.=Thursday|Fri.=Friday|Jan.=January|Feb.=February|Aug.=August|Sept.=September
Oct.=October|Nov.=November|Dec.=December|etc.=et cetera|ca.=about|a.m.=AM|p.m.=PM|A.M.=AM|P.M.=PM
Q&A=Q and A|R&B=R and B|24/7=twenty-four seven|9/11=nine eleven|C++=C plus plus|C#=C sharp"""
_ABBREVIATIONS = dict(pair.split("=") for pair in re.split(r"[|\n]", _TABLE))
_ABBREVIATION = re.compile(
    r"(?<![\w.])(?:"
    + "|".join(re.escape(short) for short in sorted(_ABBREVIATIONS, key=len, reverse=True))
    + r")(?!\w)"
)
_FULL_STOPS = frozenset({"etc.", "a.m.", "p.m.", "A.M.", "P.M.", "Inc.", "Ltd.", "U.S.", "U.K."})
_VULGAR = {
    "½": "1/2", "⅓": "1/3", "⅔": "2/3", "¼": "1/4", "¾": "3/4", "⅕": "1/5", "⅛": "1/8",
    "⅜": "3/8", "⅝": "5/8", "⅞": "7/8",
}  # fmt: skip
_SYMBOLS = {
    "&": "and", "@": "at", "©": "copyright", "®": "", "™": "", "§": "section", "°": "degrees",
    "\N{MULTIPLICATION SIGN}": "times", "÷": "divided by", "±": "plus or minus",
    "≈": "about", "≠": "is not",
    "≤": "at most", "≥": "at least", "→": "to", "⇒": "to", "←": "from", "²": "squared",
    "³": "cubed", "√": "square root of", "π": "pi", "∞": "infinity", "µ": "micro",
    "$": "dollars", "€": "euros", "£": "pounds", "¥": "yen", "₹": "rupees", "%": "percent",
    "\N{MINUS SIGN}": "minus", "∑": "sum",
    "℃": "degrees Celsius", "℉": "degrees Fahrenheit", "№": "number",
}  # fmt: skip
_OPERATORS = (
    (re.compile(r"(?<=[\w)])\s*\*\s*(?=[\d(])|(?<=\d)\s+x\s+(?=\d)"), " times "),
    (re.compile(r"(?<=[\w)])\s*\^\s*2\b"), " squared"),
    (re.compile(r"(?<=[\w)])\s*\^\s*3\b"), " cubed"),
    (re.compile(r"(?<=[\w)])\s*\^\s*(?=[\w(])"), " to the power of "),
    (re.compile(r"(?<=\w)\s+[-−]\s+(?=\d)"), " minus "),  # noqa: RUF001
    (re.compile(r"<="), " at most "),
    (re.compile(r">="), " at least "),
    (re.compile(r"!="), " is not "),
    (re.compile(r"->|=>"), " to "),
    (re.compile(r"\s*=+\s*"), " equals "),
    (re.compile(r"(?<=\s)<(?=\s)"), "less than"),
    (re.compile(r"(?<=\s)>(?=\s)"), "greater than"),
    (re.compile(r"\s*\+\s*(?=\w)"), " plus "),
    (re.compile(r"(?<!\w)~\s?(?=\d)"), "about "),
)
_NUMBER_SIGN = re.compile(r"(?<!\w)(?:#|[Nn]o\.\s?)(?=\d)")
_AND_OR = re.compile(r"\b(and)/(or)\b")
_EITHER = re.compile(r"(?<=[A-Za-z])/(?=[A-Za-z])")
_SAINT = re.compile(r"\bSt\.(?=\s+[A-Z])")
_STREET = re.compile(r"\bSt\.(?!\w)")
_CROWDED = re.compile(r"(?<=\w),(?=\w)")
_FILE_DOT = re.compile(r"(?<=\w\w)\.(?=\w)")
_PAREN = re.compile(r"\s*[([{]\s*([^()\[\]{}]*?)\s*[)\]}]")
_DASH = re.compile(r"\s+[–—-]+\s+|—|--+")  # noqa: RUF001
_LEFT_OVER = re.compile(r"[*_#`~|<>\[\]{}()\\^=+/–]")  # noqa: RUF001
_SPACE_BEFORE = re.compile(r"\s+([,.;:!?…])")
_COMMAS = re.compile(r"(?:,\s*)+([\"”’]?[,.;:!?])")  # noqa: RUF001
_DIGIT = re.compile(r"\d")


def spoken(text: str, language: str = "en") -> str:
    """Say ``text`` in full words, without a mark that is for the eye only.

    Args:
        text: A sentence or more, possibly with Markdown, figures, addresses and emoji.
        language: Figures and abbreviations are spelled out in English only; voices of other
            languages know how to read theirs.

    Returns:
        Plain text; empty if there is nothing to say.
    """
    text = without_markup(text)
    if language.partition("-")[0].lower() == "en":
        text = _in_english(text)
    else:
        text = _LEFT_OVER.sub(" ", text)
    return _tidy(text)


def _in_english(text: str) -> str:
    for sign, fraction in _VULGAR.items():
        text = text.replace(sign, f" {fraction} ") if sign in text else text
    text = _STREET.sub("Street", _SAINT.sub("Saint", text))
    text = _NUMBER_SIGN.sub("number ", text)
    text = _ABBREVIATION.sub(_full, text)
    text = _AND_OR.sub(r"\1 \2", text)
    for pattern, words in _OPERATORS[:5]:
        text = pattern.sub(words, text)
    text = with_words(text)
    for pattern, words in _OPERATORS[5:]:
        text = pattern.sub(words, text)
    text = _CROWDED.sub(", ", text)
    text = _FILE_DOT.sub(" dot ", _EITHER.sub(" or ", text))
    text = _PAREN.sub(r", \1,", text)
    text = _DASH.sub(", ", text)
    for sign, word in _SYMBOLS.items():
        text = text.replace(sign, f" {word} ") if sign in text else text
    text = _LEFT_OVER.sub(" ", text)
    return _DIGIT.sub(lambda digit: f" {cardinal(int(digit[0]))} ", text)


def _full(found: re.Match[str]) -> str:
    """Spell an abbreviation out; keep its full stop where that ends the sentence as well."""
    short = found[0]
    after = found.string[found.end() :].lstrip()
    ends = short in _FULL_STOPS and (not after or after[0].isupper())
    return _ABBREVIATIONS[short] + ("." if ends else "")


def _tidy(text: str) -> str:
    text = " ".join(text.split())
    text = _SPACE_BEFORE.sub(r"\1", text)
    text = _COMMAS.sub(r"\1", text)
    return text.strip(" ,;:")
