from __future__ import annotations

import base64
import json
import string
import urllib.parse
from dataclasses import dataclass

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from desktop_app.adapters.redaction import HIDDEN, MAX_CHARACTERS, Redactor

KEY = "odd+key/with=signs_0123"
KEYS = st.text(string.ascii_letters + string.digits + "+/=_-.~!$'\"\\%", min_size=6, max_size=60)


@dataclass(frozen=True)
class Target:
    """Forgot ``repr=False``."""

    url: str
    key: str


@pytest.fixture
def redactor() -> Redactor:
    redactor = Redactor()
    redactor.learn(KEY)
    return redactor


@given(KEYS, st.text(), st.text())
def test_a_known_secret_is_hidden_wherever_it_stands(key: str, before: str, after: str) -> None:
    assume(key not in HIDDEN and key not in before + after)
    redactor = Redactor()
    redactor.learn(key)
    assert key not in redactor.hide(before + key + after)


@pytest.mark.parametrize(
    "text",
    [
        f"{KEY}",
        f"{Target('wss://x', KEY)!r}",
        json.dumps({"a": [KEY]}),
        f"wss://x/?k={urllib.parse.quote(KEY, safe='')}",
        f"wss://x/{urllib.parse.quote(KEY)}",
        f"{KEY.encode()!r}",
        f"{[KEY, (KEY,)]}",
    ],
)
def test_the_forms_that_a_secret_takes_in_texts_are_hidden(text: str, redactor: Redactor) -> None:
    hidden = redactor.hide(text)
    assert HIDDEN in hidden
    assert KEY not in hidden
    assert "with" not in hidden


@pytest.mark.parametrize("before", ["", "u", "us", "use", "user:"])
def test_a_secret_inside_of_base64_is_hidden(before: str, redactor: Redactor) -> None:
    coded = base64.b64encode(f"{before}{KEY}".encode()).decode()
    hidden = redactor.hide(coded)
    assert HIDDEN in hidden
    assert len(hidden) - len(HIDDEN) <= 16


def test_one_secret_may_be_the_beginning_of_another(redactor: Redactor) -> None:
    redactor.learn(KEY[:10])
    assert redactor.hide(f"<{KEY}>") == f"<{HIDDEN}>"


def test_short_words_are_no_secrets() -> None:
    redactor = Redactor()
    redactor.learn("none")
    redactor.learn("")
    assert redactor.hide("none at all") == "none at all"


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("Authorization: Bearer abc.def-123", "abc.def-123"),
        ("{'Authorization': 'Bearer abcdef'}", "abcdef"),
        ("[('Authorization', 'Bearer abcdef')]", "abcdef"),
        ("authorization: Token zzz999", "Token"),
        ("Proxy-Authorization: Basic dXNlcjpwYXNz", "dXNlcjpwYXNz"),
        ("> api-key: 0123abcd", "0123abcd"),
        ("{'api-key': '0123abcd'}", "0123abcd"),
        ("(b'api-key', b'0123abcd')", "0123abcd"),
        ("?api_key=0123abcd&model=x", "0123abcd"),
        ("OPENAI_API_KEY=whatever", "whatever"),
        ('"client_secret": "cs12345"', "cs12345"),
        ("Incorrect API key provided: sk-proj-abcd1234EFGH_-xy.", "abcd1234EFGH"),
        ("secret ek_68af0123456789abcdef", "68af0123"),
        ("openai-insecure-api-key.abcdefgh", "abcdefgh"),
        ("proxy http://user:s3cret@proxy:8080/", "s3cret"),
        ("Target(url='wss://x', key='abcdefghijklmnopqrstuvwx')", "abcdefghij"),
    ],
)
def test_what_looks_like_a_secret_is_hidden_though_nobody_named_it(text: str, secret: str) -> None:
    hidden = Redactor().hide(text)
    assert HIDDEN in hidden
    assert secret not in hidden


@pytest.mark.parametrize(
    "text",
    [
        "connected to api.openai.com in 312 ms",
        "task-force-meeting, risk-assessment, ask-me-anything",
        "the API key, which you set, is fine",
        "key: Escape",
        "wss://host:8080/v1/realtime?model=gpt-realtime-2.1",
        "/usr/lib/python3.11/site-packages/desktop_app/adapters/logs.py",
        "b'short bytes'",
        "event_Abc123 item_0123456789abcdefghij",
        "Bearer realm=api",
    ],
)
def test_ordinary_lines_stay_as_they_are(text: str) -> None:
    assert Redactor().hide(text) == text


def test_recorded_speech_is_replaced_by_its_size() -> None:
    pcm = bytes(range(256)) * 40
    coded = base64.b64encode(pcm).decode()
    hidden = Redactor().hide(json.dumps({"type": "input_audio_buffer.append", "audio": coded}))
    assert "input_audio_buffer.append" in hidden
    assert len(hidden) < 120
    assert str(len(coded)) in hidden


def test_raw_bytes_are_replaced_by_their_size() -> None:
    hidden = Redactor().hide(f"AudioArrived(pcm={bytes(range(256)) * 10!r}, item='i1')")
    assert len(hidden) < 120
    assert "item='i1'" in hidden


def test_an_endless_line_is_shortened_and_says_so() -> None:
    hidden = Redactor().hide("a word " * 1_000_000)
    assert len(hidden) < MAX_CHARACTERS + 50
    assert "7000000 characters" in hidden


@pytest.mark.parametrize("at", range(MAX_CHARACTERS - len(KEY) - 2, MAX_CHARACTERS + 3))
def test_no_part_of_a_secret_is_left_where_a_line_is_cut(at: int, redactor: Redactor) -> None:
    text = ". " * (at // 2) + "." * (at % 2) + KEY + " ." * 5000
    assert KEY[:5] not in redactor.hide(text)
