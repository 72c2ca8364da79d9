"""Takes out of a text what is for the eye only: Markdown, HTML, addresses, emoji. Pure."""

from __future__ import annotations

import html
import re
import unicodedata

_FENCE = re.compile(r"```.*?(?:```|\Z)", re.DOTALL)
_IMAGE = re.compile(r"!\[([^\]]*)\]\([^)]*\)")
_LINK = re.compile(r"\[([^\]]+)\](?:\([^)]*\)|\[[^\]]*\])")
_FOOTNOTE = re.compile(r"\[\^[^\]]*\]:?")
_TAG = re.compile(r"</?[A-Za-z][^<>]*>|<!--.*?-->", re.DOTALL)
_URL = re.compile(r"<?\bhttps?://([^\s<>()\"']+)>?|\b(www\.[^\s<>()\"']+)", re.IGNORECASE)
_MAIL = re.compile(r"<?\b([\w.+-]+)@([\w-]+(?:\.[\w-]+)+)>?")
_HEADING = re.compile(r"^\s{0,3}#{1,6}\s+(.*?)\s*#*\s*$")
_RULE = re.compile(r"^\s*(?:[-*_=]\s*){3,}$")
_TABLE_RULE = re.compile(r"^\s*\|?\s*:?-{2,}:?\s*(?:\|\s*:?-{2,}:?\s*)*\|?\s*$")
_QUOTE = re.compile(r"^\s*(?:>\s?)+")
_BULLET = re.compile(r"^\s*[-*+•‣◦·]\s+(?:\[[ xX]\]\s+)?")
_ITEM = re.compile(r"^\s*(\d{1,3})[.)]\s+")
_STRONG = re.compile(r"(\*{1,3}|~~|==)(?=\S)(.+?)(?<=\S)\1")
_UNDERLINED = re.compile(r"(?<!\w)(_{1,3})(?=\S)(.+?)(?<=\S)\1(?!\w)")
_CODE = re.compile(r"`+([^`]*)`+")
_SENTENCE_END = tuple(".!?…:;,。！？")  # noqa: RUF001
_CODE_OMITTED = "There is some code here, which you can read in the transcript."
_JOINERS = {"\u200d", "\ufe0e", "\ufe0f", "\u20e3"}
_KEPT_SYMBOLS = frozenset("°©®™№℃℉")


def without_markup(text: str) -> str:
    """Return what a person would read aloud, one sentence or list item after the other."""
    text = html.unescape(text)
    text = _FENCE.sub(f"\n{_CODE_OMITTED}\n", text)
    text = _IMAGE.sub(r"\1", text)
    text = _LINK.sub(r"\1", text)
    text = _FOOTNOTE.sub("", text)
    text = _TAG.sub(" ", text)
    text = _URL.sub(lambda url: _address(url[1] or url[2]), text)
    text = _MAIL.sub(lambda mail: f"{_dotted(mail[1])} at {_dotted(mail[2])}", text)
    text = _CODE.sub(r"\1", text)
    lines = [said for line in text.splitlines() if (said := _line(line))]
    text = " ".join(_ended(line) for line in lines[:-1]) + " " + (lines[-1] if lines else "")
    return without_emoji(text).strip()


def without_emoji(text: str) -> str:
    """Drop pictures and the invisible characters that join them."""
    return "".join(char for char in text if not _is_picture(char))


def _is_picture(char: str) -> bool:
    if char in _JOINERS or 0x1F3FB <= ord(char) <= 0x1F3FF or 0xE0020 <= ord(char) <= 0xE007F:
        return True
    return unicodedata.category(char) in {"So", "Cs", "Co", "Cn"} and char not in _KEPT_SYMBOLS


def _line(line: str) -> str:
    """Take the marks off one line; an empty answer means there is nothing to say."""
    if _RULE.match(line) or _TABLE_RULE.match(line):
        return ""
    line = _QUOTE.sub("", line)
    if heading := _HEADING.match(line):
        line = heading[1]
    line = _BULLET.sub("", line)
    line = _ITEM.sub(r"\1, ", line)
    if line.count("|") >= 2:
        line = ", ".join(cell.strip() for cell in line.strip(" |").split("|") if cell.strip())
    for marks in (_STRONG, _UNDERLINED):
        line = marks.sub(r"\2", marks.sub(r"\2", line))
    return " ".join(line.split())


def _ended(line: str) -> str:
    """Give a heading or an item the full stop that makes a voice pause."""
    return line if line.rstrip("\"'”’)").endswith(_SENTENCE_END) else f"{line}."  # noqa: RUF001


def _address(url: str) -> str:
    """Say the host, and the path if it is short enough to be remembered."""
    tail = url[len(url.rstrip(".,;:!?")) :]
    host, _, path = url.rstrip(".,;:!?").partition("/")
    said = _dotted(host.rpartition("@")[2].partition(":")[0].removeprefix("www."))
    path = path.partition("?")[0].partition("#")[0].strip("/")
    if path and len(path) <= 24 and re.fullmatch(r"[A-Za-z/]+", path):
        said += "".join(f" slash {part}" for part in path.split("/") if part)
    return said + tail


def _dotted(name: str) -> str:
    name = name.replace("-", " dash ").replace("_", " underscore ").replace("+", " plus ")
    return " ".join(name.replace(".", " dot ").split())
