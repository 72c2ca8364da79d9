"""Takes keys and recorded speech out of text that others may come to read."""

from __future__ import annotations

import base64
import json
import re
import threading
import urllib.parse
from collections.abc import Callable
from typing import Final

HIDDEN: Final = "[hidden]"
MIN_SECRET_CHARACTERS = 6  # Servers at home take keys such as "none": those words may be read.
MAX_CHARACTERS = 20_000
_ENOUGH_CHARACTERS = 200  # Of base64: 150 bytes, 3 ms of speech.

_Replacement = str | Callable[[re.Match[str]], str]


def _base64_size(found: re.Match[str]) -> str:
    return f"[{len(found[0])} characters of base64]"


def _bytes_size(found: re.Match[str]) -> str:
    return f"[bytes, {len(found[0])} characters]" if len(found[0]) > 80 else found[0]


_RULES: tuple[tuple[re.Pattern[str], _Replacement], ...] = (
    (re.compile(r"\b(bearer|basic)(\s+|%20|\+)(?!realm)[^\s\"',;)\]}]+", re.I), rf"\1\2{HIDDEN}"),
    # Keys of OpenAI (sk-, ek_, sess-), of browsers' sub-protocols, and their like.
    (re.compile(r"\b(sk|ek|ak|pk|rk|sess|org-key)[-_][\w\-*.]{6,}"), HIDDEN),
    (re.compile(r"\b(openai-insecure-api-key)\.[^\s\"',]+"), rf"\1.{HIDDEN}"),
    # A header, a variable, a JSON field, an attribute in a repr, a parameter of an address.
    (
        re.compile(
            r"(api[-_ ]?key|access[-_]?token|auth[-_]?token|client[-_]?secret|password"
            r"|authorization)([\"']\s*,\s*b?[\"']|[\"']?\s*[=:]\s*b?[\"']?)"
            r"(?!bearer|basic)[^\s\"',;&)\]}]+",
            re.I,
        ),
        rf"\1\2{HIDDEN}",
    ),
    (
        re.compile(r"\b(key|token|secret)([\"']?\s*[=:]\s*[\"']?)[^\s\"',;&)\]}]{16,}", re.I),
        rf"\1\2{HIDDEN}",
    ),
    (re.compile(r"://[^\s/@:\"']*:[^\s/@\"']+@"), f"://{HIDDEN}@"),
    (re.compile(rf"[\w+/\-]{{{_ENOUGH_CHARACTERS},}}={{0,2}}", re.A), _base64_size),
    (re.compile(r"b(?:'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\")", re.S), _bytes_size),
)


class Redactor:
    """Hides what looks like a key or like audio, and every secret that it was told.

    Safe from any thread.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._secrets: dict[str, None] = {}
        self._known: re.Pattern[str] | None = None
        self._longest = 0

    def learn(self, secret: str) -> None:
        """Hide ``secret`` from now on, as it is and in the forms it takes in texts."""
        if len(secret) < MIN_SECRET_CHARACTERS:
            return
        with self._lock:
            self._secrets.update(dict.fromkeys(_forms(secret)))
            # The longest first: one secret may be the beginning of another.
            forms = sorted(self._secrets, key=len, reverse=True)
            self._known = re.compile("|".join(re.escape(form) for form in forms))
            self._longest = len(forms[0])

    def hide(self, text: str) -> str:
        """Return ``text`` without secrets and audio, shortened if it is endless."""
        # What is cut off is not searched.  The margin keeps a secret whole that the cut would
        # otherwise go through, and so make unrecognizable.
        size = len(text)
        if size > MAX_CHARACTERS:
            text = text[: MAX_CHARACTERS + self._longest]
        if self._known is not None:
            text = self._known.sub(HIDDEN, text)
        for pattern, replacement in _RULES:
            text = pattern.sub(replacement, text)
        if size > MAX_CHARACTERS:
            text = f"{text[:MAX_CHARACTERS]} [... of {size} characters]"
        return text


def _forms(secret: str) -> set[str]:
    """Return how ``secret`` may stand in an address, in JSON, in a repr, in basic credentials."""
    forms = {
        secret,
        urllib.parse.quote(secret, safe=""),
        urllib.parse.quote(secret),
        json.dumps(secret)[1:-1],
        repr(secret)[1:-1],
    }
    raw = secret.encode(errors="surrogatepass")
    for before in range(3):
        # Base64 looks different for each of three offsets; the characters at either end that
        # mix with neighbours are left out.
        coded = base64.b64encode(b"\0" * before + raw).decode().rstrip("=")
        inner = coded[(before * 8 + 5) // 6 : (before + len(raw)) * 8 // 6]
        forms |= {inner, inner.replace("+", "-").replace("/", "_")}
    return {form for form in forms if len(form) >= MIN_SECRET_CHARACTERS}
