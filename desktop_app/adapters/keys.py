"""What people paste where an API key belongs, and what is wrong with it."""

from __future__ import annotations

import re

MAX_KEY_CHARACTERS = 4096
_QUOTES = "\"'`\u2018\u2019\u201c\u201d\u00ab\u00bb\u201e"
_ASSIGNMENT = re.compile(r"(export\s+|set\s+)?[A-Za-z_]\w*(KEY|TOKEN)\s*[=:]", re.IGNORECASE)
_SHORTENED = re.compile(r"\.\.\.|\u2026|\*\*\*|\u2022\u2022")


class BadKey(ValueError):  # noqa: N818 - read as a sentence: except BadKey
    """This cannot be an API key; the message says why in words for people, and never quotes it."""


def clean_key(pasted: str) -> str:
    """Return the key in ``pasted``, without the blanks around it.

    Keys of compatible servers look like anything, so only what can never travel in a header is
    refused, and what people paste by mistake.

    Raises:
        BadKey: If it cannot be a key.
    """
    key = pasted.strip()
    if reason := _fault(key):
        raise BadKey(reason)
    return key


def _fault(key: str) -> str:
    if not key:
        return "There is no key yet: paste it here."
    if key[0] in _QUOTES or key[-1] in _QUOTES:
        return "The key stands in quotation marks: paste it without them."
    if re.match(r"(authorization:\s*)?bearer\b", key, re.IGNORECASE):
        return "Paste the key alone, without the word Bearer."
    if _ASSIGNMENT.match(key):
        return "Paste the key alone, without the name in front of it."
    if _SHORTENED.search(key):
        return "This is a key as lists show it, shortened: copy the whole key when you create it."
    if any(c.isspace() for c in key):
        return "The key has a space or a line break in it: copy it again, in one piece."
    if not key.isascii() or not key.isprintable():
        return "The key has a character in it that keys never have: copy it again."
    if len(key) > MAX_KEY_CHARACTERS:
        return "This is far too long for a key: copy the key alone."
    return ""
